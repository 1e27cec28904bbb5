# SPDX-License-Identifier: Apache-2.0
"""Sealed receipts to rows of deliveries and findings; the newest receipt of a delivery counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from emanet.model.delivery import Fate, State
from emanet.model.stored import Records
from emanet.registry import bulk
from emanet.registry.catalogue.models import File
from emanet.registry.deliveries.models import Delivery, Finding
from emanet.registry.deliveries.rows import delivery_rows
from emanet.registry.prepared import Prepared, Row, Statement

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

    def row(self) -> Row:
        return tuple(getattr(self, name) for name in _COLUMNS)


def project(objects: Sequence[Records | Prepared]) -> None:
    """Bring the receipts of sealed objects into the tables of deliveries.

    Takes the same objects as the catalogue's projection, after it, in the same transaction. A
    receipt replaces an earlier one of the same delivery, with its findings and files; two kinds do
    less. A repeat (``repeated``) of a known delivery is counted and changes nothing else. A receipt
    without member lines (refused by hand) takes the files of the earlier one over, and when it
    refuses, those that were held are refused. Receipts heard before are passed over.
    """
    statements = [
        statement
        for sealed in objects
        for statement in (
            sealed.deliveries if isinstance(sealed, Prepared) else delivery_rows(sealed)
        )
    ]
    if not statements:
        return
    book = _Book({statement.ref for statement in statements})
    for statement in statements:
        book.take(statement)
    book.save()


class _Book:
    """The deliveries that a batch of receipts touches, read once, written once."""

    def __init__(self, refs: set[str]) -> None:
        self._rows: dict[str, _Row] = {}
        self._findings: dict[int, tuple[Row, ...]] = {}
        self._replaced: list[_Row] = []
        # What becomes of files that are there, in order: those between two keys of a delivery are
        # dropped, or carried over to another delivery's row.
        self._moves: list[tuple[int, int, int, _Row | None]] = []
        for row in bulk.find(Delivery, _COLUMNS, "ref", sorted(refs)):
            known = _Row(*row)
            known.new = False
            self._rows[known.ref] = known

    def take(self, statement: Statement) -> None:
        """Take one receipt."""
        pk, first, last = statement.id, statement.first_file, statement.last_file
        old = self._rows.get(statement.ref)
        if old is not None and old.latest >= pk:
            return
        repeated = State.REPEATED.value
        if old is not None and statement.state == repeated and old.state != repeated:
            old.latest, old.repeats, old.changed = pk, old.repeats + 1, True
            if first is not None and last is not None:
                self._moves.append((first, last, pk, None))
            return
        findings = statement.findings
        ends = (findings[0][0], findings[-1][0]) if findings else (None, None)
        columns: Row = (pk, *statement.columns, pk, 0, first, last, *ends)
        fresh = _Row(*columns)
        if old is not None:
            self._replace(old, fresh)
        self._rows[statement.ref] = fresh
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
            self._moves.append((old.first_file, old.last_file, old.id, None))
            return
        fresh.first_file, fresh.last_file = old.first_file, old.last_file
        fresh.files, fresh.held_files = old.files, old.held_files
        if fresh.state == State.REFUSED.value:
            fresh.held_files = 0
        self._moves.append((old.first_file, old.last_file, old.id, fresh))

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
        for first, last, delivery, heir in self._moves:
            files = File.objects.filter(id__range=(first, last), delivery=delivery)
            if heir is None:
                files.filter(version=None).delete()
                continue
            if heir.state == State.REFUSED.value:
                files.filter(fate=Fate.HELD.value).update(fate=Fate.REFUSED.value)
            files.update(delivery=heir.id)
