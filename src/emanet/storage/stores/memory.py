# SPDX-License-Identifier: Apache-2.0
"""A store in memory: the promises in their shortest form, for tests and small trials."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from emanet.model.errors import AlreadyThere, NotThere, UsageError
from emanet.storage.stores.interface import (
    CHUNK,
    check_key,
    check_last,
    check_prefix,
    check_range,
)


class MemoryStore:
    """Bytes in a dictionary; gone with the process, "durable" only as long as it lives."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Store.put``."""
        check_key(key)
        data = b"".join(chunks)
        self.add({key: data})
        return len(data)

    def add(self, files: dict[str, bytes]) -> None:
        """Add all or none; AlreadyThere when one, or a key that it would shadow, is there."""
        with self._lock:
            for key in files:
                refuse_shadow(self._held, key)
            self._held.update(files)

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """See ``interface.Store.read``."""
        check_range(offset, length)
        data = self._get(key)
        return data[offset : len(data) if length is None else offset + length]

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See ``interface.Store.stream``."""
        data = self.read(key, offset, length)
        return (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))

    def size(self, key: str) -> int:
        """See ``interface.Store.size``."""
        return len(self._get(key))

    def exists(self, key: str) -> bool:
        """See ``interface.Store.exists``."""
        return check_key(key) in self._held

    def list(self, prefix: str = "") -> Iterator[str]:
        """See ``interface.Store.list``; the keys of this moment."""
        start = check_prefix(prefix) and prefix + "/"
        with self._lock:
            keys = [key for key in self._held if key.startswith(start)]
        return iter(sorted(keys))

    def delete(self, key: str) -> None:
        """See ``interface.Store.delete``."""
        self._get(key)
        with self._lock:
            self._held.pop(key, None)

    def draft(self, prefix: str) -> MemoryDraft:
        """See ``interface.Store.draft``."""
        return MemoryDraft(self, check_key(prefix))

    def sweep(self) -> tuple[str, ...]:
        """See ``interface.Store.sweep``: a dead run leaves nothing here."""
        return ()

    def _get(self, key: str) -> bytes:
        try:
            return self._held[check_key(key)]
        except KeyError:
            raise NotThere(f"{key} is not there.", f"{key} yok.") from None


class MemoryDraft:
    """See ``interface.Draft``."""

    def __init__(self, store: MemoryStore, prefix: str) -> None:
        self._store = store
        self._prefix = prefix
        self._files: dict[str, bytes] = {}
        self._open = True

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Draft.write``."""
        self._require_open()
        refuse_shadow(self._files, check_key(name))
        data = b"".join(chunks)
        self._files[name] = data
        return len(data)

    def commit(self, last: tuple[str, ...] = ()) -> None:
        """See ``interface.Draft.commit``."""
        self._require_open()
        check_last(self._files, last)
        if any(True for _ in self._store.list(self._prefix)):
            raise AlreadyThere(f"{self._prefix} is there already.", f"{self._prefix} zaten var.")
        self._store.add({f"{self._prefix}/{name}": data for name, data in self._files.items()})
        self._open = False

    def abandon(self) -> None:
        """See ``interface.Draft.abandon``."""
        self._open = False
        self._files.clear()

    def _require_open(self) -> None:
        if not self._open:
            raise UsageError("This draft is closed.", "Bu taslak kapandı.")

    def __enter__(self) -> MemoryDraft:
        return self

    def __exit__(self, *error: object) -> None:
        self.abandon()


def refuse_shadow(held: Iterable[str], key: str) -> None:
    """AlreadyThere when ``key`` is held, or lies below a held key, or a held key below it."""
    below = key + "/"
    for other in held:
        if other == key or other.startswith(below) or key.startswith(other + "/"):
            raise AlreadyThere(f"{other} is there already.", f"{other} zaten var.")
