# SPDX-License-Identifier: Apache-2.0
"""members.jsonl made again from the containers: the index is derived, and this shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import msgspec

from emanet.formats.containers.entries import DEFAULT_LIMITS, Entry, Limits
from emanet.formats.containers.listing import list_container
from emanet.model.delivery import Fate, Role, Step
from emanet.model.finding import Finding
from emanet.model.stored import MemberLine, Records
from emanet.octets import steps as reach
from emanet.octets.digests import sums
from emanet.storage.archive import Archive
from emanet.storage.ocfl.inventory import CONTENT
from emanet.storage.ocfl.layout import place
from emanet.storage.reading import fold

_CONTAINER_NAMES = (".zip", ".tar", ".tgz", ".tbz2", ".tbz", ".txz", ".gz", ".bz2", ".xz")
_PACK = "containers/pack-"


def remake_members(
    archive: Archive, object_id: str, limits: Limits = DEFAULT_LIMITS
) -> tuple[MemberLine, ...]:
    """Make the members of an accession again from its containers and receipts alone.

    Every byte is read. The lines have ordinals, names, places, sizes and digests; what was
    understood of a file (role, fate, article, format, language) is not in the containers and has
    its plainest value. Payloads whose bytes are not kept here have no line. Raises NotThere and
    DamageError as ``Archive.records`` does.
    """
    return tuple(_Maker(archive, archive.records(object_id), limits).make())


def differences(
    archive: Archive, object_id: str, limits: Limits = DEFAULT_LIMITS
) -> tuple[Finding, ...]:
    """Compare members.jsonl with what its containers say; a finding a member that differs."""
    made, kept = (
        _by_name(lines)
        for lines in (
            remake_members(archive, object_id, limits),
            archive.records(object_id).members,
        )
    )
    return tuple(
        Finding("INDEX-DIFFERS", name)
        for name in sorted({*made, *kept})
        if made.get(name) != kept.get(name)
    )


def _by_name(lines: Iterable[MemberLine]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for line in lines:
        if line.path:
            encoded = msgspec.json.encode(_plain(line))
            found.setdefault(f"{line.delivery}/{line.name}", []).append(encoded)
    return {name: sorted(encoded) for name, encoded in found.items()}


def _plain(line: MemberLine) -> MemberLine:
    """What a container tells of a member, without what was understood of it."""
    return MemberLine(
        0, line.delivery, line.name, line.bytes, line.sha256, line.crc32, Role.OTHER,
        Fate.UNCLAIMED, line.path, fold(line.steps), None, None, line.raw_name,
    )  # fmt: skip


class _Maker:
    def __init__(self, archive: Archive, records: Records, limits: Limits) -> None:
        self._archive = archive
        self._records = records
        self._limits = limits
        self._prefix = place(records.id).prefix
        self._lines: list[MemberLine] = []

    def make(self) -> list[MemberLine]:
        kept = list(self._kept())
        for receipt in self._records.receipts:
            for payload in receipt.delivery.payloads:
                for found in kept:
                    delivery, line = found
                    if (delivery, line.sha256) == (receipt.delivery.id, payload.sha256):
                        kept.remove(found)
                        self._add(line, receipt.delivery.id, payload.name, payload.raw_name)
                        break
        return self._lines

    def _kept(self) -> Iterator[tuple[str, MemberLine]]:
        """What lies in the containers, payload by payload, with the delivery's id."""
        for path in self._archive.inventory(self._records.id).digests():
            if not path.startswith("containers/"):
                continue
            size = self._archive.store.size(f"{self._prefix}/{CONTENT}{path}")
            if not path.startswith(_PACK):
                delivery = path.removeprefix("containers/").rpartition("-")[0]
                yield delivery, self._measured(path, (), size)
                continue
            listing = self._listing(path, (), size, path)
            for entry in listing or ():
                line = self._measured(path, entry.steps, entry.bytes)
                yield entry.name.partition("/")[0], line

    def _measured(self, path: str, steps: tuple[Step, ...], size: int) -> MemberLine:
        """A line with the digests of the bytes at a place."""
        given = sums(reach.stream(partial(self._read_at, path), steps, size=size))
        return MemberLine(
            0, "", "", size, given.sha256, given.crc32, Role.OTHER, Fate.UNCLAIMED, path, steps
        )  # fmt: skip

    def _add(self, line: MemberLine, delivery: str, name: str, raw_name: bytes) -> None:
        """Number a payload, and list what is in it."""
        ordinal = len(self._lines)
        self._lines.append(
            msgspec.structs.replace(
                line, ordinal=ordinal, delivery=delivery, name=name, raw_name=raw_name
            )
        )
        self._descend(ordinal, 1)

    def _descend(self, parent: int, depth: int) -> None:
        over = self._lines[parent]
        for entry in self._listing(over.path, over.steps, over.bytes, over.name) or ():
            if entry.opaque:  # it cannot be decoded: it has no digest and no place of its own
                continue
            line = self._measured(over.path, (*over.steps, *entry.steps), entry.bytes)
            ordinal = len(self._lines)
            self._lines.append(
                msgspec.structs.replace(
                    line,
                    ordinal=ordinal,
                    delivery=over.delivery,
                    name=f"{over.name}/{entry.name}",
                    raw_name=entry.raw_name,
                    parent=parent,
                )
            )
            nested = entry.name.lower().endswith(_CONTAINER_NAMES)
            if nested and depth < self._limits.nesting:
                self._descend(ordinal, depth + 1)

    def _listing(
        self, path: str, steps: tuple[Step, ...], size: int, name: str
    ) -> list[Entry] | None:
        read_at = partial(self._read_at, path)
        with reach.nested(read_at, fold(steps), size=size) as file:
            listing = list_container(file, name, size, self._limits)
        if listing is None:
            return None
        return [entry for entry in listing.entries if not entry.directory]

    def _read_at(self, path: str, offset: int, length: int) -> bytes:
        return self._archive.store.read(f"{self._prefix}/{CONTENT}{path}", offset, length)
