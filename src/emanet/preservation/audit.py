# SPDX-License-Identifier: Apache-2.0
"""Audit: every byte of a sealed object against what was sealed, damage named to the member."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from emanet.model.errors import DamageError, NotThere, StoreBroken
from emanet.model.stored import ArticleLine, AuditLine, Damage, MemberLine
from emanet.storage import lines
from emanet.storage.archive import Archive
from emanet.storage.ocfl import inventory as inv
from emanet.storage.ocfl.layout import ObjectRef, place
from emanet.storage.stores.interface import Store
from emanet.storage.watch import Watch

BLOCK = 64 << 10
"""Where a device cannot read, the damage is looked for in blocks of this many bytes."""
PIECE = 1 << 20


def audit(
    archive: Archive,
    order: Iterable[str],
    budget_s: float | None,
    ticks: Callable[[], float],
    now: Callable[[], str],
    *,
    threads: int = 2,
) -> Iterator[AuditLine]:
    """Audit objects in the order given (longest unchecked first), until done or out of time.

    ``order`` are object ids; ``budget_s`` seconds (None: no limit), measured by ``ticks``; an
    object once begun is read to its end. ``now`` gives the moment as RFC 3339. ``threads`` objects
    are read at a time; results come in the order given, so that whoever keeps them can go on later
    with the rest. Memory does not grow with the archive nor with its objects, as long as they are
    sound. Raises StoreAway when the store does not answer.
    """
    started = ticks()
    waiting: deque[Future[AuditLine]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="emanet-audit") as pool:
        try:
            for object_id in order:
                if len(waiting) >= threads:
                    yield waiting.popleft().result()
                if budget_s is not None and ticks() - started >= budget_s:
                    break
                waiting.append(pool.submit(audit_object, archive, object_id, now))
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def audit_object(archive: Archive, object_id: str, now: Callable[[], str]) -> AuditLine:
    """Audit one object; its line says how many bytes were read and what was found damaged."""
    found = _Auditor(archive.store, place(object_id))
    found.read_all()
    return AuditLine(object_id, now(), found.bytes, tuple(found.damages))


class _Auditor:
    """Reads one object whole."""

    def __init__(self, store: Store, reference: ObjectRef) -> None:
        self.bytes = 0
        self.damages: list[Damage] = []
        self._store = store
        self._reference = reference
        self._keys = set(store.list(reference.prefix))

    def read_all(self) -> None:
        inventory, expected = self._inventory()
        for path, data in expected.items():
            self._small(path, data)
        if inventory is None:
            return
        content = {inv.CONTENT + path: digest for path, digest in inventory.digests().items()}
        suspects = []
        for path, digest in content.items():
            if not self._same(path, digest, inventory.digest_algorithm):
                suspects.append(path)
        for path in suspects:
            self._locate(path)
        for key in sorted(self._keys - {self._key(p) for p in (*content, *expected)}):
            path = key.removeprefix(self._reference.prefix + "/")
            self.damages.append(Damage(path, "AUDIT-EXTRA"))

    def _inventory(self) -> tuple[inv.Inventory | None, dict[str, bytes]]:
        """The inventory, of its two copies one that its digest confirms; and the small files."""
        for folder in ("", "v1/"):
            data = self._read(f"{folder}{inv.INVENTORY}")
            try:
                inventory = inv.decode(data, self._reference.id)
            except DamageError:
                continue
            name, sidecar = inv.sidecar(inventory.digest_algorithm, data)
            if sidecar in (self._read(name), self._read(f"v1/{name}")):
                return inventory, {
                    inv.DECLARATION: inv.DECLARATION_BYTES,
                    inv.INVENTORY: data,
                    name: sidecar,
                    f"v1/{inv.INVENTORY}": data,
                    f"v1/{name}": sidecar,
                }
        what = "AUDIT-CHANGED" if self._key(inv.INVENTORY) in self._keys else "AUDIT-MISSING"
        self.damages.append(Damage(inv.INVENTORY, what))
        return None, {}

    def _small(self, path: str, expected: bytes) -> None:
        if self._key(path) not in self._keys:
            self.damages.append(Damage(path, "AUDIT-MISSING"))
            return
        data = self._read(path)
        self.bytes += len(data)
        if data != expected:
            self.damages.append(Damage(path, "AUDIT-CHANGED"))

    def _same(self, path: str, digest: str, algorithm: str) -> bool:
        """Read a content file; whether it is as sealed. One that is gone is noted here."""
        if self._key(path) not in self._keys:
            self.damages.append(Damage(path, "AUDIT-MISSING"))
            return True
        sum_ = hashlib.new(algorithm)
        try:
            for chunk in self._store.stream(self._key(path)):
                sum_.update(chunk)
                self.bytes += len(chunk)
        except StoreBroken:
            return False
        return sum_.hexdigest() == digest

    def _locate(self, path: str) -> None:
        """Read a damaged file again, and name what the damage hits."""
        key = self._key(path)
        size = self._store.size(key)
        members = {m.ordinal: m for m in self._members() if inv.CONTENT + m.path == path}
        watch = Watch(members.values())
        unreadable = -1
        for offset, chunk in _tolerant(self._store, key, size):
            if chunk is None and unreadable < 0:
                unreadable = offset
            watch.feed(bytes(min(BLOCK, size - offset)) if chunk is None else chunk)
        hit = {m.ordinal: m for m in watch.finish()}
        if unreadable >= 0:
            self.damages.append(Damage(path, "AUDIT-UNREADABLE", offset=unreadable))
        elif any(m.offset + m.length > size for m in hit.values()):
            self.damages.append(Damage(path, "AUDIT-TRUNCATED", offset=size))
        elif not hit:
            self.damages.append(Damage(path, "AUDIT-CHANGED"))
        holders = {members[ordinal].parent for ordinal in hit}
        dois = self._dois() if hit else {}
        for ordinal, one in hit.items():
            if ordinal in holders:  # the files in it that are hit say it more exactly
                continue
            member = members[ordinal]
            doi = dois.get(member.article, "") if member.article is not None else ""
            self.damages.append(
                Damage(path, "AUDIT-MEMBER", ordinal, member.name, doi, one.offset, one.length)
            )

    def _members(self) -> Iterator[MemberLine]:
        return self._index(lines.MEMBERS, MemberLine)

    def _dois(self) -> dict[int, str]:
        return {a.ordinal: a.record.doi for a in self._index(lines.ARTICLES, ArticleLine)}

    def _index(self, name: str, kind: type[lines.T]) -> Iterator[lines.T]:
        """The lines of an index that can still be read: it may be damaged itself."""
        try:
            yield from lines.salvage(self._store.stream(self._key(inv.CONTENT + name)), kind)
        except (NotThere, StoreBroken):
            return

    def _read(self, path: str) -> bytes:
        """A small file, b"" where it is not there or cannot be read."""
        try:
            return self._store.read(self._key(path))
        except (NotThere, StoreBroken):
            return b""

    def _key(self, path: str) -> str:
        return f"{self._reference.prefix}/{path}"


def _tolerant(store: Store, key: str, size: int) -> Iterator[tuple[int, bytes | None]]:
    """The blocks of a file with their offsets; None where the device cannot read one."""
    for start in range(0, size, PIECE):
        try:
            yield start, store.read(key, start, min(PIECE, size - start))
            continue
        except StoreBroken:
            pass
        for offset in range(start, min(start + PIECE, size), BLOCK):
            try:
                yield offset, store.read(key, offset, min(BLOCK, size - offset))
            except StoreBroken:
                yield offset, None
