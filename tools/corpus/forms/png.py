# SPDX-License-Identifier: Apache-2.0
"""Small valid PNGs, each saying that it was made for demonstration; bytes for padding."""

from __future__ import annotations

import struct
import zlib
from functools import cache


@cache
def _grain() -> bytes:
    """One megabyte of bytes that do not compress, made once (a 32-bit xorshift)."""
    state, out = 0x9E3779B9, bytearray()
    for _ in range(1 << 16):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        out += struct.pack("<I", state)
    return bytes(out) * 4


def noise(name: str, size: int) -> bytes:
    """So many bytes that do not compress, different for each name."""
    grain, start = _grain(), zlib.crc32(name.encode()) % (1 << 18)
    out = grain[start : start + size]
    while len(out) < size:
        out += grain[: size - len(out)]
    return out


@cache
def _picture(variant: int) -> bytes:
    """The compressed pixels of a small bar chart, 96 x 64, indexed colours."""
    heights = [8 + (variant * 37 + bar * bar * 11) % 52 for bar in range(8)]
    rows = bytearray()
    for y in range(64):
        rows.append(0)
        for x in range(96):
            bar, inside = divmod(x, 12)
            rows.append(1 + bar % 3 if 2 <= inside < 10 and 64 - y <= heights[bar] else 0)
    return zlib.compress(bytes(rows), 9)


def _chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def png(name: str, *, size: int = 0) -> bytes:
    """Give a small chart as PNG; ``name`` stands in its comment, so that each has its own bytes."""
    mark = f"Comment\0{name}; made for demonstration".encode("latin-1", "replace")
    parts = [
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 96, 64, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", bytes((255, 255, 255, 31, 98, 140, 214, 126, 44, 96, 150, 90))),
        _chunk(b"tEXt", mark),
        _chunk(b"IDAT", _picture(zlib.crc32(name.encode()) % 48)),
    ]
    plain = sum(map(len, parts)) + 12
    if size > plain + 12:
        parts.append(_chunk(b"emNt", noise(name, size - plain - 12)))
    return b"".join([*parts, _chunk(b"IEND", b"")])
