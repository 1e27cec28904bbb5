# SPDX-License-Identifier: Apache-2.0
"""ZIP record layouts, packed and parsed (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5)."""

from __future__ import annotations

import struct
from typing import NamedTuple

LOCAL_MARK = b"PK\x03\x04"
CENTRAL_MARK = b"PK\x01\x02"
END_MARK = b"PK\x05\x06"
END64_MARK = b"PK\x06\x06"
LOCATOR64_MARK = b"PK\x06\x07"
DESCRIPTOR_MARK = b"PK\x07\x08"
SPLIT_MARK = b"PK\x07\x08"  # the same four bytes, at the very start: a spanned archive
SPLIT_ONE_MARK = b"PK00"  # begun as spanned, fitted on one disk (4.4.1 note)

FULL16 = 0xFFFF
FULL32 = 0xFFFFFFFF

FLAG_ENCRYPTED = 1 << 0
FLAG_DESCRIPTOR = 1 << 3
FLAG_PATCHED = 1 << 5
FLAG_STRONG = 1 << 6
FLAG_UTF8 = 1 << 11
FLAG_MASKED = 1 << 13

STORED = 0
DEFLATED = 8

METHODS = {
    0: "stored", 1: "shrink", 6: "implode", 8: "Deflate", 9: "Deflate64", 10: "DCL implode",
    12: "bzip2", 14: "LZMA", 93: "Zstandard", 94: "MP3", 95: "XZ", 96: "JPEG", 97: "WavPack",
    98: "PPMd", 99: "AES",
}  # fmt: skip

ZIP64_EXTRA = 0x0001
UNICODE_PATH_EXTRA = 0x7075
AES_EXTRA = 0x9901

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR64 = struct.Struct("<4sIQI")
_EXTRA = struct.Struct("<HH")

LOCAL_BYTES = _LOCAL.size  # 30
CENTRAL_BYTES = _CENTRAL.size  # 46
END_BYTES = _END.size  # 22
END64_BYTES = _END64.size  # 56
LOCATOR64_BYTES = _LOCATOR64.size  # 20

_VERSION = 45  # ZIP64 (4.4.3.2)
_MADE_BY = 3 << 8 | _VERSION  # Unix
_DATE, _TIME = 1 << 5 | 1, 0  # 1980-01-01 00:00:00, the first moment there is
_MODE = 0o100644 << 16


class Local(NamedTuple):
    """A local file header (4.3.7), fixed part; ``name_bytes`` and ``extra_bytes`` follow it."""

    mark: bytes
    version: int
    flags: int
    method: int
    time: int
    date: int
    crc32: int
    packed: int
    plain: int
    name_bytes: int
    extra_bytes: int


class Central(NamedTuple):
    """A central directory header (4.3.12), fixed part; name, extra and comment follow it."""

    mark: bytes
    made_by: int
    version: int
    flags: int
    method: int
    time: int
    date: int
    crc32: int
    packed: int
    plain: int
    name_bytes: int
    extra_bytes: int
    comment_bytes: int
    disk: int
    internal: int
    external: int
    offset: int


class End(NamedTuple):
    """The end of central directory record (4.3.16), fixed part; the comment follows it."""

    mark: bytes
    disk: int
    directory_disk: int
    disk_entries: int
    entries: int
    size: int
    offset: int
    comment_bytes: int


class End64(NamedTuple):
    """The ZIP64 end of central directory record (4.3.14), fixed part.

    ``record_bytes`` counts what follows the first 12 bytes: 44 when nothing is appended.
    """

    mark: bytes
    record_bytes: int
    made_by: int
    version: int
    disk: int
    directory_disk: int
    disk_entries: int
    entries: int
    size: int
    offset: int


class Locator64(NamedTuple):
    """The ZIP64 end of central directory locator (4.3.15)."""

    mark: bytes
    disk: int
    offset: int
    disks: int


def local_header(name: bytes, *, size: int, crc32: int) -> bytes:
    """A local header for a stored member: ZIP64 extra always, UTF-8 flag, time 1980-01-01.

    ``name`` is UTF-8 of at most 65,535 bytes; ``size`` in bytes. Its length is
    ``local_header_bytes(name)`` whatever the size, so that a pack's layout is known beforehand.
    """
    extra = struct.pack("<HHQQ", ZIP64_EXTRA, 16, size, size)
    fixed = _LOCAL.pack(
        LOCAL_MARK, _VERSION, FLAG_UTF8, STORED, _TIME, _DATE, crc32, FULL32, FULL32, len(name),
        len(extra),
    )  # fmt: skip
    return fixed + name + extra


def local_header_bytes(name: bytes) -> int:
    """Length of ``local_header`` for a name."""
    return LOCAL_BYTES + len(name) + 20


def central_header(name: bytes, *, size: int, crc32: int, offset: int) -> bytes:
    """The central header of the same member; ``offset`` is that of its local header."""
    extra = struct.pack("<HHQQQ", ZIP64_EXTRA, 24, size, size, offset)
    fixed = _CENTRAL.pack(
        CENTRAL_MARK, _MADE_BY, _VERSION, FLAG_UTF8, STORED, _TIME, _DATE, crc32, FULL32, FULL32,
        len(name), len(extra), 0, 0, 0, _MODE, FULL32,
    )  # fmt: skip
    return fixed + name + extra


def end_of_directory(*, entries: int, offset: int, size: int) -> bytes:
    """ZIP64 end record, its locator and the end record, for a directory at ``offset``.

    ``size`` is the directory's length in bytes; these records follow it at once. The old fields
    hold their "look at ZIP64" value always, so that the form never depends on the content.
    """
    end64 = _END64.pack(
        END64_MARK, END64_BYTES - 12, _MADE_BY, _VERSION, 0, 0, entries, entries, size, offset
    )
    locator = _LOCATOR64.pack(LOCATOR64_MARK, 0, offset + size, 1)
    end = _END.pack(END_MARK, 0, 0, FULL16, FULL16, FULL32, FULL32, 0)
    return end64 + locator + end


def parse_local(data: bytes, at: int = 0) -> Local:
    """The fixed part of a local header at ``at``; struct.error when too few bytes are there."""
    return Local._make(_LOCAL.unpack_from(data, at))


def parse_central(data: bytes, at: int = 0) -> Central:
    """The fixed part of a central header at ``at``; struct.error when too few bytes are there."""
    return Central._make(_CENTRAL.unpack_from(data, at))


def parse_end(data: bytes, at: int = 0) -> End:
    """The fixed part of an end record at ``at``; struct.error when too few bytes are there."""
    return End._make(_END.unpack_from(data, at))


def parse_end64(data: bytes, at: int = 0) -> End64:
    """The fixed part of a ZIP64 end record; struct.error when too few bytes are there."""
    return End64._make(_END64.unpack_from(data, at))


def parse_locator64(data: bytes, at: int = 0) -> Locator64:
    """A ZIP64 locator at ``at``; struct.error when too few bytes are there."""
    return Locator64._make(_LOCATOR64.unpack_from(data, at))


def extras(data: bytes) -> dict[int, bytes] | None:
    """The blocks of an extra field by id (4.5.1), the first of each id; None when malformed.

    Fewer than four bytes of zeros at the end are alignment padding, and let pass.
    """
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        kind, length = _EXTRA.unpack_from(data, at)
        if at + 4 + length > len(data):
            return None
        found.setdefault(kind, data[at + 4 : at + 4 + length])
        at += 4 + length
    return found if not data[at:].strip(b"\0") else None


def zip64_numbers(block: bytes) -> tuple[int, ...]:
    """The 8-byte numbers of a ZIP64 extra block (4.5.3), in order; a disk number is left off."""
    return struct.unpack_from(f"<{len(block) // 8}Q", block)
