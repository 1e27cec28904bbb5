# SPDX-License-Identifier: Apache-2.0
"""Crossref deposits (``doi_batch``, schema 4.3 to 5.x): a second witness beside the article.

One batch may hold several articles; their records are keyed by DOI. Crossmark updates and relations
become statements about other articles, marked with source ``crossref``.
"""

from __future__ import annotations

from lxml import etree

from emanet.formats.articles.native.elements import (
    Element,
    Flow,
    attribute,
    child,
    children,
    date_text,
    every,
    issns,
    licence,
    local,
    orcid_in,
    pdfs_named,
    text,
    unique,
)
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Author, Licence, PubDate, Record, Related, Relation, Text
from emanet.model.ids import clean_doi, normal_doi
from emanet.model.package import Reading

# Crossmark update types (Crossref documentation, "Version control, corrections, and retractions").
_UPDATES = {
    "correction": Relation.CORRECTS,
    "corrigendum": Relation.CORRECTS,
    "erratum": Relation.CORRECTS,
    "retraction": Relation.RETRACTS,
    "withdrawal": Relation.RETRACTS,
    "expression_of_concern": Relation.CONCERNS,
    "addendum": Relation.ADDS_TO,
}
_RELATIONS = {
    "istranslationof": Relation.TRANSLATES,
    "iscommenton": Relation.COMMENTS,
    "isreplyto": Relation.REPLIES,
}
_FLOW = Flow(
    blocks=("p", "sec", "title"),
    dropped=("fn", "crossmark"),
    inline={"i": "i", "b": "b", "sup": "sup", "sub": "sub", "em": "i", "strong": "b"},
)


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect."""
    return root == "doi_batch" and ("crossref.org" in space or not space)


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read a deposit; ``place`` is its path. Kind ``metadata``, records keyed by compared DOI."""
    root = tree.getroot()
    version = attribute(root, "version")
    dialect = f"Crossref {version}".strip()
    records: dict[str, Record] = {}
    for journal in every(root, "journal"):
        for article in children(journal, "journal_article"):
            record = _record(journal, article, dialect)
            records[normal_doi(record.doi) or f"#{len(records)}"] = record
    only = next(iter(records.values())) if len(records) == 1 else None
    return Reading(
        kind="metadata",
        dialect=dialect,
        record=only,
        mentions=pdfs_named(text(e) for e in every(root, "resource")) if only else (),
        records=records,
    )


def _record(journal: Element, article: Element, dialect: str) -> Record:
    about = child(journal, "journal_metadata")
    issue = child(journal, "journal_issue")
    titles = child(article, "titles")
    pages = child(article, "pages")
    dates = _dates(article, "") + _dates(issue, "issue-")
    item = child(article, "publisher_item")
    ids = {attribute(i, "id_type"): text(i) for i in children(item, "identifier")}
    ids.pop("doi", None)
    return Record(
        doi=clean_doi(text(article, "doi_data", "doi")),
        ids={k: v for k, v in ids.items() if k and v},
        title=_FLOW.plain(child(titles, "title")),
        title_html=_FLOW.html(child(titles, "title")),
        subtitle=_FLOW.plain(child(titles, "subtitle")),
        translated_titles=tuple(
            Text(_FLOW.plain(t), attribute(t, "language"))
            for t in children(titles, "original_language_title")
        ),
        journal=text(about, "full_title"),
        journal_abbreviation=text(about, "abbrev_title"),
        issns=tuple(
            issn
            for e in children(about, "issn")
            for issn in issns((text(e),), attribute(e, "media_type") or "print")
        ),
        volume=text(issue, "journal_volume", "volume"),
        issue=text(issue, "issue"),
        first_page=text(pages, "first_page"),
        last_page=text(pages, "last_page"),
        elocation_id=_article_number(item),
        published=dates[0].value if dates else "",
        dates=tuple(dates),
        type=attribute(article, "publication_type"),
        languages=unique((attribute(article, "language") or attribute(about, "language"),)),
        authors=_authors(article),
        abstracts=tuple(
            Text(_FLOW.plain(a), attribute(a, "lang"))
            for a in children(article, "abstract")
            if not attribute(a, "abstract-type") and _FLOW.plain(a)
        ),
        funders=unique(
            (a.text or "").strip()
            for a in every(article, "assertion")
            if attribute(a, "name") == "funder_name"
        ),
        licences=_licences(article),
        related=tuple(_updates(article) + _relations(article)),
        references=sum(1 for _ in every(article, "citation")),
        dialect=dialect,
    )


def _article_number(item: Element | None) -> str:
    for number in children(item, "item_number"):
        if attribute(number, "item_number_type") == "article_number":
            return text(number)
    return ""


def _dates(element: Element | None, prefix: str) -> list[PubDate]:
    found = []
    for node in children(element, "publication_date"):
        value = date_text(text(node, "year"), text(node, "month"), text(node, "day"))
        if value:
            found.append(PubDate(f"{prefix}{attribute(node, 'media_type') or 'print'}", value))
    return found


def _authors(article: Element) -> tuple[Author, ...]:
    found = []
    for node in children(child(article, "contributors")):
        if attribute(node, "contributor_role") not in ("author", ""):
            continue
        if local(node) == "organization":
            found.append(Author(family=text(node), collective=True))
        elif local(node) == "person_name":
            places = [text(e) for e in every(node, "institution_name")]
            found.append(
                Author(
                    family=text(node, "surname"),
                    given=text(node, "given_name"),
                    suffix=text(node, "suffix"),
                    orcid=orcid_in(text(node, "ORCID")),
                    affiliations=unique(places or [text(e) for e in children(node, "affiliation")]),
                )
            )
    return tuple(found)


def _licences(article: Element) -> tuple[Licence, ...]:
    """The licences that hold for a version of the article; text mining alone opens nothing."""
    found: dict[str, Licence] = {}
    for node in every(article, "license_ref"):
        if attribute(node, "applies_to") in ("tdm", "stm-asf"):
            continue
        stated = licence(url=text(node), starts=attribute(node, "start_date"))
        if stated is not None:
            found.setdefault(stated.url, stated)
    return tuple(found.values())


def _updates(article: Element) -> list[Related]:
    found = []
    for node in every(article, "update"):
        kind = attribute(node, "type")
        word = kind.strip().lower().replace(" ", "_").replace("-", "_")
        relation = _UPDATES.get(word, Relation.OTHER)
        found.append(
            Related(relation, normal_doi(text(node)), kind, "crossref", attribute(node, "date"))
        )
    return found


def _relations(article: Element) -> list[Related]:
    found = []
    for node in every(article, "inter_work_relation", "intra_work_relation"):
        if attribute(node, "identifier-type") != "doi":
            continue
        kind = attribute(node, "relationship-type")
        relation = _RELATIONS.get(kind.lower(), Relation.OTHER)
        found.append(Related(relation, normal_doi(text(node)), kind, "crossref"))
    return found
