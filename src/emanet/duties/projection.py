# SPDX-License-Identifier: Apache-2.0
"""Sealed records to rows and search entries: one projection, for ingest and rebuild alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction

from emanet.access.search import SearchIndex
from emanet.duties import quarantine
from emanet.duties.means import Means
from emanet.model.delivery import State
from emanet.model.stored import Records
from emanet.registry.activity import records as activity
from emanet.registry.catalogue import queries
from emanet.registry.catalogue import records as catalogue
from emanet.registry.deliveries import queries as delivered
from emanet.registry.deliveries import records as deliveries
from emanet.registry.prepared import Prepared
from emanet.registry.preparing import prepare

_BATCH_LINES = 50_000


def project(records: Sequence[Records] | Sequence[Prepared]) -> None:
    """Bring sealed objects into the registry, in one transaction; idempotent.

    Takes records by ascending sequence. Raises RegistryError when one comes out of turn.
    """
    with transaction.atomic():
        catalogue.project(records)
        deliveries.project(records)
        activity.project(records)


def batches(objects: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    """Gather objects into batches of some 50,000 lines, so that memory stays bounded."""
    batch: list[Prepared] = []
    lines = 0
    for one in objects:
        batch.append(one)
        lines += len(one.catalogue.files) + len(one.catalogue.lines) + len(one.activity.events)
        if lines >= _BATCH_LINES:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def reconcile(means: Means) -> tuple[str, ...]:
    """Bring the registry up to what is sealed, where a run died in between; gives the ids.

    The search index follows, and what the quarantine keeps of deliveries that are not held (any
    more) is let go. Call it while holding the archive's lock.
    """
    reached = queries.last_sequence()
    missing = [ref for ref in means.archive.objects() if ref.sequence > reached]
    for batch in batches(prepare(means.archive.records(ref.id)) for ref in missing):
        project(batch)
    catch_up(means.index)
    kept = quarantine.kept(means.quarantine)
    states = delivered.known_deliveries(kept)
    for delivery in kept:
        if states.get(delivery) is not State.HELD:
            quarantine.let_go(means.quarantine, delivery)
    return tuple(ref.id for ref in missing)


def behind(index: SearchIndex) -> bool:
    """Whether the registry holds article versions that the search index has not."""
    return next(queries.search_documents(after=index.reached(), page=1), None) is not None


def catch_up(index: SearchIndex, *, chunk: int = 5_000) -> int:
    """Bring the search index up to the registry's last version; gives how many were added."""
    count = 0
    documents = queries.search_documents(after=index.reached())
    while part := list(islice(documents, chunk)):
        index.put(part)
        count += len(part)
    return count
