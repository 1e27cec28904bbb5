# SPDX-License-Identifier: Apache-2.0
"""Where a ZIP ends: the end records found without trusting any of them, disagreement noted."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from emanet.formats.containers.entries import Notes, take
from emanet.octets import zipstruct as z

_TAIL = z.END_BYTES + z.FULL16  # an end record with the longest comment
_MARKS = (z.LOCAL_MARK, z.CENTRAL_MARK, z.END_MARK)


class Ends(msgspec.Struct, frozen=True):
    """The end of a ZIP, resolved.

    Offsets are from the file's first byte. ``base`` is what the archive's own offsets are short of
    them by (a prefix that the writer did not count). ``end64_bytes`` is 0 without ZIP64 records.
    """

    entries: int
    directory: int
    directory_bytes: int
    base: int
    end64: int
    end64_bytes: int
    end: int
    comment_bytes: int


def find_ends(file: BinaryIO, size: int, notes: Notes) -> Ends | None:
    """Find and resolve the end records (APPNOTE 4.3.14 to 4.3.16); None when reading must stop.

    Every stop is noted: ``ZIP-NOT-ZIP``, ``ZIP-TRUNCATED``, ``ZIP-SPLIT``, ``ZIP-END-LIES``,
    ``ZIP-DIRECTORY-BROKEN``, ``ZIP-CONCATENATED``.
    """
    end_at = _choose_end(file, size)
    if end_at < 0:
        head = take(file, 0, 4, size)
        if head == z.SPLIT_MARK:
            notes.add("ZIP-SPLIT")
        else:
            begun = head[:2] == b"PK" or size == 0
            notes.add("ZIP-TRUNCATED" if begun else "ZIP-NOT-ZIP")
        return None
    end = z.parse_end(take(file, end_at, z.END_BYTES, size))
    locator_at = end_at - z.LOCATOR64_BYTES
    locator_data = take(file, locator_at, z.LOCATOR64_BYTES, size)
    if locator_data[:4] == z.LOCATOR64_MARK:
        return _resolve64(file, size, notes, end, end_at, z.parse_locator64(locator_data))
    if end.disk or end.directory_disk or end.disk_entries != end.entries:
        notes.add("ZIP-SPLIT")
        return None
    return _place(file, size, notes, end_at, end, None, end_at)


def _choose_end(file: BinaryIO, size: int) -> int:
    """Offset of the end record, or -1.

    The first one whose comment ends exactly with the file: were a later one meant, it would stand
    in this one's comment, and that is found out. Else the last one that leaves bytes behind it.
    """
    start = max(0, size - _TAIL)
    tail = take(file, start, _TAIL, size)
    last = -1
    at = tail.find(z.END_MARK)
    while 0 <= at <= len(tail) - z.END_BYTES:
        ends_at = at + z.END_BYTES + int.from_bytes(tail[at + 20 : at + 22], "little")
        if ends_at == len(tail):
            return start + at
        if ends_at < len(tail):
            last = start + at
        at = tail.find(z.END_MARK, at + 1)
    return last


def _resolve64(
    file: BinaryIO, size: int, notes: Notes, end: z.End, end_at: int, locator: z.Locator64
) -> Ends | None:
    locator_at = end_at - z.LOCATOR64_BYTES
    if locator.disk or locator.disks > 1:
        notes.add("ZIP-SPLIT")
        return None
    places = (locator.offset, locator_at - z.END64_BYTES)
    for at in places:
        data = take(file, at, z.END64_BYTES, size)
        if data[:4] == z.END64_MARK and len(data) == z.END64_BYTES and at < locator_at:
            break
    else:
        notes.add("ZIP-END-LIES", what="ZIP64")
        return None
    end64 = z.parse_end64(data)
    if end64.disk or end64.directory_disk or end64.disk_entries != end64.entries:
        notes.add("ZIP-SPLIT")
        return None
    for what, old, full, new in (
        ("entries", end.entries, z.FULL16, end64.entries),
        ("directory size", end.size, z.FULL32, end64.size),
        ("directory offset", end.offset, z.FULL32, end64.offset),
    ):
        if old not in (full, new):
            notes.add("ZIP-END-LIES", what=what)
            return None
    if at + 12 + end64.record_bytes > locator_at:
        notes.add("ZIP-END-LIES", what="ZIP64")
        return None
    return _place(file, size, notes, end_at, end, end64, at, at - locator.offset)


def _place(
    file: BinaryIO,
    size: int,
    notes: Notes,
    end_at: int,
    end: z.End,
    end64: z.End64 | None,
    records_at: int,
    shift: int = 0,
) -> Ends | None:
    """Decide where the directory begins: where the record says, or right before the records."""
    stated = end64 or end
    said, length = stated.offset, stated.size
    near = records_at - length
    begins = [at for at in dict.fromkeys((said, near)) if _begins(file, size, at, length)]
    if not length:
        # An empty directory has no mark; without a shift it stands where it says it does.
        begins = [said + shift if said + shift <= records_at else records_at]
    if len(begins) == 2 or (shift and said in begins and length):
        notes.add("ZIP-CONCATENATED")
        return None
    if not begins or begins[0] + length > records_at or begins[0] < said:
        lost = near < 0 or said > near
        notes.add("ZIP-TRUNCATED" if lost else "ZIP-DIRECTORY-BROKEN")
        return None
    if end64 is not None and length and begins[0] - said != shift:
        notes.add("ZIP-END-LIES", what="directory offset")
        return None
    return Ends(
        entries=stated.entries,
        directory=begins[0],
        directory_bytes=length,
        base=begins[0] - said,
        end64=records_at,
        end64_bytes=0 if end64 is None else 12 + end64.record_bytes,
        end=end_at,
        comment_bytes=min(end.comment_bytes, size - end_at - z.END_BYTES),
    )


def _begins(file: BinaryIO, size: int, at: int, length: int) -> bool:
    return length > 0 and take(file, at, 4, size) == z.CENTRAL_MARK


def note_outside(file: BinaryIO, size: int, notes: Notes, ends: Ends) -> None:
    """Note what the end comment, and bytes behind the end, hold.

    A ZIP mark in either is another archive for another reader: ``ZIP-HIDDEN``.
    """
    comment_at = ends.end + z.END_BYTES
    comment = take(file, comment_at, ends.comment_bytes, size)
    trailing_at = comment_at + ends.comment_bytes
    if any(mark in comment for mark in _MARKS) or holds(
        file, size, trailing_at, size - trailing_at, _MARKS
    ):
        notes.add("ZIP-HIDDEN")
    elif trailing_at < size:
        notes.add("ZIP-TRAILING", bytes=size - trailing_at)


def holds(file: BinaryIO, size: int, offset: int, length: int, marks: tuple[bytes, ...]) -> bool:
    """Whether one of the four-byte marks stands wholly inside the run of bytes."""
    end = offset + length
    while offset < end:
        data = take(file, offset, min(1 << 20, end - offset), size)
        if any(mark in data for mark in marks):
            return True
        if len(data) < 4 or offset + len(data) >= end:
            return False
        offset += len(data) - 3
    return False
