# SPDX-License-Identifier: Apache-2.0
"""Make the registry and the search index anew, from what is sealed and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from emanet.duties.means import Means
from emanet.duties.preparation import prepared
from emanet.duties.projection import batches, catch_up, project
from emanet.duties.reports import RebuildReport
from emanet.registry import schema
from emanet.registry.prepared import Prepared
from emanet.registry.preparing import prepare
from emanet.work.progress import Meter, Progress

_WORTH_WORKERS = 8  # objects; below, the start of the workers costs more than they give


def rebuild(means: Means, *, progress: Callable[[Progress], None]) -> RebuildReport:
    """Empty the registry and fill it again from the sealed objects, in their sequence.

    The tables are made anew, whatever was there. The rows are those that the ingest made, keys
    included. Raises DamageError when an index of a sealed object cannot be read; what was
    registered before it stays.
    """
    started = means.ticks()
    with means.lock():
        schema.remake()
        means.index.clear()
        references = list(means.archive.objects())
        meter = Meter(progress, means.ticks, total=len(references))
        articles = files = 0
        with schema.bulk_filling(), ExitStack() as stack:
            for batch in batches(_ready(means, [ref.id for ref in references], stack)):
                project(batch)
                articles += sum(len(one.catalogue.lines) for one in batch)
                files += sum(len(one.catalogue.files) for one in batch)
                meter.add(len(batch), 0)
        indexed = catch_up(means.index)
        meter.finish()
    return RebuildReport(len(references), articles, files, indexed, means.ticks() - started)


def _ready(means: Means, objects: list[str], stack: ExitStack) -> Iterator[Prepared]:
    """The objects made ready in their sequence: by workers where there are enough of them."""
    if len(objects) < _WORTH_WORKERS:
        return (prepare(means.archive.records(name)) for name in objects)
    crew = stack.enter_context(means.crew())
    return prepared(means.archive, means.reopen, objects, crew)
