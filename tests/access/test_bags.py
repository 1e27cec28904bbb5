# SPDX-License-Identifier: Apache-2.0
"""Bags made here are valid to bagit-python and hold what was received, bit for bit."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from planning import Kept, Planner

import bagit
from emanet.access import bags
from emanet.access.handout import File
from emanet.model.article import Record
from emanet.model.errors import DamageError, NotThere, UsageError
from emanet.model.stored import Locator
from emanet.storage.archive import Archive
from emanet.storage.stores.memory import MemoryStore

NOW = "2026-03-04T05:06:07Z"


def valid(path: Path) -> bagit.Bag:
    bag = bagit.Bag(str(path))
    bag.validate(processes=1)
    assert bag.version_info == (1, 0)
    assert set(bag.algorithms) == {"sha256", "sha512"}
    return bag


def test_an_accession_comes_out_as_it_was_received(kept: Kept, tmp_path: Path) -> None:
    made = bags.accession(kept.archive, kept.aip.id, tmp_path / "out", NOW)
    assert made.path == tmp_path / "out" / kept.aip.id
    bag = valid(made.path)
    restored = {
        str(p.relative_to(made.path / "data")): p.read_bytes()
        for p in (made.path / "data").rglob("*")
        if p.is_file()
    }
    assert restored == kept.planner.sources.files
    assert (made.bytes, made.files) == (sum(map(len, restored.values())), len(restored))
    assert bag.info["Payload-Oxum"] == f"{made.bytes}.{made.files}"
    assert bag.info["External-Identifier"] == kept.aip.id
    assert bag.info["Bagging-Date"] == "2026-03-04"
    for name in ("members", "articles", "deliveries", "events"):
        sealed = next(kept.root.rglob(f"{name}.jsonl"))
        assert (made.path / "emanet" / f"{name}.jsonl").read_bytes() == sealed.read_bytes()


def article_files(kept: Kept, number: int) -> list[File]:
    return [
        File(m.name, m.bytes, m.sha256, m.crc32, Locator(kept.aip.id, m.path, m.steps))
        for m in (kept.aip.members[o] for o in kept.aip.articles[number].members)
    ]


def test_an_article_comes_out_with_its_record(kept: Kept, tmp_path: Path) -> None:
    line = kept.aip.articles[0]
    made = bags.article(kept.archive, line.record, article_files(kept, 0), tmp_path, NOW)
    assert made.path.name == "10.5555_t.1.0"
    bag = valid(made.path)
    assert sorted(bag.payload_files()) == ["data/1.pdf", "data/1.xml"]
    assert bag.info["External-Description"] == line.record.title
    record = msgspec.json.decode((made.path / "emanet/record.json").read_bytes(), type=Record)
    assert record == line.record


@pytest.mark.parametrize(
    "name",
    ["100%25 ışık.xml", "a\nb.xml", "a\r\nb.xml", "../../up.xml", "CON.xml ", "x" * 300 + ".xml"],
)
def test_odd_names_make_valid_bags(name: str, tmp_path: Path) -> None:
    planner = Planner()
    aip = planner.plan([{name: b"<a/>", "other": b""}])
    archive = Archive.create(MemoryStore())
    archive.seal(aip, planner.sources)
    made = bags.accession(archive, aip.id, tmp_path, NOW)
    valid(made.path)
    found = [p for p in tmp_path.rglob("*") if p.is_file() and p.read_bytes() == b"<a/>"]
    assert len(found) == 1
    assert found[0].is_relative_to(made.path / "data")


def test_a_damaged_accession_leaves_no_bag(kept: Kept, tmp_path: Path) -> None:
    path = next(kept.root.rglob("pack-0001.zip"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(DamageError):
        bags.accession(Archive(kept.archive.store), kept.aip.id, tmp_path / "out", NOW)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_bag_that_is_there_is_not_touched(kept: Kept, tmp_path: Path) -> None:
    first = bags.accession(kept.archive, kept.aip.id, tmp_path, NOW)
    with pytest.raises(UsageError):
        bags.accession(kept.archive, kept.aip.id, tmp_path, NOW)
    valid(first.path)
    with pytest.raises(NotThere):
        bags.accession(kept.archive, "acc-00000099-000000000000", tmp_path, NOW)
