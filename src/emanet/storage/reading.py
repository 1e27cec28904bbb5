# SPDX-License-Identifier: Apache-2.0
"""Reading sealed bytes by locator: by offset, with decoded containers kept for a while."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from emanet.model.delivery import Method, Step
from emanet.model.errors import DamageError
from emanet.model.stored import Locator
from emanet.octets import steps as reach
from emanet.octets.digests import crc32 as crc_of
from emanet.storage.ocfl.inventory import CONTENT
from emanet.storage.ocfl.layout import place
from emanet.storage.stores.interface import Store

KEPT = 4
CHUNK = 1 << 20


class Reader:
    """Reads what locators point to; may be used by several threads.

    A member inside coded bytes (a ZIP deflated inside a ZIP, a compressed TAR) needs its container
    decoded: the last ``KEPT`` of them stay decoded, in memory up to 64 MiB each, beyond that in
    unnamed temporary files.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._nested: OrderedDict[tuple[str, tuple[Step, ...]], BinaryIO] = OrderedDict()
        self._lock = threading.Lock()
        weakref.finalize(self, _close, self._nested)

    def read(self, locator: Locator, size: int, crc32: int | None = None) -> bytes:
        """All ``size`` plain bytes at once; see ``stream``. ``crc32`` is compared when given."""
        try:
            read_at, steps = self._reach(locator)
            data = reach.read(read_at, steps, size=size)
        except reach.DecodeError as error:
            raise _damaged(locator, str(error)) from error
        if crc32 is not None and crc_of(data) != crc32:
            raise _damaged(locator, "its checksum is another")
        return data

    def stream(self, locator: Locator, size: int) -> Iterator[bytes]:
        """The ``size`` plain bytes that a locator points to, in pieces of at most one MiB.

        Raises NotThere when the object or file is not there, DamageError when the bytes cannot be
        decoded or are more or fewer.
        """
        try:
            read_at, steps = self._reach(locator)
            if all(step.method is Method.STORED for step in locator.steps):
                yield from self._stored(locator, steps, size)
            else:
                yield from reach.stream(read_at, steps, size=size, chunk=CHUNK)
        except reach.DecodeError as error:
            raise _damaged(locator, str(error)) from error

    def _stored(self, locator: Locator, steps: tuple[Step, ...], size: int) -> Iterator[bytes]:
        """Bytes that lie in the file as they are: one request to the store, however many."""
        offset, length = (steps[0].offset, steps[0].length) if steps else (0, size)
        key = f"{place(locator.object).prefix}/{CONTENT}{locator.path}"
        given = 0
        for chunk in self._store.stream(key, offset, length):
            given += len(chunk)
            yield chunk
        if given != size:
            raise reach.DecodeError(reach.Fault.SIZE, f"{size} bytes stated, {given} there")

    def _reach(self, locator: Locator) -> tuple[reach.ReadAt, tuple[Step, ...]]:
        """Where to read, and the at most one step that is left from there."""
        steps = fold(locator.steps)
        key = f"{place(locator.object).prefix}/{CONTENT}{locator.path}"
        if len(steps) > 1:
            return partial(self._read_nested, key, steps[:-1]), steps[-1:]
        return partial(self._read_key, key), steps

    def _read_key(self, key: str, offset: int, length: int) -> bytes:
        data = self._store.read(key, offset, length)
        if len(data) != length:
            raise reach.DecodeError(
                reach.Fault.OUTSIDE, f"{length} bytes at {offset}, {len(data)} there"
            )
        return data

    def _read_nested(self, key: str, steps: tuple[Step, ...], offset: int, length: int) -> bytes:
        """Read out of the container that the steps decode to, decoding it when it is not kept."""
        with self._lock:
            file = self._nested.pop((key, steps), None)
            if file is None:
                file = reach.nested(partial(self._read_key, key), steps, size=reach.UNKNOWN)
            self._nested[key, steps] = file
            while len(self._nested) > KEPT:
                self._nested.popitem(last=False)[1].close()
            return reach.reader(file)(offset, length)


def _close(nested: OrderedDict[tuple[str, tuple[Step, ...]], BinaryIO]) -> None:
    for file in nested.values():
        file.close()
    nested.clear()


def fold(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The same place by fewer steps: each stored step is added to the one after it.

    Raises DecodeError when a step does not lie inside the one before it.
    """
    if len(steps) < 2:
        return steps
    folded = [steps[0]]
    for step in steps[1:]:
        under = folded[-1]
        if under.method is Method.STORED:
            if step.offset < 0 or step.offset + step.length > under.length:
                raise reach.DecodeError(reach.Fault.OUTSIDE, f"{step} is not inside {under}")
            folded[-1] = Step(under.offset + step.offset, step.length, step.method)
        else:
            folded.append(step)
    return tuple(folded)


def _damaged(locator: Locator, why: str) -> DamageError:
    what = f"{locator.object}/{locator.path}"
    return DamageError(
        f"A member of {what} cannot be read: {why}.", f"{what} içindeki bir üye okunamıyor: {why}."
    )
