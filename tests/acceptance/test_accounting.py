# SPDX-License-Identifier: Apache-2.0
"""Acceptance: every file delivered has one fate, and the bytes that came in are accounted for."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.conftest import Taken, lines

pytestmark = pytest.mark.shared
FATES = {"article", "packaging", "ignored", "unclaimed", "repeated", "held", "refused"}


def walked(drop: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder and inside its archives, by the tools of the standard library."""
    for path in sorted(p for p in drop.rglob("*") if p.is_file()):
        yield from inside(str(path.relative_to(drop)), path.read_bytes())


def inside(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, and when it is an archive all that is in it."""
    yield name, data
    if name.endswith(".zip") and zipfile.is_zipfile(io.BytesIO(data)):  # a .docx is a file
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for info in packed.infolist():
                if not info.is_dir():
                    yield from inside(f"{name}/{info.filename}", packed.read(info))
    elif name.endswith((".tar", ".tar.gz", ".tgz")):
        with tarfile.open(fileobj=io.BytesIO(data)) as packed:
            for member in packed.getmembers():
                if member.isfile():
                    file = packed.extractfile(member)
                    assert file is not None
                    yield from inside(f"{name}/{member.name}", file.read())


def test_the_bytes_add_up(real: Taken) -> None:
    account = real.report["accounting"]
    size = sum(p.stat().st_size for p in real.drop.rglob("*") if p.is_file())
    assert account["bytes_in"] == size
    assert sum(value for name, value in account.items() if name != "bytes_in") == size
    assert real.report["left"] == []


def test_every_file_has_one_fate(real: Taken) -> None:
    """As many entries, with the same digests, as a walk with other tools finds files."""
    want = Counter(hashlib.sha256(data).hexdigest() for _, data in walked(real.drop))
    have: Counter[str] = Counter()
    fates: Counter[str] = Counter()
    for delivery in real.deliveries:
        for entry in delivery["files"]:
            assert entry["fate"] in FATES
            have[entry["sha256"]] += 1
            fates[entry["fate"]] += 1
    print(f"\n{dict(fates)}")
    assert have == want
    assert sum(want.values()) == real.emanet.json("status")["files"]


def test_every_delivery_s_payloads_are_the_folder_s_files(real: Taken) -> None:
    want = Counter(
        (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
        for path in real.drop.rglob("*")
        if path.is_file()
    )
    have = Counter(
        (payload["sha256"], payload["bytes"])
        for receipt in real.report["receipts"]
        for payload in receipt["delivery"]["payloads"]
    )
    assert have == want


def test_accepted_bytes_are_in_the_root_and_held_ones_in_the_quarantine(real: Taken) -> None:
    kept = {
        line["sha256"]
        for path in real.root.glob("*/*acc-*/v1/content/members.jsonl")
        for line in lines(path)
        if line.get("path")
    }
    quarantined = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (real.emanet.home / "quarantine").glob("*/files/*")
    }
    for receipt in real.report["receipts"]:
        digests = {payload["sha256"] for payload in receipt["delivery"]["payloads"]}
        place = {"accepted": kept, "held": quarantined}[receipt["state"]]
        assert digests <= place, receipt["delivery"]["name"]


def test_held_deliveries_have_a_finding_that_holds(real: Taken) -> None:
    for delivery in real.deliveries:
        if delivery["state"] == "held":
            assert any(f["severity"] == "hold" for f in delivery["findings"]), delivery["name"]
            assert all(f["tr"] and f["en"] and f["tr"] != f["en"] for f in delivery["findings"])
