# SPDX-License-Identifier: Apache-2.0
"""Sealed events and audit results to rows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db.models import Q

from emanet.model.stored import Records
from emanet.registry import bulk
from emanet.registry.activity.models import Audit, Event
from emanet.registry.catalogue.models import SealedObject
from emanet.registry.keys import key, sequence_of, span, subject_key

_encode = msgspec.json.Encoder().encode


def project(records: Sequence[Records]) -> None:
    """Bring the events and audits of sealed objects into their tables.

    Takes the same objects as the catalogue's projection, after it, in the same transaction.
    Objects whose events or audits are there are passed over. The newest audit of an object is
    also noted on the object's own row, so that "least recently audited" is one walk of an index.
    """
    fresh = _unseen(records)
    bulk.load(
        Event,
        [
            (
                key(sealed.sequence, number),
                event.at,
                event.kind.value,
                subject_key(event.subject),
                bulk.plain(event.agent),
                event.outcome,
                _encode(event.detail).decode() if event.detail else "",
            )
            for sealed in fresh
            for number, event in enumerate(sealed.events)
        ],
    )
    bulk.load(
        Audit,
        [
            (
                key(sealed.sequence, number),
                audit.object,
                audit.at,
                audit.bytes,
                _encode(audit.damages).decode() if audit.damages else "",
            )
            for sealed in fresh
            for number, audit in enumerate(sealed.audits)
        ],
    )
    _note_audits(fresh)


def _unseen(records: Sequence[Records]) -> list[Records]:
    if not records:
        return []
    first = span(min(sealed.sequence for sealed in records))[0]
    last = span(max(sealed.sequence for sealed in records))[1]
    within = Q(id__gte=first, id__lt=last)
    seen = {
        sequence_of(pk)
        for table in (Event, Audit)
        for pk in table.objects.filter(within).values_list("id", flat=True).iterator()
    }
    fresh: dict[int, Records] = {}
    for sealed in records:
        if sealed.sequence not in seen:
            fresh.setdefault(sealed.sequence, sealed)
    return list(fresh.values())


def _note_audits(objects: Sequence[Records]) -> None:
    newest: dict[str, tuple[str, int]] = {}
    for sealed in objects:
        for audit in sealed.audits:
            at, _ = newest.get(audit.object, ("", 0))
            if audit.at >= at:
                newest[audit.object] = (audit.at, len(audit.damages))
    known = bulk.find(SealedObject, ("sequence", "ref", "audited"), "ref", sorted(newest))
    changed = [
        (sequence, *newest[ref]) for sequence, ref, audited in known if newest[ref][0] >= audited
    ]
    bulk.rewrite(SealedObject, ("audited", "damages"), changed)
