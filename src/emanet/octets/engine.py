# SPDX-License-Identifier: Apache-2.0
"""The codec engines, all with one face; isal where it can be imported, zlib else."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Any, Protocol

_fast: Any
try:
    from isal import isal_zlib as _fast
except ImportError:  # a machine without wheels for it: slower, not different
    _fast = zlib

XZ_MEMORY_BYTES = 128 << 20  # xz -9 needs 65 MiB; a header can ask for 4 GiB

_RAW = -15  # window bits of a bare Deflate stream (RFC 1951), as in ZIP
_GZIP = 31  # window bits of a gzip member (RFC 1952), header and checksum checked

CodecError: tuple[type[Exception], ...] = (zlib.error, _fast.error, lzma.LZMAError, OSError)
"""What the engines raise for bytes that are not theirs (bz2 raises OSError)."""


class Engine(Protocol):
    """A decoder of one stream, with the face of ``bz2.BZ2Decompressor``."""

    @property
    def eof(self) -> bool:
        """Whether the end mark was met."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether more coded bytes are needed to go on."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What lies behind the end mark, once it was met."""
        ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Plain bytes, at most ``max_length`` of them; the rest waits for the next call."""
        ...


class _Zlib:
    """The same face on a decompressor object of the zlib family."""

    __slots__ = ("_inner", "needs_input")

    def __init__(self, window_bits: int) -> None:
        self._inner = _fast.decompressobj(window_bits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        inner = self._inner
        if inner.unconsumed_tail:
            data = inner.unconsumed_tail + data
        plain: bytes = inner.decompress(data, max(0, max_length))
        # A full answer may hide more: both libraries keep decoded bytes in their own window.
        self.needs_input = not inner.unconsumed_tail and len(plain) != max_length
        return plain


def deflate() -> Engine:
    """A decoder of a bare Deflate stream (RFC 1951)."""
    return _Zlib(_RAW)


def gzip() -> Engine:
    """A decoder of one gzip member (RFC 1952), its checksum checked."""
    return _Zlib(_GZIP)


def bzip2() -> Engine:
    """A decoder of one bzip2 stream."""
    return bz2.BZ2Decompressor()


def xz() -> Engine:
    """A decoder of one .xz stream, with bounded memory."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY_BYTES)


def crc32(data: bytes | bytearray | memoryview, start: int = 0) -> int:
    """CRC-32 of ``data`` (ISO 3309, as in ZIP and gzip), going on from ``start``."""
    value: int = _fast.crc32(data, start)
    return value
