# SPDX-License-Identifier: Apache-2.0
"""WileyML 3G: root ``component``, its header in levels (product: journal, part: issue, unit: item).

Written after the format's public structure; no file of a publisher was at hand to check it with.
"""

from __future__ import annotations

from itertools import chain

import msgspec
from lxml import etree

from emanet.formats.articles.identifiers import find_doi
from emanet.formats.articles.native.elements import (
    Element,
    Flow,
    attribute,
    child,
    children,
    date_in,
    every,
    issns,
    language,
    licence,
    local,
    orcid_in,
    text,
    unique,
)
from emanet.formats.articles.native.notices import link
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Author, Licence, PubDate, Record, Related, Text, VersionStage
from emanet.model.finding import Finding
from emanet.model.ids import clean_doi, normal_doi
from emanet.model.package import Reading

_NAMESPACE = "http://www.wiley.com/namespaces/wiley"
_FLOW = Flow(
    blocks=("p", "title", "section", "abstract"),
    dropped=("link", "note", "noteRef"),
    inline={"i": "i", "b": "b", "sup": "sup", "sub": "sub", "sc": "span"},
)
_STAGES = {
    "accepted": VersionStage.AM,
    "unpaginated": VersionStage.AOP,
    "forIssue": VersionStage.VOR,
}
_COVER = ("publishedPrint", "coverDate")
_ONLINE = ("firstOnline", "publishedOnlineFinalForm", "publishedOnlineEarlyUnpaginated")


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect."""
    return root == "component" and space.startswith(_NAMESPACE)


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read a component; ``place`` is its path. Kind ``article``."""
    root = tree.getroot()
    header = child(root, "header")
    levels = {attribute(m, "level"): m for m in children(header, "publicationMeta")}
    links = (
        attribute(e, "href") for e in every(root, "link", "mediaResource", "mediaResourceGroup")
    )
    version = attribute(root, "version")
    record = _record(root, child(header, "contentMeta"), levels, f"WileyML {version}".strip())
    related, findings = _related(levels.get("unit"), place)
    return Reading(
        kind="article",
        dialect=record.dialect,
        record=msgspec.structs.replace(record, related=related),
        mentions=unique(_file(address) for address in links),
        findings=findings,
    )


def _file(address: str) -> str:
    """The file that ``file:…`` or a relative address names, "" for any other address."""
    if address.startswith("file:"):
        return address.removeprefix("file:")
    return "" if ":" in address or address.startswith("#") or normal_doi(address) else address


def _related(unit: Element | None, place: str) -> tuple[tuple[Related, ...], tuple[Finding, ...]]:
    """The articles that the header links by DOI: related objects, and links that name no file."""
    kind = attribute(unit, "type")
    found: dict[Related, None] = {}
    findings: list[Finding] = []
    nodes = [e for e in every(unit) if local(e).startswith("related")]
    for node in [*nodes, *children(child(unit, "linkGroup"), "link")]:
        if any(local(c).startswith("related") for c in children(node)):
            continue  # a group: its members speak
        words = [attribute(node, "href"), text(node)]
        for part in children(node):
            words += [attribute(part, "value"), attribute(part, "href")]
        doi = next((d for w in words if (d := find_doi(w))), "")
        if doi:
            statement, unlikely = link(attribute(node, "type"), kind, doi, "wileyml", place)
            found[statement] = None
            findings += unlikely
    return tuple(found), tuple(findings)


def _record(
    root: Element, content: Element | None, levels: dict[str, Element], dialect: str
) -> Record:
    product, part, unit = (levels.get(k) for k in ("product", "part", "unit"))
    numbers = {
        attribute(n, "type"): text(n) or attribute(n, "number")
        for level in (part, unit)
        for n in every(level, "numbering")
    }
    dates = _dates(part, unit)
    by_kind = {d.kind: d.value for d in dates}
    title = _title(content, "main")
    ids = {attribute(i, "type"): attribute(i, "value") for i in every(unit, "id")}
    ids = {"publisher-id": ids.get("unit", ""), "society-id": ids.get("society", "")}
    return Record(
        doi=clean_doi(text(unit, "doi")),
        ids={k: v for k, v in ids.items() if v},
        title=_FLOW.plain(title),
        title_html=_FLOW.html(title),
        subtitle=_FLOW.plain(_title(content, "subtitle")),
        journal=_FLOW.plain(_title(product, "main")),
        journal_abbreviation=_FLOW.plain(_title(product, "short")),
        issns=tuple(
            issn
            for e in children(product, "issn")
            for issn in issns((text(e),), attribute(e, "type"))
        ),
        publisher=text(product, "publisherInfo", "publisherName"),
        volume=numbers.get("journalVolume", ""),
        issue=numbers.get("journalIssue", ""),
        first_page=numbers.get("pageFirst", ""),
        last_page=numbers.get("pageLast", ""),
        elocation_id=numbers.get("articleNumber", ""),
        published=next((by_kind[k] for k in (*_COVER, *_ONLINE) if k in by_kind), ""),
        dates=tuple(dates),
        type=attribute(unit, "type"),
        stage=_STAGES.get(attribute(unit, "status")),
        languages=unique((language(root),)),
        authors=_authors(content, root),
        abstracts=tuple(_abstracts(content)),
        keywords=tuple(
            Text(_FLOW.plain(k), language(k)) for k in every(content, "keyword") if text(k)
        ),
        subjects=unique(
            text(t)
            for t in children(child(unit, "titleGroup"), "title")
            if attribute(t, "type") in ("articleCategory", "tocHeading1")
        ),
        funders=unique(text(f) for f in every(content, "fundingAgency")),
        licences=_licences(unit, product),
        references=sum(1 for _ in every(root, "bib")),
        dialect=dialect,
    )


def _title(level: Element | None, kind: str) -> Element | None:
    titles = children(child(level, "titleGroup"), "title")
    exact = next((t for t in titles if attribute(t, "type") == kind), None)
    if exact is None and kind == "main":
        return next((t for t in titles if not attribute(t, "type")), None)
    return exact


def _dates(part: Element | None, unit: Element | None) -> list[PubDate]:
    found = []
    cover = child(part, "coverDate")
    value = date_in(attribute(cover, "startDate"))
    if value:
        found.append(PubDate("coverDate", value, text(cover)))
    for event in every(unit, "event"):
        value = date_in(attribute(event, "date"))
        if value:
            found.append(PubDate(attribute(event, "type"), value))
    return found


def _authors(content: Element | None, root: Element) -> tuple[Author, ...]:
    places = {attribute(a, "id"): _place(a) for a in every(root, "affiliation")}
    found = []
    for node in children(child(content, "creators"), "creator"):
        if attribute(node, "creatorRole") not in ("author", ""):
            continue
        name = child(node, "personName")
        group = text(node, "groupName")
        refs = attribute(node, "affiliationRef").replace("#", "").split()
        orcids = (
            text(i) or attribute(i, "value") for i in chain(every(node, "id"), every(node, "link"))
        )
        found.append(
            Author(
                family=group or text(name, "familyName"),
                given=text(name, "givenNames"),
                suffix=text(name, "nameSuffix"),
                orcid=next((o for v in orcids if (o := orcid_in(v))), ""),
                collective=bool(group),
                affiliations=unique(places.get(r, "") for r in refs),
            )
        )
    return tuple(found)


def _place(element: Element) -> str:
    names = [text(e) for e in children(element, "orgDiv", "orgName")]
    address = [text(e) for e in children(child(element, "address")) if local(e) != "email"]
    return ", ".join(filter(None, names + address)) or text(element)


def _abstracts(content: Element | None) -> list[Text]:
    found = []
    for node in children(child(content, "abstractGroup"), "abstract"):
        if attribute(node, "type") in ("main", ""):
            parts = [c for c in children(node) if local(c) != "title"]
            found.append(Text(_FLOW.plain_of(parts), language(node)))
    return [t for t in found if t.text]


def _licences(*levels: Element | None) -> tuple[Licence, ...]:
    for level in levels:
        for name in ("legalStatement", "copyright"):
            for node in every(level, name):
                links = " ".join(attribute(e, "href") for e in every(node))
                stated = licence(f"{text(node)} {links}".strip())
                if stated is not None and stated.open:
                    return (stated,)
    return ()
