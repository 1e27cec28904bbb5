# SPDX-License-Identifier: Apache-2.0
"""Sloppy but honest deliveries are taken for what they are."""

from __future__ import annotations

from pathlib import Path

import ingest_material as stuff
import pytest

from emanet.ingest import members
from emanet.ingest.parts import Examined, conclude_survey
from emanet.ingest.survey import survey_drop
from emanet.model.delivery import Fate

OFFICE = {
    "docx": ("word/document.xml", "wordprocessingml.document.main+xml", "fmt/412"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet.main+xml", "fmt/214"),
}


def _examined(path: Path) -> Examined:
    order = stuff.order(path)
    return conclude_survey(order, survey_drop(order), ())


def _codes(examined: Examined) -> set[str]:
    return {f.code for f in examined.findings} - {"PACKAGE-GENERIC"}


@pytest.mark.parametrize("ending", OFFICE)
def test_an_office_document_is_no_zip_with_a_wrong_name(ending: str, tmp_path: Path) -> None:
    part, kind, puid = OFFICE[ending]
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/{part}" ContentType="application/vnd.'
        f'openxmlformats-officedocument.{kind}"/></Types>'
    )
    packed = stuff.zipped({"[Content_Types].xml": types.encode(), part: b"<x/>"})
    (tmp_path / "a.xml").write_bytes(stuff.article(1))
    (tmp_path / f"a-s1.{ending}").write_bytes(packed)
    (tmp_path / "a-s2.docx").write_bytes(stuff.zipped({"x": b"x"}))
    examined = _examined(tmp_path)
    assert examined.package is not None
    document = next(m for m in examined.package.members if m.name == f"a-s1.{ending}")
    assert (document.format.puid, document.fate) == (puid, Fate.ARTICLE)
    clashes = [f.place for f in examined.findings if f.code == "FORMAT-CLASH"]
    assert clashes == ["a-s2.docx"], "a ZIP that is no document is told"


def test_names_clash_by_case_and_composition_and_not_by_accent(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(stuff.article(1))
    for name in ("résumé.pdf", "resume.pdf", "öz.jpg", "OZ.jpg", "Fig.png", "fig.PNG"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    clashes = {f.place for f in _examined(tmp_path).findings if f.code == "NAME-CLASH"}
    assert clashes == {"fig.PNG"}


def test_jats_in_the_namespace_of_its_makers_is_jats(tmp_path: Path) -> None:
    spaced = stuff.article(1).replace(b"<article ", b'<article xmlns="http://jats.nlm.nih.gov" ', 1)
    (tmp_path / "a.xml").write_bytes(spaced)
    examined = _examined(tmp_path)
    assert examined.package is not None and len(examined.package.articles) == 1
    assert "ARTICLE-UNKNOWN-DIALECT" not in _codes(examined)


def test_metadata_of_a_doi_that_all_share_go_to_the_article_beside(tmp_path: Path) -> None:
    deposit = (
        b'<doi_batch xmlns="http://www.crossref.org/schema/5.3.1" version="5.3.1"><body><journal>'
        b"<journal_metadata/><journal_article><doi_data><doi>10.5555/same</doi></doi_data>"
        b"</journal_article></journal></body></doi_batch>"
    )
    for name in ("a", "b"):
        text = stuff.article(1)
        start = text.index(b">", text.index(b'pub-id-type="doi"')) + 1
        same = text[:start] + b"10.5555/same" + text[text.index(b"<", start) :]
        (tmp_path / f"{name}.xml").write_bytes(same)
        (tmp_path / f"{name}.crossref.xml").write_bytes(deposit)
    examined = _examined(tmp_path)
    assert examined.package is not None
    names = [[m.name for m in examined.package.members]]
    got = [[names[0][o] for o in article.members] for article in examined.package.articles]
    assert sorted(got) == [["a.xml", "a.crossref.xml"], ["b.xml", "b.crossref.xml"]]
    assert "PACKAGE-DOI-TWICE" in _codes(examined)


def test_an_issue_may_be_larger_by_the_files_it_carries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "XML_BYTES_MAX", 1 << 20)
    carried = b"JVBERi0xLjQK" * 200_000
    issue = (
        b'<?xml version="1.0"?><issue xmlns="http://pkp.sfu.ca"><articles><article>'
        b'<id type="doi">10.5555/ojs.1</id><title locale="tr_TR">I\xc5\x9f\xc4\xb1k</title>'
        b'<submission_file><file><embed encoding="base64">' + carried + b"</embed></file>"
        b"</submission_file></article></articles></issue>"
    )
    (tmp_path / "issue.xml").write_bytes(issue)
    examined = _examined(tmp_path)
    assert examined.package is not None
    assert [a.record.title for a in examined.package.articles] == ["Işık"]
    (tmp_path / "issue.xml").write_bytes(issue.replace(b"pkp.sfu.ca", b"example.org"))
    assert "XML-TOO-BIG" in _codes(_examined(tmp_path))
