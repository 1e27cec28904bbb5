# SPDX-License-Identifier: Apache-2.0
"""A store in a bucket: large files under their final keys, read back, the closing file last."""

from __future__ import annotations

import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from urllib.parse import quote

import msgspec

from emanet.model.errors import (
    AlreadyThere,
    NotThere,
    StorageError,
    StoreAway,
    StoreBroken,
    UsageError,
)
from emanet.storage.stores.bucket import Bucket
from emanet.storage.stores.interface import (
    check_key,
    check_last,
    check_prefix,
    check_range,
)

SMALL = 8 << 20
"""Files up to this size are put in one call; only such a file can close a tree."""

_HELD = 64 << 20


class Intent(msgspec.Struct, frozen=True):
    """What a draft leaves beside the store while it is open: the lock of its prefix, and what a
    sweep needs to know. ``names`` are put or about to be put; the tree is whole when ``done``, or
    when ``closing`` exists; ``owner`` is the store instance that opened it.
    """

    prefix: str
    owner: str
    names: tuple[str, ...] = ()
    closing: str = ""
    done: bool = False


class S3Store:
    """Keys below ``prefix`` in a bucket; drafts leave their intents below ``<prefix>.staging``.

    It rests on three things that every S3-compatible service was seen to keep: a put of a file
    under a key of its own, reading it back, and one small put with If-None-Match: *. Everything
    put is read back and compared by size and SHA-256.

    Weaker than a disk: a key may lie below another key; a put of more than ``SMALL`` bytes may
    replace a key that another writer puts in the same moment (where the service does not honour
    the condition on a multipart upload).
    """

    def __init__(self, bucket: Bucket, prefix: str) -> None:
        self.bucket = bucket
        self._top = check_key(prefix) + "/"
        self._intents = prefix + ".staging/"
        # Not a clock but a mark that no other instance has.
        self._owner = f"{os.uname().nodename}:{os.getpid()}:{time.monotonic_ns()}"
        self._unanswered: set[str] = set()

    def full(self, key: str) -> str:
        """The key in the bucket."""
        return self._top + check_key(key)

    # reading

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """See ``interface.Store.read``; one range request."""
        return b"".join(self.stream(key, offset, length))

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See ``interface.Store.stream``; one range request."""
        check_range(offset, length)
        return self.bucket.get(self.full(key), offset, length)

    def size(self, key: str) -> int:
        """See ``interface.Store.size``."""
        return self.bucket.head(self.full(key))

    def exists(self, key: str) -> bool:
        """See ``interface.Store.exists``."""
        try:
            self.size(key)
        except NotThere:
            return False
        return True

    def list(self, prefix: str = "") -> Iterator[str]:
        """See ``interface.Store.list``.

        The services order keys differently, so all are held to be sorted: some 150 bytes each.
        """
        start = self._top + (check_prefix(prefix) and prefix + "/")
        hidden = set(self._unfinished())
        keys = [key[len(self._top) :] for key in self.bucket.keys(start) if not key.endswith("/")]
        hidden.update(self._unfinished())
        if hidden:
            folders = tuple(prefix + "/" for prefix in hidden)
            keys = [key for key in keys if not key.startswith(folders)]
        return iter(sorted(keys))

    def _unfinished(self) -> Iterator[str]:
        """The prefixes of trees of which something is there, and not all."""
        for _, intent in self.intents():
            if intent.names and not self._whole(intent):
                yield intent.prefix

    def intents(self) -> Iterator[tuple[str, Intent]]:
        """The open drafts of all writers: the key of the intent, and what it says."""
        for key in self.bucket.keys(self._intents):
            with suppress(NotThere):  # committed meanwhile
                data = b"".join(self.bucket.get(key))
                try:
                    yield key, msgspec.json.decode(data, type=Intent)
                except msgspec.DecodeError as error:
                    raise StoreBroken(f"{key} is not an intent.", f"{key} anlaşılmıyor.") from error

    def _whole(self, intent: Intent) -> bool:
        closing = intent.closing and f"{intent.prefix}/{intent.closing}"
        return intent.done or bool(closing and self.exists(closing))

    # writing

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Store.put``; in parts when it is large, and read back."""
        full = self.full(key)
        if self.exists(key):
            raise AlreadyThere(f"{key} is there already.", f"{key} zaten var.")
        small, rest = first_bytes(chunks)
        if rest is None:
            self.bucket.put_new(full, small)
            check, size = hashlib.sha256(small).digest(), len(small)
        else:
            seen = _Hashed(chain((small,), rest))
            self.bucket.put_parts(full, seen, new=True)
            check, size = seen.digest(), seen.size
        try:
            self.compare(full, size, check)
        except StoreBroken:
            with suppress(StorageError):
                self.bucket.remove(full)
            raise
        return size

    def compare(self, full: str, size: int, sha256: bytes) -> None:
        """Read a key back; StoreBroken when it is not what was put."""
        back = _Hashed(self.bucket.get(full))
        for _ in back:
            pass
        if back.size != size or back.digest() != sha256:
            raise StoreBroken(
                f"{full} reads back otherwise than it was put.",
                f"{full} yazıldığından farklı okunuyor.",
            )

    def delete(self, key: str) -> None:
        """See ``interface.Store.delete``."""
        self.size(key)
        self.bucket.remove(self.full(key))

    def draft(self, prefix: str) -> S3Draft:
        """See ``interface.Store.draft``.

        AlreadyThere at once when a tree is there, or when another draft of this prefix is open
        (or was, in a run that died: ``sweep`` closes it).
        """
        check_key(prefix)
        self._require_free(prefix)
        where = self._intents + quote(prefix, safe="")
        intent = Intent(prefix, self._owner)
        try:
            self.bucket.put_new(where, msgspec.json.encode(intent))
        except StoreAway:
            self._unanswered.add(prefix)
            raise
        except AlreadyThere:
            # After a lost answer our own mark may stand there.
            if prefix not in self._unanswered or intent not in [i for _, i in self.intents()]:
                raise
        self._unanswered.discard(prefix)
        try:
            self._require_free(prefix)  # another draft may have ended in between
        except AlreadyThere:
            self.bucket.remove(where)
            raise
        return S3Draft(self, intent, where)

    def _require_free(self, prefix: str) -> None:
        if self.exists(prefix) or any(True for _ in self.bucket.keys(self.full(prefix) + "/")):
            raise AlreadyThere(f"{prefix} is there already.", f"{prefix} zaten var.")

    def sweep(self) -> tuple[str, ...]:
        """See ``interface.Store.sweep``: drafts of dead runs and their unfinished uploads.

        Only names that the dead run itself had put are taken away.
        """
        gone = []
        for where, intent in tuple(self.intents()):
            if intent.names and not self._whole(intent):
                for name in intent.names:
                    self.bucket.remove(self.full(f"{intent.prefix}/{name}"))
                gone.append(intent.prefix)
            self.bucket.remove(where)
        for full, upload in self.bucket.uploads(self._top):
            self.bucket.abort(full, upload)
            gone.append(full[len(self._top) :])
        return tuple(sorted(set(gone)))


class S3Draft:
    """A tree put under its final keys, invisible until its closing file; see ``interface.Draft``.

    Small files wait in memory (at most 64 MiB of them, else the oldest go) until the commit,
    which knows which of them must come last.
    """

    def __init__(self, store: S3Store, intent: Intent, where: str) -> None:
        self._store = store
        self._where = where
        self._intent = intent
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._names: set[str] = set()
        self._open = True
        self._last: tuple[str, ...] | None = None
        self._asked_to_close = False

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Draft.write``."""
        self._require_open()
        check_key(name)
        for other in self._names:
            if name == other or name.startswith(other + "/") or other.startswith(name + "/"):
                raise AlreadyThere(f"{other} is there already.", f"{other} zaten var.")
        small, rest = first_bytes(chunks)
        if rest is None:
            self._held[name] = small
            self._names.add(name)
            while sum(map(len, self._held.values())) > _HELD:
                oldest = next(iter(self._held))
                self._announce(oldest)
                self._put_held(oldest)
            return len(small)
        self._announce(name)
        full = self._full(name)
        seen = _Hashed(chain((small,), rest))
        self._store.bucket.put_parts(full, seen, new=False)
        self._store.compare(full, seen.size, seen.digest())
        self._names.add(name)
        return seen.size

    def _full(self, name: str) -> str:
        return self._store.full(f"{self._intent.prefix}/{name}")

    def _announce(self, *names: str, closing: str = "", done: bool = False) -> None:
        """Say in the intent what will be put next."""
        intent = Intent(
            self._intent.prefix,
            self._intent.owner,
            tuple(dict.fromkeys((*self._intent.names, *names))),
            closing,
            done,
        )
        self._store.bucket.put_over(self._where, msgspec.json.encode(intent))
        self._intent = intent

    def _put_held(self, name: str) -> None:
        data = self._held[name]
        self._store.bucket.put_over(self._full(name), data)
        self._store.compare(self._full(name), len(data), hashlib.sha256(data).digest())
        del self._held[name]

    def commit(self, last: tuple[str, ...] = ()) -> None:
        """See ``interface.Draft.commit``; may be called again after StoreAway."""
        self._require_open()
        check_last(self._names, last)
        if self._last is None:
            for name in last:
                if name not in self._held:
                    raise UsageError(
                        f"{name} is too large to close a tree.", f"{name} kapanış için çok büyük."
                    )
            self._last = last
        closing = last[-1] if last else ""
        self._announce(*self._held, closing=closing)
        for name in [*(n for n in self._held if n not in last), *last[:-1]]:
            if name in self._held:
                self._put_held(name)
        if closing:
            self._close(closing)
        else:
            self._announce(done=True)
        self._open = False
        with suppress(StorageError):  # the next sweep tidies it away
            self._store.bucket.remove(self._where)

    def _close(self, name: str) -> None:
        """Put the closing file, if nobody has put it before."""
        full = self._full(name)
        data = self._held[name]
        again, self._asked_to_close = self._asked_to_close, True
        try:
            self._store.bucket.put_new(full, data)
        except AlreadyThere:
            # Only a lost answer to our own first try makes this the same tree.
            if not again or b"".join(self._store.bucket.get(full)) != data:
                raise
        try:
            self._store.compare(full, len(data), hashlib.sha256(data).digest())
        except StoreBroken:
            with suppress(StorageError):
                self._store.bucket.remove(full)
            raise

    def abandon(self) -> None:
        """See ``interface.Draft.abandon``: what was put is taken away again.

        Once the closing file was asked for, it may arrive even after an error: then nothing is
        taken away here, and the next sweep decides by whether it is there.
        """
        if not self._open:
            return
        if not self._asked_to_close:
            for name in self._intent.names:
                self._store.bucket.remove(self._full(name))
            self._store.bucket.remove(self._where)
        self._open = False

    def _require_open(self) -> None:
        if not self._open:
            raise UsageError("This draft is closed.", "Bu taslak kapandı.")

    def __enter__(self) -> S3Draft:
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(StorageError):  # the next sweep takes what is left
            self.abandon()


class _Hashed:
    """Passes chunks through once, and knows their size and SHA-256 afterwards."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._sha256 = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._sha256.update(chunk)
            self.size += len(chunk)
            yield chunk

    def digest(self) -> bytes:
        """The SHA-256 of what has passed."""
        return self._sha256.digest()


def first_bytes(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """The first bytes, at least ``SMALL`` of them if there are more, and the rest of the chunks;
    None for the rest when ``SMALL`` bytes or fewer were all.
    """
    rest = iter(chunks)
    taken: list[bytes] = []
    size = 0
    for chunk in rest:
        taken.append(chunk)
        size += len(chunk)
        if size > SMALL:
            return b"".join(taken), rest
    return b"".join(taken), None
