# SPDX-License-Identifier: Apache-2.0
"""Digests taken in one pass: size, CRC-32 and SHA-2 of bytes as they stream by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from emanet.octets.engine import crc32

__all__ = ["Meter", "Sums", "crc32", "metered", "sums"]


class Sums(msgspec.Struct, frozen=True):
    """Size in bytes, CRC-32, and SHA-256 (hex) of some bytes."""

    bytes: int
    crc32: int
    sha256: str


class Meter:
    """Counts and digests what is fed to it.

    ``algorithms`` are names of hashlib (``sha256``, ``sha512``); ``bytes`` and ``crc32`` are always
    kept. Feed with ``update``; read ``hex(algorithm)`` and ``sums()`` at any time.
    """

    __slots__ = ("_hashes", "_updates", "bytes", "crc32")

    def __init__(self, *algorithms: str) -> None:
        self.bytes = 0
        self.crc32 = 0
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        self._updates = tuple(h.update for h in self._hashes.values())

    def update(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take one more chunk into account."""
        self.bytes += len(chunk)
        self.crc32 = crc32(chunk, self.crc32)
        for update in self._updates:
            update(chunk)

    def hex(self, algorithm: str) -> str:
        """The digest so far, in hex; KeyError when it was not asked for at the start."""
        return self._hashes[algorithm].hexdigest()

    def sums(self) -> Sums:
        """Size, CRC-32 and SHA-256 so far; KeyError when SHA-256 was not asked for."""
        return Sums(self.bytes, self.crc32, self.hex("sha256"))


def sums(chunks: Iterable[bytes]) -> Sums:
    """Size, CRC-32 and SHA-256 of all chunks, in one pass."""
    meter = Meter("sha256")
    for chunk in chunks:
        meter.update(chunk)
    return meter.sums()


def metered(chunks: Iterable[bytes], *meters: Meter) -> Iterator[bytes]:
    """Pass the chunks on unchanged, feeding every meter on the way."""
    for chunk in chunks:
        for meter in meters:
            meter.update(chunk)
        yield chunk
