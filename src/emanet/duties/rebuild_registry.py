# SPDX-License-Identifier: Apache-2.0
"""Make the registry and the search index anew, from what is sealed and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from emanet.duties.means import Means
from emanet.duties.projection import batches, catch_up, project
from emanet.duties.reports import RebuildReport
from emanet.model.errors import RegistryError
from emanet.registry import schema
from emanet.work.ahead import ahead
from emanet.work.progress import Meter, Progress


def rebuild(means: Means, *, progress: Callable[[Progress], None]) -> RebuildReport:
    """Empty the registry and fill it again from the sealed objects, in their sequence.

    The rows are those that the ingest made, keys included. Raises DamageError when an index of a
    sealed object cannot be read; what was registered before it stays.
    """
    started = means.ticks()
    with means.lock():
        _begin_anew()
        means.index.clear()
        references = list(means.archive.objects())
        meter = Meter(progress, means.ticks, total=len(references))
        articles = files = 0
        # Reading and decoding the next batch goes on in a thread while this one is written.
        records = (means.archive.records(ref.id) for ref in references)
        with schema.bulk_filling():
            for batch in ahead(batches(records), 2):
                project(batch)
                articles += sum(len(sealed.articles) for sealed in batch)
                files += sum(len(sealed.members) for sealed in batch)
                meter.add(len(batch), 0)
        indexed = catch_up(means.index)
        meter.finish()
    return RebuildReport(len(references), articles, files, indexed, means.ticks() - started)


def _begin_anew() -> None:
    """Have all tables there and empty; a SQLite file that is damaged is deleted and made again."""
    try:
        schema.create()
        schema.empty()
    except RegistryError as error:
        if not _tells_of_damage(error):
            raise
        schema.remake()


def _tells_of_damage(error: BaseException | None) -> bool:
    """Whether SQLite said that its file is no database, or a broken one (result codes 11, 26)."""
    while error is not None:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return True
        error = error.__cause__
    return False
