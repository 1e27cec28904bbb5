# SPDX-License-Identifier: Apache-2.0
"""Formats of which no publisher's file is at hand, by small samples of their public structure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emanet.formats.articles.native.elements import (
    PLAIN,
    Flow,
    date_in,
    date_text,
    display_date,
    licence,
    orcid_in,
    without_tags,
)
from emanet.formats.articles.native.elsevier_dataset import issn_in_pii, pii_key, stage_of
from emanet.formats.articles.read import read_xml
from emanet.formats.xml.safe import parse
from emanet.model.article import Relation, VersionStage

WILEY = """<component xmlns="http://www.wiley.com/namespaces/wiley" version="2.0" xml:lang="en">
<header><publicationMeta level="product"><publisherInfo><publisherName>Made Press</publisherName>
</publisherInfo><doi>10.5555/jms</doi><issn type="print">1234-5679</issn>
<issn type="electronic">2434-561X</issn><titleGroup>
<title type="main" xml:lang="en">Journal of Made Specimens</title>
<title type="short">J. Made Spec.</title></titleGroup></publicationMeta>
<publicationMeta level="part" position="50"><numberingGroup>
<numbering type="journalVolume" number="7">7</numbering>
<numbering type="journalIssue">2</numbering></numberingGroup>
<coverDate startDate="2026-02">February 2026</coverDate></publicationMeta>
<publicationMeta level="unit" type="erratum" position="30" status="forIssue">
<doi>10.5555/jms.7</doi><idGroup><id type="unit" value="JMS7"/></idGroup>
<titleGroup><title type="articleCategory">Erratum</title></titleGroup>
<eventGroup><event type="firstOnline" date="2025-12-30"/>
<event type="manuscriptAccepted" date="2025-12-01"/></eventGroup>
<numberingGroup><numbering type="pageFirst">101</numbering>
<numbering type="pageLast">109</numbering></numberingGroup>
<linkGroup><link type="toTypesetVersion" href="file:JMS.JMS7.pdf"/>
<link type="toAuthorManuscriptVersion" href="https://example.org/x"/></linkGroup>
<legalStatement type="creativeCommons">Under
<link href="https://creativecommons.org/licenses/by-nc/4.0/">a licence</link></legalStatement>
</publicationMeta><contentMeta><titleGroup><title type="main">Light<link href="#n1"/> on
H<sub>2</sub>O</title><title type="subtitle">A test</title></titleGroup>
<creators><creator creatorRole="author" affiliationRef="#a1 #a2"><personName>
<givenNames>Işık</givenNames> <familyName>Yılmaz</familyName></personName>
<id type="orcid" value="https://orcid.org/0000-0002-1825-0097"/></creator>
<creator creatorRole="editor"><personName><familyName>Not Me</familyName></personName></creator>
<creator creatorRole="author"><groupName>The Group</groupName></creator></creators>
<affiliationGroup><affiliation xml:id="a1"><orgDiv>Physics</orgDiv><orgName>Ege</orgName>
<address><city>İzmir</city><country>Türkiye</country></address></affiliation>
<affiliation xml:id="a2"><orgName>METU</orgName></affiliation></affiliationGroup>
<keywordGroup><keyword>light</keyword></keywordGroup>
<fundingInfo><fundingAgency>TÜBİTAK</fundingAgency></fundingInfo>
<abstractGroup><abstract type="main"><title type="main">Abstract</title><p>One.</p><p>Two.</p>
</abstract><abstract type="short"><p>Short.</p></abstract></abstractGroup></contentMeta></header>
<body><section><p>Text</p><mediaResource href="image_n/f1.png"/></section>
<bibliography><bib/><bib/></bibliography></body></component>"""

ERUDIT = """<article xmlns="http://www.erudit.org/xsd/article" idproprio="1054095ar"
 typeart="article" lang="fr" xmlns:xlink="http://www.w3.org/1999/xlink"><admin><infoarticle>
<idpublic scheme="doi">10.5555/1054095ar</idpublic><pagination><ppage>23</ppage>
<dpage>53</dpage></pagination></infoarticle><revue id="r"><titrerev>Revue <marquage
 typemarq="italique">essai</marquage></titrerev><titrerevabr>re</titrerevabr>
<idissn>1234-5679</idissn><idissnnum>2434-561X</idissnnum></revue><numero><volume>4</volume>
<nonumero>1</nonumero><nonumero>2</nonumero><pub><annee>2018</annee></pub><pubnum>
<date typedate="publication">2018-11-28</date></pubnum></numero><editeur><nomorg>Éditeur</nomorg>
</editeur><droitsauteur>CC <liensimple xlink:href="http://creativecommons.org/licenses/by/4.0/"/>
</droitsauteur></admin><liminaire><grtitre><surtitre>Articles</surtitre><titre>Le
 x<exposant>2</exposant><renvoi>1</renvoi></titre><sstitre>Étude</sstitre>
<titreparal lang="en">The square</titreparal></grtitre><grauteur><auteur id="au1"><nompers>
<prenom>Hélène</prenom><nomfamille>Labelle</nomfamille></nompers><affiliation><alinea>Université
 d’Ottawa</alinea></affiliation></auteur><auteur id="au2" contribution="trad"><nompers>
<nomfamille>Traductrice</nomfamille></nompers></auteur></grauteur>
<resume lang="fr"><titre>Résumé</titre><alinea>Un.</alinea><alinea>Deux.</alinea></resume>
<grmotcle lang="fr"><motcle>carré</motcle></grmotcle></liminaire>
<corps><texte><figure><objetmedia><image xlink:href="im1.jpg"/></objetmedia></figure></texte>
</corps></article>"""

UPDATE = """<doi_batch xmlns="http://www.crossref.org/schema/5.3.1" version="5.3.1"><body><journal>
<journal_metadata><full_title>J</full_title><issn media_type="print">1234-5679</issn>
</journal_metadata><journal_issue><publication_date media_type="print"><year>2026</year>
</publication_date><journal_volume><volume>3</volume></journal_volume></journal_issue>
<journal_article language="tr"><titles><title>Geri çekme: <i>X</i></title></titles>
<contributors><organization contributor_role="author">Kurul</organization>
<person_name contributor_role="editor"><surname>E</surname></person_name></contributors>
<publication_date media_type="online"><month>3</month><year>2026</year></publication_date>
<publisher_item><item_number item_number_type="article_number">e12</item_number>
<identifier id_type="pii">S1</identifier></publisher_item>
<crossmark><updates><update type="retraction" date="2026-03-01">10.5555/OLD</update>
<update type="new_edition" date="2026-03-01">10.5555/other</update></updates></crossmark>
<program xmlns="http://www.crossref.org/AccessIndicators.xsd">
<license_ref applies_to="tdm">http://creativecommons.org/licenses/by/4.0/</license_ref>
<license_ref applies_to="vor" start_date="2026-09-01">https://example.org/terms</license_ref>
</program><doi_data><doi>10.5555/new</doi></doi_data></journal_article></journal></body>
</doi_batch>"""

OJS2 = """<!DOCTYPE issues PUBLIC "-//PKP//OJS Articles and Issues XML//EN" "native.dtd">
<issues><issue><volume>5</volume><number>3</number><year>2012</year><section><article>
<id type="doi">10.5555/ojs2</id><title locale="en_US">Old light</title>
<author><firstname>Işık</firstname><middlename>A.</middlename><lastname>Yılmaz</lastname>
<affiliation locale="en_US">Ege</affiliation></author><pages>7-9</pages>
<date_published>2012-06-01</date_published></article></section></issue></issues>"""


def _record(text: str):
    reading = read_xml(text.encode(), "a.xml", validate=False)
    return reading, reading.record


def test_wileyml() -> None:
    reading, record = _record(WILEY)
    assert (reading.kind, reading.dialect) == ("article", "WileyML 2.0")
    assert (record.doi, record.title, record.subtitle) == (
        "10.5555/jms.7",
        "Light on H2O",
        "A test",
    )
    assert record.title_html == "Light on H<sub>2</sub>O"
    assert (record.journal, record.journal_abbreviation) == (
        "Journal of Made Specimens",
        "J. Made Spec.",
    )
    assert [(i.value, i.medium) for i in record.issns] == [
        ("1234-5679", "print"),
        ("2434-561X", "electronic"),
    ]
    assert (record.volume, record.issue, record.first_page, record.last_page) == (
        "7",
        "2",
        "101",
        "109",
    )
    assert record.published == "2026-02", "the cover's date stands before the online one"
    assert {d.kind: d.value for d in record.dates}["firstOnline"] == "2025-12-30"
    assert (record.type, record.stage, record.languages) == ("erratum", VersionStage.VOR, ("en",))
    one, two = record.authors
    assert (one.name, one.orcid) == ("Yılmaz, Işık", "0000-0002-1825-0097")
    assert one.affiliations == ("Physics, Ege, İzmir, Türkiye", "METU")
    assert (two.name, two.collective) == ("The Group", True)
    assert [a.text for a in record.abstracts] == ["One. Two."]
    assert record.licences[0].url == "https://creativecommons.org/licenses/by-nc/4.0/"
    assert record.funders == ("TÜBİTAK",)
    assert record.references == 2
    assert reading.mentions == ("JMS.JMS7.pdf", "image_n/f1.png")


def test_erudit() -> None:
    reading, record = _record(ERUDIT)
    assert (reading.kind, reading.dialect) == ("article", "EruditArticle")
    assert (record.doi, record.title, record.subtitle) == ("10.5555/1054095ar", "Le x2", "Étude")
    assert record.title_html == "Le x<sup>2</sup>"
    assert record.translated_titles[0].text == "The square"
    assert (record.journal, record.publisher) == ("Revue essai", "Éditeur")
    assert [i.medium for i in record.issns] == ["print", "electronic"]
    assert (record.volume, record.issue) == ("4", "1-2")
    assert (record.first_page, record.last_page, record.published) == ("23", "53", "2018")
    assert [a.name for a in record.authors] == ["Labelle, Hélène"], "a translator is no author"
    assert record.authors[0].affiliations == ("Université d’Ottawa",)
    assert [a.text for a in record.abstracts] == ["Un. Deux."]
    assert record.open_access
    assert reading.mentions == ("im1.jpg",)


def test_crossref_updates_and_licences() -> None:
    reading, record = _record(UPDATE)
    assert reading.kind == "metadata" and list(reading.records) == ["10.5555/new"]
    retraction, other = record.related
    assert (retraction.relation, retraction.doi, retraction.source) == (
        Relation.RETRACTS,
        "10.5555/old",
        "crossref",
    )
    assert (other.relation, other.given) == (Relation.OTHER, "new_edition")
    assert [lic.url for lic in record.licences] == ["https://example.org/terms"]
    assert not record.open_access, "a licence for text mining alone opens nothing"
    assert record.licences[0].starts == "2026-09-01"
    assert (record.elocation_id, record.ids) == ("e12", {"pii": "S1"})
    assert [a.name for a in record.authors] == ["Kurul"]
    assert record.title_html == "Geri çekme: <i>X</i>"


def test_ojs_two() -> None:
    reading, record = _record(OJS2)
    assert reading.kind == "issue"
    assert (record.doi, record.title, record.published) == (
        "10.5555/ojs2",
        "Old light",
        "2012-06-01",
    )
    assert (record.volume, record.issue, record.first_page, record.last_page) == (
        "5",
        "3",
        "7",
        "9",
    )
    assert record.authors[0].name == "Yılmaz, Işık A."


def test_an_unknown_glyph_is_told() -> None:
    text = """<article xmlns="http://www.elsevier.com/xml/ja/dtd" xmlns:ce="http://x/ce">
<item-info><ce:pii>S1234-5679(26)00001-X</ce:pii></item-info><head><ce:title>A<ce:glyph
 name="sbnd"/>B <ce:glyph name="wavy"/></ce:title></head></article>"""
    reading, record = _record(text)
    assert record.title == "A\u2013B \ufffd"
    assert record.issns[0].value == "1234-5679"
    (finding,) = [f for f in reading.findings if f.code == "ELSEVIER-GLYPH-UNKNOWN"]
    assert "wavy" in finding.text("tr")


@pytest.mark.parametrize(
    ("version", "stage"),
    [
        ("S5.1", VersionStage.AM),
        ("S100.1", VersionStage.P),
        ("S200.2", VersionStage.AOP),
        ("S250.1", VersionStage.VOR),
        ("S300.1", VersionStage.VOR),
        ("", None),
        ("X1", None),
    ],
)
def test_elsevier_stages(version, stage) -> None:
    assert stage_of(version) is stage


def test_pii() -> None:
    assert pii_key("S0370-2693(23)00510-5") == "S0370269323005105"
    assert issn_in_pii("S0370-2693(23)00510-5") == "0370-2693"
    assert issn_in_pii("S0370-2690(23)00510-5") == "", "a wrong check digit is no ISSN"
    assert issn_in_pii("B978-0-12-386043-9.00001-2") == ""


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("August 2022", "2022-08"),
        ("15 January 2023", "2023-01-15"),
        ("Ağustos 2021", "2021-08"),
        ("ARALIK 2020", "2020-12"),
        ("Spring 2020", "2020"),
        ("soon", ""),
    ],
)
def test_dates_in_words(words, date) -> None:
    assert display_date(words) == date


def test_date_parts_that_are_no_dates_are_left_out() -> None:
    assert date_text("2020", "13", "5") == "2020"
    assert date_text("2020", "2", "x") == "2020-02"
    assert date_text("20", "2", "1") == ""
    assert date_in("2023-09-12T22:57:41Z") == "2023-09-12"


@pytest.mark.parametrize(
    ("words", "url", "is_open"),
    [
        ("CC-BY-3.0", "", True),
        ("This is open access.", "", False),
        ("see https: //creativecommons.org/licenses/by/4.0/.", "", True),
        ("", "https://example.org/licence", False),
        ("Creative Commons Attribution-NonCommercial 4.0", "", True),
    ],
)
def test_only_named_licences_open(words, url, is_open) -> None:
    stated = licence(words, url)
    assert stated is not None and stated.open is is_open


def test_no_licence_is_none() -> None:
    assert licence() is None


def test_orcid_in_any_dress() -> None:
    assert orcid_in("ORCID-0000-0003-2376-625x") == "0000-0003-2376-625X"
    assert orcid_in("https://orcid.org/") == ""


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"))), max_size=6))
def test_no_character_is_lost_between_elements(pieces: list[str]) -> None:
    escaped = [p.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for p in pieces]
    inner = "".join(f"<i>{p}</i>{p}" for p in escaped)
    parsed = parse(f"<a>{inner}</a>".encode(), "a")
    assert parsed.tree is not None
    expected = "".join(p + p for p in pieces)
    assert PLAIN.plain(parsed.tree.getroot()) == " ".join(expected.split())
    html = Flow(inline={"i": "i"}).html(parsed.tree.getroot())
    assert html == (" ".join(inner.split()) if pieces else "")


@pytest.mark.parametrize(
    ("words", "bare"),
    [
        ("<p>One.</p><p>Two&nbsp;x</p>", "One. Two x"),
        ("H<sub>2</sub>O <i>in vitro</i>", "H2O in vitro"),
        ("a < b and c > d", "a < b and c > d"),
        ("p<0.05, n>3 &amp; more", "p<0.05, n>3 & more"),
        ('<a href="x">Işık</a><br/>ışığı', "Işık ışığı"),
        ("TBMM&#039;nin", "TBMM'nin"),
        (f"&#{'9' * 5000};", f"&#{'9' * 5000};"),
        ("<jats:p>Ö</jats:p>", "Ö"),
    ],
)
def test_html_written_as_text_gives_its_words(words: str, bare: str) -> None:
    assert without_tags(words) == bare


ANSWER = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{records}
</ListRecords></OAI-PMH>"""
WHOLE = """<record><header><identifier>oai:x:{n}</identifier></header><metadata>
<article xmlns="{space}"><front><article-meta>
<article-id pub-id-type="doi">10.5555/{n}</article-id><title-group><article-title>T{n}
</article-title></title-group></article-meta></front><body>{body}</body></article></metadata>
</record>"""


@pytest.mark.parametrize(
    ("space", "body", "count", "kind"),
    [
        ("https://jats.nlm.nih.gov/ns/archiving/1.4/", "<p>x</p>", 1, "article"),
        ("https://jats.nlm.nih.gov/ns/archiving/1.4/", "<p>x</p>", 2, "issue"),
        ("http://www.openarchives.org/OAI/2.0/", "<p>x</p>", 2, "issue"),
        ("https://jats.nlm.nih.gov/ns/archiving/1.4/", "", 1, "metadata"),
    ],
)
def test_jats_with_its_text_in_an_answer_is_the_article(
    space: str, body: str, count: int, kind: str
) -> None:
    records = "".join(WHOLE.format(n=n, space=space, body=body) for n in range(count))
    reading, _ = _record(ANSWER.format(records=records))
    assert reading.kind == kind
    assert [r.title for r in reading.records.values()] == [f"T{n}" for n in range(count)]
