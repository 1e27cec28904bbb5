# SPDX-License-Identifier: Apache-2.0
"""No reader falls over torn files: elements lost, doubled, emptied, attributes gone."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from emanet.formats.articles.read import read_xml
from emanet.model.package import Reading


def _load(path: Path):
    spec = importlib.util.spec_from_file_location(f"torn_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HERE = Path(__file__).parent
made = _load(HERE / "test_made.py")
packages = _load(HERE.parent / "specimens" / "make_packages.py")

APP = """<Publisher><PublisherInfo><PublisherName>S</PublisherName></PublisherInfo><Journal>
<JournalInfo><JournalID>1</JournalID><JournalPrintISSN>1234-5679</JournalPrintISSN>
<JournalTitle>J</JournalTitle></JournalInfo><Volume><VolumeInfo><VolumeIDStart>1</VolumeIDStart>
<VolumeIDEnd>2</VolumeIDEnd></VolumeInfo><Issue><IssueInfo><IssueIDStart>3</IssueIDStart>
<IssueHistory><CoverDate><Year>2026</Year><Month>2</Month></CoverDate></IssueHistory></IssueInfo>
<Article ID="a"><ArticleInfo ArticleType="OriginalPaper" Language="En">
<ArticleDOI>10.5555/s</ArticleDOI><ArticleTitle Language="En">T<Superscript>2</Superscript>
</ArticleTitle><ArticleCitationID>9</ArticleCitationID><ArticleFirstPage>1</ArticleFirstPage>
<ArticleCopyright><License SubType="CC BY" Version="4.0"><SimplePara>x</SimplePara></License>
</ArticleCopyright></ArticleInfo><ArticleHeader><AuthorGroup><Author AffiliationIDS="A1 A2"
 ORCID="http://orcid.org/0000-0002-1825-0097"><AuthorName><GivenName>I</GivenName>
<Particle>van</Particle><FamilyName>Y</FamilyName></AuthorName></Author><InstitutionalAuthor>
<InstitutionalAuthorName>G</InstitutionalAuthorName></InstitutionalAuthor>
<Affiliation ID="A1"><OrgName>O</OrgName><OrgAddress><City>C</City></OrgAddress></Affiliation>
</AuthorGroup><Abstract Language="En"><Heading>A</Heading><Para>P</Para></Abstract>
<KeywordGroup Language="En"><Keyword>k</Keyword></KeywordGroup></ArticleHeader></Article></Issue>
</Volume></Journal></Publisher>"""
MARC = """<collection xmlns="http://www.loc.gov/MARC21/slim"><record>
<datafield tag="024"><subfield code="a">10.5555/m</subfield><subfield code="2">DOI</subfield>
</datafield><datafield tag="100"><subfield code="a">Y, I</subfield><subfield code="u">O</subfield>
<subfield code="j">ORCID-0000-0002-1825-0097</subfield></datafield><datafield tag="110">
<subfield code="a">Group</subfield></datafield><datafield tag="245"><subfield code="a">T /
</subfield></datafield><datafield tag="773"><subfield code="t">J</subfield><subfield code="c">1-9
</subfield><subfield code="x">1234-5679</subfield></datafield><datafield tag="787">
<subfield code="i">see</subfield><subfield code="o">10.5555/o</subfield></datafield></record>
</collection>"""
SAMPLES = {
    "wiley": made.WILEY,
    "erudit": made.ERUDIT,
    "crossref": made.UPDATE,
    "ojs": made.OJS2,
    "a++": APP,
    "marc": MARC,
    "elsevier": packages.elsevier_article(1).decode().partition("?>")[2],
    "dataset": packages.dataset(
        packages.elsevier_item(1, "S1", size=3, with_pdf=4)
    ).decode().partition("?>")[2],
}  # fmt: skip


def test_a_plus_plus_made() -> None:
    record = read_xml(APP.encode(), "a.xml.Meta", validate=False).record
    assert record is not None
    assert (record.volume, record.issue, record.elocation_id, record.first_page) == (
        "1-2",
        "3",
        "9",
        "",
    )
    assert [a.name for a in record.authors] == ["van Y, I", "G"]
    assert record.authors[0].affiliations == ("O, C",)
    assert record.title_html == "T<sup>2</sup>"
    assert record.licences[0].words.startswith("CC BY 4.0") and record.open_access


def test_marc_made() -> None:
    record = read_xml(MARC.encode(), "m.xml", validate=False).record
    assert record is not None
    assert (record.first_page, record.last_page, record.elocation_id) == ("1", "9", "")
    assert [(a.name, a.collective) for a in record.authors] == [("Y, I", False), ("Group", True)]
    assert (record.title, record.related[0].doi) == ("T", "10.5555/o")


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_torn_files_are_read_or_not_but_never_raise(name: str, data: st.DataObject) -> None:
    root = etree.fromstring(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        nodes = [n for n in root.iter(etree.Element) if n is not root]
        if not nodes:
            break
        node = data.draw(st.sampled_from(nodes))
        act = data.draw(st.sampled_from(("lose", "empty", "bare", "double", "junk")))
        parent = node.getparent()
        if act == "lose":
            parent.remove(node)
        elif act == "empty":
            for child in list(node):
                node.remove(child)
            node.text = None
        elif act == "bare":
            node.attrib.clear()
        elif act == "double":
            parent.append(etree.fromstring(etree.tostring(node, with_tail=False)))
        else:
            node.text = data.draw(st.sampled_from(("", "  ", "x" * 50, "10.", "0000-0000", "ıİ")))
    reading = read_xml(etree.tostring(root), "torn.xml", validate=False)
    assert msgspec.json.decode(msgspec.json.encode(reading), type=Reading) == reading
    for record in (reading.record, *reading.records.values()):
        if record is not None:
            assert record.title == " ".join(record.title.split())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_number_of_thousands_of_digits_is_read_as_none(name: str) -> None:
    root = etree.fromstring(SAMPLES[name])
    for node in list(root.iter(etree.Element)):
        text, node.text = node.text, "9" * 5000
        given = dict(node.attrib)
        assert read_xml(etree.tostring(root), "a.xml", validate=False)
        node.text = text
        for key in given:
            node.set(key, "9" * 5000)
        assert read_xml(etree.tostring(root), "a.xml", validate=False)
        node.attrib.update(given)
