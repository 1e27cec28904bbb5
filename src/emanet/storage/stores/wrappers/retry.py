# SPDX-License-Identifier: Apache-2.0
"""A store that asks again when the one below does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from emanet.model.errors import AlreadyThere, NotThere, StoreAway
from emanet.storage.stores.interface import Draft, Store

T = TypeVar("T")


class RetryStore:
    """Asks again, after a growing pause, when the store below is away (StoreAway), and only then.

    A verb is tried ``attempts`` times, with pauses of ``first``, 2 x ``first``, 4 x ``first`` …
    seconds through ``pause`` (``time.sleep``). A put or a file of a draft is tried again only
    when its chunks are a tuple or list; a stream that broke half way is taken up where it broke.
    A put that finds its own bytes in place after a lost answer has succeeded, and so has a
    delete that finds nothing.
    """

    def __init__(
        self,
        below: Store,
        pause: Callable[[float], None],
        *,
        attempts: int = 5,
        first: float = 0.2,
    ) -> None:
        self._below = below
        self._pause = pause
        self._attempts = attempts
        self._first = first

    def again(self, act: Callable[[], T]) -> T:
        """The result of ``act``, tried as often as this store tries; else its last StoreAway."""
        for attempt in range(self._attempts - 1):
            try:
                return act()
            except StoreAway:
                self._pause(self._first * 2**attempt)
        return act()

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Store.put``."""
        if not isinstance(chunks, tuple | list):
            return self._below.put(key, chunks)
        lost = False

        def act() -> int:
            nonlocal lost
            try:
                return self._below.put(key, chunks)
            except StoreAway:
                lost = True
                raise
            except AlreadyThere:
                data = b"".join(chunks)
                if lost and self._below.read(key) == data:
                    return len(data)
                raise

        return self.again(act)

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """See ``interface.Store.read``."""
        return self.again(lambda: self._below.read(key, offset, length))

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See ``interface.Store.stream``."""
        start = self.again(lambda: self._below.stream(key, offset, length))
        return self._pieces(start, key, offset, length)

    def _pieces(
        self, pieces: Iterator[bytes], key: str, offset: int, length: int | None
    ) -> Iterator[bytes]:
        failures = 0
        while True:
            try:
                piece = next(pieces, None)
            except StoreAway:
                failures += 1
                if failures >= self._attempts:
                    raise
                self._pause(self._first * 2 ** (failures - 1))
                at, rest = offset, length
                pieces = self.again(lambda: self._below.stream(key, at, rest))  # noqa: B023
                continue
            if piece is None:
                return
            failures = 0
            offset += len(piece)
            length = None if length is None else length - len(piece)
            yield piece

    def size(self, key: str) -> int:
        """See ``interface.Store.size``."""
        return self.again(lambda: self._below.size(key))

    def exists(self, key: str) -> bool:
        """See ``interface.Store.exists``."""
        return self.again(lambda: self._below.exists(key))

    def list(self, prefix: str = "") -> Iterator[str]:
        """See ``interface.Store.list``; read whole, so that it can be asked again."""
        return iter(self.again(lambda: tuple(self._below.list(prefix))))

    def delete(self, key: str) -> None:
        """See ``interface.Store.delete``."""
        lost = False

        def act() -> None:
            nonlocal lost
            try:
                self._below.delete(key)
            except StoreAway:
                lost = True
                raise
            except NotThere:
                if not lost:
                    raise

        self.again(act)

    def draft(self, prefix: str) -> Draft:
        """See ``interface.Store.draft``."""
        return _RetryDraft(self.again(lambda: self._below.draft(prefix)), self)

    def sweep(self) -> tuple[str, ...]:
        """See ``interface.Store.sweep``."""
        return self.again(self._below.sweep)


class _RetryDraft:
    """A draft whose files and commit are tried again."""

    def __init__(self, below: Draft, store: RetryStore) -> None:
        self._below = below
        self._store = store

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Draft.write``."""
        if not isinstance(chunks, tuple | list):
            return self._below.write(name, chunks)
        return self._store.again(lambda: self._below.write(name, chunks))

    def commit(self, last: tuple[str, ...] = ()) -> None:
        """See ``interface.Draft.commit``."""
        self._store.again(lambda: self._below.commit(last))

    def abandon(self) -> None:
        """See ``interface.Draft.abandon``."""
        self._store.again(self._below.abandon)

    def __enter__(self) -> _RetryDraft:
        self._below.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._below.__exit__(*error)
