# SPDX-License-Identifier: Apache-2.0
"""TAR headers: v7, ustar, pax and GNU, their numbers and extended records (POSIX.1-2017, pax)."""

from __future__ import annotations

from typing import NamedTuple

BLOCK = 512
_CHECKSUM = slice(148, 156)
OCTAL_SIZE_MOST = 0o77777777777  # 8 GiB less a byte


class Header(NamedTuple):
    """One header block: name with its prefix, size in bytes, type letter."""

    raw_name: bytes
    size: int
    type: bytes
    magic: bytes


def number(field: bytes) -> int | None:
    """A numeric field: octal digits between blanks and NULs, or GNU base-256; None when neither.

    Negative base-256 numbers are None too: no size and no checksum is below zero.
    """
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.strip(b" \0").partition(b"\0")[0].strip(b" ")
    if not text:
        return 0
    if text.strip(b"01234567"):
        return None
    return int(text, 8)


def checked(block: bytes) -> bool:
    """Whether a block carries its own checksum, signed or unsigned (old writers summed signed)."""
    if len(block) != BLOCK:
        return False
    stated = number(block[_CHECKSUM])
    if stated is None or not block[_CHECKSUM].strip(b" \0"):
        return False
    rest = block[:148] + b" " * 8 + block[156:]
    unsigned = sum(rest)
    return stated == unsigned or stated == unsigned - 256 * sum(b > 127 for b in rest)


def parse(block: bytes) -> Header | None:
    """Parse a header block; None when its checksum or its size is wrong."""
    if not checked(block):
        return None
    size = number(block[124:136])
    if size is None:
        return None
    name = block[:100].partition(b"\0")[0]
    magic = block[257:265]
    if magic.startswith(b"ustar\0"):
        # A prefix is the ustar form's alone; GNU keeps other things there.
        prefix = block[345:500].partition(b"\0")[0]
        name = prefix + b"/" + name if prefix else name
    return Header(name, size, block[156:157], magic)


def looks_like_tar(block: bytes, *, trust: bool) -> bool:
    """Whether a file that begins with this block is a TAR.

    With ``trust`` (its name says so) an old header without magic, or an empty archive, will do.
    """
    if len(block) < BLOCK:
        return False
    block = block[:BLOCK]
    if trust and not block.strip(b"\0"):
        return True
    return checked(block) and (trust or block[257:262] == b"ustar")


def pax_records(data: bytes) -> dict[bytes, bytes] | None:
    """The records of a pax extended header, ``"%d %s=%s\\n"``; None when malformed."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 21)
        digits = data[at:space] if space > at else b""
        if not digits.isdigit():
            # Zero padding is met behind the last record.
            return found if not data[at:].strip(b"\0") else None
        end = at + int(digits)
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        if end > len(data) or end <= space + 1 or not equals or data[end - 1 : end] != b"\n":
            return None
        found[key] = value
        at = end
    return found
