# SPDX-License-Identifier: Apache-2.0
"""A store that goes wrong on order: flips bits, runs full, dies or fails at step N."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from emanet.model.errors import StoreFull
from emanet.storage.stores.disk import store_error
from emanet.storage.stores.interface import Draft, Step, Store


class Flip(msgspec.Struct, frozen=True):
    """One rotten bit: ``bit`` (0 to 7) of the byte at ``offset`` of ``key`` reads inverted."""

    key: str
    offset: int
    bit: int = 0


class FaultyStore:
    """Without orders, the store below and nothing else.

    ``flips`` are the bits that read wrongly; ``room`` is how many bytes may still be written
    before StoreFull; ``step`` is told (verb, key) before each put, chunk (``write``), commit and
    delete, and an OSError that it raises becomes the store's error (``faults.hook_from``).
    """

    def __init__(
        self,
        below: Store,
        *,
        flips: Iterable[Flip] = (),
        room: int | None = None,
        step: Step | None = None,
    ) -> None:
        self._below = below
        self._flips = tuple(flips)
        self._room = room
        self._step = step

    def announce(self, verb: str, place: str) -> None:
        """Tell the hook, and turn its OSError into the store's error."""
        if self._step is None:
            return
        try:
            self._step(verb, place)
        except OSError as error:
            raise store_error(error, place) from error

    def pass_in(self, key: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks, as long as there is room and no step fails."""
        for chunk in chunks:
            self.announce("write", key)
            if self._room is not None:
                if len(chunk) > self._room:
                    raise StoreFull(f"No space left at {key}.", f"{key} için yer kalmadı.")
                self._room -= len(chunk)
            yield chunk

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Store.put``."""
        self.announce("put", key)
        return self._below.put(key, self.pass_in(key, chunks))

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """See ``interface.Store.read``."""
        return self._rot(key, offset, self._below.read(key, offset, length))

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See ``interface.Store.stream``."""
        return self._rotting(key, offset, self._below.stream(key, offset, length))

    def _rotting(self, key: str, offset: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            yield self._rot(key, offset, piece)
            offset += len(piece)

    def _rot(self, key: str, offset: int, data: bytes) -> bytes:
        hit = [f for f in self._flips if f.key == key and 0 <= f.offset - offset < len(data)]
        if not hit:
            return data
        rotten = bytearray(data)
        for flip in hit:
            rotten[flip.offset - offset] ^= 1 << flip.bit
        return bytes(rotten)

    def size(self, key: str) -> int:
        """See ``interface.Store.size``."""
        return self._below.size(key)

    def exists(self, key: str) -> bool:
        """See ``interface.Store.exists``."""
        return self._below.exists(key)

    def list(self, prefix: str = "") -> Iterator[str]:
        """See ``interface.Store.list``."""
        return self._below.list(prefix)

    def delete(self, key: str) -> None:
        """See ``interface.Store.delete``."""
        self.announce("delete", key)
        self._below.delete(key)

    def draft(self, prefix: str) -> Draft:
        """See ``interface.Store.draft``."""
        return _FaultyDraft(self._below.draft(prefix), self, prefix)

    def sweep(self) -> tuple[str, ...]:
        """See ``interface.Store.sweep``."""
        return self._below.sweep()


class _FaultyDraft:
    """A draft whose files and commit go wrong as the store was told."""

    def __init__(self, below: Draft, store: FaultyStore, prefix: str) -> None:
        self._below = below
        self._store = store
        self._prefix = prefix

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Draft.write``."""
        return self._below.write(name, self._store.pass_in(f"{self._prefix}/{name}", chunks))

    def commit(self, last: tuple[str, ...] = ()) -> None:
        """See ``interface.Draft.commit``."""
        self._store.announce("commit", self._prefix)
        self._below.commit(last)

    def abandon(self) -> None:
        """See ``interface.Draft.abandon``."""
        self._below.abandon()

    def __enter__(self) -> _FaultyDraft:
        self._below.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._below.__exit__(*error)
