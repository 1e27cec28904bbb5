# SPDX-License-Identifier: Apache-2.0
"""OJS native XML (2.x and 3.x), as the PKP preservation network bags it.

One file holds an issue with all its articles, their files as base64 inside. The files stay where
they are, in the XML; what is read here is the description. Kind ``issue``: ``records`` are the
articles, keyed by DOI or OJS's own number, in order.
"""

from __future__ import annotations

import re

from lxml import etree

from emanet.formats.articles.native.elements import (
    Element,
    attribute,
    child,
    children,
    date_in,
    date_text,
    every,
    licence,
    local,
    orcid_in,
    text,
    unique,
    without_tags,
)
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Author, Licence, PubDate, Record, Text
from emanet.model.ids import clean_doi, normal_doi
from emanet.model.package import Reading

DIALECT = "OJS native"
_ROOTS = frozenset(("issues", "issue", "articles", "article"))
_PAGES = re.compile(r"^\s*(\w+)\s*(?:[-\u2013]\s*(\w+))?\s*$")


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect."""
    if root not in _ROOTS:
        return False
    return space.startswith("http://pkp.sfu.ca") or "//PKP//" in doctype.public


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read an export; ``place`` is its path. Kind ``issue``, "" when it holds no article."""
    root = tree.getroot()
    records: dict[str, Record] = {}
    for article in every(root, "article"):
        issue = next((a for a in article.iterancestors() if local(a) == "issue"), None)
        record = _record(article, issue)
        key = normal_doi(record.doi) or record.ids.get("publisher-id", "") or f"#{len(records)}"
        records[key] = record
    if not records:
        return Reading(dialect=DIALECT)
    only = next(iter(records.values())) if len(records) == 1 else None
    return Reading(kind="issue", dialect=DIALECT, record=only, records=records)


def _current(article: Element) -> Element:
    """The publication that holds (OJS 3.2 keeps every version), else the article itself."""
    versions = children(article, "publication")
    wanted = attribute(article, "current_publication_id")
    for version in versions:
        numbers = [text(i) for i in children(version, "id") if attribute(i, "type") == "internal"]
        if wanted and wanted in numbers:
            return version
    return versions[-1] if versions else article


def _record(article: Element, issue: Element | None) -> Record:
    body = _current(article)
    ids = {attribute(i, "type"): text(i) for e in (article, body) for i in children(e, "id")}
    number = child(body, "issue_identification")
    if number is None:
        number = child(issue, "issue_identification")
    titles = _in_languages(body, "title")
    date = date_in(attribute(body, "date_published") or text(child(body, "date_published")))
    cover = date_in(text(child(issue, "date_published")))
    year = date_text(text(number, "year") or text(child(issue, "year")))
    pages = _PAGES.match(text(child(body, "pages")))
    main = (
        attribute(body, "locale") or attribute(article, "locale") or attribute(article, "language")
    )
    main = main or (titles[0].language if titles else "")
    ordered = sorted(titles, key=lambda t: t.language != _tag(main))
    dates = [PubDate(k, v) for k, v in (("online", date), ("issue", cover), ("year", year)) if v]
    return Record(
        doi=clean_doi(ids.get("doi", "")),
        ids={"publisher-id": ids["internal"]} if ids.get("internal") else {},
        title=ordered[0].text if ordered else "",
        subtitle=next((t.text for t in _in_languages(body, "subtitle")), ""),
        translated_titles=tuple(ordered[1:]),
        volume=text(number, "volume") or text(child(issue, "volume")),
        issue=text(number, "number") or text(child(issue, "number")),
        first_page=pages[1] if pages else "",
        last_page=(pages[2] or pages[1]) if pages else "",
        published=date or cover or year,
        dates=tuple(dates),
        type=attribute(body, "section_ref") or attribute(article, "section_ref"),
        languages=unique((_tag(main),)),
        authors=_authors(body, main),
        abstracts=tuple(_in_languages(body, "abstract")),
        keywords=tuple(
            Text(text(word), _tag(attribute(group, "locale")))
            for group in children(body, "keywords")
            for word in children(group, "keyword")
        ),
        licences=_licences(body),
        references=sum(1 for _ in every(body, "citation")),
        dialect=DIALECT,
    )


def _tag(locale: str) -> str:
    """OJS's locale (``tr_TR``) as a BCP 47 tag."""
    return locale.replace("_", "-")


def _in_languages(body: Element, name: str) -> list[Text]:
    """Texts by language; OJS keeps titles and abstracts as HTML written into the text."""
    found = ((without_tags(text(e)), _tag(attribute(e, "locale"))) for e in children(body, name))
    return [Text(words, language) for words, language in found if words]


def _authors(body: Element, locale: str) -> tuple[Author, ...]:
    found = []
    holder = child(body, "authors")
    for node in children(holder if holder is not None else body, "author"):
        found.append(
            Author(
                family=_pick(node, "familyname", locale) or _pick(node, "lastname", locale),
                given=_given(node, locale),
                orcid=orcid_in(text(child(node, "orcid"))),
                affiliations=unique((_pick(node, "affiliation", locale),)),
            )
        )
    return tuple(found)


def _given(node: Element, locale: str) -> str:
    new = _pick(node, "givenname", locale)
    old = (_pick(node, "firstname", locale), _pick(node, "middlename", locale))
    return new or " ".join(filter(None, old))


def _pick(node: Element, name: str, locale: str) -> str:
    options = children(node, name)
    exact = next((e for e in options if attribute(e, "locale") == locale), None)
    chosen = exact if exact is not None else (options[0] if options else None)
    # OJS 3.5 wraps the name of an affiliation in an element of its own.
    return text(child(chosen, "name")) or text(chosen) if chosen is not None else ""


def _licences(body: Element) -> tuple[Licence, ...]:
    url = text(child(body, "licenseUrl")) or text(child(body, "permissions", "license_url"))
    stated = licence(url=url)
    return (stated,) if stated is not None else ()
