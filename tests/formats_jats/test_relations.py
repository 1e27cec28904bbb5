# SPDX-License-Identifier: Apache-2.0
"""Relations: only a retraction retracts; links count wherever they stand in the article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from emanet.formats.articles.identifiers import find_doi
from emanet.formats.articles.jats_relations import read_relations, relation_of
from emanet.model.article import Related, Relation

PUBMED = 'ext-link-type="pubmed"'
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def link(given: str, href: str = "10.5555/A.1", more: str = "", words: str = "") -> str:
    target = f'xlink:href="{href}"' if href else ""
    return (
        f'<related-article related-article-type="{given}" {target} {more}>{words}</related-article>'
    )


def read(inside: str, kind: str) -> tuple[tuple[Related, ...], list[str]]:
    root = etree.fromstring(f"<article {XLINK}>{inside}</article>")
    parts = list(root.iterchildren("front", "body", "back"))
    found, findings = read_relations(parts, kind, "a.xml")
    return found, [f.code for f in findings]


@pytest.mark.parametrize(
    ("kind", "given", "relation", "unlikely"),
    [
        ("retraction", "retracted-article", Relation.RETRACTS, False),
        ("retraction", "corrected-article", Relation.CORRECTS, False),
        ("correction", "corrected-article", Relation.CORRECTS, False),
        ("erratum", "corrected-article", Relation.CORRECTS, False),
        ("Düzeltme", "corrected-article", Relation.CORRECTS, False),
        ("partial-retraction", "retracted-article", Relation.CORRECTS, True),
        ("correction", "retracted-article", Relation.CORRECTS, True),
        ("addendum", "retracted-article", Relation.ADDS_TO, True),
        ("addendum", "corrected-article", Relation.ADDS_TO, True),
        ("expression-of-concern", "object-of-concern", Relation.CONCERNS, False),
        ("research-article", "retracted-article", Relation.OTHER, True),
        ("editorial", "corrected-article", Relation.OTHER, True),
        ("correction", "companion", Relation.OTHER, False),
        ("research-article", "retraction-forward", Relation.RETRACTED_BY, False),
        ("research-article", "correction-forward", Relation.CORRECTED_BY, False),
        ("article-commentary", "commentary-article", Relation.COMMENTS, False),
        ("reply", "letter", Relation.REPLIES, False),
        ("translation", "translated-article", Relation.TRANSLATES, False),
        ("research-article", "preprint", Relation.OTHER, False),
        ("", "", Relation.OTHER, False),
    ],
)
def test_a_link_is_held_to_what_the_notice_is(
    kind: str, given: str, relation: Relation, unlikely: bool
) -> None:
    found, codes = read(f"<front>{link(given)}</front>", kind)
    assert found == (Related(relation, "10.5555/a.1", given),)
    assert codes == (["ARTICLE-RELATION-UNLIKELY"] if unlikely else [])


@given(st.text(max_size=20), st.text(max_size=20))
def test_only_a_retraction_ever_retracts(given: str, kind: str) -> None:
    if relation_of(given, kind) is Relation.RETRACTS:
        assert kind.lower().startswith(("retraction", "withdrawal", "removal"))
    assert relation_of("retracted-article", "correction " + kind) is not Relation.RETRACTS


def test_links_count_in_body_and_back_but_not_in_sub_articles() -> None:
    found, _ = read(
        f"<front/><body><p>{link('corrected-article')}</p></body><back>"
        f"{link('corrected-article', '10.5555/b')}</back><sub-article><front-stub>"
        f"{link('corrected-article', '10.5555/c')}</front-stub></sub-article>",
        "correction",
    )
    assert [r.doi for r in found] == ["10.5555/a.1", "10.5555/b"]


def test_the_same_link_twice_is_one() -> None:
    twice = link("companion") + link("companion", "https://doi.org/10.5555/a.1")
    assert len(read(f"<front>{twice}</front>", "letter")[0]) == 1


@pytest.mark.parametrize(
    ("href", "doi"),
    [
        ("info:doi/10.1371/journal.pone.0097541", "10.1371/journal.pone.0097541"),
        ("https://dx.doi.org/10.5555/ABC", "10.5555/abc"),
        ("doi:10.5555/abc", "10.5555/abc"),
        ("https://www.frontiersin.org/articles/10.3389/fpls.2018.1/full", "10.3389/fpls.2018.1"),
        ("https://journals.example/x?id=10.1371/j.p.1&type=a", "10.1371/j.p.1"),
        ("Bkz. 10.5555/abc.", "10.5555/abc"),
        ("29250082", ""),
        ("https://example.org/article/7", ""),
        ("", ""),
    ],
)
def test_a_doi_is_found_in_every_kind_of_link(href: str, doi: str) -> None:
    assert find_doi(href) == doi


def test_without_a_doi_the_reference_is_kept() -> None:
    found, _ = read(
        f"<front>{link('letter', '30246738', PUBMED)}"
        f"{link('corrected-article', '', words='Örnek Derg. 2020;7:1')}{link('x', '')}"
        f"{link('corrected-article', '', words='see 10.5555/abc')}</front>",
        "correction",
    )
    assert [(r.citation, r.doi) for r in found] == [
        ("pubmed:30246738", ""),
        ("Örnek Derg. 2020;7:1", ""),
        ("", "10.5555/abc"),
    ]
