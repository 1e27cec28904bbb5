# SPDX-License-Identifier: Apache-2.0
"""Dates of JATS articles: every one with its kind, and the one that stands for the article."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from emanet.formats.articles.jats_text import collapse, plain
from emanet.model.article import PubDate
from emanet.model.finding import Finding
from emanet.model.ids import fold

_MONTHS = {
    fold(name): number
    for names in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
        " dicembre",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "ιανουάριος φεβρουάριος μάρτιος απρίλιος μάιος ιούνιος ιούλιος αύγουστος σεπτέμβριος"
        " οκτώβριος νοέμβριος δεκέμβριος",
        "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου"
        " οκτωβρίου νοεμβρίου δεκεμβρίου",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"sept": 9}
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ].*)?")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_YEAR_FIRST, _YEAR_LAST = 1450, 2100
NOT_PUBLICATION = (
    "pmc",
    "hwp",
    "open-access",
    "nihms",
    "preprint",
    "epreprint",
    "posted",
    "update",
    "correct",
    "ecorrect",
    "retract",
    "eretract",
    "archiv",
    "received",
    "accepted",
    "rev-",
    "test",
    "original",
)
"""Beginnings of the kinds that say when something else happened than the article's appearance."""


def read_dates(meta: etree._Element, place: str) -> tuple[list[PubDate], list[Finding]]:
    """Read all dates of an ``article-meta``: publication, history and events, in file order.

    The kind is the publisher's word: ``@pub-type``, or ``@date-type`` with the format after a
    slash (``pub/electronic``). A date that is none gives ARTICLE-DATE-MALFORMED and keeps what is
    sound of it. Source: JATS 1.3, <pub-date>, <history>, <pub-history>.
    """
    dates: list[PubDate] = []
    findings: list[Finding] = []
    elements = [(d, "") for d in meta.findall("pub-date")]
    elements += [(d, "history") for d in meta.findall("history/date")]
    for event in meta.findall("pub-history/event"):
        kind = event.get("event-type") or "event"
        elements += [(d, kind) for d in event.findall("date")]
    for element, fallback in elements:
        date, sound = _date(element, fallback)
        if date is not None:
            dates.append(date)
        if not sound:
            given = plain(element)[:80]
            findings.append(Finding("ARTICLE-DATE-MALFORMED", place, {"given": given}))
    return dates, findings


def _date(element: etree._Element, fallback: str) -> tuple[PubDate | None, bool]:
    """The date, None for an empty one, and whether all that was written could be read."""
    kind = element.get("pub-type") or element.get("date-type") or fallback
    medium = element.get("publication-format")
    if medium and not element.get("pub-type"):
        kind = f"{kind}/{medium}" if kind else medium
    year = collapse(element.findtext("year") or "")
    month = collapse(element.findtext("month") or "")
    day = collapse(element.findtext("day") or "")
    words = plain(element.find("season")) or plain(element.find("string-date"))
    iso = _ISO.fullmatch(element.get("iso-8601-date") or "")
    if not year and iso:
        year, month, day = iso[1], iso[2] or "", iso[3] or ""
    if not (year or words):
        return None, not (month or day)
    value, rest, sound = _value(year, month, day)
    words = words or rest
    return (PubDate(kind, value, words) if value or words else None), sound


def _value(year: str, month: str, day: str) -> tuple[str, str, bool]:
    """The date as far as it is sound, words that are no date, and whether all was sound."""
    if not year:
        return "", "", True
    if not (_is_number(year) and _YEAR_FIRST <= int(year) <= _YEAR_LAST):
        return "", year, False
    number = _month(month)
    if number == 0:
        looks_numeric = month.isdigit() or (not month and bool(day))
        return year, "" if month.isdigit() else month, not looks_numeric
    if not day:
        return f"{year}-{number:02}", "", True
    if not (_is_number(day) and 1 <= int(day) <= _days(int(year), number)):
        return f"{year}-{number:02}", "", False
    return f"{year}-{number:02}-{int(day):02}", "", True


def _month(text: str) -> int:
    """1 to 12 from a number or a name in one of nine languages, 0 for anything else."""
    if _is_number(text):
        return int(text) if 1 <= int(text) <= 12 else 0
    return _MONTHS.get(fold(text.rstrip(".")), 0)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 8


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 if month == 2 and not leap else _DAYS[month - 1]


def published(dates: Iterable[PubDate]) -> str:
    """Choose the date that stands for the article, from its publication dates in file order.

    The year is that of the first date that tells of the article's appearance (not of a deposit, a
    preprint or a correction): publishers put their principal date first, whether cover or online.
    Within that year the most precise date is taken, the first among equals. "" without a date.
    For rights the rule of the agreement goes over all dates instead (usually the cover year).
    """
    given = [d for d in dates if d.value]
    own = [d for d in given if not d.kind.lower().startswith(NOT_PUBLICATION)] or given
    if not own:
        return ""
    year = own[0].value[:4]
    return max((d.value for d in own if d.value.startswith(year)), key=len)
