# SPDX-License-Identifier: Apache-2.0
"""Accepted deliveries planned as one accession: what is stored whole, what in packs, where. Pure.

A payload from a certain size on is a container of its own; smaller ones are entries of packs,
whole and bit for bit. A delivery with that much in small payloads gets packs of its own, so that it
lies together. Files of an article that is held already with the same bytes are listed and not
stored again, unless they lie in a container.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from emanet.model.delivery import Fate, Member, Method, Receipt, Step
from emanet.model.errors import UsageError
from emanet.model.event import Event, EventKind
from emanet.model.package import Package, content_digest
from emanet.model.stored import Aip, ArticleLine, MemberLine, Pack, Packed, Whole
from emanet.storage.packs import layout

_EXTENSION = re.compile(r"(?:\.tar)?\.[a-z0-9]{1,8}$")


class Targets(msgspec.Struct, frozen=True):
    """Sizes, in bytes: an accession is full at ``bytes`` or at ``members`` members.

    A payload of ``whole`` bytes or more is a container of its own; a pack has up to ``pack``.
    """

    bytes: int = 1 << 30
    members: int = 200_000
    whole: int = 64 << 20
    pack: int = 2 << 30


class Accepted(msgspec.Struct, frozen=True):
    """An accepted delivery: its package, its receipt (its accession still open), its events.

    ``sources`` are the keys under which its payloads are opened, in their order. ``repeated`` are
    the indexes of articles that are held already and not catalogued again (``versions.compare``).
    """

    package: Package
    receipt: Receipt
    sources: tuple[str, ...]
    repeated: frozenset[int] = frozenset()
    events: tuple[Event, ...] = ()

    @property
    def bytes(self) -> int:
        """Bytes that it adds to an accession."""
        return sum(m.bytes for m in _stored(self.package))


def gather(
    accepted: Iterable[Accepted], targets: Targets | None = None
) -> Iterator[tuple[Accepted, ...]]:
    """Group deliveries, in their order, into accessions of about the target size.

    A group is given as soon as it is full; the last one when the deliveries end.
    """
    targets = targets or Targets()
    group: list[Accepted] = []
    size = members = 0
    for one in accepted:
        group.append(one)
        size += one.bytes
        members += len(one.package.members)
        if size >= targets.bytes or members >= targets.members:
            yield tuple(group)
            group, size, members = [], 0, 0
    if group:
        yield tuple(group)


def plan(
    accepted: Sequence[Accepted],
    *,
    sequence: int,
    created: str,
    agent: str,
    targets: Targets | None = None,
) -> Aip:
    """Plan one accession; the same deliveries, number and time always give the same plan.

    ``sequence`` is the archive's next number, ``created`` RFC 3339 UTC, ``agent`` who seals.
    Raises UsageError when there is nothing to seal, or a delivery stands in it twice.
    """
    ids = [one.receipt.delivery.id for one in accepted]
    if not ids or len(set(ids)) != len(ids):
        raise UsageError(
            "An accession is planned from at least one delivery, each once.",
            "Bir birim, her biri bir kez geçen en az bir teslimattan planlanır.",
        )
    name = f"acc-{sequence:08d}-{hashlib.sha256(chr(10).join(ids).encode()).hexdigest()[:12]}"
    placing = _Placing(targets or Targets())
    lines = _Lines()
    for one in accepted:
        lines.add(one, placing.place(one))
    placing.close()
    sealed = Event(created, EventKind.ACCESSION_SEALED, name, agent)
    return Aip(
        id=name,
        sequence=sequence,
        created=created,
        wholes=tuple(placing.wholes),
        packs=tuple(placing.packs),
        members=tuple(lines.members),
        articles=tuple(lines.articles),
        receipts=tuple(
            msgspec.structs.replace(
                one.receipt, accession=name, articles=len(one.package.articles) - len(one.repeated)
            )
            for one in accepted
        ),
        events=(*(event for one in accepted for event in one.events), sealed),
    )


def _stored(package: Package) -> Iterator[Member]:
    """The payloads whose bytes are stored: all but files of articles held already."""
    containers = {m.payload for m in package.members if m.parent is not None}
    for member in package.members:
        if member.parent is None and (
            member.fate is not Fate.REPEATED or member.payload in containers
        ):
            yield member


class _Place(msgspec.Struct, frozen=True):
    """Where a payload's bytes begin: a content path, and the step to it when it lies in a pack."""

    path: str
    step: Step | None = None


class _Placing:
    """Gives each payload its place, pack after pack."""

    def __init__(self, targets: Targets) -> None:
        self.wholes: list[Whole] = []
        self.packs: list[Pack] = []
        self._targets = targets
        self._entries: list[Packed] = []
        self._end = 0  # where the next entry of the pack at hand begins
        self._names: set[str] = set()

    def place(self, one: Accepted) -> dict[int, _Place]:
        """Places of a delivery's payloads by their index; none for what is not stored.

        The step of an entry depends only on the entries before it in its pack.
        """
        places: dict[int, _Place] = {}
        small: list[Member] = []
        for member in _stored(one.package):
            if member.bytes >= self._targets.whole:
                places[member.payload] = self._whole(one, member, len(places) + 1)
            else:
                small.append(member)
        own = sum(m.bytes for m in small) >= self._targets.whole
        if own:
            self.close()
        for member in small:
            if self._entries and self._end + member.bytes > self._targets.pack:
                self.close()
            places[member.payload] = self._pack(one, member)
        if own:
            self.close()
        return places

    def close(self) -> None:
        """Close the pack at hand."""
        if self._entries:
            self.packs.append(Pack(self._path(), tuple(self._entries)))
            self._entries, self._end, self._names = [], 0, set()

    def _path(self) -> str:
        return f"containers/pack-{len(self.packs) + 1:04d}.zip"

    def _whole(self, one: Accepted, member: Member, number: int) -> _Place:
        found = _EXTENSION.search(member.name.lower())
        extension = found[0] if found else ".bin"
        path = f"containers/{one.receipt.delivery.id}-{number}{extension}"
        source = one.sources[member.payload]
        self.wholes.append(Whole(path, source, member.bytes, member.sha256))
        return _Place(path)

    def _pack(self, one: Accepted, member: Member) -> _Place:
        name = f"{one.receipt.delivery.id}/{member.name}"
        if name in self._names:  # two names whose bytes are shown alike
            name = f"{name}~{member.payload}"
        self._names.add(name)
        source = one.sources[member.payload]
        entry = Packed(name, source, member.bytes, member.sha256, member.crc32)
        made = layout([entry])  # of it alone: what comes before it only moves it
        step = made.steps[0]
        place = _Place(self._path(), Step(self._end + step.offset, step.length))
        self._entries.append(entry)
        self._end += made.directory
        return place


class _Lines:
    """The lines of members.jsonl and articles.jsonl, numbered over the whole accession."""

    def __init__(self) -> None:
        self.members: list[MemberLine] = []
        self.articles: list[ArticleLine] = []

    def add(self, one: Accepted, places: dict[int, _Place]) -> None:
        """Append a delivery's members and its articles that are new."""
        base = len(self.members)
        numbers = {}
        for index, article in enumerate(one.package.articles):
            if index not in one.repeated:
                numbers[index] = len(self.articles)
                own = [one.package.members[ordinal] for ordinal in article.members]
                self.articles.append(
                    ArticleLine(
                        numbers[index],
                        one.receipt.delivery.id,
                        article.record,
                        tuple(base + ordinal for ordinal in article.members),
                        content_digest(own, article.record),
                    )
                )
        for member in one.package.members:
            self.members.append(_line(member, one, base, numbers, places.get(member.payload)))


def _line(
    member: Member, one: Accepted, base: int, numbers: dict[int, int], place: _Place | None
) -> MemberLine:
    # What cannot be decoded has no digest and no place of its own: it lies in its container.
    kept = place is not None and bool(member.sha256)
    return MemberLine(
        ordinal=base + member.ordinal,
        delivery=one.receipt.delivery.id,
        name=member.name,
        bytes=member.bytes,
        sha256=member.sha256,
        crc32=member.crc32,
        role=member.role,
        fate=member.fate,
        path=place.path if place is not None and kept else "",
        steps=folded(place.step, member.steps) if place is not None and kept else (),
        parent=None if member.parent is None else base + member.parent,
        article=None if member.article is None else numbers.get(member.article),
        raw_name=member.raw_name,
        format=member.format,
        language=member.language,
    )


def folded(first: Step | None, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps with each stored step folded into the next: one read by offset instead of several."""
    found = [first] if first is not None else []
    for step in steps:
        if found and found[-1].method is Method.STORED:
            found[-1] = Step(found[-1].offset + step.offset, step.length, step.method)
        else:
            found.append(step)
    return tuple(found)
