# SPDX-License-Identifier: Apache-2.0
"""Sealed records to rows and search entries: one projection, for ingest and rebuild alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction

from emanet.access.search import SearchIndex
from emanet.model.stored import Records
from emanet.registry.activity import records as activity
from emanet.registry.catalogue import queries
from emanet.registry.catalogue import records as catalogue
from emanet.registry.deliveries import records as deliveries
from emanet.storage.archive import Archive

_BATCH_LINES = 50_000


def project(records: Sequence[Records]) -> None:
    """Bring sealed objects into the registry, in one transaction; idempotent.

    Takes records by ascending sequence. Raises RegistryError when one comes out of turn.
    """
    with transaction.atomic():
        catalogue.project(records)
        deliveries.project(records)
        activity.project(records)


def batches(records: Iterable[Records]) -> Iterator[list[Records]]:
    """Gather objects into batches of some 50,000 lines, so that memory stays bounded."""
    batch: list[Records] = []
    lines = 0
    for record in records:
        batch.append(record)
        lines += len(record.members) + len(record.articles) + len(record.events)
        if lines >= _BATCH_LINES:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def reconcile(archive: Archive, index: SearchIndex) -> tuple[str, ...]:
    """Register what is sealed and not yet registered (a run died in between); gives its ids."""
    reached = queries.last_sequence()
    missing = [ref for ref in archive.objects() if ref.sequence > reached]
    for batch in batches(archive.records(ref.id) for ref in missing):
        project(batch)
    if missing:
        catch_up(index)
    return tuple(ref.id for ref in missing)


def catch_up(index: SearchIndex, *, chunk: int = 5_000) -> int:
    """Bring the search index up to the registry's last version; gives how many were added."""
    count = 0
    documents = queries.search_documents(after=index.reached())
    while part := list(islice(documents, chunk)):
        index.put(part)
        count += len(part)
    return count
