# SPDX-License-Identifier: Apache-2.0
"""DOIs, ISSNs and ORCID iDs as articles give them: the good form, or a finding with the given."""

from __future__ import annotations

import re

from emanet.model.article import Issn
from emanet.model.finding import Finding
from emanet.model.ids import clean_doi, normal_doi, normal_issn, printable

_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_DOI_INSIDE = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s?#&\"'<>]+")
_PAGE_OF_SITE = re.compile(r"/(?:full|abstract|pdf|epdf|html)$", re.IGNORECASE)


def read_doi(given: str, place: str) -> tuple[str, tuple[Finding, ...]]:
    """Give a DOI for display, or "" with ARTICLE-DOI-MALFORMED when it is none.

    Takes any spelling (resolver address, ``doi:``, ``info:doi/``); "" gives "" and no finding.
    Source: DOI Handbook 2.2, 2.4.
    """
    text = printable(given)
    if not text:
        return "", ()
    if normal_doi(text):
        return clean_doi(text), ()
    return "", (Finding("ARTICLE-DOI-MALFORMED", place, {"given": text[:200]}),)


def find_doi(text: str) -> str:
    """Give the DOI (for comparison) that a link or a sentence holds, "" when there is none.

    Takes a bare DOI, any of its addresses, or a publisher's page whose address contains it.
    """
    if found := normal_doi(text):
        return found if "://" not in found else ""
    inside = _DOI_INSIDE.search(text)
    if inside is None:
        return ""
    return normal_doi(_PAGE_OF_SITE.sub("", inside[0]).rstrip(".,;)"))


def read_issn(given: str, medium: str, place: str) -> tuple[Issn | None, tuple[Finding, ...]]:
    """Give an ISSN with its medium, or None with ARTICLE-ISSN-MALFORMED.

    An empty element gives None and no finding. Source: ISO 3297, section 5 (check digit).
    """
    text = printable(given)
    if not text:
        return None, ()
    if value := normal_issn(text):
        return Issn(value, medium), ()
    return None, (Finding("ARTICLE-ISSN-MALFORMED", place, {"given": text[:80]}),)


def read_orcid(given: str, place: str) -> tuple[str, tuple[Finding, ...]]:
    """Give an ORCID iD bare (``0000-0002-1825-0097``), or "" with ARTICLE-ORCID-MALFORMED.

    Takes the iD or its address; the check digit is tested (ISO 7064, mod 11-2).
    """
    text = printable(given).translate(_DASHES)
    if not text:
        return "", ()
    bare = re.sub(r"^(?:https?://)?(?:www\.)?orcid\.org/", "", text, flags=re.IGNORECASE)
    found = _ORCID.fullmatch(bare.strip("/ "))
    if found is None or _orcid_check("".join(found.groups())[:15]) != found[4][3].upper():
        return "", (Finding("ARTICLE-ORCID-MALFORMED", place, {"given": text[:80]}),)
    return "-".join(found.groups()).upper(), ()


def _orcid_check(digits: str) -> str:
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)
