# SPDX-License-Identifier: Apache-2.0
"""A store that counts what it is asked for: calls by verb, bytes in and out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from emanet.storage.stores.interface import Draft, Store


class Reading(msgspec.Struct, frozen=True):
    """A meter's reading: calls by verb, and bytes that went in and came out."""

    calls: dict[str, int]
    bytes_in: int
    bytes_out: int


class Meter:
    """Counts for several threads."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._in = self._out = 0
        self._lock = threading.Lock()

    def call(self, verb: str) -> None:
        """Count one call."""
        with self._lock:
            self._calls[verb] += 1

    def came_in(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks, counted as they pass into the store."""
        for chunk in chunks:
            with self._lock:
                self._in += len(chunk)
            yield chunk

    def went_out(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same chunks, counted as they come out of the store."""
        for chunk in chunks:
            with self._lock:
                self._out += len(chunk)
            yield chunk

    def reading(self) -> Reading:
        """What was counted so far."""
        with self._lock:
            return Reading(dict(self._calls), self._in, self._out)


class MeteredStore:
    """Passes every call on and counts it; ``meter.reading()`` tells.

    Bytes are counted when they pass, also those of a put that fails in the end.
    """

    def __init__(self, below: Store, meter: Meter) -> None:
        self._below = below
        self.meter = meter

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Store.put``."""
        self.meter.call("put")
        return self._below.put(key, self.meter.came_in(chunks))

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """See ``interface.Store.read``."""
        self.meter.call("read")
        (data,) = self.meter.went_out(iter((self._below.read(key, offset, length),)))
        return data

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See ``interface.Store.stream``."""
        self.meter.call("stream")
        return self.meter.went_out(self._below.stream(key, offset, length))

    def size(self, key: str) -> int:
        """See ``interface.Store.size``."""
        self.meter.call("size")
        return self._below.size(key)

    def exists(self, key: str) -> bool:
        """See ``interface.Store.exists``."""
        self.meter.call("exists")
        return self._below.exists(key)

    def list(self, prefix: str = "") -> Iterator[str]:
        """See ``interface.Store.list``."""
        self.meter.call("list")
        return self._below.list(prefix)

    def delete(self, key: str) -> None:
        """See ``interface.Store.delete``."""
        self.meter.call("delete")
        self._below.delete(key)

    def draft(self, prefix: str) -> Draft:
        """See ``interface.Store.draft``."""
        self.meter.call("draft")
        return _MeteredDraft(self._below.draft(prefix), self.meter)

    def sweep(self) -> tuple[str, ...]:
        """See ``interface.Store.sweep``."""
        self.meter.call("sweep")
        return self._below.sweep()


class _MeteredDraft:
    """A draft whose files and commit are counted."""

    def __init__(self, below: Draft, meter: Meter) -> None:
        self._below = below
        self._meter = meter

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Draft.write``."""
        self._meter.call("write")
        return self._below.write(name, self._meter.came_in(chunks))

    def commit(self, last: tuple[str, ...] = ()) -> None:
        """See ``interface.Draft.commit``."""
        self._meter.call("commit")
        self._below.commit(last)

    def abandon(self) -> None:
        """See ``interface.Draft.abandon``."""
        self._meter.call("abandon")
        self._below.abandon()

    def __enter__(self) -> _MeteredDraft:
        self._below.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._below.__exit__(*error)
