# SPDX-License-Identifier: Apache-2.0
"""Bags: the conformance suite as its folders say, and rules that it does not reach."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emanet.formats.bagit import ALGORITHMS, digests, examine, is_tag_file, read_bag, validate
from emanet.model.finding import Severity, worst

DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def _files(folder: Path):
    return {
        p.relative_to(folder).as_posix(): (p.stat().st_size, lambda p=p: p.open("rb"))
        for p in folder.rglob("*")
        if p.is_file()
    }


def _judge(files: dict[str, bytes]):
    return validate({n: (len(d), lambda d=d: io.BytesIO(d)) for n, d in files.items()})


def _codes(files: dict[str, bytes]) -> set[str]:
    return {f.code for f in _judge(files)}


def _bag(payload: dict[str, bytes], algorithm: str = "sha512", **more: bytes) -> dict[str, bytes]:
    lines = "".join(
        f"{digests([d], [algorithm])[algorithm]}  data/{n}\n" for n, d in payload.items()
    )
    files = {"bagit.txt": DECLARED, f"manifest-{algorithm}.txt": lines.encode()}
    return files | {f"data/{n}": d for n, d in payload.items()} | more


@pytest.mark.shared
def test_the_conformance_suite_is_judged_as_its_folders_say(shared: Path) -> None:
    wrong, count = [], 0
    for folder in sorted((shared / "data" / "bagit-conformance").glob("v*/*/*")):
        if not folder.is_dir():
            continue
        count += 1
        severity = worst(validate(_files(folder)))
        expected = {
            "valid": severity.rank < Severity.HOLD.rank,
            "warning": severity is Severity.WARNING,
        }.get(folder.parent.name, severity is Severity.HOLD)
        if not expected:
            wrong.append((str(folder.relative_to(shared)), severity))
    assert count == 60
    assert not wrong


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_every_algorithm_is_computed(algorithm: str) -> None:
    bag = _bag({"a.txt": b"one", "d/b.txt": b"two"}, algorithm)
    assert _codes(bag) == set()
    assert _codes(bag | {"data/a.txt": b"One"}) == {"BAG-DIGEST"}


def test_an_upper_case_digest_is_the_same_digest() -> None:
    bag = _bag({"a.txt": b"one"})
    upper = bag["manifest-sha512.txt"].decode().split("  ")[0].upper()
    assert _codes(bag | {"manifest-sha512.txt": f"{upper}  data/a.txt\n".encode()}) == set()


def test_names_with_percent_and_line_ends_are_decoded() -> None:
    odd = {"50%25.txt": b"x", "a%0Ab.txt": b"y"}
    lines = "".join(f"{hashlib.sha512(d).hexdigest()}  data/{n}\n" for n, d in odd.items())
    files = {"bagit.txt": DECLARED, "manifest-sha512.txt": lines.encode()}
    files |= {"data/50%.txt": b"x", "data/a\nb.txt": b"y"}
    assert _codes(files) == set()


def test_every_payload_manifest_must_list_every_file_since_one_zero() -> None:
    bag = _bag({"a.txt": b"one"})
    second = f"{hashlib.sha256(b'two').hexdigest()}  data/b.txt\n".encode()
    files = bag | {"manifest-sha256.txt": second, "data/b.txt": b"two"}
    assert _codes(files) == {"BAG-FILE-UNLISTED"}
    old = files | {"bagit.txt": DECLARED.replace(b"1.0", b"0.97")}
    assert _codes(old) == set()


@pytest.mark.parametrize(
    "path", ["../up", "/etc/passwd", "~/x", "C:\\x", "data/../../x", "other/x", "\\\\host\\x"]
)
def test_no_path_leads_out(path: str) -> None:
    bag = _bag({"a.txt": b"one"})
    line = f"{'0' * 128}  {path}\n".encode()
    wild = bag | {"manifest-sha512.txt": bag["manifest-sha512.txt"] + line}
    assert _codes(wild) == {"BAG-PATH-OUTSIDE"}
    fetch = bag | {"fetch.txt": f"https://example.org/x - {path}\n".encode()}
    assert "BAG-PATH-OUTSIDE" in _codes(fetch)


def test_without_declaration_or_manifest() -> None:
    assert _codes({"data/a.txt": b"one"}) == {"BAG-DECLARATION-MISSING", "BAG-MANIFEST-MISSING"}


def test_encodings_that_are_no_text_are_refused() -> None:
    bag = _bag({"a.txt": b"one"}) | {"bagit.txt": DECLARED.replace(b"UTF-8", b"hex_codec")}
    assert _codes(bag) == {"BAG-DECLARATION-MALFORMED"}


def test_a_tag_file_is_known_by_its_name() -> None:
    assert is_tag_file("tagmanifest-md5.txt") and is_tag_file("bag-info.txt")
    assert not is_tag_file("data/bagit.txt") and not is_tag_file("notes.txt")


def test_what_is_wanted_names_known_algorithms_only() -> None:
    texts = {"bagit.txt": DECLARED, "manifest-tiger.txt": b"00  data/a\n"}
    assert read_bag(texts).wanted() == {}
    texts["manifest-md5.txt"] = b"00  data/a\n"
    assert read_bag(texts).wanted() == {"data/a": {"md5"}}


def test_places_carry_the_bags_own_path() -> None:
    (finding,) = examine({}, {"bagit.txt": DECLARED, "manifest-md5.txt": b"00  data/a\n"},
                         lambda path, algorithm: None, "x/bag/")  # fmt: skip
    assert (finding.code, finding.place) == ("BAG-FILE-MISSING", "x/bag/data/a")
    assert "data/a" in finding.text("tr")


@given(st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=20), min_size=1), st.data())
def test_any_change_of_the_payload_is_seen(payload: dict[str, bytes], data: st.DataObject) -> None:
    bag = _bag(payload)
    assert worst(_judge(bag)).rank < Severity.HOLD.rank
    name = f"data/{data.draw(st.sampled_from(sorted(payload)))}"
    change = data.draw(st.sampled_from(("lose", "change", "add")))
    if change == "lose":
        del bag[name]
    elif change == "change":
        bag[name] += b"!"
    else:
        bag["data/new"] = b""
    assert worst(_judge(bag)) is Severity.HOLD
