# SPDX-License-Identifier: Apache-2.0
"""The quarantine: where the bytes of held deliveries lie until a person decides.

A folder on the operator's disk, one tree a delivery: ``files/000000`` … in the order of the
payloads, and ``delivery.json``, which says what they are.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from emanet.ingest.dropbox import Drop, DropFile
from emanet.ingest.reach import open_path
from emanet.model.delivery import Delivery
from emanet.model.errors import SourceChanged, UnknownThing
from emanet.octets.digests import Meter
from emanet.storage.stores.posix import PosixStore

_LIST = "delivery.json"
_CHUNK = 1 << 20


def keep(store: PosixStore, delivery: Delivery, drop: Drop) -> None:
    """Copy a held delivery's files into the quarantine; does nothing when they lie there.

    Every byte is compared with the digest taken on receipt. Raises SourceChanged, StorageError.
    """
    if store.exists(f"{delivery.id}/{_LIST}"):
        return
    with store.draft(delivery.id) as draft:
        for number, (file, payload) in enumerate(zip(drop.files, delivery.payloads, strict=True)):
            meter = Meter("sha256")
            draft.write(f"files/{number:06d}", _chunks(file, meter))
            if meter.hex("sha256") != payload.sha256:
                raise SourceChanged(
                    f"{file.name} changed while it was copied into the quarantine.",
                    f"{file.name} karantinaya kopyalanırken değişti.",
                )
        draft.write(_LIST, [msgspec.json.encode(delivery)])
        draft.commit((_LIST,))


def _chunks(file: DropFile, meter: Meter) -> Iterator[bytes]:
    with open_path(file) as source:
        while chunk := source.read(_CHUNK):
            meter.update(chunk)
            yield chunk


def drop_of(store: PosixStore, delivery: str) -> tuple[Delivery, Drop]:
    """Give a held delivery and its files as if they lay in the drop area; raises UnknownThing."""
    key = f"{delivery}/{_LIST}"
    if not store.exists(key):
        raise UnknownThing(
            f"The quarantine does not hold {delivery}.", f"Karantinada {delivery} yok."
        )
    known = msgspec.json.decode(store.read(key), type=Delivery)
    files = []
    for number, payload in enumerate(known.payloads):
        path = store.root / delivery / "files" / f"{number:06d}"
        seen = path.stat()
        files.append(
            DropFile(str(path), payload.name, seen.st_size, seen.st_mtime_ns, payload.raw_name)
        )
    return known, Drop(known.name, tuple(files))


def let_go(store: PosixStore, delivery: str) -> None:
    """Take a delivery's files out of the quarantine, the list first; idempotent."""
    keys = sorted(store.list(delivery), key=lambda key: not key.endswith(_LIST))
    for key in keys:
        store.delete(key)


def kept(store: PosixStore) -> tuple[str, ...]:
    """The ids of all deliveries of which something lies in the quarantine."""
    return tuple(dict.fromkeys(key.partition("/")[0] for key in store.list()))
