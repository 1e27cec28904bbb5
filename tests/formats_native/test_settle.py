# SPDX-License-Identifier: Apache-2.0
"""Malformed identifiers are told in every dialect, and kept as they were given."""

from __future__ import annotations

import pytest

from emanet.formats.articles.read import read_xml

OAI = "http://www.openarchives.org/OAI/2.0/"
FILES = {
    "crossref": """<doi_batch xmlns="http://www.crossref.org/schema/5.3.1"><body><journal>
<journal_metadata><full_title>J</full_title><issn>{issn}</issn></journal_metadata>
<journal_article><doi_data><doi>{doi}</doi></doi_data></journal_article></journal></body>
</doi_batch>""",
    "marc": """<record xmlns="http://www.loc.gov/MARC21/slim"><datafield tag="024">
<subfield code="a">{doi}</subfield><subfield code="2">doi</subfield></datafield>
<datafield tag="022"><subfield code="a">{issn}</subfield></datafield></record>""",
    "a++": """<Publisher><Journal><JournalInfo><JournalPrintISSN>{issn}</JournalPrintISSN>
</JournalInfo><Volume><Issue><Article><ArticleInfo><ArticleDOI>{doi}</ArticleDOI></ArticleInfo>
</Article></Issue></Volume></Journal></Publisher>""",
    "wiley": """<component xmlns="http://www.wiley.com/namespaces/wiley"><header>
<publicationMeta level="product"><issn type="print">{issn}</issn></publicationMeta>
<publicationMeta level="unit"><doi>{doi}</doi></publicationMeta></header></component>""",
    "erudit": """<article xmlns="http://www.erudit.org/xsd/article"><admin><infoarticle>
<idpublic scheme="doi">{doi}</idpublic></infoarticle><revue><idissn>{issn}</idissn></revue>
</admin></article>""",
    "oai": f"""<record xmlns="{OAI}"><metadata><oai_dc:dc xmlns:oai_dc="{OAI}oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>{{doi}}</dc:identifier>
<dc:source>{{issn}}</dc:source></oai_dc:dc></metadata></record>""",
}


@pytest.mark.parametrize("name", FILES)
def test_a_good_identifier_is_brought_to_its_form(name: str) -> None:
    data = FILES[name].format(doi="https://doi.org/10.5555/A.1", issn="1234-5679").encode()
    reading = read_xml(data, "a.xml", validate=False)
    assert reading.record is not None
    assert reading.record.doi == "10.5555/A.1"
    assert [i.value for i in reading.record.issns] == ["1234-5679"]
    assert not [f for f in reading.findings if f.code.startswith("ARTICLE-")]


@pytest.mark.parametrize("name", FILES)
def test_a_bad_identifier_is_told_and_kept(name: str) -> None:
    data = FILES[name].format(doi="10.5555", issn="1234-5678").encode()
    reading = read_xml(data, "a.xml", validate=False)
    record = reading.record
    assert record is not None
    assert (record.doi, record.issns, record.ids["issn"]) == ("", (), "1234-5678")
    codes = [f.code for f in reading.findings]
    # In Dublin Core anything may be an identifier: what is no DOI is not said to be a wrong one.
    assert ("ARTICLE-DOI-MALFORMED" in codes) is (name != "oai")
    assert codes.count("ARTICLE-ISSN-MALFORMED") == 1
    assert all(r == record for r in reading.records.values())
