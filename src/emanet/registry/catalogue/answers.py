# SPDX-License-Identifier: Apache-2.0
"""What the catalogue answers with: frozen values, never rows."""

from __future__ import annotations

import msgspec

from emanet.model.article import Issn, Record, Relation, VersionStage
from emanet.model.delivery import Fate, Format, RawBytes, Role
from emanet.model.stored import Locator


class ObjectInfo(msgspec.Struct, frozen=True):
    """A sealed object: ``kind`` ``acc`` or ``evt``; ``audited`` "" while never audited.

    ``files`` counts member lines, ``versions`` article lines, ``damages`` those of the last audit.
    """

    ref: str
    sequence: int
    kind: str
    created: str
    bytes: int
    digest: str
    files: int
    versions: int
    audited: str
    damages: int


class NameInfo(msgspec.Struct, frozen=True):
    """A name and publisher of a title, with the years of the articles that carry them."""

    name: str
    publisher: str
    first_year: int
    last_year: int


class TitleInfo(msgspec.Struct, frozen=True):
    """A title under its present name; ``numbers`` are its ISSNs in order of arrival.

    ``articles``, ``first_year`` and ``last_year`` (0 while unknown) tell what is kept of it;
    ``history`` has its names, newest first, where one title is asked for. What was not asked for
    is empty.
    """

    id: int
    name: str
    publisher: str
    numbers: tuple[Issn, ...] = ()
    sort_key: str = ""
    articles: int = 0
    first_year: int = 0
    last_year: int = 0
    history: tuple[NameInfo, ...] = ()

    @property
    def issns(self) -> tuple[str, ...]:
        """The ISSNs without their medium."""
        return tuple(number.value for number in self.numbers)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the history, each once."""
        return tuple(dict.fromkeys(name.name for name in self.history))

    @property
    def cursor(self) -> str:
        """Where the next page of a list begins that ends with this title."""
        return f"{self.sort_key}|{self.id}"


class IssueInfo(msgspec.Struct, frozen=True):
    """An issue of a title: ``place`` sorts it among the others of its year."""

    year: int
    volume: str
    issue: str
    articles: int
    place: str


class FileInfo(msgspec.Struct, frozen=True):
    """A delivered file: ``locator`` is None when its bytes are not kept in an object."""

    id: int
    name: str
    role: Role
    fate: Fate
    bytes: int
    sha256: str
    crc32: int
    format: Format
    locator: Locator | None
    version: int | None = None
    raw_name: RawBytes = b""
    language: str = ""


class RelatedInfo(msgspec.Struct, frozen=True):
    """A relation of an article to another, read in one direction or the other.

    ``forward`` when the article ``by`` says it of ``doi``; else ``doi`` says it of ``by``, so that
    ``retracts`` read backward means: ``by`` is retracted by ``doi``. ``id`` and ``title`` are
    those of the article ``doi`` where the archive has it (else None, ""); ``depth`` is 1 next to
    the article asked for, more along a chain.
    """

    relation: Relation
    by: str
    doi: str
    forward: bool
    id: int | None = None
    title: str = ""
    depth: int = 1
    given: str = ""
    source: str = ""
    citation: str = ""


class VersionInfo(msgspec.Struct, frozen=True):
    """A version of an article with all its files, main file first."""

    id: int
    number: int
    current: bool
    stage: VersionStage | None
    record: Record
    content: str
    object: ObjectInfo
    delivery: str
    files: tuple[FileInfo, ...]


class ArticleInfo(msgspec.Struct, frozen=True):
    """An article with its versions in order of arrival; ``doi`` folded, "" for none."""

    id: int
    doi: str
    title: TitleInfo | None
    versions: tuple[VersionInfo, ...]
    related: tuple[RelatedInfo, ...]

    @property
    def current(self) -> VersionInfo:
        """The version of highest standing, of equal ones the latest."""
        return next(version for version in self.versions if version.current)


class Brief(msgspec.Struct, frozen=True):
    """An article in one line of a list, by its current version; ``doi`` as displayed."""

    id: int
    doi: str
    title: str
    journal: str
    publisher: str
    year: int
    volume: str
    issue: str
    page: str
    published: str
    type: str
    stage: str
    language: str
    licence: str
    open_access: bool
    accession: str
    place: str = ""
