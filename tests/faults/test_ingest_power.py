# SPDX-License-Identifier: Apache-2.0
"""Power cuts under the whole ingest, on real file systems: what was acknowledged is there again.

`make test` cuts a few times; EMANET_INGEST_CUTS sets how often (`make faults`: often).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from tests.cli import registry_rows
from tests.cli.driver import archive
from tests.faults import ingest_life as life
from tests.faults import powercut
from tests.faults.ingest_writer import deliveries

pytestmark = pytest.mark.root

CUTS = int(os.environ.get("EMANET_INGEST_CUTS", "4"))
WAIT_S = (0.0, 0.7)


@cache
def why_not(system: str) -> str:
    return powercut.why_not(system)


@pytest.fixture(params=sorted(powercut.SYSTEMS))
def system(request: pytest.FixtureRequest) -> str:
    reason = why_not(request.param)
    if reason:
        pytest.skip(reason)
    return request.param


@pytest.fixture(scope="module")
def zygote() -> Iterator[life.Zygote]:
    made = life.Zygote()
    yield made
    made.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("empty") / "archive").init().home


@pytest.fixture
def writer() -> Iterator[list[str]]:
    """The program that is cut down; its drop areas lie in memory where there is some."""
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=where, prefix="emanet-drop-") as folder:
        program = Path(__file__).with_name("ingest_writer.py")
        yield [sys.executable, str(program), "{home}", folder]


class Verifier:
    """Looks at a home after the power is back, as an operator would: first ``status``."""

    def __init__(self, zygote: life.Zygote, empty: Path) -> None:
        self._zygote = zygote
        self._empty = empty
        self.rebuilt = 0
        self.behind = 0

    def prepare(self, home: Path) -> None:
        """An empty archive; made elsewhere, so that this process holds nothing open there."""
        shutil.copytree(self._empty, home, dirs_exist_ok=True)

    def __call__(self, home: Path, acked: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """What is lost of what was acknowledged, and what is half there."""
        torn = life.torn(home)
        torn += self._command(home, "status")
        lost = []
        known = {row[0]: row for row in life.meaning(home)["deliveries"]}
        for line in acked:
            delivery, state, accession, number = line.split()
            now = known.get(delivery, ("", "unknown"))[1]
            if now != state:
                lost.append(f"{delivery} was {state} and is {now}")
            broken = any(accession in what for what in torn)
            if accession != "-" and (broken or not _object(home, accession)):
                lost.append(f"{accession} of {delivery}")
            if state == "held" and _kept(home, delivery) != _sent(int(number), "notes"):
                lost.append(f"the bytes of {delivery}")
        last, inside = life.registered(home)
        if last != inside:
            torn.append(f"status knows objects up to {last}, sealed are {inside}")
        before = registry_rows.of_sqlite(home)
        torn += self._command(home, "rebuild")
        if registry_rows.of_sqlite(home) != before:
            torn.append("a rebuild gives other rows")
        return lost, torn

    def _command(self, home: Path, word: str) -> list[str]:
        """Run a command; a database that the cut tore is rebuilt, as the message says."""
        ran = self._zygote.run([["-C", str(home), word]])
        self.behind += "did not end; registered now" in ran.errors
        if ran.code == 1 and "emanet rebuild" in ran.errors:
            self.rebuilt += 1
            ran = self._zygote.run([["-C", str(home), "rebuild"], ["-C", str(home), word]])
        return [] if ran.code == 0 else [f"{word}: {ran.code} {ran.errors.strip()}"]


def _object(home: Path, accession: str) -> bool:
    return any((home / "root").glob(f"*/emanet%3a{accession}/inventory.json"))


def _kept(home: Path, delivery: str) -> list[str]:
    files = sorted((home / "quarantine" / delivery / "files").glob("*"))
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def _sent(number: int, word: str) -> list[str]:
    files = deliveries(number).items()
    return [hashlib.sha256(data).hexdigest() for name, data in files if name.startswith(word)]


def test_nothing_acknowledged_is_lost(
    system: str, zygote: life.Zygote, empty: Path, writer: list[str]
) -> None:
    verify = Verifier(zygote, empty)
    report = powercut.campaign(
        writer, verify, system=system, cuts=CUTS, seed=11, prepare=verify.prepare,
        runs_a_home=2, wait_s=WAIT_S,
    )  # fmt: skip
    told = {**report.as_json(), "rebuilt": verify.rebuilt, "registered_afterwards": verify.behind}
    print(f"\n{json.dumps(told)}", file=sys.stderr)
    assert report.acked > CUTS
    assert (report.lost, report.torn) == (0, 0), report


def test_the_control_without_flushes_is_caught(
    system: str, zygote: life.Zygote, empty: Path, writer: list[str]
) -> None:
    verify = Verifier(zygote, empty)
    cuts = max(2, CUTS // 20)
    report = powercut.campaign(
        writer, verify, system=system, cuts=cuts, seed=12, prepare=verify.prepare,
        wait_s=WAIT_S, env={"EMANET_FAULT": "nofsync"},
    )  # fmt: skip
    print(f"\n{json.dumps(report.as_json())}", file=sys.stderr)
    assert report.acked > 0
    assert report.lost > report.acked // 2 and report.torn > 0, report
