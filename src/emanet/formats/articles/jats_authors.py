# SPDX-License-Identifier: Apache-2.0
"""Authors of JATS articles and their affiliations, which stand in three places."""

from __future__ import annotations

import re

from lxml import etree

from emanet.formats.articles.identifiers import read_orcid
from emanet.formats.articles.jats_text import HREF, Drop, collapse, plain
from emanet.model.article import Author
from emanet.model.finding import Finding

Element = etree._Element

_NOT_AUTHORS = re.compile(
    r"^(?:editor|section|review|referee|collab-list|collaborator|translat|non-byline|group-member)",
    re.IGNORECASE,
)
_AUTHOR_TYPES = re.compile(
    r"^(?:authors?|aut|auteur|autor|yazar|corresp(?:onding)?(?:[ -]author)?|collab|group|person"
    r"|contributor|(?:first|senior|lead|joint|co)[ -]?author)?$",
    re.IGNORECASE,
)
_IN_AFFILIATION: Drop = frozenset(
    {"label", "institution-id", "email", "phone", "fax", "ext-link", "uri", "x", "xref", "fn"}
)
_IN_COLLAB: Drop = frozenset(
    {"contrib-group", "aff", "xref", "email", "fn", "ext-link", "institution-id", "address"}
)
_BARE_LABEL = re.compile(r"^\W*(?:[0-9]{1,3}|[a-zA-Z]|[*†‡§¶#]+)\W*$")
# Bounded everywhere (RFC 5321, 4.5.3.1): a line of a megabyte must not cost its square.
_MAIL = re.compile(
    r"[\s,;(]{0,8}(?:e-?mail:?\s?)?(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\)?",
    re.IGNORECASE,
)
_MAIL_LABEL = re.compile(r"[\s,;]{0,8}\be-?mail\s?:?$", re.IGNORECASE)
_INITIALS = re.compile(r"(?:\s*[;,]?\s*\((?:\w\.[-\s]?)+\))+$")
_JOINED = re.compile(r"\s*(?:[,;]\s*)+(?=[,;])|\s+(?=[,;.])")


def read_authors(meta: Element, place: str) -> tuple[tuple[Author, ...], list[Finding]]:
    """Read the authors of an ``article-meta`` in their order.

    Editors, reviewers and the members listed inside a group's ``collab`` are no authors of the
    article by themselves. Malformed ORCID iDs give ARTICLE-ORCID-MALFORMED.
    Source: JATS 1.3, <contrib-group>, <collab>, <aff>.
    """
    places = _Affiliations(meta)
    authors: list[Author] = []
    findings: list[Finding] = []
    for group in meta.findall("contrib-group"):
        if _NOT_AUTHORS.match(group.get("content-type") or ""):
            continue
        for contrib in group.findall("contrib"):
            if not _AUTHOR_TYPES.match((contrib.get("contrib-type") or "").strip()):
                continue
            orcid, wrong = _orcid(contrib, place)
            findings += wrong
            if author := _author(contrib, orcid, places.of(contrib, group)):
                authors.append(author)
    return tuple(authors), findings


def _author(contrib: Element, orcid: str, affiliations: tuple[str, ...]) -> Author | None:
    name = contrib.find("name")
    if name is None:
        name = contrib.find("name-alternatives/name")
    if name is None:
        name = contrib.find("string-name")
    if name is None:
        name = contrib.find("name-alternatives/string-name")
    if name is not None:
        family, given, suffix = _person(name)
        if not family:
            return None
        return Author(family, given, suffix, orcid=orcid, affiliations=affiliations)
    collab = contrib.find("collab")
    if collab is None:
        collab = contrib.find("collab-alternatives/collab")
    if collab is not None:
        words = plain(collab, _IN_COLLAB).rstrip(" ,;:")
        if not words:
            return None
        return Author(words, orcid=orcid, collective=True, affiliations=affiliations)
    if contrib.find("anonymous") is not None:
        return Author("Anonymous", collective=True, affiliations=affiliations)
    return None


def _person(name: Element) -> tuple[str, str, str]:
    """Family name, given names, suffix; a single name stands in the first."""
    family = plain(name.find("surname"))
    given = plain(name.find("given-names"))
    suffix = plain(name.find("suffix"))
    if not family and not given:
        written = plain(name, frozenset({"degrees", "xref"}))
        family, _, given = (part.strip() for part in written.partition(","))
    return (family, given, suffix) if family else (given, "", suffix)


def _orcid(contrib: Element, place: str) -> tuple[str, tuple[Finding, ...]]:
    for element in contrib.iterchildren("contrib-id", "uri", "ext-link"):
        kind = element.get("contrib-id-type") or element.get("content-type") or ""
        text = collapse(element.text or "") or element.get(HREF) or ""
        if kind.lower() == "orcid" or "orcid.org/" in text.lower():
            return read_orcid(text, place)
    href = contrib.get(HREF) or ""
    return read_orcid(href, place) if "orcid.org/" in href else ("", ())


class _Affiliations:
    """The affiliations of one article: by id, beside the contributors, or common to all."""

    def __init__(self, meta: Element) -> None:
        self._by_id: dict[str, str] = {}
        self._shared: list[str] = []
        self._of_group: dict[Element, list[str]] = {}
        linked = any(x.get("ref-type") == "aff" for x in meta.iter("xref"))
        for aff in meta.iter("aff"):
            holder = aff.getparent()
            alternatives = holder if holder is not None and _is_alternatives(holder) else None
            if alternatives is not None:
                if alternatives.find("aff") is not aff:
                    continue
                holder = alternatives.getparent()
            text = affiliation(aff)
            if not text or holder is None:
                continue
            for owner in (aff, alternatives):
                if owner is not None and (key := owner.get("id")):
                    self._by_id[key] = text
            if not linked and holder.tag == "contrib-group":
                self._of_group.setdefault(holder, []).append(text)
            elif not linked and holder is meta:
                self._shared.append(text)

    def of(self, contrib: Element, group: Element) -> tuple[str, ...]:
        """The affiliations of one contributor, in the order of its links."""
        found: list[str] = []
        for element in contrib.iterchildren("xref", "aff", "aff-alternatives"):
            if element.tag == "xref":
                for key in (element.get("rid") or "").split():
                    found.append(self._by_id.get(key, ""))
            else:
                own = element if element.tag == "aff" else element.find("aff")
                found.append(affiliation(own) if own is not None else "")
        found = found if any(found) else self._of_group.get(group, [])
        if not any(found) and len(self._shared) == 1:
            found = self._shared
        return tuple(dict.fromkeys(text for text in found if text))


def _is_alternatives(element: Element) -> bool:
    return element.tag == "aff-alternatives"


def affiliation(aff: Element) -> str:
    """An affiliation as one line, without labels, identifiers and addresses of mail.

    Where the parts stand in elements with nothing between them, commas are put. SciELO gives the
    line as written beside its parts (``content-type="original"``): then the line alone counts.
    """
    for institution in aff.iter("institution"):
        if institution.get("content-type") == "original":
            return _tidied(plain(institution, _IN_AFFILIATION))
    parts: list[str] = [aff.text or ""]
    first = True
    for child in aff:
        label = first and child.tag in ("sup", "bold") and _BARE_LABEL.match(plain(child))
        words = "" if label else _part(child)
        first = first and not words
        tail = child.tail or ""
        before = "".join(parts).rstrip()
        if words and before and not parts[-1].strip() and not before.endswith((",", ";", "(")):
            parts.append(", ")
        parts += (words, tail)
    return _tidied(collapse("".join(parts)))


def _tidied(line: str) -> str:
    """The line without mail addresses, the initials that go with them, and idle commas."""
    line = _MAIL_LABEL.sub("", _JOINED.sub("", _MAIL.sub("", line)).strip(" ,;"))
    return _INITIALS.sub("", line).strip(" ,;")


def _part(child: Element) -> str:
    if child.tag in _IN_AFFILIATION or not isinstance(child.tag, str):
        return ""
    if child.tag == "institution-wrap":
        return ", ".join(t for c in child if c.tag == "institution" and (t := _part(c)))
    return plain(child, _IN_AFFILIATION)
