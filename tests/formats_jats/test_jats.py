# SPDX-License-Identifier: Apache-2.0
"""The header of an article: every field of the record, and the traps of real files."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from emanet.formats.articles.jats import knows
from emanet.formats.articles.read import read_xml
from emanet.formats.xml.doctype import Doctype
from emanet.model.article import Issn, Record, Text, VersionStage
from emanet.model.package import Reading

ROOT = Path(__file__).resolve().parents[2]
MADE = runpy.run_path(str(ROOT / "tests" / "specimens" / "make_xml.py"))


def read(**parts: str) -> Reading:
    return read_xml(MADE["article"](**parts).encode(), "a.xml", validate=False)


def record(**parts: str) -> Record:
    found = read(**parts).record
    assert found is not None
    return found


def test_a_sound_turkish_article_has_no_findings() -> None:
    reading = read_xml(MADE["article"]().encode(), "dergi/a.xml")
    assert reading.findings == ()
    assert (reading.kind, reading.dialect) == ("article", "JATS Archiving 1.2")
    found = reading.record
    assert found is not None
    assert found.dialect == "JATS Archiving 1.2"
    assert found.title == "Işığın kırılması üzerine bir inceleme"
    assert found.title_html == ""
    assert found.journal == "Örnek Dergisi"
    assert found.publisher == "Örnek Yayınevi"
    assert found.issns == (Issn("2822-3373", "electronic"),)
    assert (found.volume, found.issue, found.first_page, found.last_page) == ("7", "2", "11", "19")
    assert found.published == "2024-05-03"
    assert found.authors[0].name == "Yıldız, İpek"
    assert (found.type, found.languages) == ("research-article", ("tr",))


def test_only_the_articles_own_doi_counts() -> None:
    review = (
        "</body><sub-article article-type='decision-letter'><front-stub>"
        "<article-id pub-id-type='doi'>10.5555/emanet.review</article-id></front-stub>"
        "</sub-article>"
        "<sub-article article-type='translation' xml:lang='en'><front-stub>"
        "<article-id pub-id-type='doi'>10.5555/emanet.en</article-id></front-stub><body/>"
        "</sub-article><body>"
    )
    found = record(
        doi='<article-id pub-id-type="pmid">1234</article-id>'
        '<article-id pub-id-type="doi" specific-use="version">10.5555/Emanet.1.v2</article-id>'
        '<article-id pub-id-type="doi">https://doi.org/10.5555/Emanet.1</article-id>'
        '<article-id pub-id-type="pmc">777</article-id><article-id/>',
        body=f"<body>{review}</body>",
    )
    assert found.doi == "10.5555/Emanet.1"
    assert found.ids == {
        "pmid": "1234",
        "doi:version": "10.5555/Emanet.1.v2",
        "pmcid": "PMC777",
        "doi:en": "10.5555/emanet.en",
    }


def test_malformed_identifiers_are_kept_as_given() -> None:
    reading = read(
        doi='<article-id pub-id-type="doi">10.5555</article-id>',
        journal=MADE["JOURNAL"].replace("2822-3373", "2822-337"),
    )
    assert reading.record is not None
    assert reading.record.doi == ""
    assert reading.record.issns == ()
    assert reading.record.ids == {"doi": "10.5555", "issn": "2822-337"}
    assert {f.code for f in reading.findings} == {
        "ARTICLE-DOI-MALFORMED",
        "ARTICLE-ISSN-MALFORMED",
    }


def test_two_dois_of_its_own_are_found_and_the_first_taken() -> None:
    reading = read(doi=MADE["DOI"] + MADE["DOI"].replace("2024.1", "2024.2"))
    assert reading.record is not None
    assert reading.record.doi == "10.5555/emanet.2024.1"
    assert reading.record.ids["doi:other"] == "10.5555/emanet.2024.2"
    again = read(doi=MADE["DOI"] + MADE["DOI"].upper().replace("ARTICLE-ID", "article-id"))
    assert [f.code for f in again.findings if f.code == "ARTICLE-DOI-SEVERAL"] == []


def test_issns_are_typed_by_either_attribute_and_given_once() -> None:
    found = record(
        journal='<issn publication-format="print">1300-0012</issn>'
        '<issn pub-type="epub">2822-3373</issn><issn>2822-3373</issn><issn/>'
        "<issn-l>1300-0012</issn-l><issn-l>0028-0836</issn-l>"
    )
    assert found.issns == (
        Issn("1300-0012", "print"),
        Issn("2822-3373", "electronic"),
        Issn("0028-0836", "linking"),
    )


def test_old_tagging_of_journal_and_title_is_read() -> None:
    found = record(
        journal="<journal-id journal-id-type='nlm-ta'>Ornek D</journal-id>"
        "<journal-title>Eski Dergi</journal-title>"
        "<abbrev-journal-title>Esk. D.</abbrev-journal-title>"
    )
    assert (found.journal, found.journal_abbreviation) == ("Eski Dergi", "Esk. D.")
    only_id = record(journal="<journal-id journal-id-type='nlm-ta'>Ornek D</journal-id>")
    assert only_id.journal_abbreviation == "Ornek D"


def test_titles_translations_and_subtitle() -> None:
    found = record(
        title="<title-group><article-title><italic>Quercus</italic> üzerine<xref>*</xref>"
        "</article-title><subtitle>Bir deneme</subtitle>"
        '<trans-title-group xml:lang="en"><trans-title>On <italic>Quercus</italic></trans-title>'
        "</trans-title-group><trans-title xml:lang='el'>Περί Quercus</trans-title></title-group>",
        body="<body/><sub-article article-type='translation' xml:lang='es'><front-stub>"
        "<title-group>"
        "<article-title>Sobre Quercus</article-title></title-group><abstract><p>Resumen.</p>"
        "</abstract><kwd-group><kwd>roble</kwd></kwd-group></front-stub></sub-article>",
        more="<abstract><title>Öz</title><p>Bir.</p><p>İki.</p></abstract>"
        "<abstract abstract-type='precis'><p>Kısa.</p></abstract>"
        "<trans-abstract xml:lang='en'><p>One.</p></trans-abstract>"
        "<kwd-group xml:lang='tr'><kwd>meşe</kwd></kwd-group>"
        "<kwd-group kwd-group-type='abbreviations'><kwd>DNA</kwd></kwd-group>"
        "<kwd-group><compound-kwd><compound-kwd-part content-type='code'>887</compound-kwd-part>"
        "<compound-kwd-part content-type='term'>Kara delik</compound-kwd-part></compound-kwd>"
        "</kwd-group>",
    )
    assert found.title == "Quercus üzerine"
    assert found.title_html == "<i>Quercus</i> üzerine"
    assert found.subtitle == "Bir deneme"
    assert found.translated_titles == (
        Text("On Quercus", "en"),
        Text("Περί Quercus", "el"),
        Text("Sobre Quercus", "es"),
    )
    assert found.abstracts == (Text("Bir. İki.", "tr"), Text("One.", "en"), Text("Resumen.", "es"))
    assert found.keywords == (Text("meşe", "tr"), Text("Kara delik", "tr"), Text("roble", "es"))
    assert found.languages == ("tr", "es")


def test_a_typed_abstract_stands_in_only_for_a_missing_main_one() -> None:
    assert record(more="<abstract abstract-type='toc'><p>x</p></abstract>").abstracts == ()
    summary = "<abstract abstract-type='summary'><p>Özet</p></abstract>"
    assert record(more=summary).abstracts == (Text("Özet", "tr"),)


def test_pages_issue_and_supplement_are_text() -> None:
    found = record(more="<elocation-id>e17</elocation-id>")
    assert found.elocation_id == "e17"
    source = MADE["article"]().replace("<issue>2</issue>", "<supplement>Suppl 2</supplement>")
    source = source.replace(
        "<fpage>11</fpage><lpage>19</lpage>", "<page-range>R45–R47</page-range>"
    )
    found = read_xml(source.encode(), "a", validate=False).record  # type: ignore[assignment]
    assert (found.issue, found.first_page, found.last_page) == ("Suppl 2", "R45", "R47")
    source = MADE["article"]().replace("<volume>7</volume>", "")
    source = source.replace(
        "<issue>2", "<volume-issue-group><volume>8</volume></volume-issue-group><issue>2"
    )
    found = read_xml(source.encode(), "a", validate=False).record  # type: ignore[assignment]
    assert (found.volume, found.issue) == ("8", "2")


def test_funders_subjects_and_references_are_the_articles_own() -> None:
    refs = "<ref-list><ref/><ref/></ref-list>"
    found = record(
        more="<article-categories><subj-group><subject>Fizik</subject><subj-group><subject>Optik"
        "</subject></subj-group></subj-group></article-categories><funding-group><award-group>"
        "<funding-source><institution-wrap><institution>TÜBİTAK</institution><institution-id>"
        "x</institution-id></institution-wrap></funding-source></award-group><award-group>"
        "<funding-source>TÜBİTAK</funding-source></award-group></funding-group>",
        body=f"<body/><back>{refs}</back><sub-article><back>{refs}</back></sub-article>",
    )
    assert found.subjects == ("Fizik", "Optik")
    assert found.funders == ("TÜBİTAK",)
    assert found.references == 2


JAV = "http://www.niso.org/publications/rp/RP-8-2008.pdf"


@pytest.mark.parametrize(
    ("more", "stage"),
    [
        (
            f"<article-version vocab='JAV' vocab-identifier='{JAV}' article-version-type='VoR'>"
            "version-of-record</article-version>",
            VersionStage.VOR,
        ),
        ("<article-version article-version-type='AM'/>", VersionStage.AM),
        ("<article-version>Corrected Version of Record</article-version>", VersionStage.CVOR),
        (
            "<article-version-alternatives><article-version article-version-type='number'>2"
            "</article-version><article-version vocab-term-identifier="
            "'http://purl.org/coar/version/c_71e4c1898caa6e32'/></article-version-alternatives>",
            VersionStage.SMUR,
        ),
        (
            "<custom-meta-group><custom-meta><meta-name>PLOS Publication Stage</meta-name>"
            "<meta-value>uncorrected-proof</meta-value></custom-meta></custom-meta-group>",
            VersionStage.P,
        ),
        ("<pub-date pub-type='nihms-submitted'><year>2024</year></pub-date>", VersionStage.AM),
        ("<article-version>1.2</article-version>", None),
        ("", None),
    ],
)
def test_the_stage_is_given_where_the_xml_says_it(more: str, stage: VersionStage | None) -> None:
    found = record(more=more)
    assert found.stage is stage
    assert found.ids.get("version", "") == {"<article-version>1.2</article-version>": "1.2"}.get(
        more, "2" if "number" in more else ""
    )


def test_silverchairs_namespace_is_no_hindrance() -> None:
    space = "http://specifications.silverchair.com/xsd/1/24/SCJATS-journalpublishing.xsd"
    spaces = f'xmlns="{space}" {MADE["NAMESPACES"]}'
    source = MADE["article"](head=" ", namespaces=spaces, version="")
    reading = read_xml(source.encode(), "a.xml")
    assert reading.record is not None
    assert reading.dialect == "JATS (Silverchair 1.24)"
    assert reading.record.title.startswith("Işığın")
    assert [(f.code, f.detail["named"]) for f in reading.findings] == [
        ("XML-NO-SCHEMA", "JATS (Silverchair 1.24)")
    ]


@pytest.mark.parametrize(
    ("root", "space", "public", "known"),
    [
        ("article", "", "", True),
        ("article", "", MADE["PUBLIC"], True),
        ("article", "", "-//ES//DTD journal article DTD version 5.2.0//EN//XML", False),
        ("article", "http://www.elsevier.com/xml/ja/dtd", "", False),
        ("article", "http://pkp.sfu.ca", "", False),
        ("article", "", "-//OASIS//DTD DocBook XML V4.5//EN", False),
        ("article", "", "-//TaxPub//DTD Taxonomic Treatment Publishing DTD v1.0//EN", True),
        ("book", "", "", False),
    ],
)
def test_the_roots_name_alone_proves_nothing(
    root: str, space: str, public: str, known: bool
) -> None:
    assert knows(root, space, Doctype(root, public)) is known


def test_a_pandoc_article_with_empty_elements_is_read() -> None:
    source = MADE["article"](
        head='<?xml version="1.0" encoding="utf-8" ?>\n<!DOCTYPE article PUBLIC "-//NLM//DTD JATS '
        '(Z39.96) Journal Publishing DTD v1.2 20190208//EN" "JATS-publishing1.dtd">',
        journal="<journal-id></journal-id><journal-title-group><journal-title>JOSE"
        "</journal-title></journal-title-group><issn></issn>",
        date="<pub-date><year></year></pub-date>",
        authors="<contrib-group><contrib contrib-type='author'><contrib-id contrib-id-type='orcid'>"
        "</contrib-id><name><surname>Öz</surname><given-names></given-names></name></contrib>"
        "</contrib-group>",
    )
    reading = read_xml(source.encode(), "a.xml", validate=False)
    assert reading.record is not None
    assert reading.record.dialect == "JATS Publishing 1.2"
    assert reading.record.authors[0].name == "Öz"
    assert {f.code for f in reading.findings} == {"ARTICLE-ISSN-MISSING", "ARTICLE-DATE-MISSING"}


def test_an_article_without_header_has_no_record() -> None:
    reading = read_xml(b"<article><body/></article>", "a.xml")
    assert reading.record is None
    assert reading.kind == ""
    assert [f.code for f in reading.findings] == ["ARTICLE-NO-META"]
