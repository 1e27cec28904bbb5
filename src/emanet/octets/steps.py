# SPDX-License-Identifier: Apache-2.0
"""Reading through steps: plain bytes inside containers inside files, by offset, in flat memory."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import BinaryIO, cast

from emanet.model.delivery import Method, Step
from emanet.octets.engine import CodecError, Engine, bzip2, deflate, gzip, xz

ReadAt = Callable[[int, int], bytes]
"""``(offset, length)`` gives exactly ``length`` bytes, or raises."""

UNKNOWN = -1  # a plain size that nobody has stated
ONE_CALL_BYTES = 4 << 20  # coded bytes up to which a read is one inflate call
_FILE_MOST = (1 << 63) - 1  # no file is longer
_ONE_CALL_MOST = 1040 * ONE_CALL_BYTES  # no Deflate stream grows beyond 1,032 times


class Fault(StrEnum):
    """What is wrong with coded bytes."""

    BROKEN = "broken"  # the codec rejects them, or a checksum inside fails
    TRUNCATED = "truncated"  # they end before the codec's end mark
    TRAILING = "trailing"  # bytes lie behind the codec's end mark
    SIZE = "size"  # more or fewer plain bytes than stated
    LIMIT = "limit"  # more plain bytes, or more memory, than allowed
    OUTSIDE = "outside"  # a step points outside the bytes it stands on


class DecodeError(ValueError):
    """The bytes cannot be reached through the steps; ``fault`` says why."""

    def __init__(self, fault: Fault, words: str) -> None:
        super().__init__(f"{fault}: {words}")
        self.fault = fault


def reader(file: BinaryIO) -> ReadAt:
    """A ReadAt over an open seekable file; raises DecodeError (OUTSIDE) when bytes are missing.

    It moves the file's position: one at a time only.
    """

    def read_at(offset: int, length: int) -> bytes:
        data = b""
        if 0 <= offset <= _FILE_MOST and length > 0:
            file.seek(offset)
            data = file.read(length)
        if len(data) != length:
            raise DecodeError(Fault.OUTSIDE, f"{length} bytes at {offset}, {len(data)} there")
        return data

    return read_at


def stream(
    read_at: ReadAt,
    steps: tuple[Step, ...],
    *,
    size: int,
    chunk: int = 1 << 20,
    limit: int | None = None,
) -> Iterator[bytes]:
    """Give the plain bytes reached through ``steps``, in chunks of at most ``chunk`` bytes.

    ``size`` is the number of plain bytes stated for what is read (``Member.bytes``); ``UNKNOWN``
    when nobody states it (then there must be steps). Empty steps: the first ``size`` bytes
    themselves. Never gives more than ``size`` nor than ``limit`` bytes. Raises DecodeError when
    coded bytes are broken, plain bytes are more or fewer than ``size``, or ``limit`` is passed;
    what was given before that must not be trusted.
    """
    plain = _plain(read_at, _folded(steps), size, chunk)
    given = 0
    for data in plain:
        given += len(data)
        _check_bounds(given, size, limit)
        yield data
    if size >= 0 and given != size:
        raise DecodeError(Fault.SIZE, f"{size} bytes stated, {given} there")


def read(read_at: ReadAt, steps: tuple[Step, ...], *, size: int, limit: int | None = None) -> bytes:
    """Give all plain bytes reached through ``steps`` at once; terms and errors as ``stream``.

    One stored step is one ``read_at``; one deflate step of up to 4 MiB is one inflate call.
    """
    if len(steps) == 1 and size >= 0 and steps[0].offset >= 0:
        step = steps[0]
        if step.method is Method.STORED and step.length == size:
            if limit is not None and size > limit:
                raise DecodeError(Fault.LIMIT, f"{size} bytes, {limit} allowed")
            return read_at(step.offset, size)
        if step.method is Method.DEFLATE and step.length <= ONE_CALL_BYTES:
            return _inflate(read_at(step.offset, step.length), size, limit)
    return b"".join(stream(read_at, steps, size=size, limit=limit))


def nested(
    read_at: ReadAt,
    steps: tuple[Step, ...],
    *,
    size: int,
    spool_max: int = 64 << 20,
    limit: int | None = None,
) -> BinaryIO:
    """Give a seekable file of the plain bytes reached through ``steps``.

    Stored bytes are a window on the source, nothing is copied; coded bytes are decoded once into
    memory, and into an unnamed temporary file beyond ``spool_max`` bytes. Terms and errors as
    ``stream``; coded bytes raise here, at once. The caller closes it.
    """
    folded = _folded(steps)
    if not folded:
        return cast(BinaryIO, Window(read_at, 0, size))
    if len(folded) == 1 and folded[0].method is Method.STORED:
        length = folded[0].length
        _check_bounds(length, size, limit)
        if size >= 0 and length != size:
            raise DecodeError(Fault.SIZE, f"{size} bytes stated, {length} there")
        return cast(BinaryIO, Window(read_at, folded[0].offset, length))
    spool = tempfile.SpooledTemporaryFile(max_size=spool_max)  # noqa: SIM115 (handed to the caller)
    try:
        for data in stream(read_at, folded, size=size, limit=limit):
            spool.write(data)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return cast(BinaryIO, spool)


class Window(io.RawIOBase):
    """A seekable read-only file of ``length`` bytes at ``offset`` of a source; copies nothing."""

    def __init__(self, read_at: ReadAt, offset: int, length: int) -> None:
        super().__init__()
        self._read_at = read_at
        self._offset = offset
        self._length = length
        self._place = 0

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place (as ``io.IOBase.seek``); ValueError before the start."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence]
        if base + offset < 0:
            raise ValueError("a place before the start of the window")
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        """The place, in bytes from the window's start."""
        return self._place

    def read(self, size: int | None = -1) -> bytes:
        """Up to ``size`` bytes (all that is left when negative), fewer only at the end."""
        left = max(0, self._length - self._place)
        wanted = left if size is None or size < 0 else min(size, left)
        data = self._read_at(self._offset + self._place, wanted) if wanted else b""
        self._place += len(data)
        return data

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer``; gives the number of bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _check_bounds(given: int, size: int, limit: int | None) -> None:
    if limit is not None and given > limit:
        raise DecodeError(Fault.LIMIT, f"more than the {limit} bytes allowed")
    if 0 <= size < given:
        raise DecodeError(Fault.SIZE, f"more than the {size} bytes stated")


def _folded(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The same steps with each stored step folded into the one after it."""
    if len(steps) < 2:
        return steps
    folded: list[Step] = [steps[0]]
    for step in steps[1:]:
        under = folded[-1]
        if under.method is Method.STORED:
            if step.offset < 0 or step.offset + step.length > under.length:
                raise DecodeError(Fault.OUTSIDE, f"{step} does not lie inside {under}")
            folded[-1] = Step(under.offset + step.offset, step.length, step.method)
        else:
            folded.append(step)
    return tuple(folded)


def _plain(read_at: ReadAt, steps: tuple[Step, ...], size: int, chunk: int) -> Iterator[bytes]:
    if not steps:
        return _window(read_at, 0, size, chunk)
    first = steps[0]
    plain = _decoded(_window(read_at, first.offset, first.length, chunk), first.method, chunk)
    for step in steps[1:]:
        plain = _decoded(_slice(plain, step.offset, step.length), step.method, chunk)
    return plain


def _window(read_at: ReadAt, offset: int, length: int, chunk: int) -> Iterator[bytes]:
    if offset < 0 or length < 0:
        raise DecodeError(Fault.OUTSIDE, f"{length} bytes at {offset}")
    end = offset + length
    while offset < end:
        yield read_at(offset, min(chunk, end - offset))
        offset += chunk


def _slice(plain: Iterator[bytes], offset: int, length: int) -> Iterator[bytes]:
    """The ``length`` bytes at ``offset`` of a stream; what lies behind is never decoded."""
    if offset < 0 or length < 0:
        raise DecodeError(Fault.OUTSIDE, f"{length} bytes at {offset}")
    skip, left = offset, length
    while left:
        data = next(plain, None)
        if data is None:
            raise DecodeError(Fault.OUTSIDE, f"{length} bytes at {offset} go past the end")
        if skip >= len(data):
            skip -= len(data)
            continue
        data = data[skip : skip + left] if skip or left < len(data) else data
        skip = 0
        left -= len(data)
        yield data


def _inflate(data: bytes, size: int, limit: int | None) -> bytes:
    engine = deflate()
    # One byte more than stated is asked for, so that a longer stream shows itself.
    most = min(size if limit is None else min(size, limit), _ONE_CALL_MOST)
    try:
        plain = engine.decompress(data, most + 1)
    except CodecError as error:
        raise DecodeError(Fault.BROKEN, str(error)) from error
    _check_bounds(len(plain), size, limit)
    if not engine.eof:
        raise DecodeError(Fault.TRUNCATED, "the coded bytes end before their end mark")
    if len(plain) != size:
        raise DecodeError(Fault.SIZE, f"{size} bytes stated, {len(plain)} there")
    if engine.unused_data:
        raise DecodeError(Fault.TRAILING, f"{len(engine.unused_data)} bytes behind the end mark")
    return plain


_STREAMS: dict[Method, tuple[Callable[[], Engine], bytes]] = {
    Method.GZIP: (gzip, b"\x1f\x8b"),
    Method.BZIP2: (bzip2, b"BZh"),
    Method.XZ: (xz, b"\xfd7zXZ\0"),
}


def _decoded(coded: Iterator[bytes], method: Method, chunk: int) -> Iterator[bytes]:
    if method is Method.STORED:
        return coded
    if method is Method.DEFLATE:
        return _decode(coded, deflate, None, chunk)
    make, mark = _STREAMS[method]
    return _decode(coded, make, mark, chunk)


def _decode(
    coded: Iterator[bytes], make: Callable[[], Engine], mark: bytes | None, chunk: int
) -> Iterator[bytes]:
    """Decode one stream; with a ``mark``, many one after another, and zero padding (as on tapes).

    Bytes behind the end that do not begin with the mark are no further stream but trailing ones.
    """
    engine, ended, head = make(), False, b""
    for data in coded:
        while data or not (engine.eof or engine.needs_input):
            if engine.eof:
                data = data if mark is None else data.lstrip(b"\0")
                if not data:
                    break
                if mark is None:
                    raise DecodeError(Fault.TRAILING, f"{len(data)} bytes behind the end mark")
                engine, ended, head = make(), True, b""
            if ended and mark is not None and len(head) < len(mark):
                head += data[: len(mark) - len(head)]
                if not mark.startswith(head):
                    raise DecodeError(Fault.TRAILING, "other bytes behind the end mark")
            try:
                plain = engine.decompress(data, chunk)
            except CodecError as error:
                limit = "limit" in str(error).lower()
                raise DecodeError(Fault.LIMIT if limit else Fault.BROKEN, str(error)) from error
            if plain:
                yield plain
            data = engine.unused_data if engine.eof else b""
    if not engine.eof:
        raise DecodeError(Fault.TRUNCATED, "the coded bytes end before their end mark")
