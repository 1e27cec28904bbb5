# SPDX-License-Identifier: Apache-2.0
"""Links between articles in native formats: what they mean, and what they may not claim."""

from __future__ import annotations

import pytest

from emanet.formats.articles.native.notices import link
from emanet.formats.articles.read import read_xml
from emanet.model.article import Relation

APP = """<Publisher><Journal><JournalInfo><JournalTitle>J</JournalTitle></JournalInfo><Volume>
<Issue><Article ID="a"><ArticleInfo ArticleType="{kind}"><ArticleDOI>10.5555/n</ArticleDOI>
<ArticleTitle>N</ArticleTitle><ArticleCategory>{category}</ArticleCategory>
<ArticleRelatedObject RelatedObjectType="{word}"><RelatedObjectDOI>10.5555/O</RelatedObjectDOI>
</ArticleRelatedObject></ArticleInfo><ArticleHeader/>{body}</Article></Issue></Volume></Journal>
</Publisher>"""
WILEY = """<component xmlns="http://www.wiley.com/namespaces/wiley" version="2.0"><header>
<publicationMeta level="unit" type="{kind}"><doi>10.5555/n</doi>{links}</publicationMeta>
<contentMeta><titleGroup><title type="main">N</title></titleGroup></contentMeta></header>
</component>"""


def _app(kind: str, word: str, category: str = "", body: str = ""):
    data = APP.format(kind=kind, word=word, category=category, body=body).encode()
    return read_xml(data, "a.xml.Meta", validate=False)


@pytest.mark.parametrize(
    ("kind", "category", "word", "relation"),
    [
        ("Erratum", "", "ErratumTo", Relation.CORRECTS),
        ("OriginalPaper", "", "ErratumFrom", Relation.CORRECTED_BY),
        ("Erratum", "Retraction Note", "RetractionTo", Relation.RETRACTS),
        ("BriefCommunication", "", "CommentaryTo", Relation.COMMENTS),
        ("OriginalPaper", "", "CommentaryFrom", Relation.OTHER),
        ("Erratum", "", "", Relation.CORRECTS),
    ],
)
def test_a_plus_plus_links_its_related_objects(kind, category, word, relation) -> None:
    reading = _app(kind, word, category)
    (statement,) = reading.record.related
    assert (statement.relation, statement.doi, statement.given) == (relation, "10.5555/o", word)
    assert not reading.findings


def test_only_a_retraction_retracts() -> None:
    reading = _app("Erratum", "RetractionTo")
    assert reading.record.related[0].relation is Relation.CORRECTS
    assert [f.code for f in reading.findings] == ["ARTICLE-RELATION-UNLIKELY"]


def test_a_plus_plus_with_its_text_is_an_article() -> None:
    assert _app("Erratum", "ErratumTo").kind == "header"
    assert _app("Erratum", "ErratumTo", body="<Body/>").kind == "header"
    assert _app("Erratum", "ErratumTo", body="<Body><Para>x</Para></Body>").kind == "article"


@pytest.mark.parametrize(
    ("kind", "links", "relation"),
    [
        (
            "erratum",
            '<relatedObjectGroup><relatedObject type="correctedArticle"><id type="doi"'
            ' value="10.5555/O"/></relatedObject></relatedObjectGroup>',
            Relation.CORRECTS,
        ),
        (
            "retraction",
            '<linkGroup><link type="toTypesetVersion" href="file:N.pdf"/>'
            '<link href="https://doi.org/10.5555/o"/></linkGroup>',
            Relation.RETRACTS,
        ),
        (
            "article",
            '<relatedArticle type="correctedBy"><doi>10.5555/o</doi></relatedArticle>',
            Relation.CORRECTED_BY,
        ),
        ("article", '<linkGroup><link href="10.5555/o"/></linkGroup>', Relation.OTHER),
    ],
)
def test_wileyml_links_by_doi(kind: str, links: str, relation: Relation) -> None:
    reading = read_xml(WILEY.format(kind=kind, links=links).encode(), "a.xml", validate=False)
    (statement,) = reading.record.related
    assert (statement.relation, statement.doi, statement.source) == (
        relation,
        "10.5555/o",
        "wileyml",
    )
    assert "10.5555/o" not in reading.mentions


def test_a_correction_that_says_it_retracts_is_told() -> None:
    statement, findings = link("retractedArticle", "corrigendum", "10.5555/o", "wileyml", "a.xml")
    assert statement.relation is Relation.CORRECTS
    (finding,) = findings
    assert "corrigendum" in finding.text("en") and "corrigendum" in finding.text("tr")
