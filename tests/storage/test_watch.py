# SPDX-License-Identifier: Apache-2.0
"""Watching a file go by: every member is found wherever it lies, and every change is named."""

from __future__ import annotations

import hashlib
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning import Planner, every_shape, tarred, zipped

from emanet.model.delivery import Method, Step
from emanet.model.stored import MemberLine
from emanet.storage.watch import Expected, Mismatch, Watch


def planned() -> tuple[dict[str, bytes], tuple[MemberLine, ...]]:
    """All payloads as containers of their own, and their members."""
    planner = Planner(whole_from=0)
    aip = planner.plan(every_shape())
    return {w.path: planner.sources.files[w.source] for w in aip.wholes}, aip.members


FILES, MEMBERS = planned()


def watched(
    path: str, data: bytes, sizes: list[int] | None = None, *, digest: bool = True
) -> tuple[Mismatch, ...]:
    watch = Watch([m for m in MEMBERS if m.path == path], digest=digest)
    at = 0
    for size in sizes or []:
        watch.feed(data[at : at + size])
        at += size
    watch.feed(data[at:])
    return watch.finish()


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9000), max_size=12), st.booleans())
def test_sound_files_pass_in_pieces_of_any_size(sizes: list[int], digest: bool) -> None:
    for path, data in FILES.items():
        assert watched(path, data, sizes, digest=digest) == ()


def covering(path: str, at: int) -> set[int]:
    """Members whose outermost range covers a byte of their file (coded ones: from their start)."""
    found = set()
    for member in MEMBERS:
        if member.path == path:
            start, length = 0, member.bytes
            for step in member.steps:
                start, length = start + step.offset, step.length
                if step.method is not Method.STORED:
                    break
            if start <= at < start + length:
                found.add(member.ordinal)
    return found


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(p for p, d in FILES.items() if d)), st.data(), st.booleans())
def test_a_changed_byte_is_blamed_on_members_that_hold_it(
    path: str, data: st.DataObject, digest: bool
) -> None:
    at = data.draw(st.integers(0, len(FILES[path]) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(FILES[path])
    changed[at] ^= flip
    blamed = {m.ordinal for m in watched(path, bytes(changed), [at // 2], digest=digest)}
    whole = next(m.ordinal for m in MEMBERS if m.path == path and m.parent is None)
    assert whole in blamed
    assert blamed <= covering(path, at)
    stored = {
        m.ordinal
        for m in MEMBERS
        if m.ordinal in covering(path, at) and all(s.method is Method.STORED for s in m.steps)
    }
    assert stored <= blamed


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(p for p, d in FILES.items() if d)), st.data())
def test_a_file_that_ends_early_loses_the_members_behind(path: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(FILES[path]) - 1))
    blamed = {m.ordinal for m in watched(path, FILES[path][:cut])}
    stored_behind = {
        m.ordinal
        for m in MEMBERS
        if m.path == path
        and m.bytes
        and len(m.steps) == 1
        and m.steps[0].method is not Method.GZIP
        and m.steps[0].offset + m.steps[0].length > cut
    }
    assert stored_behind <= blamed
    assert next(m.ordinal for m in MEMBERS if m.path == path and m.parent is None) in blamed


@pytest.mark.parametrize("field", ["sha256", "crc32", "bytes"])
def test_each_fact_of_a_line_is_compared(field: str) -> None:
    wrong = {"sha256": "0" * 64, "crc32": 1, "bytes": 99_999}
    for member in MEMBERS:
        if member.path.endswith("-1.zip"):
            bad = msgspec.structs.replace(member, **{field: wrong[field]})
            watch = Watch([bad])
            watch.feed(FILES[member.path])
            assert [m.ordinal for m in watch.finish()] == [member.ordinal]


def test_without_digests_the_checksum_still_tells() -> None:
    member = next(m for m in MEMBERS if m.steps and m.bytes)
    for field, wrong, told in (("sha256", "0" * 64, False), ("crc32", 1, True)):
        watch = Watch([msgspec.structs.replace(member, **{field: wrong})], digest=False)
        watch.feed(FILES[member.path])
        assert bool(watch.finish()) is told


def test_streams_may_follow_each_other_and_then_padding() -> None:
    import gzip

    plain = b"abc" * 1000
    coded = gzip.compress(plain[:1500]) + gzip.compress(plain[1500:]) + bytes(100)
    one = Expected(
        7,
        (Step(5, len(coded), Method.GZIP),),
        len(plain),
        hashlib.sha256(plain).hexdigest(),
        zlib.crc32(plain),
    )
    for cut in (1, 40, 60, len(coded) - 3):
        watch = Watch([one])
        for piece in (b"12345", coded[:cut], coded[cut:]):
            watch.feed(piece)
        assert watch.finish() == ()
    watch = Watch([one])
    watch.feed(b"12345" + coded[:-1] + b"x")
    assert watch.finish() == (Mismatch(7, 5, len(coded)),)


def test_more_plain_bytes_than_stated_are_a_mismatch() -> None:
    data = zipped({"a": b"x" * 500})
    start = data.index(b"a", 30) + 1
    length = int.from_bytes(data[18:22], "little")
    plain = b"x" * 499
    one = Expected(
        1,
        (Step(start, length, Method.DEFLATE),),
        499,
        hashlib.sha256(plain).hexdigest(),
        zlib.crc32(plain),
    )
    watch = Watch([one])
    watch.feed(data)
    assert [m.ordinal for m in watch.finish()] == [1]


def test_a_place_outside_the_file_is_a_mismatch() -> None:
    data = tarred({"a": b"x"}, "w")
    one = Expected(3, (Step(len(data) + 5, 0),), 0, hashlib.sha256().hexdigest(), 0)
    watch = Watch([one])
    watch.feed(data)
    assert watch.finish() == (Mismatch(3, len(data) + 5, 0),)
