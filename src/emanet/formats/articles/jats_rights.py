# SPDX-License-Identifier: Apache-2.0
"""Licences of JATS articles: by address or by words, open only for Creative Commons and PD."""

from __future__ import annotations

import re

from lxml import etree

from emanet.formats.articles.jats_text import HREF, collapse, plain
from emanet.model.article import Licence

Element = etree._Element

_ALI = "{http://www.niso.org/schemas/ali/1.0/}"
_REFERENCES = ("license_ref", f"{_ALI}license_ref")
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(?:licen[sc]es|publicdomain)/[^\s<>\"')\],;]+",
    re.IGNORECASE,
)
_OPEN_WORDS = re.compile(
    r"creative\s+commons|\bCC[ -](?:BY|0|zero)\b|\bCC0\b"
    r"|public\s+domain\s+(?:dedication|declaration|mark)|(?:is|placed)\s+in\s+the\s+public\s+domain"
    r"|free\s+of\s+all\s+copyright",
    re.IGNORECASE,
)
_OLD_STATEMENT = re.compile(r"creative\s*commons|public\s+domain|license|licence", re.IGNORECASE)
_MINING_ONLY = frozenset({"tdm", "textmining", "stm-asf"})


def is_open_address(url: str) -> bool:
    """Whether an address is that of a Creative Commons licence or a public domain deed."""
    return bool(_ADDRESS.match(url.strip()))


def read_licences(meta: Element) -> tuple[Licence, ...]:
    """Read the licences of an ``article-meta``, each address once, in file order.

    The address comes from ``ali:license_ref``, from ``@xlink:href``, else from a link or the words
    in the text; "open access" alone is no licence, and a publisher's own licence for text mining
    opens nothing. In NLM 1 and 2 the copyright statement may hold the licence.
    Source: JATS 1.3 <license>, NISO RP-22 (ALI).
    """
    found: list[Licence] = []
    for element in meta.iter("license"):
        found += _licences(element)
    if not found:
        for statement in meta.iter("copyright-statement"):
            words = plain(statement)
            if _OLD_STATEMENT.search(words):
                url = _linked(statement) or _written(words)
                found.append(Licence(url, words, open=_is_open(url, words, "")))
    return tuple(dict.fromkeys(found))


def _licences(element: Element) -> list[Licence]:
    """One licence for each address of a ``license``; its words stay with the first."""
    words = collapse(" ".join(plain(c) for c in element if c.tag not in _REFERENCES))
    use = (element.get("specific-use") or element.get("content-type") or "").lower()
    named: dict[str, tuple[str, str]] = {}
    for reference in element.iterchildren(*_REFERENCES):
        url = collapse(reference.text or "")
        part = reference.get("specific-use") or reference.get("content-type") or use
        if url:
            named.setdefault(url, (reference.get("start_date") or "", part.lower()))
    if href := (element.get(HREF) or "").strip():
        named.setdefault(href, ("", use))
    if not named and (url := _linked(element) or _written(words)):
        named[url] = ("", use)
    if not named:
        kind = element.get("license-type") or ""
        text = words or collapse(element.text or "") or kind
        return [Licence("", text, open=_is_open("", f"{kind} {text}", use))] if text else []
    made = []
    for url, (starts, part) in named.items():
        made.append(Licence(url, words, starts, _is_open(url, words, part)))
        words = ""
    return made


def _is_open(url: str, words: str, use: str) -> bool:
    if is_open_address(url):
        return True
    return use not in _MINING_ONLY and bool(_OPEN_WORDS.search(words))


def _linked(element: Element) -> str:
    """The address of the first Creative Commons link inside the element, "" without one."""
    for link in element.iter("ext-link", "uri"):
        for text in (link.get(HREF) or "", link.text or ""):
            if is_open_address(text):
                return collapse(text)
    return ""


def _written(words: str) -> str:
    found = _ADDRESS.search(words)
    return found[0].rstrip(".") if found else ""
