# SPDX-License-Identifier: Apache-2.0
"""Elsevier journal articles: the JA document types 4 to 5, bare or inside a ``doc:document``.

The file itself gives identifiers, title, authors, abstract, keywords, dates and the copyright line;
journal title, volume, issue and pages stand in the delivery's dataset.xml, in ``doc:document`` in
the RDF block before the article. The ISSN is also part of the PII.
"""

from __future__ import annotations

import re
from itertools import chain

import msgspec
from lxml import etree

from emanet.formats.articles.native.elements import (
    Element,
    Flow,
    attribute,
    child,
    children,
    date_in,
    date_text,
    display_date,
    every,
    issns,
    language,
    licence,
    local,
    orcid_in,
    text,
    unique,
)
from emanet.formats.articles.native.elsevier_dataset import issn_in_pii, stage_of
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Author, Issn, Licence, PubDate, Record, Related, Relation, Text
from emanet.model.finding import Finding
from emanet.model.ids import clean_doi, normal_doi
from emanet.model.package import Reading

_NAMESPACES = re.compile(r"^http://www\.elsevier\.com/xml/(?:ja|cja|document)/")
_PUBLIC = re.compile(r"^-//ES//DTD journal article DTD", re.IGNORECASE)
_ROOTS = frozenset(
    ("article", "simple-article", "book-review", "exam", "document", "converted-article")
)
_NOTICES = {
    "err": Relation.CORRECTS,
    "ret": Relation.RETRACTS,
    "add": Relation.ADDS_TO,
    "dis": Relation.COMMENTS,
    "exp": Relation.CONCERNS,
}
# JA DTD, ce:glyph: bonds of chemistry; other glyphs have no character.
_GLYPHS = {"sbnd": "\u2013", "dbnd": "=", "tbnd": "\u2261"}


def _stand_in(element: Element) -> str:
    name = local(element)
    if name == "glyph":
        return _GLYPHS.get(attribute(element, "name"), "\ufffd")
    return " " if name in ("hsp", "vsp", "br", "mspace") else ""


_FLOW = Flow(
    blocks=("simple-para", "section-title", "abstract-sec", "para", "textfn", "organization", "br"),
    dropped=("footnote", "cross-ref", "cross-refs", "label", "annotation", "annotation-xml"),
    inline={"italic": "i", "bold": "b", "sup": "sup", "inf": "sub", "small-caps": "span"},
    stands_for=_stand_in,
)


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect.

    Root ``article`` proves nothing (JATS uses it): its namespace or public identifier decides.
    """
    if root not in _ROOTS:
        return False
    if _NAMESPACES.match(space):
        return True
    return bool(_PUBLIC.match(doctype.public))


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read an Elsevier article; ``place`` is its path, for findings. Returns kind ``article``."""
    root = tree.getroot()
    article = root
    if local(root) == "document":
        article = next(every(root, *(_ROOTS - {"document"})), root)
    record = _article(article)
    if article is not root:
        record = _with_document(record, root)
    findings = [
        Finding("ELSEVIER-GLYPH-UNKNOWN", place, {"name": name})
        for name in unique(attribute(g, "name") for g in every(_head(article), "glyph"))
        if name not in _GLYPHS
    ]
    links = (attribute(e, "locator") for e in every(article, "link", "e-component"))
    return Reading(
        kind="article",
        dialect=record.dialect,
        record=record,
        mentions=unique(links),
        findings=tuple(findings),
    )


def _head(article: Element) -> Element | None:
    return next((c for c in children(article) if local(c).endswith("head")), None)


def _article(article: Element) -> Record:
    info = child(article, "item-info")
    head = _head(article)
    pii = text(info, "pii")
    ids = {"pii": pii, "publisher-id": text(info, "aid"), "journal-id": text(info, "jid")}
    preprint = attribute(child(info, "preprint", "inter-ref"), "href")
    ids["arxiv"] = preprint.removeprefix("arxiv:") if preprint.startswith("arxiv:") else ""
    year = attribute(child(info, "copyright"), "year")
    dochead = _FLOW.plain(child(head, "dochead", "textfn"))
    heading = child(head, "title")
    issn = issn_in_pii(pii)
    version = attribute(article, "version")
    return Record(
        doi=clean_doi(text(info, "doi")),
        ids={k: v for k, v in ids.items() if v},
        title=_FLOW.plain(heading) or dochead,
        title_html=_FLOW.html(heading),
        subtitle=_FLOW.plain(child(head, "subtitle")),
        translated_titles=tuple(
            Text(_FLOW.plain(t), language(t)) for t in children(head, "alt-title")
        ),
        issns=(Issn(issn),) if issn else (),
        publisher="Elsevier",
        elocation_id=text(info, "article-number"),
        published=date_text(year),
        dates=tuple(_dates(head, year)),
        type=attribute(article, "docsubtype"),
        languages=unique((language(article),)),
        authors=_authors(article, head),
        abstracts=tuple(_abstracts(head)),
        keywords=tuple(_keywords(head)),
        subjects=unique(chain((dochead,), (text(t) for t in every(info, "doctopic")))),
        funders=unique(text(s) for s in every(article, "grant-sponsor")),
        licences=_licences(info),
        related=tuple(_related(info, attribute(article, "docsubtype"))),
        references=sum(1 for _ in every(article, "bib-reference")),
        dialect=f"Elsevier JA {version}".strip(),
    )


def _dates(head: Element | None, copyright_year: str) -> list[PubDate]:
    found = []
    for name in ("received", "revised", "accepted"):
        for element in children(head, f"date-{name}"):
            value = date_text(
                attribute(element, "year"), attribute(element, "month"), attribute(element, "day")
            )
            if value:
                found.append(PubDate(name, value))
    if date_text(copyright_year):
        found.append(PubDate("copyright", date_text(copyright_year)))
    return found


def _authors(article: Element, head: Element | None) -> tuple[Author, ...]:
    notes = {attribute(n, "id"): n for n in every(article, "footnote", "affiliation")}
    found: list[Author] = []

    def group(element: Element) -> None:
        common = children(element, "affiliation")
        for node in children(element):
            if local(node) == "author-group":
                group(node)
            elif local(node) == "collaboration":
                # Members named inside a collaboration are not authors beside it.
                found.append(Author(family=text(node, "text"), collective=True))
            elif local(node) == "author":
                found.append(_author(node, notes, common))

    for element in children(head, "author-group"):
        group(element)
    return tuple(found)


def _author(node: Element, notes: dict[str, Element], common: list[Element]) -> Author:
    targets = [
        notes[ref]
        for c in every(node, "cross-ref", "cross-refs")
        for ref in (attribute(c, "refid") or attribute(c, "refids")).split()
        if ref in notes
    ]
    affiliations = [t for t in targets if local(t) == "affiliation"]
    if not affiliations and len(common) == 1:
        affiliations = common
    orcid = orcid_in(attribute(node, "orcid"))
    for note in targets:
        if not orcid and local(note) == "footnote":
            orcid = orcid_in(text(note))
    return Author(
        family=_FLOW.plain(child(node, "surname")),
        given=_FLOW.plain(child(node, "given-name")),
        suffix=text(node, "suffix"),
        orcid=orcid,
        affiliations=unique(_affiliation(a) for a in affiliations),
    )


def _affiliation(element: Element) -> str:
    for name in ("textfn", "source-text"):
        words = _FLOW.plain(child(element, name))
        if words:
            return words
    return ", ".join(unique(text(e) for e in children(child(element, "affiliation"))))


def _abstracts(head: Element | None) -> list[Text]:
    found = []
    for element in children(head, "abstract"):
        if attribute(element, "class") in ("", "author", "editor"):
            words = _FLOW.plain_of(children(element, "abstract-sec"))
            if words:
                found.append(Text(words, language(element)))
    return found


def _keywords(head: Element | None) -> list[Text]:
    return [
        Text(text(word, "text"), language(group))
        for group in children(head, "keywords")
        if attribute(group, "class") in ("", "keyword", "idt")
        for word in every(group, "keyword")
        if text(word, "text")
    ]


def _licences(info: Element | None) -> tuple[Licence, ...]:
    links = (attribute(e, "href") for e in every(info))
    stated = licence(" ".join(chain(links, (text(info, "copyright-line"),))))
    return (stated,) if stated is not None and stated.url else ()


def _related(info: Element | None, docsubtype: str) -> list[Related]:
    relation = _NOTICES.get(docsubtype, Relation.OTHER)
    return [
        Related(
            relation,
            doi=normal_doi(text(other, "doi")),
            given=docsubtype,
            source="elsevier",
            citation=text(other, "pii"),
        )
        for other in every(info, "refers-to-document")
    ]


def _with_document(record: Record, root: Element) -> Record:
    """Fill the record from the RDF block of a ``doc:document`` (PRISM, Dublin Core)."""
    about = next(every(root, "Description"), None)
    online = date_in(text(next(every(about, "availableOnline"), None)))
    cover = display_date(text(about, "coverDisplayDate"))
    dates = [*record.dates]
    if cover:
        dates.append(PubDate("cover", cover, text(about, "coverDisplayDate")))
    if online:
        dates.append(PubDate("online", online))
    found = [
        issn
        for e in children(about, "issn", "eIssn", "eissn")
        for issn in issns((text(e),), "electronic" if local(e).lower() == "eissn" else "")
    ]
    access = next(every(about, "openAccessInformation"), None)
    stated = licence(
        text(about, "licenseLine"),
        text(access, "userLicense"),
        date_in(text(access, "openAccessEffective")),
    )
    return msgspec.structs.replace(
        record,
        doi=record.doi or clean_doi(text(about, "doi")),
        title=record.title or text(about, "title"),
        journal=text(about, "publicationName"),
        issns=tuple(found) or record.issns,
        publisher=text(about, "publisher") or record.publisher,
        volume=text(about, "volume"),
        issue=text(about, "number"),
        first_page=text(about, "startingPage"),
        last_page=text(about, "endingPage"),
        published=cover or record.published or online,
        dates=tuple(dates),
        stage=stage_of(text(next(every(root, "version-number"), None))),
        licences=(stated,) if stated else record.licences,
    )
