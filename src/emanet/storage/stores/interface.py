# SPDX-License-Identifier: Apache-2.0
"""What every store promises: nine verbs over keys, and drafts that appear whole or not at all.

A *key* is a path of one or more parts joined by "/" (see ``check_key``). A key holds bytes that
are written once: nothing here changes bytes in place.

What all stores raise (``emanet.model.errors``):

- ``AlreadyThere``  the key, or a key that it would shadow, exists; nothing was written
- ``NotThere``      the key does not exist
- ``StoreFull``     no space left; what was half written is taken away, the rest is untouched
- ``StoreBroken``   the device failed; nothing is acknowledged, and nobody tries again
- ``StoreAway``     the network store does not answer; the same call may be made again
- ``StoreRefuses``  read-only, or this identity may not do that
- ``UsageError``    the key or the range makes no sense

All stores may be used by several threads at once; a draft belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Protocol

from emanet.model.errors import UsageError

Step = Callable[[str, str], None]
"""Called with (verb, place) just before a durable step; may raise, or end the process.

A disk's verbs are ``open``, ``write``, ``fsync``, ``dirsync``, ``mkdir``, ``rename``, ``unlink``,
``rmdir`` and ``rmtree``; the faulty wrapper's are ``put``, ``write``, ``commit`` and ``delete``.
"""

CHUNK = 1 << 20
"""The most bytes that ``Store.stream`` hands out at once."""

_PART_BYTES = 255
_KEY_BYTES = 1024


class Draft(Protocol):
    """A tree of files in the making below one prefix: all of it appears, or nothing.

    ``with draft:`` abandons it at the end unless it was committed.
    """

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write one file of the tree; durable when it returns. Gives its size in bytes.

        ``name`` is a key relative to the draft's prefix. A name that was written before raises
        AlreadyThere. When it raises, the file is not part of the tree.
        """
        ...

    def commit(self, last: tuple[str, ...] = ()) -> None:
        """Make the tree visible and durable, in one step.

        ``last`` names files that tell a reader that the tree is whole (the root inventory and its
        sidecar). A disk renames the whole folder and needs no order. A bucket has no rename: it
        puts the names of ``last`` after all others, in this order, and the very last one only if
        nobody has put it before; until then ``Store.list`` does not show the tree, but its single
        keys can be read, so a reader begins at ``last[-1]``. A file named in ``last`` is small
        (at most 8 MiB).

        Raises AlreadyThere when a tree, or a part of one, is there; the draft can then only be
        abandoned. After StoreAway, and only then, commit may be called again.
        """
        ...

    def abandon(self) -> None:
        """Take away what was written. Idempotent; does nothing after a commit."""
        ...

    def __enter__(self) -> Draft: ...

    def __exit__(self, *error: object) -> None: ...


class Store(Protocol):
    """Bytes under keys, written once."""

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """Store the bytes under ``key``; atomic, and durable when it returns. Gives the size.

        AlreadyThere if the key exists, with whatever bytes. Not idempotent: after an error,
        ask ``exists``.
        """
        ...

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes from ``offset``, at most ``length`` of them (None: to the end).

        Shorter only where the file ends; nothing when ``offset`` is at or past the end.
        """
        ...

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The same bytes in pieces of at most ``CHUNK``; NotThere is raised by the call itself."""
        ...

    def size(self, key: str) -> int:
        """How many bytes the key holds."""
        ...

    def exists(self, key: str) -> bool:
        """Whether the key holds bytes (a mere prefix of keys does not)."""
        ...

    def list(self, prefix: str = "") -> Iterator[str]:
        """The keys below ``prefix`` ("" for all), in the order of their UTF-8 bytes.

        ``list("a")`` gives ``a/b`` and not ``ab``. Trees still in the making are not shown.
        """
        ...

    def delete(self, key: str) -> None:
        """Take the key away, durably; NotThere if it is not there. May raise StoreRefuses."""
        ...

    def draft(self, prefix: str) -> Draft:
        """Begin a tree below ``prefix``, which appears by ``commit``.

        A bucket raises AlreadyThere here, and not in ``commit``, when a tree is there or another
        draft of this prefix is open.
        """
        ...

    def sweep(self) -> tuple[str, ...]:
        """Take away what a dead run left half made; gives its names, sorted.

        Call it only while holding the archive's lock (``locks.exclusive``). Drafts of a living
        process on the same disk are left alone; a bucket cannot know who is alive.
        """
        ...


def check_key(key: str) -> str:
    """The key itself, if it is one; UsageError otherwise.

    Parts are joined by "/", none is empty, "." or "..", none has a NUL or a backslash or more
    than 255 bytes; the whole is valid UTF-8 of at most 1,024 bytes (S3's limit).
    """
    try:
        raw = key.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"A key must be valid Unicode: {key!r}.",
            f"Anahtar geçerli Unicode olmalı: {key!r}.",
        ) from None
    parts = raw.split(b"/")
    if (
        len(raw) > _KEY_BYTES
        or b"\0" in raw
        or b"\\" in raw
        or any(p in (b"", b".", b"..") or len(p) > _PART_BYTES for p in parts)
    ):
        raise UsageError(f"This is not a key: {key!r}.", f"Bu bir anahtar değil: {key!r}.")
    return key


def check_prefix(prefix: str) -> str:
    """The prefix itself, if it is "" or a key; UsageError otherwise."""
    return check_key(prefix) if prefix else prefix


def check_last(names: Collection[str], last: tuple[str, ...]) -> None:
    """UsageError when a tree of these names is empty, or has not all the names of ``last``."""
    missing = [name for name in last if name not in names]
    if missing or not names:
        raise UsageError(
            f"The tree lacks {', '.join(missing) or 'any file'}.",
            f"Ağaçta eksik: {', '.join(missing) or 'hiç dosya yok'}.",
        )


def check_range(offset: int, length: int | None) -> None:
    """UsageError when a range is negative."""
    if offset < 0 or (length is not None and length < 0):
        raise UsageError(
            f"Not a range: {offset}, {length}.", f"Geçerli bir aralık değil: {offset}, {length}."
        )
