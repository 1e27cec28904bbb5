# SPDX-License-Identifier: Apache-2.0
"""Sealed receipts to rows of deliveries and findings; the newest receipt of a delivery counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import msgspec

from emanet.model import finding
from emanet.model.delivery import Fate, Receipt, State
from emanet.model.stored import Records
from emanet.registry import bulk
from emanet.registry.catalogue.models import File
from emanet.registry.deliveries.models import Delivery, Finding
from emanet.registry.keys import Numbers, key

_encode = msgspec.json.Encoder().encode
_COLUMNS = bulk.columns(Delivery)


@dataclass(slots=True)
class _Row:
    """A delivery's row in the making: the table's columns, and whether it is in the table yet."""

    id: int
    ref: str
    name: str
    publisher: str
    received: str
    state: str
    verdict: str
    layout: str
    bytes: int
    files: int
    held_files: int
    articles: int
    accession: str
    decided: str
    reason: str
    waits_until: str
    latest: int
    repeats: int
    first_file: int | None
    last_file: int | None
    first_finding: int | None
    last_finding: int | None
    new: bool = True
    changed: bool = False

    def row(self) -> bulk.Row:
        return tuple(getattr(self, name) for name in _COLUMNS)


@dataclass(slots=True)
class _Members:
    """What the member lines of one object say of one delivery: how many, and their keys."""

    files: int
    held: int
    first: int
    last: int


def project(records: Sequence[Records]) -> None:
    """Bring the receipts of sealed objects into the tables of deliveries.

    Takes the same objects as the catalogue's projection, after it, in the same transaction. A
    receipt replaces an earlier one of the same delivery, with its findings and files; two kinds do
    less. A repeat (``repeated``) of a known delivery is counted and changes nothing else. A receipt
    without member lines (refused by hand) takes the files of the earlier one over, and when it
    refuses, those that were held are refused. Receipts heard before are passed over.
    """
    refs = {receipt.delivery.id for sealed in records for receipt in sealed.receipts}
    if not refs:
        return
    book = _Book(refs)
    for sealed in records:
        book.take(sealed)
    book.save()


class _Book:
    """The deliveries that a batch of receipts touches, read once, written once."""

    def __init__(self, refs: set[str]) -> None:
        self._rows: dict[str, _Row] = {}
        self._findings: dict[int, list[bulk.Row]] = {}
        self._replaced: list[_Row] = []
        self._dropped: list[tuple[int, int, int]] = []  # first file, last file, delivery
        self._carried: list[tuple[_Row, _Row]] = []  # from, to
        self._order: list[tuple[str, int]] = []  # which of the two comes next
        self._numbers = Numbers()
        for row in bulk.find(Delivery, _COLUMNS, "ref", sorted(refs)):
            known = _Row(*row)
            known.new = False
            self._rows[known.ref] = known

    def take(self, sealed: Records) -> None:
        """Take the receipts of one object, in their order."""
        members = _members(sealed)
        versions = _versions(sealed)
        for number, receipt in enumerate(sealed.receipts):
            pk = key(sealed.sequence, number)
            ref = receipt.delivery.id
            findings = self._finding_rows(sealed, receipt, pk, versions)
            old = self._rows.get(ref)
            if old is not None and old.latest >= pk:
                continue
            own = members.get(ref)
            if old is not None and _only_repeats(old, receipt):
                old.latest, old.repeats, old.changed = pk, old.repeats + 1, True
                if own is not None:
                    self._drop(own.first, own.last, pk)
                continue
            fresh = _row(sealed, receipt, pk, own, findings)
            if old is not None:
                self._replace(old, fresh)
            self._rows[ref] = fresh
            self._findings[pk] = findings

    def _replace(self, old: _Row, fresh: _Row) -> None:
        fresh.repeats += old.repeats
        if old.new:
            del self._findings[old.id]
        else:
            self._replaced.append(old)
        if old.first_file is None or old.last_file is None:
            return
        if fresh.first_file is not None:
            self._drop(old.first_file, old.last_file, old.id)
            return
        fresh.first_file, fresh.last_file = old.first_file, old.last_file
        fresh.files, fresh.held_files = old.files, old.held_files
        if fresh.state == State.REFUSED:
            fresh.held_files = 0
        self._order.append(("carry", len(self._carried)))
        self._carried.append((old, fresh))

    def _drop(self, first: int, last: int, delivery: int) -> None:
        self._order.append(("drop", len(self._dropped)))
        self._dropped.append((first, last, delivery))

    def _finding_rows(
        self, sealed: Records, receipt: Receipt, pk: int, versions: dict[tuple[str, str], int]
    ) -> list[bulk.Row]:
        known = finding.catalogue()
        rows: list[bulk.Row] = []
        for found in receipt.findings:
            explained = known.get(found.code)  # a code of an older program may be gone
            rows.append(
                (
                    self._numbers.take(sealed.sequence),
                    pk,
                    found.code,
                    (explained.severity if explained else finding.Severity.INFO).value,
                    bulk.plain(found.place),
                    _encode(found.detail).decode() if found.detail else "",
                    versions.get((receipt.delivery.id, found.place)),
                )
            )
        return rows

    def save(self) -> None:
        """Write what is new, change what was replaced."""
        for old in self._replaced:
            Delivery.objects.filter(id=old.id).delete()
            if old.first_finding is not None:
                Finding.objects.filter(
                    id__range=(old.first_finding, old.last_finding), delivery=old.id
                ).delete()
        bulk.load(Delivery, [row.row() for row in self._rows.values() if row.new])
        bulk.rewrite(
            Delivery,
            ("latest", "repeats"),
            [
                (row.id, row.latest, row.repeats)
                for row in self._rows.values()
                if row.changed and not row.new
            ],
        )
        bulk.load(Finding, [row for rows in self._findings.values() for row in rows])
        for kind, index in self._order:
            if kind == "drop":
                first, last, delivery = self._dropped[index]
                File.objects.filter(
                    id__range=(first, last), delivery=delivery, version=None
                ).delete()
            else:
                _carry(*self._carried[index])


def _carry(old: _Row, fresh: _Row) -> None:
    files = File.objects.filter(id__range=(old.first_file, old.last_file), delivery=old.id)
    if fresh.state == State.REFUSED:
        files.filter(fate=Fate.HELD.value).update(fate=Fate.REFUSED.value)
    files.update(delivery=fresh.id)


def _only_repeats(old: _Row, receipt: Receipt) -> bool:
    return receipt.state is State.REPEATED and old.state != State.REPEATED


def _members(sealed: Records) -> dict[str, _Members]:
    """Count the member lines of each delivery (they lie together, but need not)."""
    counted: dict[str, _Members] = {}
    for delivery, run in groupby(sealed.members, attrgetter("delivery")):
        lines = list(run)
        ordinals = [member.ordinal for member in lines]
        held = [member.fate for member in lines].count(Fate.HELD)
        first, last = key(sealed.sequence, min(ordinals)), key(sealed.sequence, max(ordinals))
        known = counted.get(delivery)
        if known is None:
            counted[delivery] = _Members(len(lines), held, first, last)
        else:
            known.files, known.held = known.files + len(lines), known.held + held
            known.first, known.last = min(known.first, first), max(known.last, last)
    return counted


def _versions(sealed: Records) -> dict[tuple[str, str], int]:
    """Which article version the files are of that findings speak of."""
    wanted = {
        (receipt.delivery.id, found.place)
        for receipt in sealed.receipts
        for found in receipt.findings
        if found.place
    }
    if not wanted:
        return {}
    return {
        (member.delivery, member.name): key(sealed.sequence, member.article)
        for member in sealed.members
        if member.article is not None and (member.delivery, member.name) in wanted
    }


def _row(
    sealed: Records, receipt: Receipt, pk: int, own: _Members | None, findings: list[bulk.Row]
) -> _Row:
    delivery, plain = receipt.delivery, bulk.plain
    accession = receipt.accession
    if not accession and sealed.kind == "acc" and receipt.state is State.ACCEPTED:
        accession = sealed.id
    return _Row(
        id=pk,
        ref=delivery.id,
        name=plain(delivery.name),
        publisher=plain(delivery.publisher),
        received=delivery.received,
        state=receipt.state.value,
        verdict=receipt.verdict.value,
        layout=plain(receipt.layout),
        bytes=delivery.bytes,
        files=own.files if own else 0,
        held_files=own.held if own else 0,
        articles=receipt.articles,
        accession=accession,
        decided=receipt.decided,
        reason=plain(receipt.reason),
        waits_until=receipt.waits_until,
        latest=pk,
        repeats=0,
        first_file=own.first if own else None,
        last_file=own.last if own else None,
        first_finding=findings[0][0] if findings else None,
        last_finding=findings[-1][0] if findings else None,
    )
