# SPDX-License-Identifier: Apache-2.0
"""Audits: damage is found and named to member and article, on a budget, oldest check first."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.cli.driver import Emanet, archive
from tests.cli.material import article, fill, issue, zipped

from emanet.bootstrap import wiring


@pytest.fixture
def three(emanet: Emanet, drop: Path) -> Emanet:
    """An archive with three accessions of two articles each."""
    for number in (1, 3, 5):
        files = {f"d{number}.zip": zipped(issue(number, number + 1), zipfile.ZIP_STORED)}
        emanet("ingest", fill(drop / str(number), files))
    return emanet


def copy(emanet: Emanet, place: Path) -> Emanet:
    return archive(shutil.copytree(emanet.home, place))


def content(emanet: Emanet, sequence: int) -> Path:
    (place,) = (emanet.home / "root").glob(f"*/*acc-{sequence:08d}-*")
    return place / "v1" / "content"


def test_a_sound_archive(three: Emanet) -> None:
    report = three.json("verify")
    assert (report["objects"], report["damaged"], report["left"]) == (3, [], 0)
    sizes = [p.stat().st_size for p in (three.home / "root").glob("*/*/**/*") if p.is_file()]
    assert 0 < report["bytes"] <= sum(sizes)
    status = three.json("status")
    assert status["damaged"] == 0 and status["oldest_audit"]
    assert status["never_audited"] == 1, "the record of this audit itself"
    said = three("verify").out
    assert "0 damaged" in said
    assert "0 hasarlı" in three("verify", EMANET_LANG="tr").out


def test_a_flipped_byte_is_named_to_member_and_article(three: Emanet, tmp_path: Path) -> None:
    """In the middle of the article's text, inside the pack, of a copy."""
    damaged = copy(three, tmp_path / "damaged")
    pack = content(damaged, 2) / "containers" / "pack-0001.zip"
    data = bytearray(pack.read_bytes())
    at = data.index(article(3)) + len(article(3)) // 2
    data[at] ^= 1
    pack.write_bytes(data)

    report = damaged.json("verify", expect=3)
    assert report["objects"] == 3
    (line,) = report["damaged"]
    assert line["object"].startswith("acc-00000002-")
    hit = [d for d in line["damages"] if d["name"].endswith("a3/article.xml")]
    assert [(d["doi"], d["path"]) for d in hit] == [
        ("10.5555/made.3", "v1/content/containers/pack-0001.zip")
    ]
    assert hit[0]["offset"] <= at < hit[0]["offset"] + hit[0]["length"]
    assert {d["doi"] for d in line["damages"]} <= {"", "10.5555/made.3"}, "no other article"
    assert damaged.json("status")["damaged"] == 1
    said = damaged("verify", expect=3).out
    assert "10.5555/made.3" in said and "1 damaged" in said

    out = tmp_path / "out"
    assert damaged("get", "10.5555/made.3", "-o", out, expect=3).out == ""
    assert not (out / "article.xml").exists()
    assert damaged("get", "10.5555/made.4", "-o", tmp_path / "out4").code == 0
    assert damaged("export", line["object"], "-o", tmp_path / "bags", expect=3).out == ""
    assert not list((tmp_path / "bags").iterdir())
    events = damaged.json("show", "10.5555/made.3")["events"]
    assert [e["kind"] for e in events].count("accession:bytes:damaged") == 2

    assert three.json("verify")["damaged"] == [], "only the copy was harmed"


KINDS = ("truncated", "missing", "extra", "index", "inventory", "sidecar", "garbage")


@pytest.mark.parametrize("kind", KINDS)
def test_other_damage(three: Emanet, kind: str) -> None:
    place = content(three, 2)
    pack = place / "containers" / "pack-0001.zip"
    if kind == "truncated":
        pack.write_bytes(pack.read_bytes()[:-100])
    elif kind == "missing":
        pack.unlink()
    elif kind == "extra":
        (place / "stray.txt").write_bytes(b"not mine")
    elif kind == "garbage":
        pack.write_bytes(bytes(pack.stat().st_size))
    else:
        file = {
            "index": place / "members.jsonl",
            "inventory": place.parents[1] / "inventory.json",
            "sidecar": place.parents[1] / "inventory.json.sha512",
        }[kind]
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 4
        file.write_bytes(data)
    report = three.json("verify", expect=3)
    (line,) = report["damaged"]
    assert line["object"].startswith("acc-00000002-") and line["damages"]
    assert report["objects"] == 3, "the others were audited all the same"


def test_a_whole_object_gone(three: Emanet) -> None:
    shutil.rmtree(content(three, 3).parents[1])
    report = three.json("verify", expect=3)
    (line,) = report["damaged"]
    assert line["object"].startswith("acc-00000003-")


def test_one_accession_by_name(three: Emanet) -> None:
    (name,) = [p.name for p in (three.home / "root").glob("*/*acc-00000002*")]
    accession = name.partition("%3a")[2]
    report = three.json("verify", accession)
    assert [line["object"] for line in report["lines"]] == [accession]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock on which each look takes a second, so that a budget is met without waiting."""
    seconds = count()
    monkeypatch.setattr(wiring.time, "monotonic", lambda: float(next(seconds)))
    yield


def test_a_budget_goes_on_where_it_stopped(three: Emanet, slow: None) -> None:
    """Oldest check first: whatever a run leaves, the next one begins with."""
    seen: list[str] = []
    for _ in range(6):
        report = three.json("verify", "--budget", "3s")
        assert report["left"] > 0 and 0 < report["objects"] < 3
        seen += [line["object"] for line in report["lines"]]
    accessions = [name for name in seen if name.startswith("acc-")]
    assert len(set(accessions)) == 3, "every accession had its turn"
    assert accessions[:3] == sorted(accessions[:3]), "and none twice before all had one"


def test_no_budget_is_spent_before_it_begins(three: Emanet) -> None:
    report = three.json("verify", "--budget", "0")
    assert (report["objects"], report["left"]) == (0, 3)
    assert three.json("status")["oldest_audit"] is None


def test_results_survive_a_rebuild(three: Emanet) -> None:
    pack = content(three, 2) / "containers" / "pack-0001.zip"
    pack.write_bytes(bytes(pack.stat().st_size))
    three("verify", expect=3)
    before = three.json("status")
    three("rebuild")
    assert three.json("status") == before and before["damaged"] == 1
