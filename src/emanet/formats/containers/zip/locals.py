# SPDX-License-Identifier: Apache-2.0
"""Local headers and data descriptors, compared with what the directory says of the same member."""

from __future__ import annotations

import struct
from typing import BinaryIO

from emanet.formats.containers.entries import Notes, take
from emanet.formats.containers.zip.walk import Record
from emanet.octets import zipstruct as z

_GUESS = 320  # most local headers fit: one read
_SECRET = z.FLAG_ENCRYPTED | z.FLAG_STRONG | z.FLAG_MASKED
_CRC = struct.Struct("<I")
_DESCRIPTOR_MOST = 24


def follow(
    file: BinaryIO, size: int, record: Record, follows: int, notes: Notes
) -> tuple[int, int] | None:
    """Go from a directory record to its member's bytes.

    ``follows`` is where the next member or the directory begins; it decides between two readings
    of a data descriptor. Returns where the data begin and where the member ends (behind its
    descriptor), or None when the local header is not there or says another thing (noted).
    """
    data = take(file, record.offset, _GUESS, size)
    if data[:4] != z.LOCAL_MARK or len(data) < z.LOCAL_BYTES:
        notes.add("ZIP-LOCAL-BROKEN", record.name, offset=record.offset)
        return None
    local = z.parse_local(data)
    header_bytes = z.LOCAL_BYTES + local.name_bytes + local.extra_bytes
    if header_bytes > len(data):
        data = take(file, record.offset, header_bytes, size)
    data_at = record.offset + header_bytes
    after = data_at + record.packed
    if after > size:
        # Not cut short, for the end record is there: the number is wrong.
        notes.add("ZIP-OUTSIDE", record.name, bytes=record.packed, offset=data_at)
        return None
    name = data[z.LOCAL_BYTES : z.LOCAL_BYTES + local.name_bytes]
    extra = data[z.LOCAL_BYTES + local.name_bytes : header_bytes]
    different = _differs(record, local, name, extra)
    if different:
        notes.add("ZIP-HEADERS-DIFFER", record.name, what=different)
        return None
    if (local.flags ^ record.flags) & (z.FLAG_DESCRIPTOR | z.FLAG_UTF8):
        notes.add("ZIP-FLAGS-DIFFER", record.name)
    if local.flags & z.FLAG_DESCRIPTOR:
        return _with_descriptor(file, size, record, local, data_at, follows, notes)
    return data_at, after


def _differs(record: Record, local: z.Local, name: bytes, extra: bytes) -> str:
    """What the local header says otherwise than the directory, "" for nothing.

    With a data descriptor the numbers may be left at 0 (4.4.4 bit 3), or at all ones before a
    ZIP64 size that was not known.
    """
    if name != (record.raw_name or record.name.encode()):
        return "name"
    if local.method != record.method:
        return "method"
    if (local.flags ^ record.flags) & _SECRET:
        return "encryption"
    if record.flags & z.FLAG_MASKED:
        return ""
    packed, plain = local.packed, local.plain
    if z.FULL32 in (packed, plain):
        block = (z.extras(extra) or {}).get(z.ZIP64_EXTRA, b"")
        numbers = iter(z.zip64_numbers(block))
        plain = next(numbers, plain) if plain == z.FULL32 else plain
        packed = next(numbers, packed) if packed == z.FULL32 else packed
    later = (0, z.FULL32) if local.flags & z.FLAG_DESCRIPTOR else ()
    if packed != record.packed and packed not in later:
        return "packed size"
    if plain != record.plain and plain not in later:
        return "size"
    if local.crc32 != record.crc32 and local.crc32 not in later[:1]:
        return "crc32"
    return ""


def _with_descriptor(
    file: BinaryIO,
    size: int,
    record: Record,
    local: z.Local,
    data_at: int,
    follows: int,
    notes: Notes,
) -> tuple[int, int] | None:
    """The member's end behind its data descriptor (4.3.9), in whichever of its four forms."""
    after = data_at + record.packed
    data = take(file, after, _DESCRIPTOR_MOST, size)
    ends = [after + n for n in descriptor_lengths(data, record.crc32, record.packed, record.plain)]
    if follows in ends:
        return data_at, follows
    if ends:
        return data_at, ends[0]
    if local.packed == record.packed and local.crc32 == record.crc32:
        # Flagged, but the header knew all: some writers then leave it off.
        notes.add("ZIP-DESCRIPTOR-MISSING", record.name)
        return data_at, after
    notes.add("ZIP-HEADERS-DIFFER", record.name, what="data descriptor")
    return None


def descriptor_lengths(data: bytes, crc32: int, packed: int, plain: int) -> list[int]:
    """Lengths of the descriptors that ``data`` begins with and that say these numbers.

    Four forms are met: with and without mark, 4- and 8-byte sizes.
    """
    found = []
    for mark in (z.DESCRIPTOR_MARK, b""):
        for form in ("<III", "<IQQ"):
            if form == "<III" and max(packed, plain) > z.FULL32:
                continue
            wanted = mark + struct.pack(form, crc32, packed, plain)
            if data.startswith(wanted):
                found.append(len(wanted))
    return found
