# SPDX-License-Identifier: Apache-2.0
"""MARC 21 records of articles as XML, bare, in a collection or in an OAI answer.

Hindawi's records carry their fields in the OAI namespace and stray blanks inside addresses
(``https: //doi.org/…``); fields are found by local name, so the namespace does not matter.
"""

from __future__ import annotations

import re

from lxml import etree

from emanet.formats.articles.native.citation import place_in
from emanet.formats.articles.native.elements import (
    Element,
    Flow,
    attribute,
    children,
    date_in,
    date_text,
    every,
    issns,
    language_tag,
    licence,
    orcid_in,
    pdfs_named,
    text,
    unique,
)
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Author, PubDate, Record, Related, Relation, Text
from emanet.model.ids import clean_doi, normal_doi
from emanet.model.package import Reading

DIALECT = "MARCXML"
_BLANK_IN_ADDRESS = re.compile(r"^(https?|doi|arXiv)\s*:\s+", re.IGNORECASE)
_PAGES = re.compile(r"^(?:pp?\.?\s*)?(\w+)\s*[-\u2013]\s*(\w+)$")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_FLOW = Flow(inline={"italic": "i", "bold": "b", "b": "b", "i": "i", "sup": "sup", "sub": "sub"})


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect."""
    return root in ("record", "collection") and space.startswith("http://www.loc.gov/MARC21")


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read one record or a collection; ``place`` is its path. Kind ``metadata``."""
    root = tree.getroot()
    records: dict[str, Record] = {}
    for entry in every(root, "record"):
        if children(entry, "datafield"):
            record = record_of(entry)
            records[normal_doi(record.doi) or f"#{len(records)}"] = record
    only = next(iter(records.values())) if len(records) == 1 else None
    return Reading(
        kind="metadata",
        dialect=DIALECT,
        record=only,
        mentions=pdfs(root) if only else (),
        records=records,
    )


def pdfs(root: Element) -> tuple[str, ...]:
    """The PDFs that the addresses (856 $u) of the records below an element name."""
    fields = (f for e in every(root, "record") for f in _fields(e, "856"))
    return pdfs_named(_mend(text(s)) for f in fields for s in _subs(f, "u"))


def _fields(entry: Element, tag: str) -> list[Element]:
    return [f for f in children(entry, "datafield") if attribute(f, "tag") == tag]


def _subs(field: Element, code: str) -> list[Element]:
    return [s for s in children(field, "subfield") if attribute(s, "code") == code]


def _first(entry: Element, tag: str, code: str) -> str:
    for field in _fields(entry, tag):
        for sub in _subs(field, code):
            if text(sub):
                return _mend(text(sub))
    return ""


def _mend(value: str) -> str:
    return _BLANK_IN_ADDRESS.sub(lambda m: f"{m[1]}:", value)


def record_of(entry: Element) -> Record:
    """The record of one MARC ``record`` element.

    Fields: 001 control number, 022 ISSN, 024 DOI, 037 arXiv, 041 language, 100/700 authors, 245
    title, 246 other titles, 260/264 publisher and date, 520 abstract, 540 licence, 650/653
    keywords, 773 host item (p or t journal, v volume, n issue, c pages or article number, g all of
    it in words, y year, x ISSN), 787 related. Of 856 the PDF's name is read (``pdfs``).
    """
    titles = [s for f in _fields(entry, "245") for s in _subs(f, "a")]
    host = _host(entry)
    stated = _first(entry, "260", "c") or _first(entry, "264", "c")
    date = date_in(stated) or host["year"] or _year_in(stated)
    host_issns = (text(s) for f in _fields(entry, "773") for s in _subs(f, "x"))
    terms = licence(_first(entry, "540", "a"), _first(entry, "540", "u"))
    return Record(
        doi=_doi(entry),
        ids=_ids(entry),
        title=_FLOW.plain(titles[0]).rstrip(" /") if titles else "",
        title_html=_FLOW.html(titles[0]) if titles else "",
        subtitle=_first(entry, "245", "b"),
        translated_titles=tuple(
            Text(text(s)) for f in _fields(entry, "246") for s in _subs(f, "a") if text(s)
        ),
        journal=host["journal"],
        issns=issns((_first(entry, "022", "a"), *host_issns)),
        publisher=_first(entry, "260", "b") or _first(entry, "264", "b"),
        volume=host["volume"],
        issue=host["issue"],
        first_page=host["first"],
        last_page=host["last"],
        elocation_id=host["elocation"],
        published=date,
        dates=(PubDate("published", date),) if date else (),
        languages=unique((language_tag(_first(entry, "041", "a")),)),
        authors=_authors(entry),
        abstracts=tuple(
            Text(_FLOW.plain(s)) for f in _fields(entry, "520") for s in _subs(f, "a") if text(s)
        ),
        keywords=tuple(
            Text(text(s))
            for tag in ("650", "653")
            for f in _fields(entry, tag)
            for s in _subs(f, "a")
            if text(s)
        ),
        licences=(terms,) if terms else (),
        related=_related(entry),
        dialect=DIALECT,
    )


def _doi(entry: Element) -> str:
    for field in _fields(entry, "024"):
        kind = " ".join(text(s) for s in _subs(field, "2")).lower()
        for sub in _subs(field, "a"):
            value = clean_doi(_mend(text(sub)))
            if value and (kind in ("", "doi") or normal_doi(value)):
                return value
    return ""


def _ids(entry: Element) -> dict[str, str]:
    number = next(
        (text(c) for c in children(entry, "controlfield") if attribute(c, "tag") == "001"), ""
    )
    found = {"control-number": number} if number else {}
    for field in _fields(entry, "037"):
        kind = " ".join(text(s) for s in _subs(field, "9")).lower()
        value = next((_mend(text(s)) for s in _subs(field, "a")), "")
        if kind and value:
            found[kind] = value.split(":", 1)[-1].strip() if kind == "arxiv" else value
    return found


def _host(entry: Element) -> dict[str, str]:
    fields = _fields(entry, "773")
    got = {
        code: next((text(s) for f in fields for s in _subs(f, code) if text(s)), "")
        for code in "ptvncgy"
    }
    where = got["c"] or got["g"]
    pages = _PAGES.match(where)
    line = place_in(got["g"])  # MARC 21: "Vol. 24, no. 9 (Sept. 1993), p. 235-48"
    return {
        "journal": got["p"] or got["t"],
        "volume": got["v"] or line.volume,
        "issue": got["n"] or line.issue,
        "first": pages[1] if pages else line.first,
        "last": pages[2] if pages else line.last,
        "elocation": "" if pages or " " in where else where,
        "year": date_text(got["y"]) or line.year,
    }


def _year_in(words: str) -> str:
    """The year in a statement of publication (``c2014.``, ``[2014]``), "" without one."""
    found = _YEAR.search(words)
    return found[0] if found else ""


def _authors(entry: Element) -> tuple[Author, ...]:
    found = []
    for tag in ("100", "110", "700", "710"):
        for field in _fields(entry, tag):
            name = next((text(s) for s in _subs(field, "a") if text(s)), "")
            if not name:
                continue
            family, _, given = (p.strip() for p in name.partition(","))
            found.append(
                Author(
                    family=name if tag.endswith("10") else family,
                    given="" if tag.endswith("10") else given,
                    orcid=next(
                        (orcid_in(text(s)) for c in "j01" for s in _subs(field, c) if text(s)), ""
                    ),
                    collective=tag.endswith("10"),
                    affiliations=unique(text(s) for s in _subs(field, "u")),
                )
            )
    return tuple(found)


def _related(entry: Element) -> tuple[Related, ...]:
    """Field 787, "other relationship": its DOI and words, read as no more than related."""
    found = []
    for field in _fields(entry, "787"):
        words = next((text(s) for s in _subs(field, "i")), "")
        for sub in _subs(field, "o") + _subs(field, "w"):
            doi = normal_doi(_mend(text(sub)))
            if doi:
                found.append(Related(Relation.OTHER, doi, words, "marc"))
    return tuple(found)
