# SPDX-License-Identifier: Apache-2.0
"""What the duties answer: frozen values that faces print or show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from emanet.model.article import Author, Licence, PubDate, Text
from emanet.model.delivery import Receipt
from emanet.model.event import Event
from emanet.model.finding import Finding
from emanet.model.stored import AuditLine

if TYPE_CHECKING:  # its module needs Django set up
    from emanet.registry.deliveries.queries import DeliveryInfo


class Accounting(msgspec.Struct, frozen=True):
    """Bytes that came in against bytes accounted for, by what became of the payloads.

    ``bytes_in`` is what lay in the drop area; ``sealed`` went into accessions, ``held`` into the
    quarantine, ``refused`` is recorded only, ``repeated`` was there already, ``waiting`` stays in
    the drop area. The sum of the five equals ``bytes_in``.
    """

    bytes_in: int = 0
    sealed: int = 0
    held: int = 0
    refused: int = 0
    repeated: int = 0
    waiting: int = 0

    @property
    def accounted(self) -> int:
        """Sum of the five parts."""
        return self.sealed + self.held + self.refused + self.repeated + self.waiting


class IngestReport(msgspec.Struct, frozen=True):
    """The outcome of one run: receipts in the order of decision, the units sealed, the accounting.

    A receipt here has the 100 worst findings of its delivery; the registry has all.

    ``articles`` counts new article versions; ``repeats`` articles that were held already with the
    same bytes; ``held_files`` files of accepted deliveries that wait for a person; ``seconds`` how
    long it took. ``registered`` are units found sealed but unregistered from an earlier run.
    ``left`` are deliveries left alone this time (still being written, changed, unreadable).
    """

    receipts: tuple[Receipt, ...]
    accessions: tuple[str, ...]
    articles: int
    repeats: int
    held_files: int
    accounting: Accounting
    seconds: float
    registered: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()


class Left(msgspec.Struct, frozen=True):
    """A delivery left alone in the drop area, and why."""

    name: str
    finding: Finding


class DeliveryView(msgspec.Struct, frozen=True):
    """One delivery with the fate of every file."""

    info: DeliveryInfo
    files: tuple[FileFate, ...]


class FileFate(msgspec.Struct, frozen=True):
    """A delivered file and what became of it."""

    name: str
    bytes: int
    sha256: str
    role: str
    fate: str
    format: str
    doi: str = ""


class FileView(msgspec.Struct, frozen=True):
    """A file of an article, as ``show`` gives it; ``path`` is its name in the delivery."""

    path: str
    role: str
    bytes: int
    sha256: str
    format: str
    puid: str = ""
    language: str = ""


class RelatedView(msgspec.Struct, frozen=True):
    """A relation, said from the article shown; ``held`` tells whether the other is held here.

    ``via`` is the DOI of the article it leads through, along a chain of notices; "" next to it.
    ``citation`` is what stood in place of a DOI, ``number`` that of the other's record, 0 for none.
    """

    relation: str
    doi: str
    given: str = ""
    held: bool = False
    title: str = ""
    via: str = ""
    citation: str = ""
    number: int = 0


class VersionView(msgspec.Struct, frozen=True):
    """One version of an article, in the order of arrival."""

    number: int
    stage: str
    published: str
    delivery: str
    accession: str
    current: bool
    content: str


class ArticleView(msgspec.Struct, frozen=True):
    """An article's record and its whole custody trail."""

    doi: str
    title: str
    journal: str
    issn: tuple[str, ...]
    volume: str
    issue: str
    first_page: str
    last_page: str
    elocation_id: str
    published: str
    type: str
    version: str
    language: tuple[str, ...]
    authors: tuple[str, ...]
    licence: str
    open_access: bool
    publisher: str
    related: tuple[RelatedView, ...]
    accession: str
    files: tuple[FileView, ...]
    events: tuple[Event, ...]
    delivery: str
    number: int
    title_html: str = ""
    subtitle: str = ""
    translated_titles: tuple[Text, ...] = ()
    abstracts: tuple[Text, ...] = ()
    keywords: tuple[Text, ...] = ()
    people: tuple[Author, ...] = ()
    licences: tuple[Licence, ...] = ()
    dates: tuple[PubDate, ...] = ()
    ids: dict[str, str] = {}
    dialect: str = ""
    versions: tuple[VersionView, ...] = ()


class AuditReport(msgspec.Struct, frozen=True):
    """The outcome of an audit run: a line for each object that was read to its end.

    ``left`` counts objects that the budget did not reach.
    """

    lines: tuple[AuditLine, ...]
    bytes: int
    seconds: float
    left: int

    @property
    def damaged(self) -> tuple[AuditLine, ...]:
        """The lines that found damage."""
        return tuple(line for line in self.lines if line.damages)


class RebuildReport(msgspec.Struct, frozen=True):
    """The outcome of a rebuild."""

    objects: int
    articles: int
    files: int
    indexed: int
    seconds: float


class Handed(msgspec.Struct, frozen=True):
    """A file written out."""

    path: str
    bytes: int
    sha256: str


class Hit(msgspec.Struct, frozen=True):
    """An article found, in one line of a list; ``id`` is the number of its record."""

    id: int
    doi: str
    title: str
    journal: str
    authors: str
    volume: str
    issue: str
    published: str
    type: str
    language: str
    open_access: bool
    accession: str
    score: float = 0.0


class Found(msgspec.Struct, frozen=True):
    """What a search found: how many in all, and the hits of this page, best first.

    ``behind``: the search index does not know the latest articles yet (a search by words alone).
    """

    total: int
    hits: tuple[Hit, ...]
    behind: bool = False
