# SPDX-License-Identifier: Apache-2.0
"""What all pages share: the frame around them, their languages, and reading what was asked."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from emanet.duties.means import Means
from emanet.duties.settle_archive import settle
from emanet.model.errors import EmanetError, StorageError
from emanet.web.means import served

log = logging.getLogger("emanet.web")

LANGUAGES = (("tr", "Türkçe"), ("en", "English"))
_KEY_DIGITS = 18  # of the largest number that every database takes as a key


@cache
def archive() -> Means:
    """The archive served; what a run that died has sealed is registered before the first page."""
    means = served()
    try:
        settle(means)
    except StorageError as error:
        log.warning("what the last run sealed cannot be registered now: %s", error.en)
    return means


def page(
    request: HttpRequest, template: str, here: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page in the frame: ``here`` is the section it belongs to, "" for none."""
    shown = {
        "archive_name": archive().name,
        "here": here,
        "sections": (
            ("home", _("Status")),
            ("search", _("Search")),
            ("titles", _("Journals")),
            ("deliveries", _("Deliveries")),
            ("problems", _("Problems")),
        ),
        "languages": [(code, name, _in(code, request)) for code, name in LANGUAGES],
        "q": "",
    }
    return render(request, f"emanet/{template}.html", shown | context, status=status)


def _in(language: str, request: HttpRequest) -> str:
    """The address of the same page in another language; the first page for one without."""
    address = request.get_full_path()
    now = address[1:3]
    known = any(now == code for code, _name in LANGUAGES) and address[3:4] == "/"
    return f"/{language}{address[3:]}" if known else f"/{language}/"


def message(request: HttpRequest, heading: str, words: str, status: int) -> HttpResponse:
    """A page of a few words, with the search box."""
    return page(request, "message", "", {"heading": heading, "words": words}, status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for an address that leads nowhere."""
    words = _("There is no page at this address. The search may help.")
    return message(request, _("Not found"), words, 404)


def in_language(error: EmanetError) -> str:
    """What an error says, in the page's language."""
    return error.tr if translation.get_language() == "tr" else error.en


def asked(request: HttpRequest, name: str, *, most: int = 400) -> str:
    """A parameter of the address as text: one line, at most so many characters, no controls."""
    text = request.GET.get(name, "")[:most]
    return "".join(c if c.isprintable() else " " for c in text).strip()


def asked_number(request: HttpRequest, name: str) -> int | None:
    """A parameter of the address as a number that can be a key, or None."""
    return number_of(request.GET.get(name, ""))


def number_of(text: str) -> int | None:
    """A number of digits alone, small enough for every database; else None."""
    fits = text.isascii() and text.isdigit() and len(text) <= _KEY_DIGITS
    return int(text) if fits else None
