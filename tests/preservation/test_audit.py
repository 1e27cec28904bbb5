# SPDX-License-Identifier: Apache-2.0
"""Audits find every change there is, and name the member and the article it hits."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planning import WHEN, Kept, Planner, bytes_of, every_shape, kept_archive, zipped

from emanet.model.delivery import Method
from emanet.model.errors import StoreBroken
from emanet.model.finding import catalogue
from emanet.model.stored import AuditLine, Damage
from emanet.preservation.audit import audit, audit_object
from emanet.storage.archive import Archive
from emanet.storage.ocfl.layout import place
from emanet.storage.stores.memory import MemoryStore
from emanet.storage.stores.posix import PosixStore


def audited(kept: Kept) -> AuditLine:
    line = audit_object(Archive(kept.archive.store), kept.aip.id, lambda: WHEN)
    for damage in line.damages:
        assert damage.what in catalogue()
    return line


def folder(kept: Kept) -> Path:
    return kept.root / place(kept.aip.id).prefix


def test_a_sound_object_is_read_whole(kept: Kept) -> None:
    line = audited(kept)
    files = [p for p in folder(kept).rglob("*") if p.is_file()]
    assert line == AuditLine(kept.aip.id, WHEN, sum(p.stat().st_size for p in files))


SHARED = kept_archive(Path("unused"), store=MemoryStore())


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_changed_byte_is_found_and_named(data: st.DataObject) -> None:
    store = MemoryStore()
    prefix = place(SHARED.aip.id).prefix
    keys = [k for k in SHARED.archive.store.list(prefix) if SHARED.archive.store.size(k)]
    hit = data.draw(st.sampled_from(keys))
    at = data.draw(st.integers(0, SHARED.archive.store.size(hit) - 1))
    flip = data.draw(st.integers(1, 255))
    for key in keys:
        content = bytearray(SHARED.archive.store.read(key))
        if key == hit:
            content[at] ^= flip
        store.put(key, [bytes(content)])
    line = audit_object(Archive(store), SHARED.aip.id, lambda: WHEN)
    path = hit.removeprefix(prefix + "/")
    assert {d.path for d in line.damages} == {path}
    leaves = stored_leaves(path, at)
    named = {d.member for d in line.damages}
    assert leaves <= named
    for damage in line.damages:
        if damage.member is not None:
            member = SHARED.aip.members[damage.member]
            assert damage.what == "AUDIT-MEMBER"
            assert damage.name == member.name
            assert damage.offset <= at < damage.offset + damage.length
            assert damage.doi == doi_of(SHARED, damage.member)


def doi_of(kept: Kept, ordinal: int) -> str:
    article = kept.aip.members[ordinal].article
    return "" if article is None else kept.aip.articles[article].record.doi


def stored_leaves(path: str, at: int) -> set[int]:
    """Innermost members that hold a byte of a file as it is, by their steps alone."""
    found = {}
    for member in SHARED.aip.members:
        if f"v1/content/{member.path}" == path and all(
            s.method is Method.STORED for s in member.steps
        ):
            start = sum(s.offset for s in member.steps)
            if start <= at < start + member.bytes:
                found[member.ordinal] = member.parent
    inside = {
        m.parent
        for m in SHARED.aip.members
        if m.parent in found and any(s.method is not Method.STORED for s in m.steps)
    }
    return set(found) - set(found.values()) - inside


def test_a_member_in_a_member_is_named_and_not_what_holds_it(kept: Kept) -> None:
    member = next(m for m in kept.aip.members if m.name == "s.zip/in.zip/deep/x.pdf")
    path = folder(kept) / "v1/content" / member.path
    data = bytearray(path.read_bytes())
    first, second, third = member.steps
    data[first.offset + second.offset + third.offset + 50] ^= 1
    path.write_bytes(bytes(data))
    (damage,) = audited(kept).damages
    doi = doi_of(kept, member.ordinal)
    assert doi
    assert (damage.member, damage.name, damage.doi) == (member.ordinal, member.name, doi)
    assert damage.path == f"v1/content/{member.path}"
    assert (damage.offset, damage.length) == (
        first.offset + second.offset + third.offset,
        third.length,
    )


def test_bytes_between_members_belong_to_nobody(kept: Kept) -> None:
    path = next(folder(kept).rglob("pack-0001.zip"))
    data = bytearray(path.read_bytes())
    data[-5] ^= 1  # in the end record
    path.write_bytes(bytes(data))
    assert audited(kept).damages == (
        Damage("v1/content/containers/pack-0001.zip", "AUDIT-CHANGED"),
    )


@pytest.mark.parametrize(
    "name",
    ["0=ocfl_object_1.1", "inventory.json", "v1/inventory.json.sha512", "v1/content/README.txt"],
)
def test_what_is_gone_changed_or_too_much(kept: Kept, name: str) -> None:
    path = folder(kept) / name
    data = path.read_bytes()
    path.write_bytes(data + b" ")
    assert audited(kept).damages == (Damage(name, "AUDIT-CHANGED"),)
    path.unlink()
    assert audited(kept).damages == (Damage(name, "AUDIT-MISSING"),)
    path.write_bytes(data)
    (folder(kept) / "v1/content/more.txt").write_bytes(b"x")
    assert audited(kept).damages == (Damage("v1/content/more.txt", "AUDIT-EXTRA"),)


def test_without_any_sound_inventory_that_is_what_is_said(kept: Kept) -> None:
    for path in folder(kept).rglob("inventory.json"):
        path.write_bytes(b"{")
    assert audited(kept).damages == (Damage("inventory.json", "AUDIT-CHANGED"),)
    for path in folder(kept).rglob("inventory.json"):
        path.unlink()
    assert audited(kept).damages == (Damage("inventory.json", "AUDIT-MISSING"),)


def test_a_file_cut_short_names_what_is_lost(kept: Kept) -> None:
    path = folder(kept) / "v1/content" / kept.aip.wholes[0].path
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size // 2)
    first, *rest = audited(kept).damages
    assert (first.what, first.offset) == ("AUDIT-TRUNCATED", size // 2)
    lost = {
        m.ordinal
        for m in kept.aip.members
        if m.path == kept.aip.wholes[0].path
        and m.steps
        and m.steps[0].offset + m.steps[0].length > size // 2
    }
    assert {d.member for d in rest} == lost


def test_with_the_index_damaged_too_the_rest_of_it_still_names(kept: Kept) -> None:
    index = next(folder(kept).rglob("members.jsonl"))
    data = index.read_bytes().splitlines(keepends=True)
    member = next(m for m in kept.aip.members if m.name == "plain.xml")
    other = 3 if member.ordinal != 1 else 4
    data[other] = b"}" + data[other][1:]
    index.write_bytes(b"".join(data))
    path = folder(kept) / "v1/content" / member.path
    content = bytearray(path.read_bytes())
    content[member.steps[0].offset] ^= 1
    path.write_bytes(bytes(content))
    damages = audited(kept).damages
    assert {d.path.rpartition("/")[2] for d in damages} == {"members.jsonl", "pack-0001.zip"}
    assert member.ordinal in {d.member for d in damages}


class Rotten(MemoryStore):
    """A store whose device cannot read one range of one key."""

    bad: tuple[str, int, int] = ("", 0, 0)

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        where, start, end = self.bad
        stop = self.size(key) if length is None else offset + length
        if key == where and offset < end and stop > start:
            raise StoreBroken(os.strerror(errno.EIO))
        return super().read(key, offset, length)

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        yield self.read(key, offset, length)


def test_what_the_device_cannot_read_is_narrowed_down() -> None:
    store = Rotten()
    archive = Archive.create(store)
    planner = Planner(whole_from=1000)
    big = zipped({f"{n}.xml": bytes_of(n, 300_000) for n in range(12)}, 0)
    aip = planner.plan([{"big.zip": big}])
    archive.seal(aip, planner.sources)
    member = next(m for m in aip.members if m.name.endswith("7.xml"))
    step = member.steps[0]
    key = f"{place(aip.id).prefix}/v1/content/{member.path}"
    store.bad = (key, step.offset + 150_000, step.offset + 150_001)
    unreadable, hit = audit_object(archive, aip.id, lambda: WHEN).damages
    assert unreadable.what == "AUDIT-UNREADABLE"
    assert step.offset < unreadable.offset < step.offset + step.length
    assert (hit.member, hit.what) == (member.ordinal, "AUDIT-MEMBER")
    store.bad = (f"{place(aip.id).prefix}/inventory.json", 0, 1)
    assert [d.what for d in audit_object(archive, aip.id, lambda: WHEN).damages] == [
        "AUDIT-CHANGED"
    ]


def several(number: int) -> tuple[Archive, list[str]]:
    archive = Archive.create(MemoryStore())
    names = []
    for sequence in range(1, number + 1):
        planner = Planner(sequence)
        aip = planner.plan([{"a.xml": bytes_of(sequence, 100)}])
        archive.seal(aip, planner.sources)
        names.append(aip.id)
    return archive, names


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_objects_are_audited_in_the_order_given(threads: int) -> None:
    archive, names = several(9)
    order = names[4:] + names[:4]
    lines = list(audit(archive, order, None, lambda: 0.0, lambda: WHEN, threads=threads))
    assert [line.object for line in lines] == order
    assert not any(line.damages for line in lines)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_budget_ends_it_and_the_rest_is_for_another_time(threads: int) -> None:
    archive, names = several(9)
    ticks = count()
    left = iter(names)
    lines = list(audit(archive, left, 4.0, lambda: next(ticks), lambda: WHEN, threads=threads))
    done = [line.object for line in lines]
    assert done == names[: len(done)]
    assert 3 <= len(done) <= 3 + threads
    assert list(audit(archive, names, 0.0, lambda: 0.0, lambda: WHEN)) == []


def test_memory_is_flat_whatever_the_size(tmp_path: Path) -> None:
    """Peak memory of an audit in a process of its own, for objects ten times apart."""
    peaks = []
    for number, megabytes in enumerate((8, 80), 1):
        root = tmp_path / str(number)
        planner = Planner(1, whole_from=1000)
        data = zipped({f"{n}.xml": bytes_of(n, 1 << 20) for n in range(megabytes)}, 0)
        aip = planner.plan([{"big.zip": data}])
        Archive.create(PosixStore(root, durable=False)).seal(aip, planner.sources)
        command = [sys.executable, "-c", PEAK, str(root), aip.id]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] + 12_000, peaks  # KiB


PEAK = """
import re, sys
from pathlib import Path
from emanet.preservation.audit import audit_object
from emanet.storage.archive import Archive
from emanet.storage.stores.posix import PosixStore
line = audit_object(Archive(PosixStore(Path(sys.argv[1]))), sys.argv[2], lambda: "now")
assert not line.damages and line.bytes > 8 << 20
# not getrusage: its peak outlives exec and is that of the parent
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def test_all_codes_of_audits_are_met_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert all(code in text for code in catalogue() if code.startswith("AUDIT-"))
    assert len(every_shape()) == 3
