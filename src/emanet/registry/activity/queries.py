# SPDX-License-Identifier: Apache-2.0
"""Questions about what happened: events of a subject, audits of an object."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from emanet.model.event import Event, EventKind
from emanet.model.stored import AuditLine, Damage
from emanet.registry.activity import models
from emanet.registry.keys import subject_key

_detail = msgspec.json.Decoder(dict[str, str]).decode
_damages = msgspec.json.Decoder(tuple[Damage, ...]).decode


def events(subjects: Iterable[str], *, limit: int = 1000) -> tuple[Event, ...]:
    """What happened to any of these (delivery ids, object ids, DOIs), in the order it happened."""
    keys = sorted({subject_key(subject) for subject in subjects})
    rows = models.Event.objects.filter(subject__in=keys).values_list(
        "at", "kind", "subject", "agent", "outcome", "detail", "id"
    )
    ordered = sorted(rows[:limit], key=lambda row: (row[0], row[-1]))
    return tuple(
        Event(at, EventKind(kind), subject, agent, outcome, _detail(detail) if detail else {})
        for at, kind, subject, agent, outcome, detail, _ in ordered
    )


def audits(ref: str, *, limit: int = 100) -> tuple[AuditLine, ...]:
    """The audits of an object (its id), newest first."""
    rows = models.Audit.objects.filter(ref=ref).order_by("-at", "-id")
    return tuple(
        AuditLine(name, at, size, _damages(damages) if damages else ())
        for name, at, size, damages in rows.values_list("ref", "at", "bytes", "damages")[:limit]
    )
