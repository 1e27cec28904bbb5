# SPDX-License-Identifier: Apache-2.0
"""The Python interface: an opened archive and what can be done with it, as on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from emanet.bootstrap.wiring import open_home
from emanet.model.delivery import Receipt
from emanet.work.progress import Progress

if TYPE_CHECKING:
    from emanet.duties import reports
    from emanet.registry.deliveries.queries import DeliveryInfo


def _silent(progress: Progress) -> None:
    """Take a report of progress and say nothing."""


class OpenArchive:
    """An archive opened for use (``emanet.open_archive``).

    Every method answers with frozen values (``emanet.duties.reports``) and raises the errors of
    ``emanet.model.errors``. Methods that write hold the archive's lock while they run.
    """

    def __init__(self, home: str | PathLike[str]) -> None:
        """Open the archive in ``home``; raises ConfigError, RegistryError, StorageError."""
        self._means = open_home(Path(home))

    def ingest(
        self, paths: Iterable[str | PathLike[str]], *, publisher: str = ""
    ) -> reports.IngestReport:
        """Take in deliveries, files or folders; gives receipts and the accounting of every byte."""
        from emanet.duties.ingest_deliveries import ingest

        where = [Path(path) for path in paths]
        return ingest(self._means, where, publisher=publisher, progress=_silent)

    def status(self) -> dict[str, int | str | None]:
        """Count what the archive holds."""
        from emanet.duties.describe import describe_status

        return describe_status(self._means)

    def find(self, text: str, *, limit: int = 20, offset: int = 0) -> reports.Found:
        """Find articles by words, a DOI or an ISSN."""
        from emanet.duties.describe import find_articles

        return find_articles(self._means, [text], limit=limit, offset=offset)

    def show(self, doi: str, *, number: int = 0) -> reports.ArticleView:
        """An article's record with its custody trail; ``number`` picks a version."""
        from emanet.duties.describe import describe_article

        return describe_article(self._means, doi, number=number)

    def get(
        self, doi: str, folder: str | PathLike[str], *, number: int = 0
    ) -> tuple[reports.Handed, ...]:
        """Write an article's files into a folder, bit for bit."""
        from emanet.duties.hand_out import get

        return get(self._means, doi, Path(folder), number=number)

    def export(
        self, names: Iterable[str], folder: str | PathLike[str]
    ) -> tuple[reports.Handed, ...]:
        """Export accessions (ids) and articles (DOIs) as BagIt 1.0 bags."""
        from emanet.duties.hand_out import export

        return export(self._means, names, Path(folder))

    def deliveries(self, *, state: str | None = None, limit: int = 100) -> tuple[DeliveryInfo, ...]:
        """Deliveries, newest first; ``state`` as ``accepted``, ``held`` …"""
        from emanet.registry.deliveries.queries import list_deliveries

        return list_deliveries(state=state, limit=limit)

    def delivery(self, delivery: str) -> reports.DeliveryView:
        """One delivery with its findings and the fate of every file."""
        from emanet.duties.describe import describe_delivery

        return describe_delivery(delivery)

    def release(self, delivery: str, reason: str) -> Receipt:
        """Accept a held delivery by hand."""
        from emanet.duties.decide_delivery import release

        return release(self._means, delivery, reason)

    def refuse(self, delivery: str, reason: str) -> Receipt:
        """Refuse a held delivery by hand."""
        from emanet.duties.decide_delivery import refuse

        return refuse(self._means, delivery, reason)

    def verify(
        self, accessions: Iterable[str] = (), *, budget_s: float | None = None
    ) -> reports.AuditReport:
        """Audit sealed objects, oldest check first, within a budget of seconds."""
        from emanet.duties.audit_archive import audit

        return audit(self._means, accessions, budget_s=budget_s, progress=_silent)

    def rebuild(self) -> reports.RebuildReport:
        """Make the registry and the search index anew from storage alone."""
        from emanet.duties.rebuild_registry import rebuild

        return rebuild(self._means, progress=_silent)
