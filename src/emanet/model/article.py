# SPDX-License-Identifier: Apache-2.0
"""The bibliographic record of one article, as its publisher's metadata give it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class VersionStage(StrEnum):
    """Versions of a journal article by NISO RP-8-2008 (JAV), and ahead-of-print beside them.

    The order of the members is the order of standing: a later one supersedes an earlier one.
    """

    AO = "AO"  # author's original
    SMUR = "SMUR"  # submitted manuscript under review
    AM = "AM"  # accepted manuscript
    P = "P"  # proof
    AOP = "AOP"  # ahead of its issue (not in JAV; inferred: online date, no issue, no pages)
    VOR = "VoR"  # version of record
    CVOR = "CVoR"  # corrected version of record
    EVOR = "EVoR"  # enhanced version of record

    @property
    def rank(self) -> int:
        """Standing: 0 (author's original) to 7 (enhanced version of record)."""
        return list(VersionStage).index(self)


class Relation(StrEnum):
    """How one article relates to another, said from the one that carries the statement."""

    CORRECTS = "corrects"
    RETRACTS = "retracts"
    CONCERNS = "expresses-concern-about"
    ADDS_TO = "adds-to"
    COMMENTS = "comments-on"
    REPLIES = "replies-to"
    TRANSLATES = "translates"
    CORRECTED_BY = "corrected-by"
    RETRACTED_BY = "retracted-by"
    OTHER = "related-to"


class Related(msgspec.Struct, frozen=True, omit_defaults=True):
    """A statement that this article is related to another.

    ``doi`` is in its form for comparison, "" if only other facts are known; ``given`` is the
    publisher's own word for the relation (``related-article-type``); ``source`` is where it stood
    (``jats``, ``crossref`` …).
    """

    relation: Relation
    doi: str = ""
    given: str = ""
    source: str = "jats"
    citation: str = ""


class Issn(msgspec.Struct, frozen=True, omit_defaults=True):
    """An ISSN (``NNNN-NNNC``) and its medium: ``print``, ``electronic``, ``linking`` or ""."""

    value: str
    medium: str = ""


class PubDate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date with its kind, in the publisher's word (``epub``, ``ppub``, ``collection`` …).

    ``value`` is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, as precise as given; ``words`` keeps a
    season or a month range that is no date.
    """

    kind: str
    value: str
    words: str = ""


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """An author: a person, or a group (``collective``) whose name stands in ``family``."""

    family: str = ""
    given: str = ""
    suffix: str = ""
    orcid: str = ""
    collective: bool = False
    affiliations: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``Family, Given`` with the suffix, or the group's name."""
        name = f"{self.family}, {self.given}" if self.given else self.family
        return f"{name}, {self.suffix}" if self.suffix else name


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text in a language (BCP 47 as written, or "")."""

    text: str
    language: str = ""


class Licence(msgspec.Struct, frozen=True, omit_defaults=True):
    """The licence as stated: its address, its words, from when it holds; ``open`` by its terms.

    ``open`` is true for Creative Commons and public domain only; the words "open access" open
    nothing (NISO RP-22-2015, ALI; `open` is a reading of the licence, not a decision on access).
    """

    url: str = ""
    words: str = ""
    starts: str = ""
    open: bool = False


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """The bibliographic record of one article.

    ``doi`` is as displayed, ``ids`` other identifiers by kind (``pmid``, ``pmcid``, ``pii``,
    ``publisher-id`` …). Pages, volume and issue are text (``R45``, ``Suppl 2``). ``published`` is
    the date used for order and display; ``dates`` keeps every date with its kind. ``title`` is
    plain text, ``title_html`` the same with inline markup (sanitised), "" when there is none.
    ``type`` is the article type as the publisher gave it; ``dialect`` names the format read.
    """

    doi: str = ""
    ids: dict[str, str] = {}
    title: str = ""
    title_html: str = ""
    subtitle: str = ""
    translated_titles: tuple[Text, ...] = ()
    journal: str = ""
    journal_abbreviation: str = ""
    issns: tuple[Issn, ...] = ()
    publisher: str = ""
    volume: str = ""
    issue: str = ""
    first_page: str = ""
    last_page: str = ""
    elocation_id: str = ""
    published: str = ""
    dates: tuple[PubDate, ...] = ()
    type: str = ""
    stage: VersionStage | None = None
    languages: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    abstracts: tuple[Text, ...] = ()
    keywords: tuple[Text, ...] = ()
    subjects: tuple[str, ...] = ()
    funders: tuple[str, ...] = ()
    licences: tuple[Licence, ...] = ()
    related: tuple[Related, ...] = ()
    references: int = 0
    dialect: str = ""

    @property
    def year(self) -> str:
        """The year of ``published``, "" when unknown."""
        return self.published[:4]

    @property
    def open_access(self) -> bool:
        """Whether a stated licence opens the article to all."""
        return any(licence.open for licence in self.licences)
