# SPDX-License-Identifier: Apache-2.0
"""The index made again from the containers is the same; members outlive their directory."""

from __future__ import annotations

import hashlib
import io
import json

import pytest
from planning import Kept

from emanet.formats.containers.listing import recover
from emanet.model.stored import Locator
from emanet.preservation.remake import differences, remake_members
from emanet.storage.archive import Archive
from emanet.storage.ocfl.layout import place
from emanet.storage.reading import fold


def test_members_made_again_are_the_members_sealed(kept: Kept) -> None:
    assert differences(kept.archive, kept.aip.id) == ()
    made = remake_members(kept.archive, kept.aip.id)
    assert [(m.ordinal, m.name, m.parent, m.sha256, fold(m.steps)) for m in made] == [
        (m.ordinal, m.name, m.parent, m.sha256, fold(m.steps)) for m in kept.aip.members
    ]


@pytest.mark.parametrize("change", ["sha256", "steps", "gone", "name"])
def test_an_index_that_lies_is_found_out(kept: Kept, change: str) -> None:
    path = next(kept.root.rglob("members.jsonl"))
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines) if "plain.xml" in line)
    value = json.loads(lines[number])
    name = f"{value['delivery']}/{value['name']}"
    if change == "gone":
        del lines[number]
    else:
        other = {"sha256": "0" * 64, "steps": [[1, value["bytes"], "stored"]], "name": "other.xml"}
        lines[number] = json.dumps(value | {change: other[change]}, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = differences(Archive(kept.archive.store), kept.aip.id)
    assert {f.code for f in found} == {"INDEX-DIFFERS"}
    assert name in {f.place for f in found}
    assert len(found) == (2 if change == "name" else 1)


def without_directory(data: bytes) -> bytes:
    """The same bytes with the central directory and all behind it made zeros."""
    at = data.rindex(b"PK\x05\x06")
    size, offset = (int.from_bytes(data[at + n : at + n + 4], "little") for n in (12, 16))
    if offset == 0xFFFFFFFF:
        end64 = data.rindex(b"PK\x06\x06")
        size, offset = (int.from_bytes(data[end64 + n : end64 + n + 8], "little") for n in (40, 48))
    assert data[offset : offset + 4] == b"PK\x01\x02"
    assert size
    return data[:offset] + bytes(len(data) - offset)


def test_every_member_survives_the_loss_of_all_directories(kept: Kept) -> None:
    content = kept.root / place(kept.aip.id).prefix / "v1" / "content"
    destroyed = 0
    for path in (content / "containers").glob("*.zip"):
        path.write_bytes(without_directory(path.read_bytes()))
        destroyed += 1
    assert destroyed == 2
    archive = Archive(kept.archive.store)
    lost = {w.sha256 for w in kept.aip.wholes}  # a whole payload is itself what was destroyed
    for member in kept.aip.members:
        if member.sha256 not in lost:
            locator = Locator(kept.aip.id, member.path, member.steps)
            data = archive.read(locator, member.bytes, member.crc32)
            assert hashlib.sha256(data).hexdigest() == member.sha256


def test_without_directory_and_index_the_local_headers_still_tell(kept: Kept) -> None:
    content = kept.root / place(kept.aip.id).prefix / "v1" / "content"
    for path in (content / "containers").glob("*.zip"):
        data = without_directory(path.read_bytes())
        listing = recover(io.BytesIO(data), len(data), path.name)
        assert "ZIP-RECOVERED" in {f.code for f in listing.findings}
        entries = {(e.name, e.bytes, e.steps[0].offset) for e in listing.entries}
        if path.name.startswith("pack"):
            wanted = {
                (f"{m.delivery}/{m.name}", m.bytes, m.steps[0].offset)
                for m in kept.aip.members
                if m.path.endswith(path.name) and m.parent is None
            }
        else:
            wanted = {
                (m.name.partition("/")[2], m.bytes, m.steps[0].offset)
                for m in kept.aip.members
                if m.path.endswith(path.name) and len(m.steps) == 1
            }
        assert wanted <= entries
