# SPDX-License-Identifier: Apache-2.0
"""What a JATS article says of other articles: corrections, retractions, comments, translations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from emanet.formats.articles.identifiers import find_doi
from emanet.formats.articles.jats_text import HREF, collapse, plain
from emanet.model.article import Related, Relation
from emanet.model.finding import Finding
from emanet.model.ids import fold

Element = etree._Element

_RETRACTION = re.compile(r"^(?:retraction|withdrawal|removal)\b")
_CORRECTION = re.compile(r"correct|errat|corrig|duzeltme|partial-retraction")
_ADDENDUM = re.compile(r"^addend")
_CONCERN = re.compile(r"concern")

# The publisher's word (a piece of it, folded) to what it says when taken at its word.
_WORDS: tuple[tuple[str, Relation], ...] = (
    ("retraction-forward", Relation.RETRACTED_BY),
    ("correction-forward", Relation.CORRECTED_BY),
    ("erratum-forward", Relation.CORRECTED_BY),
    ("retracted-by", Relation.RETRACTED_BY),
    ("corrected-by", Relation.CORRECTED_BY),
    ("partially-retracted-article", Relation.CORRECTS),
    ("retracted-article", Relation.RETRACTS),
    ("corrected-article", Relation.CORRECTS),
    ("addended-article", Relation.ADDS_TO),
    ("addendum-of", Relation.ADDS_TO),
    ("object-of-concern", Relation.CONCERNS),
    ("commentary-article", Relation.COMMENTS),
    ("peer-reviewed-article", Relation.COMMENTS),
    ("translated-article", Relation.TRANSLATES),
)


def read_relations(
    parts: list[Element], kind: str, place: str
) -> tuple[tuple[Related, ...], list[Finding]]:
    """Read every ``related-article`` of an article, wherever it stands, save in sub-articles.

    ``parts`` are the article's front, body, back and floats; ``kind`` its ``@article-type``. Only a
    notice that is itself a retraction retracts; a link that claims more than the notice is gives
    ARTICLE-RELATION-UNLIKELY. OUP types its link back to a correction ``companion``: that stays
    "related to". Source: JATS 1.3 <related-article>, NISO RP-45-2024 (CREC).
    """
    found: dict[Related, None] = {}
    findings: list[Finding] = []
    for element in _links(parts):
        given = (element.get("related-article-type") or "").strip()
        href = (element.get(HREF) or "").strip()
        words = plain(element)
        doi = find_doi(href) or find_doi(words)
        citation = words
        if not doi and href:
            source = element.get("ext-link-type") or ""
            citation = collapse(f"{source}:{href}" if source and ":" not in href else href)
        if not doi and not citation:
            continue
        relation = relation_of(given, kind)
        said = _said(given)
        if said != relation and said in (Relation.RETRACTS, Relation.CORRECTS):
            detail = {"given": given[:80], "type": kind[:80], "doi": doi or citation[:80]}
            findings.append(Finding("ARTICLE-RELATION-UNLIKELY", place, detail))
        found[Related(relation, doi, given, "jats", "" if doi else citation[:500])] = None
    return tuple(found), findings


def _links(parts: list[Element]) -> Iterator[Element]:
    for part in parts:
        yield from part.iter("related-article")


def _said(given: str) -> Relation:
    word = fold(given)
    return next((relation for piece, relation in _WORDS if piece in word), Relation.OTHER)


def relation_of(given: str, kind: str) -> Relation:
    """What a link of type ``given`` says in an article of type ``kind``, held to what that is.

    A retraction retracts what it links as retracted; a correction corrects; an addendum adds, even
    where its link says "retracted"; any other article only relates.
    """
    said = _said(given)
    if said is Relation.OTHER and fold(kind) in ("reply", "response") and "letter" in fold(given):
        return Relation.REPLIES
    return held_to(said, kind)


def held_to(said: Relation, kind: str) -> Relation:
    """What is left of a statement when it comes from an article of type ``kind``."""
    notice = fold(kind)
    if said not in (Relation.RETRACTS, Relation.CORRECTS):
        return said
    if _ADDENDUM.search(notice):
        return Relation.ADDS_TO
    if _CONCERN.search(notice):
        return Relation.CONCERNS
    if _CORRECTION.search(notice):
        return Relation.CORRECTS
    if _RETRACTION.search(notice):
        return said
    return Relation.OTHER
