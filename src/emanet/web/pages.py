# SPDX-License-Identifier: Apache-2.0
"""The pages: status, search, an article's record, journals, deliveries, the problem queue."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext as _

from emanet.duties import describe
from emanet.model.delivery import State
from emanet.model.errors import UnknownThing
from emanet.registry.catalogue import queries as catalogue
from emanet.registry.deliveries import queries as deliveries_of
from emanet.web.means import served
from emanet.web.templatetags.page_words import size

_PAGE = 20
_ROWS = 100
_LANGUAGES = (("tr", "Türkçe"), ("en", "English"))
_BANNERS = {"retracted-by", "corrected-by", "concern-expressed-by", "added-to-by"}


def _page(
    request: HttpRequest, template: str, here: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    address = request.get_full_path()
    context |= {
        "archive_name": served().name,
        "here": here,
        "sections": [
            ("home", _("Status")),
            ("search", _("Search")),
            ("titles", _("Journals")),
            ("deliveries", _("Deliveries")),
            ("problems", _("Problems")),
        ],
        "languages": [(c, text, translate_url(address, c)) for c, text in _LANGUAGES],
    }
    return render(request, f"emanet/{template}.html", context, status=status)


def choose_language(request: HttpRequest) -> HttpResponse:
    """Send the root address to the reader's language, by what the browser asks for."""
    with translation.override(translation.get_language_from_request(request)):
        return redirect(reverse("home"))


def health(request: HttpRequest) -> HttpResponse:
    """Answer that the process lives and the registry can be read."""
    describe.describe_status(served())
    return HttpResponse("ok\n", content_type="text/plain")


def home(request: HttpRequest) -> HttpResponse:
    """Status: what the archive holds, the latest deliveries."""
    counts = describe.describe_status(served())
    numbers = [
        (_("articles"), counts["articles"]),
        (_("journals"), counts["titles"]),
        (_("files"), counts["files"]),
        (_("size"), size(int(counts["bytes"] or 0))),
        (_("accessions"), counts["accessions"]),
        (_("deliveries"), counts["deliveries"]),
        (_("held"), counts["held"]),
        (_("refused"), counts["refused"]),
    ]
    rows = deliveries_of.list_deliveries(state=None, limit=10)
    return _page(
        request, "home", "home", {"counts": counts, "numbers": numbers, "rows": rows, "q": ""}
    )


def _offset(request: HttpRequest) -> int:
    text = request.GET.get("from", "0")
    return min(int(text), 10_000) if text.isascii() and text.isdigit() else 0


def search(request: HttpRequest) -> HttpResponse:
    """Search by words, DOI or ISSN."""
    q = request.GET.get("q", "").strip()[:400]
    offset = _offset(request)
    context: dict[str, Any] = {"q": q, "autofocus": not q}
    if q:
        found = describe.find_articles(served(), [q], limit=_PAGE, offset=offset)
        context |= {
            "total": found.total,
            "hits": found.hits,
            "before": max(offset - _PAGE, 0) if offset else None,
            "after": offset + _PAGE if offset + _PAGE < found.total else None,
        }
    return _page(request, "search", "search", context)


def article(request: HttpRequest, doi: str) -> HttpResponse:
    """An article's record by DOI; an unknown one gets a page that says so."""
    return _article(request, doi=doi)


def record(request: HttpRequest, number: int) -> HttpResponse:
    """An article's record by the number of its row, for articles that have no DOI."""
    return _article(request, number=number)


def _article(request: HttpRequest, doi: str = "", number: int = 0) -> HttpResponse:
    try:
        view = (
            describe.describe_article(served(), doi)
            if doi
            else describe.describe_record(served(), number)
        )
    except UnknownThing as error:
        return _message(request, _("Not held here"), _in_language(error), 404)
    banners = [r for r in view.related if r.relation in _BANNERS]
    return _page(request, "article", "", {"a": view, "banners": banners})


def titles(request: HttpRequest) -> HttpResponse:
    """Journals from A to Z by the Turkish alphabet."""
    rows = catalogue.list_titles(after=request.GET.get("after", "")[:1000], limit=_ROWS)
    following = rows[-1].cursor if len(rows) == _ROWS else ""
    return _page(request, "titles", "titles", {"rows": rows, "after": following})


def title(request: HttpRequest, number: int) -> HttpResponse:
    """One journal with its articles, newest first."""
    view = catalogue.title_by_id(number)
    if view is None:
        return not_found(request)
    year, _colon, rest = request.GET.get("after", "")[:400].partition(":")
    place, _colon, key = rest.rpartition(":")
    start = (int(year), place, int(key)) if year.isdigit() and key.isdigit() else None
    hits = catalogue.articles_of_title(number, after=start, limit=_ROWS)
    last = hits[-1] if len(hits) == _ROWS else None
    after = f"{last.year}:{last.place}:{last.id}" if last else ""
    return _page(request, "title", "titles", {"t": view, "hits": hits, "after": after})


def deliveries(request: HttpRequest) -> HttpResponse:
    """Deliveries, newest first, by state if wished."""
    states = [s.value for s in State]
    state = request.GET.get("state", "")
    state = state if state in states else ""
    rows = deliveries_of.list_deliveries(state=state or None, limit=_ROWS)
    return _page(
        request, "deliveries", "deliveries", {"rows": rows, "states": states, "state": state}
    )


def delivery(request: HttpRequest, delivery: str) -> HttpResponse:
    """One delivery: verdict, findings, the fate of every file."""
    try:
        view = describe.describe_delivery(delivery)
    except UnknownThing as error:
        return _message(request, _("No such delivery"), _in_language(error), 404)
    findings = sorted(view.info.findings, key=lambda f: -f.severity.rank)
    return _page(
        request,
        "delivery",
        "deliveries",
        {
            "r": view.info,
            "findings": findings[:_ROWS],
            "more_findings": max(len(findings) - _ROWS, 0),
            "files": view.files[: _ROWS * 10],
            "more_files": max(len(view.files) - _ROWS * 10, 0),
        },
    )


def problems(request: HttpRequest) -> HttpResponse:
    """The problem queue: held deliveries, and files kept without an article."""
    queue = describe.problem_queue(limit=_ROWS)
    return _page(request, "problems", "problems", {"held": queue.deliveries, "files": queue.files})


def _in_language(error: UnknownThing) -> str:
    return error.tr if translation.get_language() == "tr" else error.en


def _message(request: HttpRequest, heading: str, words: str, status: int) -> HttpResponse:
    context = {"heading": heading, "words": words, "q": ""}
    return _page(request, "message", "", context, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for an address that leads nowhere."""
    words = _("There is no page at this address. The search may help.")
    return _message(request, _("Not found"), words, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """The page for a failure of ours; it asks the archive nothing, for that may be what failed."""
    text = "<!doctype html><html lang='tr'><meta charset='utf-8'><title>Emanet</title>"
    text += "<p>Bir arıza oldu; kayda geçti. Biraz sonra yeniden deneyin.</p>"
    text += "<p lang='en'>Something failed and was recorded. Please try again later.</p></html>"
    return HttpResponse(text, status=500)
