# SPDX-License-Identifier: Apache-2.0
"""The bytes of a TAR in order: from a file, where skipping is free, or from a decoded stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from emanet.formats.containers.entries import take


class Source(Protocol):
    """The bytes in order; ``at`` is the place in them."""

    at: int

    def take(self, length: int) -> bytes:
        """The next bytes, fewer at the end."""
        ...

    def skip(self, length: int) -> bool:
        """Go on by ``length`` bytes; whether they were all there."""
        ...


class FileSource:
    """A plain TAR of ``size`` bytes."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self.at = 0

    def take(self, length: int) -> bytes:
        """As ``Source.take``."""
        data = take(self._file, self.at, length, self._size)
        self.at += len(data)
        return data

    def skip(self, length: int) -> bool:
        """As ``Source.skip``; nothing is read."""
        there = self.at + length <= self._size
        self.at = min(self.at + length, self._size)
        return there


class StreamSource:
    """A TAR inside chunks as a codec gives them; raises what the chunks raise."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._chunk = b""
        self._used = 0
        self.at = 0

    def take(self, length: int) -> bytes:
        """As ``Source.take``."""
        parts = []
        while length:
            step = self._step(length)
            if not step:
                break
            parts.append(self._chunk[self._used - step : self._used])
            length -= step
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def skip(self, length: int) -> bool:
        """As ``Source.skip``; what is skipped is decoded."""
        while length:
            step = self._step(length)
            if not step:
                return False
            length -= step
        return True

    def _step(self, length: int) -> int:
        """Use up to ``length`` bytes of the chunk at hand, or of the next; 0 at the end."""
        while self._used == len(self._chunk):
            more = next(self._chunks, None)
            if more is None:
                return 0
            self._chunk, self._used = more, 0
        step = min(length, len(self._chunk) - self._used)
        self._used += step
        self.at += step
        return step
