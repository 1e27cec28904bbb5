# SPDX-License-Identifier: Apache-2.0
"""Springer A++ headers (``….xml.Meta``, ``.scoap``): journal, volume, issue and article header.

The full text mostly lies beside it as JATS (``…_nlm.xml``): then JATS wins, A++ fills.
"""

from __future__ import annotations

import re
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
    date_text,
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
from emanet.model.article import Author, Issn, Licence, PubDate, Record, Related, Text
from emanet.model.finding import Finding
from emanet.model.ids import clean_doi, fold
from emanet.model.package import Reading

_PUBLIC = re.compile(r"^-//Springer-Verlag//DTD A\+\+", re.IGNORECASE)
_VERSION = re.compile(r"A\+\+ V?([\d.]+)")
_DATES = {
    "Received": "received",
    "Revised": "revised",
    "Accepted": "accepted",
    "OnlineDate": "online",
    "PrintDate": "print",
    "CoverDate": "cover",
}
_FLOW = Flow(
    blocks=("Para", "SimplePara", "Heading", "AbstractSection"),
    dropped=("Footnote", "FootnoteRef", "IndexTerm", "EquationSource"),
    inline={"Superscript": "sup", "Subscript": "sub"},
)


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect."""
    return root == "Publisher" and (not doctype.public or bool(_PUBLIC.match(doctype.public)))


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read an A++ file; ``place`` is its path.

    Kind ``article`` when it holds the text (``Body``), else ``header``; "" without an article.
    """
    root = tree.getroot()
    article = next(every(root, "Article"), None)
    if article is None:
        return Reading(dialect="Springer A++")
    found = _VERSION.search(parsed.doctype.public)
    dialect = f"Springer A++ {found[1]}" if found else "Springer A++"
    body = child(article, "Body")
    kind = "article" if body is not None and len(body) else "header"
    related, findings = _related(child(article, "ArticleInfo"), place)
    record = msgspec.structs.replace(_record(root, article, dialect), related=related)
    return Reading(kind=kind, dialect=dialect, record=record, findings=findings)


def _related(info: Element | None, place: str) -> tuple[tuple[Related, ...], tuple[Finding, ...]]:
    """Links of errata, comments and the like (``ArticleRelatedObject``), by their DOIs.

    A retraction is an erratum by type; its category names it.
    """
    category = text(info, "ArticleCategory")
    kind = category if "retract" in fold(category) else attribute(info, "ArticleType")
    found: list[Related] = []
    findings: list[Finding] = []
    for node in children(info, "ArticleRelatedObject"):
        doi = find_doi(text(node, "RelatedObjectDOI"))
        if doi:
            word = attribute(node, "RelatedObjectType")
            statement, unlikely = link(word, kind, doi, "a++", place)
            found.append(statement)
            findings += unlikely
    return tuple(found), tuple(findings)


def _record(root: Element, article: Element, dialect: str) -> Record:
    journal = next(every(root, "JournalInfo"), None)
    volume = next(every(root, "VolumeInfo"), None)
    issue = next(every(root, "IssueInfo"), None)
    info = child(article, "ArticleInfo")
    titles = children(info, "ArticleTitle")
    heading = titles[0] if titles else None
    dates = list(chain(_dates(issue), _dates(info)))
    by_kind = {d.kind: d.value for d in dates}
    ids = {
        "publisher-id": attribute(article, "ID"),
        "article-number": text(info, "ArticleID"),
        "journal-id": text(journal, "JournalID"),
    }
    for other in children(info, "ArticleExternalID"):
        ids[attribute(other, "Type").lower() or "external"] = text(other)
    citation = text(info, "ArticleCitationID")
    return Record(
        doi=clean_doi(text(info, "ArticleDOI")),
        ids={k: v for k, v in ids.items() if v},
        title=_FLOW.plain(heading),
        title_html=_FLOW.html(heading),
        subtitle=_FLOW.plain(child(info, "ArticleSubTitle")),
        translated_titles=tuple(Text(_FLOW.plain(t), _language(t)) for t in titles[1:]),
        journal=text(journal, "JournalTitle"),
        journal_abbreviation=text(journal, "JournalAbbreviatedTitle"),
        issns=_issns(journal),
        publisher=text(root, "PublisherInfo", "PublisherName"),
        volume=_span(volume, "VolumeID"),
        issue=_span(issue, "IssueID"),
        # With a citation number the page numbers are those of the PDF alone.
        first_page="" if citation else text(info, "ArticleFirstPage"),
        last_page="" if citation else text(info, "ArticleLastPage"),
        elocation_id=citation,
        published=by_kind.get("cover") or by_kind.get("online") or by_kind.get("print", ""),
        dates=tuple(dates),
        type=attribute(info, "ArticleType"),
        languages=unique((_language(info),)),
        authors=_authors(article),
        abstracts=tuple(_abstracts(article)),
        keywords=tuple(
            Text(_FLOW.plain(word), _language(group))
            for group in every(article, "KeywordGroup")
            for word in children(group, "Keyword")
        ),
        subjects=unique((text(info, "ArticleCategory"),)),
        funders=unique(text(f) for f in every(info, "FunderName")),
        licences=_licences(info),
        references=sum(1 for _ in every(article, "Citation")),
        dialect=dialect,
    )


def _language(element: Element | None) -> str:
    """``@Language`` (``En``) as a BCP 47 tag, else ``xml:lang``."""
    return attribute(element, "Language").lower() or language(element)


def _issns(journal: Element | None) -> tuple[Issn, ...]:
    printed = issns((text(journal, "JournalPrintISSN"),), "print")
    return printed + issns((text(journal, "JournalElectronicISSN"),), "electronic")


def _span(element: Element | None, name: str) -> str:
    first, last = text(element, f"{name}Start"), text(element, f"{name}End")
    return f"{first}-{last}" if first and last and first != last else first


def _dates(element: Element | None) -> list[PubDate]:
    found = []
    for node in every(element, *_DATES):
        value = date_text(text(node, "Year"), text(node, "Month"), text(node, "Day"))
        if value:
            found.append(PubDate(_DATES[local(node)], value))
    return found


def _licences(info: Element | None) -> tuple[Licence, ...]:
    found = []
    for node in every(info, "License"):
        name = f"{attribute(node, 'SubType')} {attribute(node, 'Version')}".strip()
        words = _FLOW.plain(node)
        stated = licence(f"{name}. {words}" if name and words else name or words)
        if stated is not None:
            found.append(stated)
    return tuple(found)


def _authors(article: Element) -> tuple[Author, ...]:
    places = {attribute(a, "ID"): _affiliation(a) for a in every(article, "Affiliation")}
    found = []
    for node in every(child(article, "ArticleHeader"), "Author", "InstitutionalAuthor"):
        if local(node) == "InstitutionalAuthor":
            name = text(node, "InstitutionalAuthorName") or text(node)
            found.append(Author(family=name, collective=True))
            continue
        name_part = child(node, "AuthorName")
        family = [text(e) for e in children(name_part, "Particle", "FamilyName")]
        found.append(
            Author(
                family=" ".join(filter(None, family)),
                given=" ".join(text(e) for e in children(name_part, "GivenName")),
                suffix=text(name_part, "Suffix"),
                orcid=orcid_in(attribute(node, "ORCID")),
                affiliations=unique(
                    places.get(ref, "") for ref in attribute(node, "AffiliationIDS").split()
                ),
            )
        )
    return tuple(found)


def _affiliation(element: Element) -> str:
    names = [text(e) for e in children(element, "OrgDivision", "OrgName")]
    address = [text(e) for e in children(child(element, "OrgAddress"))]
    return ", ".join(filter(None, names + address))


def _abstracts(article: Element) -> list[Text]:
    found = []
    for node in every(article, "Abstract"):
        parts = [c for c in children(node) if local(c) != "Heading"]
        words = _FLOW.plain_of(parts)
        if words:
            found.append(Text(words, _language(node)))
    return found
