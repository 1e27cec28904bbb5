# SPDX-License-Identifier: Apache-2.0
"""Sealed events and audit results to rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from emanet.model.stored import Records
from emanet.registry import bulk
from emanet.registry.activity.models import Audit, Event
from emanet.registry.activity.rows import activity_rows
from emanet.registry.catalogue.models import SealedObject
from emanet.registry.keys import sequence_of, span
from emanet.registry.prepared import ActivityRows, Prepared


def project(objects: Sequence[Records | Prepared]) -> None:
    """Bring the events and audits of sealed objects into their tables.

    Takes the same objects as the catalogue's projection, after it, in the same transaction.
    Objects whose events or audits are there are passed over. The newest audit of an object is
    also noted on the object's own row, so that "least recently audited" is one walk of an index.
    """
    fresh = [
        sealed.activity if isinstance(sealed, Prepared) else activity_rows(sealed)
        for sealed in _unseen(objects)
    ]
    bulk.load(Event, [row for rows in fresh for row in rows.events])
    bulk.load(Audit, [row for rows in fresh for row in rows.audits])
    _note_audits(fresh)


def _unseen(objects: Sequence[Records | Prepared]) -> list[Records | Prepared]:
    if not objects:
        return []
    first = span(min(sealed.sequence for sealed in objects))[0]
    last = span(max(sealed.sequence for sealed in objects))[1]
    within = Q(id__gte=first, id__lt=last)
    seen = {
        sequence_of(pk)
        for table in (Event, Audit)
        for pk in table.objects.filter(within).values_list("id", flat=True).iterator()
    }
    fresh: dict[int, Records | Prepared] = {}
    for sealed in objects:
        if sealed.sequence not in seen:
            fresh.setdefault(sealed.sequence, sealed)
    return list(fresh.values())


def _note_audits(objects: Sequence[ActivityRows]) -> None:
    newest: dict[str, tuple[str, int]] = {}
    for rows in objects:
        for ref, at, damages in rows.newest:
            if at >= newest.get(ref, ("", 0))[0]:
                newest[ref] = (at, damages)
    known = bulk.find(SealedObject, ("sequence", "ref", "audited"), "ref", sorted(newest))
    changed = [
        (sequence, *newest[ref]) for sequence, ref, audited in known if newest[ref][0] >= audited
    ]
    bulk.rewrite(SealedObject, ("audited", "damages"), changed)
