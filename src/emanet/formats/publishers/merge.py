# SPDX-License-Identifier: Apache-2.0
"""One record out of several witnesses: the article's own file wins, the others fill and confirm."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from emanet.model.article import Record
from emanet.model.finding import Finding
from emanet.model.ids import fold, normal_doi, printable

_SCALARS = (
    "doi",
    "journal",
    "journal_abbreviation",
    "publisher",
    "volume",
    "issue",
    "type",
    "subtitle",
    "stage",
)
_LISTS = (
    "translated_titles",
    "issns",
    "dates",
    "languages",
    "authors",
    "abstracts",
    "keywords",
    "subjects",
    "funders",
    "licences",
)
_WORD = re.compile(r"[^\w]+")


def fill(record: Record, other: Record) -> Record:
    """Fill what a record lacks from another witness of the same article.

    Nothing that the record says is replaced, save a publication date by a more precise one of the
    same year. Identifiers and statements about other articles are added together.
    """
    changes: dict[str, object] = {
        name: getattr(other, name)
        for name in (*_SCALARS, *_LISTS)
        if not getattr(record, name) and getattr(other, name)
    }
    if not record.title:
        changes |= {"title": other.title, "title_html": other.title_html}
    if not (record.first_page or record.elocation_id):
        changes |= {
            "first_page": other.first_page,
            "last_page": other.last_page,
            "elocation_id": other.elocation_id,
        }
    if other.published.startswith(record.published):
        changes["published"] = other.published
    changes["ids"] = {**other.ids, **record.ids}
    said = {(r.relation, r.doi) for r in record.related}
    changes["related"] = record.related + tuple(
        r for r in other.related if (r.relation, r.doi) not in said
    )
    changes["references"] = record.references or other.references
    return msgspec.structs.replace(record, **changes)


def same_article(record: Record, other: Record) -> bool:
    """Whether another witness may speak of the same article: no two DOIs, no two PIIs."""
    mine, theirs = normal_doi(record.doi), normal_doi(other.doi)
    if mine and theirs:
        return mine == theirs
    pii, other_pii = _alnum(record.ids.get("pii", "")), _alnum(other.ids.get("pii", ""))
    return not (pii and other_pii) or pii == other_pii


def disagreements(record: Record, other: Record, place: str) -> tuple[Finding, ...]:
    """Where a second witness contradicts the record; ``place`` is the witness's path.

    Compared, where both speak: DOI, ISSN (any in common suffices), volume, issue, first page or
    article number, and the title by its letters.
    """
    found = []
    for field, mine, theirs in _compared(record, other):
        if mine and theirs and mine != theirs:
            detail = {"field": field, "article": mine[:200], "witness": theirs[:200]}
            found.append(Finding("PACKAGE-WITNESS-DISAGREES", place, detail))
    return tuple(found)


def _compared(record: Record, other: Record) -> Iterable[tuple[str, str, str]]:
    yield "DOI", normal_doi(record.doi), normal_doi(other.doi)
    mine = {i.value for i in record.issns}
    theirs = {i.value for i in other.issns}
    if mine and theirs and not mine & theirs:
        yield "ISSN", ", ".join(sorted(mine)), ", ".join(sorted(theirs))
    yield "volume", record.volume, other.volume
    yield "issue", record.issue, other.issue
    where = {record.first_page, record.elocation_id} - {""}
    there = {other.first_page, other.elocation_id} - {""}
    if where and there and not where & there:
        yield "page", ", ".join(sorted(where)), ", ".join(sorted(there))
    if _letters(record.title) != _letters(other.title) and not _begins(record, other):
        yield "title", printable(record.title), printable(other.title)


def _begins(record: Record, other: Record) -> bool:
    """Whether one title is the other with its subtitle written out."""
    mine = _letters(record.title), _letters(record.title + record.subtitle)
    theirs = _letters(other.title), _letters(other.title + other.subtitle)
    return bool(set(mine) & set(theirs))


def _letters(text: str) -> str:
    return _WORD.sub("", fold(text))


def _alnum(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())
