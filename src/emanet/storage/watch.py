# SPDX-License-Identifier: Apache-2.0
"""Watching a file go by once: the bytes of each member are found, decoded, digested, compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Protocol

import msgspec

from emanet.model.delivery import Method, Step
from emanet.octets.engine import CodecError, Engine, bzip2, crc32, deflate, gzip, xz

PIECE = 1 << 20
Range = tuple[int, int]


class Expectation(Protocol):
    """What is expected of the bytes reached by ``steps`` from a file's first byte.

    ``bytes`` is their plain size, ``sha256`` (hex) and ``crc32`` are those of the plain bytes;
    ``ordinal`` is the caller's own, to know it again. A MemberLine is one.
    """

    @property
    def ordinal(self) -> int: ...
    @property
    def steps(self) -> tuple[Step, ...]: ...
    @property
    def bytes(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def crc32(self) -> int: ...


class Expected(msgspec.Struct, frozen=True):
    """An expectation of somebody who has no MemberLine."""

    ordinal: int
    steps: tuple[Step, ...]
    bytes: int
    sha256: str
    crc32: int


class Mismatch(msgspec.Struct, frozen=True):
    """Something expected that was not so.

    ``offset`` and ``length`` are the range of the *file* in which the member lies, coded or plain.
    """

    ordinal: int
    offset: int
    length: int


class Watch:
    """Feed it the bytes of a file from first to last, then ask ``finish``.

    Members may lie in each other, be coded (Deflate, gzip, bzip2, xz) and nested to any depth.
    With ``digest=False`` sizes and CRC-32 are compared and SHA-256 is not: for bytes of which
    something larger is digested anyway. Memory is that of the expectations plus the decoders at
    work.
    """

    def __init__(self, expected: Iterable[Expectation], *, digest: bool = True) -> None:
        self._mismatches: list[Mismatch] = []
        self._top = _Stream(self._mismatches, digest)
        for one in expected:
            self._place(one)
        self._top.ready()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file."""
        self._top.feed(memoryview(chunk))

    def finish(self) -> tuple[Mismatch, ...]:
        """The file has ended: give all that was not as expected, in the order of ``ordinal``."""
        self._top.finish(True)
        return tuple(sorted(self._mismatches, key=lambda m: m.ordinal))

    def _place(self, one: Expectation) -> None:
        stream, start, length = self._top, 0, one.bytes
        where: Range | None = None
        steps = one.steps
        for number, step in enumerate(steps, 1):
            start, length = start + step.offset, step.length
            if step.method is not Method.STORED:
                where = where or (start, length)
                stream = stream.coded(start, length, step.method)
                start, length = 0, one.bytes
                if number == len(steps):
                    stream.exact.append((one.ordinal, one.bytes, where))
        stream.spans.append(_Plain(start, length, one, where or (start, length)))


class _Plain:
    """A range of a stream in which the expected bytes lie as they are."""

    __slots__ = ("crc", "end", "hash", "one", "start", "where")

    def __init__(self, start: int, length: int, one: Expectation, where: Range) -> None:
        self.start, self.end = start, start + length
        self.one = one
        self.where = where
        self.hash: hashlib._Hash | None = None
        self.crc = 0


class _Coded:
    """A range of a stream that holds coded bytes, and the stream that they decode to."""

    __slots__ = ("decoder", "end", "inner", "method", "start")

    def __init__(self, start: int, length: int, method: Method, inner: _Stream) -> None:
        self.start, self.end = start, start + length
        self.inner = inner
        self.method = method
        self.decoder: _Decoder | None = None


class _Stream:
    """Plain bytes going by, and the ranges of them that somebody waits for."""

    __slots__ = (
        "_active",
        "_coded",
        "_digest",
        "_mismatches",
        "_next",
        "_place",
        "exact",
        "spans",
    )

    def __init__(self, mismatches: list[Mismatch], digest: bool) -> None:
        self._mismatches = mismatches
        self._digest = digest
        self._coded: dict[tuple[int, int, Method], _Coded] = {}
        self._active: list[_Plain | _Coded] = []
        self._next = self._place = 0
        self.spans: list[_Plain | _Coded] = []
        self.exact: list[tuple[int, int, Range]] = []

    def coded(self, start: int, length: int, method: Method) -> _Stream:
        """The stream that the coded bytes of a range decode to."""
        key = (start, length, method)
        span = self._coded.get(key)
        if span is None:
            span = _Coded(start, length, method, _Stream(self._mismatches, self._digest))
            self._coded[key] = span
            self.spans.append(span)
        return span.inner

    def ready(self) -> None:
        """All that is expected is known: put the ranges in order."""
        self.spans.sort(key=attrgetter("start"))
        for coded in self._coded.values():
            coded.inner.ready()
        self._coded = {}

    def feed(self, data: memoryview) -> None:
        base = self._place
        end = self._place = base + len(data)
        if self._active:
            self._active = [s for s in self._active if not self._give(s, data, base, end)]
        spans, at = self.spans, self._next
        while at < len(spans) and spans[at].start < end:
            if not self._give(spans[at], data, base, end):
                self._active.append(spans[at])
            at += 1
        self._next = at

    def _give(self, span: _Plain | _Coded, data: memoryview, base: int, end: int) -> bool:
        """Give a range its part of the bytes; whether that was its last."""
        done = span.end <= end
        begin = span.start - base
        piece = data[begin if begin > 0 else 0 : span.end - base]
        if isinstance(span, _Coded):
            if span.decoder is None:
                span.decoder = _Decoder(span.method, span.inner.feed)
            span.decoder.feed(bytes(piece))
        else:
            span.crc = crc32(piece, span.crc)
            if self._digest:
                if span.hash is None:
                    span.hash = hashlib.sha256(piece)
                else:
                    span.hash.update(piece)
        if done:
            self._close(span, True)
        return done

    def _close(self, span: _Plain | _Coded, whole: bool) -> None:
        if isinstance(span, _Coded):
            span.inner.finish(whole and span.decoder is not None and span.decoder.ended())
            span.decoder = None
            return
        one = span.one
        same = whole and span.crc == one.crc32 and span.end - span.start == one.bytes
        if same and self._digest:
            same = (span.hash or hashlib.sha256()).hexdigest() == one.sha256
        if not same:
            self._mismatches.append(Mismatch(one.ordinal, *span.where))
        span.hash = None

    def finish(self, whole: bool) -> None:
        """The stream has ended; ``whole`` tells whether it ended as its coding says it should."""
        for span in self._active:
            self._close(span, False)
        for span in self.spans[self._next :]:
            self._close(span, span.start == span.end <= self._place)
        failed = {m.ordinal for m in self._mismatches} if self.exact else set()
        for ordinal, size, where in self.exact:
            if ordinal not in failed and (not whole or self._place != size):
                self._mismatches.append(Mismatch(ordinal, *where))
        self._active, self.spans, self._next = [], [], 0


_ENGINES: dict[Method, tuple[Callable[[], Engine], bytes]] = {
    Method.DEFLATE: (deflate, b""),
    Method.GZIP: (gzip, b"\x1f\x8b"),
    Method.BZIP2: (bzip2, b"BZh"),
    Method.XZ: (xz, b"\xfd7zXZ\0"),
}


class _Decoder:
    """A decoder that is pushed: coded bytes in, plain bytes handed on in pieces.

    Streams may follow one another, and zeros (tape padding) may follow the last, but for Deflate.
    """

    __slots__ = ("_broken", "_engine", "_give", "_held", "_make", "_mark")

    def __init__(self, method: Method, give: Callable[[memoryview], None]) -> None:
        self._make, self._mark = _ENGINES[method]
        self._engine = self._make()
        self._give = give
        self._held = b""
        self._broken = False

    def feed(self, data: bytes) -> None:
        """Decode more; once something is broken, nothing more is decoded."""
        while not self._broken and (data or not (self._engine.eof or self._engine.needs_input)):
            if self._engine.eof:
                data = self._follow(self._held + data)
                if not data:
                    return
            try:
                plain = self._engine.decompress(data, PIECE)
            except CodecError:
                self._broken = True
                return
            if plain:
                self._give(memoryview(plain))
            data = self._engine.unused_data if self._engine.eof else b""

    def ended(self) -> bool:
        """Whether the coded bytes ended where their coding says, with nothing odd behind."""
        return self._engine.eof and not self._broken and not self._held

    def _follow(self, data: bytes) -> bytes:
        """What is behind an end mark: a further stream (given back), padding, or neither."""
        data = data.lstrip(b"\0") if self._mark else data
        self._held = b""
        if not data:
            return b""
        if self._mark and self._mark.startswith(data[: len(self._mark)]):
            if len(data) < len(self._mark):
                self._held = data
                return b""
            self._engine = self._make()
            return data
        self._broken = True
        return b""
