# SPDX-License-Identifier: Apache-2.0
"""The archive: seals planned accessions as immutable objects, lists them, reads them back."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from importlib.resources import files as resources
from typing import TypeVar

from emanet.model.delivery import Receipt
from emanet.model.errors import AlreadyThere, UsageError
from emanet.model.event import Event
from emanet.model.stored import (
    Aip,
    ArticleLine,
    AuditLine,
    Locator,
    MemberLine,
    Records,
    Sealed,
)
from emanet.storage import lines
from emanet.storage.ocfl import inventory as inv
from emanet.storage.ocfl import layout
from emanet.storage.ocfl import objects as ocfl
from emanet.storage.ocfl.layout import ObjectRef
from emanet.storage.reading import Reader
from emanet.storage.sealing import Source, Taking
from emanet.storage.stores.interface import Store

TOOL = f"emanet {version('emanet')}"
README = "README.txt"
ROOT_TEXTS = {
    "README.txt": "root.txt",
    "emanet-format.md": "format.md",
    "emanet-reader.py": "reader.txt",
}
"""What a new root is given to read: name there, and name in ``storage/texts``."""

T = TypeVar("T", bound=lines.Line)


class Archive:
    """Sealed objects in a store that is an OCFL 1.1 storage root.

    ``digest`` is the algorithm of objects to come (``sha512`` or ``sha256``; each object names its
    own), ``keeper`` and ``address`` (a URI) stand in their inventories, ``tool`` in their indexes.
    With ``again`` sealing takes the SHA-256 of every member a second time (see ``sealing``).
    May be used by several threads, but only one process at a time may seal: numbers are given from
    what is there.
    """

    def __init__(
        self,
        store: Store,
        *,
        digest: str = "sha512",
        keeper: str = "Emanet",
        address: str = "emanet:archive",
        again: bool = False,
        tool: str = TOOL,
    ) -> None:
        if digest not in inv.ALGORITHMS:
            raise UsageError(
                f"The digest is sha512 or sha256, not {digest}.",
                f"Özet sha512 ya da sha256 olur, {digest} olmaz.",
            )
        self.store = store
        self.digest = digest
        self._user = inv.User(keeper, address)
        self._again = again
        self._tool = tool
        self._reader = Reader(store)
        self._top: int | None = None
        self._lock = threading.Lock()

    @staticmethod
    def create(
        store: Store,
        digest: str = "sha512",
        *,
        keeper: str = "Emanet",
        address: str = "emanet:archive",
    ) -> Archive:
        """Make the store an OCFL storage root, its declaration last; idempotent.

        Gives the archive in it. The format's description and a reader for it are put beside.
        """
        archive = Archive(store, digest=digest, keeper=keeper, address=address)
        wanted = {key: _text(name) for key, name in ROOT_TEXTS.items()} | layout.root_files()
        for key in sorted(wanted, reverse=True):  # "0=ocfl_1.1" sorts first, so it comes last
            if not store.exists(key):
                store.put(key, [wanted[key]])
        return archive

    @staticmethod
    def is_root(store: Store) -> bool:
        """Whether the store is an OCFL 1.1 storage root."""
        return store.exists("0=ocfl_1.1")

    def seal(self, aip: Aip, source: Source) -> Sealed:
        """Seal a planned accession: the one durable act. ``source`` opens its payloads.

        Every payload is read once; its digest, and that of each member at the place where the plan
        puts it, are compared as the bytes pass. When it returns, the object is durable and was read
        back. Sealing the same plan again changes nothing and gives the same answer.

        Raises SourceChanged when a payload is not what was planned, AlreadyThere when an object of
        this id holds something else, UsageError for a plan that makes no sense, and what the store
        raises; then nothing of the object is visible.
        """
        reference = _reference(aip.id, aip.sequence, "acc")
        records = Records(
            aip.id, "acc", aip.sequence, aip.created, 0, "",
            aip.members, aip.articles, aip.receipts, aip.events,
        )  # fmt: skip
        _check_plan(aip)
        if sealed := self._sealed_before(reference, records):
            return sealed
        taking = Taking(aip, source, self.digest, again=self._again)
        fixity: dict[str, dict[str, str]] = {}
        with self.store.draft(reference.prefix) as draft:
            writing = ocfl.Writing(draft, aip.id, self.digest)
            for whole in aip.wholes:
                taking.whole(whole, writing)
                for name, value in whole.fixity.items():
                    fixity.setdefault(name, {})[whole.path] = value
            for pack in aip.packs:
                taking.pack(pack, writing)
            return self._finish(reference, records, writing, fixity)

    def seal_events(self, records: Records) -> Sealed:
        """Seal what happened after an ingest: receipts, members without bytes, events, audits.

        Terms and errors as ``seal``; ``bytes`` and ``inventory_digest`` of the records are not
        looked at.
        """
        reference = _reference(records.id, records.sequence, "evt")
        if any(member.path for member in records.members) or records.articles:
            raise UsageError(
                f"{records.id} holds events and cannot hold bytes or articles.",
                f"{records.id} olay tutar; dosya ya da makale tutamaz.",
            )
        if sealed := self._sealed_before(reference, records):
            return sealed
        with self.store.draft(reference.prefix) as draft:
            writing = ocfl.Writing(draft, records.id, self.digest)
            return self._finish(reference, records, writing, {})

    def objects(self) -> Iterator[ObjectRef]:
        """All sealed objects by ascending sequence; what is half made is not among them.

        Lists the whole store once; memory grows by some 200 bytes an object.
        """
        found = sorted(ocfl.listed(self.store))
        with self._lock:
            self._top = max(self._top or 0, found[-1].sequence if found else 0)
        return iter(found)

    def next_sequence(self) -> int:
        """The number of the next object, from 1. The store is listed at the first call only."""
        if self._top is None:
            self.objects()
        return (self._top or 0) + 1

    def records(self, object_id: str) -> Records:
        """All records of one object, read from its indexes.

        Raises NotThere when it is not there, DamageError when an index cannot be read.
        """
        reference = layout.place(object_id)
        inventory, digest = ocfl.read_inventory(self.store, reference)
        kind, sequence = layout.parse_id(object_id)
        paths = inventory.digests()
        return Records(
            object_id,
            kind,
            sequence,
            inventory.created,
            sum(self.store.size(self._key(reference, path)) for path in paths),
            digest,
            members=self._index(reference, paths, lines.MEMBERS, MemberLine),
            articles=self._index(reference, paths, lines.ARTICLES, ArticleLine),
            receipts=self._index(reference, paths, lines.DELIVERIES, Receipt),
            events=self._index(reference, paths, lines.EVENTS, Event),
            audits=self._index(reference, paths, lines.AUDITS, AuditLine),
        )

    def inventory(self, object_id: str) -> inv.Inventory:
        """The inventory of an object; errors as ``records``."""
        return ocfl.read_inventory(self.store, layout.place(object_id))[0]

    def read(self, locator: Locator, size: int, crc32: int | None = None) -> bytes:
        """The ``size`` plain bytes a locator points to; see ``reading.Reader.read``."""
        return self._reader.read(locator, size, crc32)

    def stream(self, locator: Locator, size: int) -> Iterator[bytes]:
        """The same in pieces; see ``reading.Reader.stream``."""
        return self._reader.stream(locator, size)

    def _finish(
        self,
        reference: ObjectRef,
        records: Records,
        writing: ocfl.Writing,
        fixity: dict[str, dict[str, str]],
    ) -> Sealed:
        for name, values in _indexes(records):
            writing.add(name, lines.encode(name, values, self._tool))
        text = _text(f"{records.kind}.txt").replace(b"{id}", records.id.encode())
        writing.add(README, [text])
        message = "Deliveries sealed" if records.kind == "acc" else "Events sealed"
        data = writing.finish(records.created, message, self._user, fixity)
        ocfl.check_written(self.store, reference, data, writing.files)
        with self._lock:
            if self._top is not None:
                self._top = max(self._top, reference.sequence)
        return Sealed(
            records.id,
            records.sequence,
            sum(size for _, size in writing.files.values()),
            inv.sidecar(self.digest, data)[1].decode().split()[0],
        )

    def _sealed_before(self, reference: ObjectRef, wanted: Records) -> Sealed | None:
        """The answer of an earlier sealing of the same records; None when there was none."""
        if not self.store.exists(f"{reference.prefix}/{inv.INVENTORY}"):
            return None
        there = self.records(reference.id)
        if _content(there) != _content(wanted):
            raise AlreadyThere(
                f"{reference.id} is sealed already and holds something else.",
                f"{reference.id} zaten mühürlü ve başka bir şey içeriyor.",
            )
        return Sealed(there.id, there.sequence, there.bytes, there.inventory_digest)

    def _index(
        self, reference: ObjectRef, paths: Iterable[str], name: str, kind: type[T]
    ) -> tuple[T, ...]:
        if name not in paths:
            return ()
        key = self._key(reference, name)
        return tuple(lines.decode(name, self.store.stream(key), kind, key))

    @staticmethod
    def _key(reference: ObjectRef, path: str) -> str:
        return f"{reference.prefix}/{inv.CONTENT}{path}"


def _indexes(records: Records) -> Iterator[tuple[str, Sequence[lines.Line]]]:
    """The index files of an object: an accession has its four always, others when not empty."""
    always = records.kind == "acc"
    if always:
        yield lines.ARTICLES, records.articles
    if always or records.members:
        yield lines.MEMBERS, records.members
    if always or records.receipts:
        yield lines.DELIVERIES, records.receipts
    if always or records.events:
        yield lines.EVENTS, records.events
    if records.audits:
        yield lines.AUDITS, records.audits


def _content(records: Records) -> tuple[object, ...]:
    return (
        records.created,
        records.members,
        records.articles,
        records.receipts,
        records.events,
        records.audits,
    )


def _reference(object_id: str, sequence: int, kind: str) -> ObjectRef:
    try:
        reference = layout.place(object_id)
        if layout.parse_id(object_id) != (kind, sequence):
            raise ValueError(f"{object_id} is not {kind} number {sequence}")
    except ValueError as error:
        raise UsageError(str(error), f"{object_id}: bu bir {kind} kimliği değil.") from None
    return reference


def _check_plan(aip: Aip) -> None:
    """UsageError when a plan's containers clash or its members lie in none of them."""
    paths = [whole.path for whole in aip.wholes] + [pack.path for pack in aip.packs]
    strange = {m.path for m in aip.members if m.path} - set(paths)
    if len(set(paths)) != len(paths) or strange or any("/" not in path for path in paths):
        raise UsageError(
            f"The plan of {aip.id} names its containers wrongly: {sorted(strange) or paths}.",
            f"{aip.id} planı kaplarını yanlış adlandırıyor: {sorted(strange) or paths}.",
        )


def _text(name: str) -> bytes:
    return (resources("emanet.storage") / "texts" / name).read_bytes()
