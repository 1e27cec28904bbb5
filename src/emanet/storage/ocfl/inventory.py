# SPDX-License-Identifier: Apache-2.0
"""The inventory of an OCFL object of ours: one version, made, written out and read again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from emanet.model.errors import DamageError

TYPE = "https://ocfl.io/1.1/spec/#inventory"
DECLARATION = "0=ocfl_object_1.1"
DECLARATION_BYTES = b"ocfl_object_1.1\n"
INVENTORY = "inventory.json"
CONTENT = "v1/content/"
ALGORITHMS = ("sha512", "sha256")


class User(msgspec.Struct, frozen=True):
    """Who sealed a version: a name and an address that is a URI (``mailto:`` or other)."""

    name: str
    address: str


class Version(msgspec.Struct, frozen=True):
    """A version block: when made (RFC 3339), what it holds {digest: [logical paths]}, by whom."""

    created: str
    state: dict[str, tuple[str, ...]]
    message: str
    user: User


class Inventory(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An inventory (OCFL 1.1, 3.5); field names on disk are in camel case."""

    id: str
    type: str
    digest_algorithm: str
    head: str
    content_directory: str
    manifest: dict[str, tuple[str, ...]]
    versions: dict[str, Version]
    fixity: dict[str, dict[str, tuple[str, ...]]] = {}

    @property
    def created(self) -> str:
        """When version v1 was made."""
        return self.versions["v1"].created

    def digests(self) -> dict[str, str]:
        """The digest of each content file, by its path below ``v1/content/``, in their order."""
        found = {
            path.removeprefix(CONTENT): digest
            for digest, paths in self.manifest.items()
            for path in paths
        }
        return dict(sorted(found.items()))


def make(
    ocfl_id: str,
    algorithm: str,
    created: str,
    files: Mapping[str, str],
    *,
    user: User,
    message: str,
    fixity: Mapping[str, Mapping[str, str]] | None = None,
) -> Inventory:
    """Make the inventory of an object that has version v1 only.

    ``files`` are digests (hex, lower case) by path below ``v1/content/``; ``fixity`` are further
    checksums by algorithm, then path. Equal arguments give equal bytes, whatever their order.
    """
    return Inventory(
        id=ocfl_id,
        type=TYPE,
        digest_algorithm=algorithm,
        head="v1",
        content_directory="content",
        manifest=_by_digest(files, CONTENT),
        versions={"v1": Version(created, _by_digest(files, ""), message, user)},
        fixity={
            name: _by_digest(values, CONTENT) for name, values in sorted((fixity or {}).items())
        },
    )


def encode(inventory: Inventory) -> bytes:
    """The bytes of inventory.json, indented to be read by people."""
    return msgspec.json.format(msgspec.json.encode(inventory), indent=1) + b"\n"


def sidecar(algorithm: str, inventory: bytes) -> tuple[str, bytes]:
    """Name and bytes of the file that holds an inventory's digest."""
    digest = hashlib.new(algorithm, inventory).hexdigest()
    return f"{INVENTORY}.{algorithm}", f"{digest} {INVENTORY}\n".encode()


def decode(data: bytes, place: str) -> Inventory:
    """Read an inventory of ours; ``place`` is named in the error.

    Raises DamageError when it is not JSON of this shape or has not the one version v1.
    """
    try:
        inventory = msgspec.json.decode(data, type=Inventory)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamageError(
            f"{place} is not a readable inventory: {error}",
            f"{place} okunabilir bir envanter değil: {error}",
        ) from None
    if set(inventory.versions) != {"v1"} or inventory.digest_algorithm not in ALGORITHMS:
        raise DamageError(
            f"{place} is not an inventory of this archive.",
            f"{place} bu arşivin bir envanteri değil.",
        )
    return inventory


def _by_digest(files: Mapping[str, str], before: str) -> dict[str, tuple[str, ...]]:
    turned: dict[str, list[str]] = {}
    for path in sorted(files):
        turned.setdefault(files[path], []).append(before + path)
    return {digest: tuple(paths) for digest, paths in turned.items()}
