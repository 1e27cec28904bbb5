# SPDX-License-Identifier: Apache-2.0
"""Metadata by OAI-PMH: Dublin Core, MODS, MARC or JATS, bare or in a repository's answer.

Written for what OJS, Janeway and DergiPark send: journal, volume and issue inside ``dc:source``,
keywords as one line with its label, text escaped twice inside CDATA, languages by three letters.
"""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import chain

import msgspec
from lxml import etree

from emanet.formats.articles import jats
from emanet.formats.articles.native import marcxml
from emanet.formats.articles.native.citation import Place, place_in
from emanet.formats.articles.native.elements import (
    Element,
    attribute,
    child,
    children,
    date_in,
    every,
    issns,
    language_tag,
    licence,
    local,
    namespace,
    pdfs_named,
    text,
    unique,
    without_tags,
)
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Author, PubDate, Record, Text
from emanet.model.finding import Finding
from emanet.model.ids import clean_doi, normal_doi
from emanet.model.package import Reading

_OAI = "http://www.openarchives.org/OAI/2.0/"
_LABEL = re.compile(r"^(?:anahtar (?:kelimeler|sözcükler)|key ?words)\s*:\s*", re.IGNORECASE)


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect (an OAI answer, oai_dc, MODS)."""
    if root in ("OAI-PMH", "record", "metadata"):
        return space == _OAI
    if root == "dc":
        return "oai_dc" in space or "purl.org/dc" in space
    return root in ("mods", "modsCollection") and space.startswith("http://www.loc.gov/mods")


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read an answer or record; ``place`` is its path.

    Kind ``metadata``; ``article`` (or ``issue`` when there are several) where JATS comes with its
    text; "" without a record.
    """
    root = tree.getroot()
    records: dict[str, Record] = {}
    findings: list[Finding] = []
    whole: list[Reading] = []
    for entry in chain(every(root, "dc", "mods"), _marc(root), _jats(root)):
        if local(entry) == "article":
            reading = jats.read(etree.ElementTree(deepcopy(entry)), parsed, place)
            findings += reading.findings
            record = reading.record or Record()
            body = child(entry, "body")
            whole += [reading] if body is not None and len(body) and reading.record else []
        else:
            record = {"dc": _dublin_core, "mods": _mods}.get(local(entry), marcxml.record_of)(entry)
        record = msgspec.structs.replace(record, ids={**record.ids, **_oai_id(entry)})
        key = normal_doi(record.doi) or record.ids.get("oai", "") or f"#{len(records)}"
        records[key] = record
    if not records:
        return Reading(dialect="OAI-PMH")
    only = next(iter(records.values())) if len(records) == 1 else None
    dialect = next(iter(records.values())).dialect
    links = every(root, "identifier", "relation", "url") if only else ()
    mentions = pdfs_named(text(e) for e in links) or (marcxml.pdfs(root) if only else ())
    kind = "metadata"
    if len(whole) == len(records):
        kind = "article" if only else "issue"
        mentions = whole[0].mentions if only else ()
    return Reading(
        kind=kind,
        dialect=dialect,
        record=only,
        mentions=mentions,
        records=records,
        findings=tuple(findings),
    )


def _jats(root: Element) -> list[Element]:
    """The articles in an answer's metadata, taken out of OAI's namespace where they inherit it."""
    found = []
    for metadata in every(root, "metadata"):
        for article in children(metadata, "article"):
            space = namespace(article)
            if space == _OAI:
                for node in every(article):
                    node.tag = str(node.tag).removeprefix(f"{{{_OAI}}}")
            if space == _OAI or jats.knows("article", space, Doctype()):
                found.append(article)
    return found


def _marc(root: Element) -> list[Element]:
    return [r for r in every(root, "record") if children(r, "datafield")]


def _words(element: Element) -> str:
    """Text of an element, unescaped once more where it was escaped twice, without tags of HTML."""
    return without_tags(text(element))


def _oai_id(entry: Element) -> dict[str, str]:
    above = entry.getparent()
    while above is not None and child(above, "header") is None:
        above = above.getparent()
    found = text(child(above, "header"), "identifier") if above is not None else ""
    return {"oai": found} if found else {}


def _dublin_core(entry: Element) -> Record:
    def texts(name: str) -> list[Text]:
        return [Text(_words(e), attribute(e, "lang")) for e in children(entry, name) if _words(e)]

    def values(*names: str) -> list[str]:
        return [t.text for name in names for t in texts(name)]

    titles = texts("title")
    host = _source(values("source"))
    dates = [d for v in values("date", "date.issued", "issued") if (d := date_in(v))]
    rights = (licence(v) for v in values("rights", "license"))
    # Not from dc:relation: a DOI there is that of another work.
    identifiers = values("identifier", "identifier.doi", "identifierDoi")
    doi = next((clean_doi(v) for v in identifiers if normal_doi(v)), "")
    keywords = [
        Text(word.strip(), t.language)
        for t in texts("subject")
        for word in re.split(r"[;,]", _LABEL.sub("", t.text))
        if word.strip()
    ]
    journal = values("journalTitle", "source.journal")
    return Record(
        doi=doi,
        title=titles[0].text if titles else "",
        translated_titles=tuple(t for t in titles[1:] if t.text != titles[0].text),
        journal=journal[0] if journal else host.journal,
        issns=issns(_issns(values("source"))),
        publisher=next(iter(values("publisher")), ""),
        volume=next(iter(values("volume")), host.volume),
        issue=next(iter(values("issue")), host.issue),
        first_page=host.first,
        last_page=host.last,
        published=dates[0] if dates else host.year,
        dates=tuple(PubDate("published", d) for d in unique(dates)),
        type=next(iter(values("type")), "").rsplit("/", 1)[-1],
        languages=unique(language_tag(v) for v in values("language")),
        authors=tuple(_author(v) for v in values("creator")),
        abstracts=tuple(texts("description")),
        keywords=tuple(keywords),
        licences=tuple(r for r in rights if r is not None),
        dialect="OAI Dublin Core",
    )


def _issns(sources: list[str]) -> list[str]:
    return [i for s in sources for i in re.findall(r"\b\d{4}-\d{3}[\dXx]\b", s)]


def _source(sources: list[str]) -> Place:
    """The first ``dc:source`` that is no ISSN (OJS and DergiPark write the citation there)."""
    return next((place_in(s) for s in sources if s.strip() and not _issns([s])), Place())


def _author(name: str) -> Author:
    family, _, given = (p.strip() for p in name.partition(","))
    return Author(family=family, given=given)


def _mods(entry: Element) -> Record:
    titles = [
        Text(_words(t), attribute(i, "lang"))
        for i in children(entry, "titleInfo")
        for t in children(i, "title")
    ]
    host = next((r for r in children(entry, "relatedItem") if attribute(r, "type") == "host"), None)
    numbers = {attribute(d, "type"): text(d, "number") for d in every(host, "detail")}
    pages = next(every(host, "extent"), None)
    date = date_in(text(next(every(entry, "dateIssued"), None)))
    ids = {attribute(i, "type"): text(i) for i in children(entry, "identifier")}
    doi = next((clean_doi(v) for v in ids.values() if normal_doi(v)), "")
    numbered = (text(i) for i in every(host, "identifier") if attribute(i, "type") == "issn")
    stated = licence(text(child(entry, "accessCondition")))
    return Record(
        doi=doi,
        title=titles[0].text if titles else "",
        translated_titles=tuple(t for t in titles[1:] if t.text != titles[0].text),
        journal=_words(title) if (title := child(host, "titleInfo", "title")) is not None else "",
        issns=issns(numbered),
        publisher=_words(p) if (p := next(every(entry, "publisher"), None)) is not None else "",
        volume=numbers.get("volume", ""),
        issue=numbers.get("issue", ""),
        first_page=text(pages, "start"),
        last_page=text(pages, "end"),
        published=date,
        dates=(PubDate("published", date),) if date else (),
        type=text(entry, "genre"),
        languages=unique(language_tag(text(t)) for t in every(entry, "languageTerm")),
        authors=tuple(_mods_author(n) for n in children(entry, "name")),
        abstracts=tuple(Text(_words(a), attribute(a, "lang")) for a in children(entry, "abstract")),
        keywords=tuple(
            Text(_words(t)) for s in children(entry, "subject") for t in children(s, "topic")
        ),
        licences=(stated,) if stated else (),
        dialect="MODS",
    )


def _mods_author(name: Element) -> Author:
    parts = {attribute(p, "type"): text(p) for p in children(name, "namePart")}
    return Author(
        family=parts.get("family") or parts.get("", ""),
        given=parts.get("given", ""),
        collective=attribute(name, "type") == "corporate",
    )
