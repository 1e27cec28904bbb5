# SPDX-License-Identifier: Apache-2.0
"""Reaching the bytes of a delivery: its files, the containers in them, the members in those.

What lies in memory is bounded: one small file of the drop area at a time. A coded container inside
a container is decoded once, to a temporary file beyond 64 MiB; a compressed TAR of the drop area is
read forward only, for its members are met in their order.
"""

from __future__ import annotations

import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import BinaryIO, Self, cast

import msgspec

from emanet.formats.containers.entries import Limits
from emanet.ingest.dropbox import Drop, DropFile
from emanet.model.delivery import Method, RawBytes, Step
from emanet.model.errors import SourceChanged
from emanet.octets.steps import UNKNOWN, DecodeError, Fault, ReadAt, nested, reader, stream

Opener = Callable[[DropFile], BinaryIO]
"""Opens a file of a drop for reading, seekable; it goes to the workers, so it must pickle."""

MEMORY_BYTES = 64 << 20
_CONTAINERS_OPEN = 8


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of a delivery before its bytes are read.

    As ``model.delivery.Member``; ``inner`` leads to it from the first byte of its own container
    (``parent``), ``crc32`` is what the container states, if it does. ``container``: it is listed
    itself. ``opaque``: its coding is not known, its bytes are taken as they are.
    """

    ordinal: int
    name: str
    payload: int
    bytes: int
    parent: int | None = None
    raw_name: RawBytes = b""
    steps: tuple[Step, ...] = ()
    inner: tuple[Step, ...] = ()
    crc32: int | None = None
    container: bool = False
    opaque: bool = False


def open_path(file: DropFile) -> BinaryIO:
    """Open a file of the drop area by its path; never through a link.

    Raises SourceChanged when it is not what was discovered, OSError when it cannot be opened.
    """
    handle = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    opened = os.fdopen(handle, "rb")
    try:
        check_unchanged(file, opened)
    except SourceChanged:
        opened.close()
        raise
    return opened


def check_unchanged(file: DropFile, opened: BinaryIO) -> None:
    """Raise SourceChanged when an open file has another size or age than was discovered."""
    try:
        seen = os.fstat(opened.fileno())
    except OSError:
        return  # no file of the system: it is as long as it says
    if (seen.st_size, seen.st_mtime_ns) != (file.bytes, file.mtime_ns):
        raise SourceChanged(
            f"{file.name} changed while it was being read.",
            f"{file.name} okunurken değişti.",
        )


class Reach:
    """Opens what lies in a drop; a context manager, for one thread.

    ``containers`` are those of the delivery that are known already.
    """

    def __init__(
        self, drop: Drop, opener: Opener, limits: Limits, containers: Iterable[Found] = ()
    ) -> None:
        self._drop, self._opener, self._limits = drop, opener, limits
        self._containers = {found.ordinal: found for found in containers}
        self._payload: tuple[int, BinaryIO, ReadAt] | None = None
        self._stack = ExitStack()
        self._open: OrderedDict[tuple[int, bool], tuple[ReadAt, Callable[[], None]]] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(check=error is None)

    def learn(self, container: Found) -> None:
        """Take note of one more container."""
        self._containers[container.ordinal] = container

    def payload(self, index: int) -> tuple[BinaryIO, ReadAt]:
        """The open file of a payload, and its bytes by offset (from memory when it is small)."""
        if self._payload is None or self._payload[0] != index:
            self._leave(check=True)
            file = self._drop.files[index]
            opened = self._opener(file)
            read_at = reader(opened)
            if file.bytes <= MEMORY_BYTES:
                read_at = _in_memory(read_at(0, file.bytes))
            self._payload = (index, opened, read_at)
        return self._payload[1], self._payload[2]

    def container(self, ordinal: int) -> ReadAt:
        """The plain bytes of a container, by offset. Raises DecodeError when it does not decode."""
        found = self._containers[ordinal]
        if found.parent is None:
            return self.payload(found.payload)[1]
        key = (ordinal, False)
        if key not in self._open:
            file = self.open_container(found)
            self._keep(key, reader(file), file.close)
        self._open.move_to_end(key)
        return self._open[key][0]

    def open_container(self, found: Found) -> BinaryIO:
        """A seekable file of a member that is a container itself; the caller closes it.

        Raises DecodeError when it does not decode or is larger than allowed.
        """
        read_at, steps = self.member(found)
        limit = self._limits.nested_bytes
        if not isinstance(read_at, Forward):
            return nested(read_at, steps, size=found.bytes, spool_max=MEMORY_BYTES, limit=limit)
        spool = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 (handed over)
        for chunk in stream(read_at, steps, size=found.bytes, limit=limit):
            spool.write(chunk)
        return cast(BinaryIO, spool)

    def member(self, found: Found) -> tuple[ReadAt, tuple[Step, ...]]:
        """Where to read a member: bytes by offset, and the steps from there."""
        if found.parent is None:
            return self.payload(found.payload)[1], ()
        read_at = self.container(found.parent)
        first = found.inner[0]
        if len(found.inner) == 1 or first.method is Method.STORED:  # not inside a compressed TAR
            return read_at, found.inner
        key = (found.parent, True)
        if key not in self._open:
            self._keep(key, Forward(read_at, first), lambda: None)
        self._open.move_to_end(key)
        return self._open[key][0], found.inner[1:]

    def _keep(self, key: tuple[int, bool], read_at: ReadAt, close: Callable[[], None]) -> None:
        self._open[key] = (read_at, close)
        while len(self._open) > _CONTAINERS_OPEN:
            self._open.popitem(last=False)[1][1]()

    def _leave(self, *, check: bool) -> None:
        for _, close in self._open.values():
            close()
        self._open.clear()
        if self._payload is not None:
            index, opened, _ = self._payload
            self._payload = None
            with opened:
                if check:
                    check_unchanged(self._drop.files[index], opened)


class Forward:
    """Plain bytes of a coded stream by offset (a ReadAt): forward is cheap, back begins anew.

    Raises DecodeError when the coded bytes are broken or end too early.
    """

    def __init__(self, read_at: ReadAt, step: Step) -> None:
        self._read_at, self._step = read_at, step
        self._begin()

    def _begin(self) -> None:
        self._chunks = stream(self._read_at, (self._step,), size=UNKNOWN)
        self._chunk = b""
        self._start = 0  # where the chunk at hand begins in the plain bytes

    def __call__(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` plain bytes at ``offset``."""
        if offset < self._start:
            self._begin()
        parts: list[bytes] = []
        while length:
            inside = offset - self._start
            if inside >= len(self._chunk):
                self._start += len(self._chunk)
                self._chunk = b""
                self._chunk = next(self._chunks, b"")
                if not self._chunk:
                    raise DecodeError(Fault.OUTSIDE, f"{length} bytes at {offset}, past the end")
                continue
            part = self._chunk[inside : inside + length]
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return b"".join(parts)


def _in_memory(data: bytes) -> ReadAt:
    def read_at(offset: int, length: int) -> bytes:
        part = data[offset : offset + length]
        if len(part) != length:
            raise DecodeError(Fault.OUTSIDE, f"{length} bytes at {offset}, {len(part)} there")
        return part

    return read_at
