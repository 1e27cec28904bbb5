# SPDX-License-Identifier: Apache-2.0
"""Writing and reading an OCFL object of ours through a store, in the order that makes it safe."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from emanet.model.errors import DamageError, StoreBroken
from emanet.storage.ocfl import inventory as inv
from emanet.storage.ocfl.layout import SCHEME, ObjectRef, place_at
from emanet.storage.stores.interface import Draft, Store


class Writing:
    """An object in the making: content first, then version v1's inventory, the root's last.

    ``files`` are the content files written so far: path below ``v1/content/`` to (digest, size).
    """

    def __init__(self, draft: Draft, object_id: str, algorithm: str) -> None:
        self.files: dict[str, tuple[str, int]] = {}
        self._draft = draft
        self._id = object_id
        self._algorithm = algorithm

    def add(self, path: str, chunks: Iterable[bytes]) -> None:
        """Write one content file, digesting it on the way."""
        digest = hashlib.new(self._algorithm)
        size = self._draft.write(inv.CONTENT + path, _digested(chunks, digest.update))
        self.note(path, digest.hexdigest(), size)

    def write(self, path: str, chunks: Iterable[bytes]) -> int:
        """Write one content file that somebody else digests; ``note`` must follow."""
        return self._draft.write(inv.CONTENT + path, chunks)

    def note(self, path: str, digest: str, size: int) -> None:
        """Record the digest and size of a content file."""
        self.files[path] = (digest, size)

    def finish(
        self,
        created: str,
        message: str,
        user: inv.User,
        fixity: Mapping[str, Mapping[str, str]],
    ) -> bytes:
        """Write the inventories and commit; gives the bytes of the inventory."""
        inventory = inv.make(
            SCHEME + self._id,
            self._algorithm,
            created,
            {path: digest for path, (digest, _) in self.files.items()},
            user=user,
            message=message,
            fixity=fixity,
        )
        data = inv.encode(inventory)
        name, digest = inv.sidecar(self._algorithm, data)
        self._draft.write(f"v1/{inv.INVENTORY}", [data])
        self._draft.write(f"v1/{name}", [digest])
        self._draft.write(inv.DECLARATION, [inv.DECLARATION_BYTES])
        self._draft.write(name, [digest])
        self._draft.write(inv.INVENTORY, [data])
        self._draft.commit(last=(name, inv.INVENTORY))
        return data


def _digested(chunks: Iterable[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for chunk in chunks:
        update(chunk)
        yield chunk


def check_written(
    store: Store, reference: ObjectRef, inventory: bytes, files: Mapping[str, tuple[str, int]]
) -> None:
    """Read an object just sealed back: its inventories and indexes whole, containers by size.

    Raises StoreBroken when the store gives other bytes than were written.
    """
    read = inv.decode(inventory, reference.id)
    name, digest = inv.sidecar(read.digest_algorithm, inventory)
    expected = {inv.INVENTORY: inventory, name: digest}
    for folder in ("", "v1/"):
        for file, data in expected.items():
            if store.read(f"{reference.prefix}/{folder}{file}") != data:
                raise _other(f"{reference.prefix}/{folder}{file}")
    for path, (digest_hex, size) in files.items():
        key = f"{reference.prefix}/{inv.CONTENT}{path}"
        if "/" in path:
            same = store.size(key) == size
        else:
            same = digest_of(store.stream(key), read.digest_algorithm) == digest_hex
        if not same:
            raise _other(key)


def digest_of(chunks: Iterable[bytes], algorithm: str) -> str:
    """The digest (hex) of some bytes by an algorithm of hashlib."""
    digest = hashlib.new(algorithm)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def read_inventory(store: Store, reference: ObjectRef) -> tuple[inv.Inventory, str]:
    """Read an object's root inventory and the digest of its bytes, compared with the sidecar.

    Raises NotThere when there is no such object, DamageError when inventory and sidecar differ or
    cannot be read.
    """
    key = f"{reference.prefix}/{inv.INVENTORY}"
    data = store.read(key)
    inventory = inv.decode(data, key)
    name, sidecar = inv.sidecar(inventory.digest_algorithm, data)
    if store.read(f"{reference.prefix}/{name}") != sidecar:
        raise DamageError(
            f"{key} does not have the digest that its sidecar gives.",
            f"{key} dosyasının özeti yanındaki özet dosyasına uymuyor.",
        )
    if inventory.id != SCHEME + reference.id:
        raise DamageError(
            f"{key} belongs to {inventory.id}.", f"{key} {inventory.id} nesnesine ait."
        )
    return inventory, sidecar.decode().split()[0]


def listed(store: Store) -> Iterator[ObjectRef]:
    """The objects in a store, in the order of their keys; one without root inventory is not."""
    for key in store.list():
        if key.endswith("/" + inv.INVENTORY):
            reference = place_at(key)
            if reference and key == f"{reference.prefix}/{inv.INVENTORY}":
                yield reference


def _other(key: str) -> StoreBroken:
    return StoreBroken(
        f"{key} does not read back as it was written.",
        f"{key} yazıldığı gibi geri okunmuyor.",
    )
