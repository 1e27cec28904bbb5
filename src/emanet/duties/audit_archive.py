# SPDX-License-Identifier: Apache-2.0
"""Audit: read every byte again and compare it with what was sealed, oldest check first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator

import msgspec

from emanet.duties.means import Means
from emanet.duties.projection import project, reconcile
from emanet.duties.reports import AuditReport
from emanet.model.errors import UnknownThing
from emanet.model.event import Event, EventKind
from emanet.model.stored import AuditLine, Records
from emanet.preservation import audit as reading
from emanet.registry.catalogue import answers, queries
from emanet.storage.ocfl.layout import object_id
from emanet.work.progress import Meter, Progress

_KEPT_EACH = 1_000


def audit(
    means: Means,
    names: Iterable[str],
    *,
    budget_s: float | None,
    progress: Callable[[Progress], None],
) -> AuditReport:
    """Audit sealed objects, all or those named, until done or the budget is spent.

    Results are sealed as they gather and at the end, so that the next run goes on where this one
    stopped: with what was checked longest ago. An object is read to its end once begun. Raises
    UnknownThing for a name that is not there.
    """
    started = means.ticks()
    with means.lock():
        reconcile(means)
        wanted = list(_named(names)) or None
        order = wanted if wanted is not None else list(queries.audit_order())
        meter = Meter(
            progress,
            means.ticks,
            total=len(order),
            bytes_total=sum(info.bytes for info in order),
        )
        lines: list[AuditLine] = []
        fresh: list[AuditLine] = []
        results = reading.audit(
            means.archive, (info.ref for info in order), budget_s, means.ticks, means.now
        )
        for line in results:
            fresh.append(line)
            meter.add(1, line.bytes)
            if len(fresh) >= _KEPT_EACH:
                _keep(means, fresh)
                lines += fresh
                fresh = []
        if fresh:
            _keep(means, fresh)
        lines += fresh
        meter.finish()
    return AuditReport(
        tuple(lines),
        sum(line.bytes for line in lines),
        means.ticks() - started,
        len(order) - len(lines),
    )


def _named(names: Iterable[str]) -> Iterator[answers.ObjectInfo]:
    for name in names:
        info = queries.sealed_object(name)
        if info is None:
            raise UnknownThing(f"There is no accession {name}.", f"{name} adlı birim yok.")
        yield info


def _keep(means: Means, lines: list[AuditLine]) -> None:
    """Seal audit results as an events object, and register them."""
    archive, created = means.archive, means.now()
    sequence = archive.next_sequence()
    digest = hashlib.sha256("\n".join(line.object for line in lines).encode()).hexdigest()
    records = Records(
        object_id("evt", sequence, digest),
        "evt",
        sequence,
        created,
        0,
        "",
        audits=tuple(lines),
        events=tuple(
            Event(
                line.at,
                EventKind.ACCESSION_DAMAGED if line.damages else EventKind.ACCESSION_VERIFIED,
                line.object,
                means.agent,
                "fail" if line.damages else "success",
                {"bytes": str(line.bytes)},
            )
            for line in lines
        ),
    )
    sealed = archive.seal_events(records)
    project(
        [
            msgspec.structs.replace(
                records, bytes=sealed.bytes, inventory_digest=sealed.inventory_digest
            )
        ]
    )
