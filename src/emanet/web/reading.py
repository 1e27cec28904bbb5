# SPDX-License-Identifier: Apache-2.0
"""Pages for those who look for something: search, an article's record, journals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from emanet.duties import describe
from emanet.duties.reports import ArticleView
from emanet.model.article import Relation
from emanet.model.errors import RegistryError, UnknownThing
from emanet.model.event import Event, EventKind
from emanet.model.ids import normal_doi, sort_key
from emanet.model.stored import Damage
from emanet.registry.activity import queries as activity
from emanet.registry.catalogue import queries as catalogue
from emanet.web.frame import archive, asked, in_language, message, not_found, number_of, page

_HITS = 20
_OFFSET_MAX = 10_000  # hits beyond are found by asking more narrowly
_ROWS = 100
_FILES = 200
_AUTHORS = 25
_EVENTS = 200
_NOTICES = ("retracted-by", "concern-expressed-by", "corrected-by", "added-to-by")
_NOTICE_OF = (Relation.RETRACTS, Relation.CONCERNS, Relation.CORRECTS, Relation.ADDS_TO)
_OTHER_SCRIPTS = "z"  # where sort keys of letters begin that are not of the Turkish alphabet
_LETTERS = "ABCÇDEFGĞHIİJKLMNOÖPQRSŞTUÜVWXYZ"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search by words, DOI or ISSN."""
    q = asked(request, "q")
    context: dict[str, Any] = {"q": q, "is_doi": bool(normal_doi(q))}
    if not q:
        return page(request, "search", "search", context)
    offset = min(number_of(request.GET.get("from", "")) or 0, _OFFSET_MAX)
    try:
        found = describe.find_articles(archive(), [q], limit=_HITS, offset=offset)
        if found.total and not found.hits:  # behind the last page: show that one
            offset = min((found.total - 1) // _HITS * _HITS, _OFFSET_MAX)
            found = describe.find_articles(archive(), [q], limit=_HITS, offset=offset)
    except RegistryError:
        # The index alone is broken; an article is still found by its DOI and in its journal.
        return page(request, "search", "search", context | {"broken": True}, 503)
    following = offset + _HITS
    context |= {
        "found": found,
        "first": offset + 1,
        "last": offset + len(found.hits),
        "before": max(offset - _HITS, 0) if offset else None,
        "after": following if following < found.total and following <= _OFFSET_MAX else None,
    }
    return page(request, "search", "search", context)


@require_safe
def article(request: HttpRequest, doi: str) -> HttpResponse:
    """An article's record by DOI; an unknown one gets a page that says so."""
    if not doi.isprintable():
        return not_found(request)
    try:
        return _article(request, describe.describe_article(archive(), doi))
    except UnknownThing as error:
        return message(request, _("Not held here"), in_language(error), 404)


@require_safe
def record(request: HttpRequest, number: int) -> HttpResponse:
    """An article's record by the number of its row, for articles that have no DOI."""
    if number_of(str(number)) is None:
        return not_found(request)
    try:
        return _article(request, describe.describe_record(archive(), number))
    except UnknownThing as error:
        return message(request, _("Not held here"), in_language(error), 404)


def _article(request: HttpRequest, view: ArticleView) -> HttpResponse:
    audits = activity.audits(view.accession, limit=1)
    near = [r for r in view.related if not r.via]  # what a notice of a notice says is not of this
    context = {
        "a": view,
        "notices": [r for kind in _NOTICES for r in near if r.relation == kind],
        "notice_of": [r for kind in _NOTICE_OF for r in near if r.relation == kind.value],
        "authors": view.people[:_AUTHORS],
        "more_authors": view.people[_AUTHORS:],
        "files": view.files[:_FILES],
        "more_files": max(len(view.files) - _FILES, 0),
        "events": _trail(view.events),
        "checks": sum(e.kind is EventKind.ACCESSION_VERIFIED for e in view.events),
        "audit": audits[0] if audits else None,
        "damaged": _damaged(view, audits[0].damages if audits else ()),
    }
    return page(request, "article", "", context)


def _trail(events: Sequence[Event]) -> list[Event]:
    """The custody trail with the last audit alone of those that found every byte as sealed."""
    sound = [e for e in events if e.kind is EventKind.ACCESSION_VERIFIED]
    kept = [e for e in events if e.kind is not EventKind.ACCESSION_VERIFIED or e is sound[-1]]
    return kept[:_EVENTS]


def _damaged(view: ArticleView, damages: Sequence[Damage]) -> str:
    """Whether the last audit found damage: "article", "unit" (elsewhere in it), or "" for none."""
    doi = normal_doi(view.doi)
    if any(doi and normal_doi(damage.doi) == doi for damage in damages):
        return "article"
    return "unit" if damages else ""


@require_safe
def titles(request: HttpRequest) -> HttpResponse:
    """Journals from A to Z by the Turkish alphabet, from a letter on, or by words of a name."""
    name, letter = asked(request, "name"), request.GET.get("letter", "")
    if name:
        rows, following = catalogue.find_titles(name, limit=_ROWS), ""
    else:
        start = _cursor(request.GET.get("after", "")[:2000])
        if letter in _LETTERS and len(letter) == 1:
            start = sort_key(letter)
        elif letter == "other":
            start = _OTHER_SCRIPTS
        rows = catalogue.list_titles(after=start, limit=_ROWS)
        following = rows[-1].cursor if len(rows) == _ROWS else ""
    context = {
        "rows": rows,
        "after": following,
        "letters": _LETTERS,
        "letter": letter,
        "name": name,
        "part": bool(name or letter or request.GET.get("after")),
    }
    return page(request, "titles", "titles", context)


def _cursor(text: str) -> str:
    key, bar, number = text.partition("|")
    return f"{key}{bar}{number}" if key.isprintable() and number_of(number) is not None else ""


@require_safe
def title(request: HttpRequest, number: int) -> HttpResponse:
    """One journal with its articles, newest issue first."""
    view = catalogue.title_by_id(number) if number_of(str(number)) is not None else None
    if view is None:
        return not_found(request)
    year, _colon, rest = request.GET.get("after", "")[:400].partition(":")
    place, _colon, last_key = rest.rpartition(":")
    newest, key = number_of(year), number_of(last_key)
    start = None
    if newest is not None and newest < 10_000 and key is not None and place.isprintable():
        start = (newest, place, key)
    hits = catalogue.articles_of_title(number, after=start, limit=_ROWS)
    end = hits[-1] if len(hits) == _ROWS else None
    issues = [
        (year, volume, issue, list(of_issue))
        for (year, volume, issue), of_issue in groupby(
            hits, lambda hit: (hit.year, hit.volume, hit.issue)
        )
    ]
    context = {
        "t": view,
        "issues": issues,
        "after": f"{end.year}:{end.place}:{end.id}" if end else "",
        "part": start is not None,
    }
    return page(request, "title", "titles", context)
