# SPDX-License-Identifier: Apache-2.0
"""A store that can be read and not changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emanet.model.errors import StoreRefuses
from emanet.storage.stores.interface import Draft, Store


class ReadOnlyStore:
    """Reads what the store below holds; whatever would change it raises StoreRefuses."""

    def __init__(self, below: Store) -> None:
        self._below = below

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """Refused."""
        raise self._refusal()

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """See ``interface.Store.read``."""
        return self._below.read(key, offset, length)

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See ``interface.Store.stream``."""
        return self._below.stream(key, offset, length)

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
        """Refused."""
        raise self._refusal()

    def draft(self, prefix: str) -> Draft:
        """Refused."""
        raise self._refusal()

    def sweep(self) -> tuple[str, ...]:
        """Refused."""
        raise self._refusal()

    def _refusal(self) -> StoreRefuses:
        return StoreRefuses("This store is read-only.", "Bu depo salt okunur.")
