# SPDX-License-Identifier: Apache-2.0
"""Articles that come only as a PDF with a metadata file, taken in the real way."""

from __future__ import annotations

from pathlib import Path

import ingest_material as stuff
import pytest

from emanet.ingest.judge import Policy, judge
from emanet.ingest.parts import Examined, conclude_survey
from emanet.ingest.survey import survey_drop
from emanet.model.delivery import Fate, Role, Verdict

OAI = "http://www.openarchives.org/OAI/2.0/"


def crossref(number: int) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<doi_batch xmlns="http://www.crossref.org/schema/5.3.1" version="5.3.1"><head/><body><journal>
<journal_metadata><full_title>Işık</full_title><issn>1234-5679</issn></journal_metadata><journal_article>
<titles><title>Article {number}</title></titles><publication_date media_type="online">
<year>2026</year></publication_date><doi_data><doi>10.5555/isik.{number}</doi>
<resource>https://example.org/pdf/full{number}.pdf</resource></doi_data></journal_article>
</journal></body></doi_batch>""".encode()


def oai_dc(number: int) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?><record xmlns="{OAI}">
<header><identifier>oai:example.org:article/{number}77</identifier></header><metadata>
<oai_dc:dc xmlns:oai_dc="{OAI}oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Article {number}</dc:title><dc:identifier>10.5555/isik.{number}</dc:identifier>
<dc:relation>https://example.org/pdf/full{number}.pdf</dc:relation>
<dc:relation>10.5555/another</dc:relation><dc:source>Işık; Cilt 1 Sayı 2 (2026)</dc:source>
<dc:source>1234-5679</dc:source>
</oai_dc:dc></metadata></record>""".encode()


def marcxml(number: int) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<collection xmlns="http://www.loc.gov/MARC21/slim"><record>
<datafield tag="024"><subfield code="a">10.5555/isik.{number}</subfield>
<subfield code="2">doi</subfield></datafield><datafield tag="037">
<subfield code="9">local</subfield><subfield code="a">{number}77</subfield></datafield>
<datafield tag="245"><subfield code="a">Article {number}</subfield></datafield>
<datafield tag="773">
<subfield code="t">Işık</subfield><subfield code="x">1234-5679</subfield>
<subfield code="y">2026</subfield></datafield>
<datafield tag="856"><subfield code="u">https: //example.org/pdf/full{number}.pdf</subfield>
</datafield></record></collection>""".encode()


FORMS = {"crossref": crossref, "oai_dc": oai_dc, "marcxml": marcxml}
NAMES = {
    "same stem": "meta{n}.pdf",
    "DOI": "10.5555_isik.{n}.pdf",
    "end of the DOI": "isik.{n}.pdf",
    "own number": "{n}77.pdf",
    "address": "full{n}.pdf",
}
CASES = [(f, n) for f in FORMS for n in NAMES if (f, n) != ("crossref", "own number")]


def _examined(path: Path) -> Examined:
    order = stuff.order(path)
    return conclude_survey(order, survey_drop(order), ())


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize(("form", "naming"), CASES)
def test_each_pdf_goes_to_what_describes_it(
    form: str, naming: str, packed: bool, tmp_path: Path
) -> None:
    files = {}
    for number in (101, 102):
        files[f"meta{number}.xml"] = FORMS[form](number)
        files[NAMES[naming].format(n=number)] = stuff.pdf(f"Article {number}. " * 30)
    drop = tmp_path / "drop"
    drop.mkdir()
    if packed:
        (drop / "issue.zip").write_bytes(stuff.zipped(files))
    else:
        for name, data in files.items():
            (drop / name).write_bytes(data)
    examined = _examined(drop)
    assert examined.package is not None
    members = examined.package.members
    got = {
        article.record.doi: [members[o].name.rpartition("/")[2] for o in article.members]
        for article in examined.package.articles
    }
    assert got == {
        f"10.5555/isik.{n}": [f"meta{n}.xml", NAMES[naming].format(n=n)] for n in (101, 102)
    }
    assert [f.code for f in examined.findings] == ["PACKAGE-GENERIC"]


def test_a_web_page_in_place_of_the_only_pdf_holds_the_article(tmp_path: Path) -> None:
    page = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'
    for name, data in {
        "a.xml": marcxml(1), "a.pdf": page, "b.xml": marcxml(2), "b.pdf": stuff.pdf("B. " * 99),
        "c.xml": stuff.article(3), "c.pdf": page,
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(data)
    examined = _examined(tmp_path)
    assert examined.package is not None
    dois = [article.record.doi for article in examined.package.articles]
    assert dois[0] == "10.5555/isik.2" and len(dois) == 2, "the XML of c is an article without it"
    fates = {m.name: (m.fate, m.role) for m in examined.package.members}
    assert fates["a.xml"] == (Fate.HELD, Role.METADATA)
    assert fates["a.pdf"][0] is fates["c.pdf"][0] is Fate.HELD
    html = [f.place for f in examined.findings if f.code == "PDF-IS-HTML"]
    assert html == ["a.pdf", "c.pdf"]
    assert not [f for f in examined.findings if f.code == "XML-NOT-XML"]
    judged = judge(examined.package, examined.findings, Policy())
    assert judged.verdict is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("name", "data", "codes"),
    [
        ("x.xml", b"%PDF-1.4 no", ["XML-NOT-XML"]),
        ("x.jpg", b"%PDF-1.4 no", ["PDF-END-MISSING", "PDF-BROKEN", "FORMAT-CLASH"]),
        ("x.jpg", b"<?xml version='1.0'?><a/>", ["ARTICLE-UNKNOWN-DIALECT", "FORMAT-CLASH"]),
        ("x.pdf", b"", ["PDF-NOT-PDF"]),
        ("x.xml", b"", ["XML-EMPTY"]),
        ("x.jpg", b"", ["FILE-EMPTY"]),
    ],
)
def test_content_and_name_that_differ(
    name: str, data: bytes, codes: list[str], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    examined = _examined(tmp_path)
    said = [f.code for f in examined.findings if f.place == name]
    assert sorted(said) == sorted(codes)
