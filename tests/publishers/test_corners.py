# SPDX-License-Identifier: Apache-2.0
"""Corners of joining and merging that no whole delivery shows by itself."""

from __future__ import annotations

import msgspec

from emanet.formats.publishers.merge import disagreements, fill, same_article
from emanet.formats.publishers.survey import Survey
from emanet.formats.publishers.tree import place_of, stem_of
from emanet.formats.publishers.understand import understand
from emanet.model.article import Issn, Record, Related, Relation
from emanet.model.delivery import Delivery, Fate, Format, Member, Role
from emanet.model.finding import Finding
from emanet.model.package import Listed, Reading

PDF, XML, ZIP = "application/pdf", "application/xml", "application/zip"


def survey(files: dict[str, str], readings: dict[str, Reading] | None = None) -> Survey:
    """A survey of loose files by name and media type, with readings by name."""
    members = tuple(
        Member(n, name, n, 1, f"{n:064d}", 0, format=Format("", mime))
        for n, (name, mime) in enumerate(files.items())
    )
    at = {name: n for n, name in enumerate(files)}
    found = {at[name]: reading for name, reading in (readings or {}).items()}
    return Survey(Delivery("d", "d", (), ""), members, found)


def article(number: int, *mentions: str, **more: object) -> Reading:
    """An article's reading."""
    record = Record(doi=f"10.5555/{number}", title=f"T{number}", volume="1", **more)  # type: ignore[arg-type]
    return Reading("article", "JATS", record, tuple(mentions))


def fates(package) -> dict[str, Fate]:
    """Name to fate."""
    return {m.name: m.fate for m in package.members}


def test_a_name_in_two_folders_goes_to_the_folder_of_the_article() -> None:
    files = {
        "one.xml": XML,
        "two.xml": XML,
        "one/gr1.jpg": "image/jpeg",
        "two/gr1.jpg": "image/jpeg",
    }
    readings = {"one.xml": article(1, "gr1"), "two.xml": article(2, "gr1")}
    package = understand(survey(files, readings))
    assert [a.members for a in package.articles] == [(0, 2), (1, 3)]


def test_a_container_that_could_not_be_opened_is_held() -> None:
    package = understand(survey({"a.xml": XML, "locked.zip": ZIP}, {"a.xml": article(1)}))
    locked = package.members[1]
    assert (locked.role, locked.fate, locked.article) == (Role.CONTAINER, Fate.HELD, None)


def test_a_pdf_in_a_mac_folder_is_a_pdf() -> None:
    files = {"a.xml": XML, "__MACOSX/a.pdf": PDF, "__MACOSX/._a.pdf": "application/octet-stream"}
    package = understand(survey(files, {"a.xml": article(1)}))
    assert fates(package)["__MACOSX/a.pdf"] is Fate.ARTICLE
    assert fates(package)["__MACOSX/._a.pdf"] is Fate.IGNORED


def test_a_broken_item_of_a_dataset_is_held_whole() -> None:
    broken = Reading(findings=(Finding("XML-NOT-WELL-FORMED", "S1/main.xml"),))
    listed = (Listed("S1/main.xml", key="S1"), Listed("S1/main.pdf", key="S1"))
    records = {"S1": Record(doi="10.5555/1", ids={"pii": "S1"}, journal="J")}
    dataset = Reading("manifest", "Elsevier dataset", None, (), listed, records)
    files = {"dataset.xml": XML, "S1/main.xml": XML, "S1/main.pdf": PDF, "S2/main.xml": XML}
    package = understand(
        survey(files, {"dataset.xml": dataset, "S1/main.xml": broken, "S2/main.xml": article(2)})
    )
    assert [a.record.doi for a in package.articles] == ["10.5555/2"]
    got = fates(package)
    assert (got["S1/main.xml"], got["S1/main.pdf"]) == (Fate.HELD, Fate.HELD)


def test_two_descriptions_by_one_oai_identifier_are_one_article() -> None:
    ids = {"oai": "oai:dergipark.org.tr:record/1000"}
    dc = Reading("metadata", "OAI Dublin Core", Record(title="Işık", ids=ids))
    mods = Reading("metadata", "MODS", Record(title="Işık", ids=ids, first_page="87"))
    files = {"dc.xml": XML, "mods.xml": XML, "paper.pdf": PDF}
    package = understand(survey(files, {"dc.xml": dc, "mods.xml": mods}))
    (only,) = package.articles
    assert only.members == (0, 1, 2)
    assert only.record.first_page == "87"


def test_two_files_of_one_stem_are_one_article_unless_their_dois_differ() -> None:
    files = {"a.xml": XML, "a.jats": XML}
    same = understand(survey(files, {"a.xml": article(1), "a.jats": article(1)}))
    assert [len(a.members) for a in same.articles] == [2]
    assert [m.role for m in same.members] == [Role.ARTICLE, Role.METADATA]
    other = understand(survey(files, {"a.xml": article(1), "a.jats": article(2)}))
    assert [len(a.members) for a in other.articles] == [1, 1]


def test_same_article_by_doi_then_by_pii() -> None:
    one = Record(doi="10.5555/A", ids={"pii": "S1234-5679(26)1"})
    assert same_article(one, Record(doi="https://doi.org/10.5555/a", ids={"pii": "S9"}))
    assert not same_article(one, Record(doi="10.5555/b"))
    no_doi = msgspec.structs.replace(one, doi="")
    assert same_article(no_doi, Record(ids={"pii": "S12345679261"}))
    assert not same_article(no_doi, Record(ids={"pii": "S9"}))
    assert same_article(no_doi, Record(title="anything"))


def test_filling_replaces_nothing() -> None:
    mine = Record(doi="10.5555/a", title="T", first_page="R45", published="2026",
                  ids={"pii": "S1"},
                  related=(Related(Relation.CORRECTS, "10.5555/o"),))  # fmt: skip
    theirs = Record(doi="10.5555/x", title="U", volume="3", elocation_id="e1",
                    published="2026-02-01", ids={"pii": "S2", "pmid": "9"},
                    related=(Related(Relation.CORRECTS, "10.5555/o", "x", "crossref"),
                             Related(Relation.RETRACTS, "10.5555/p")))  # fmt: skip
    filled = fill(mine, theirs)
    assert (filled.doi, filled.title, filled.volume) == ("10.5555/a", "T", "3")
    assert (filled.first_page, filled.elocation_id) == ("R45", ""), "pages are one thing"
    assert filled.published == "2026-02-01", "the same year, told more precisely"
    assert fill(mine, msgspec.structs.replace(theirs, published="2025-12-31")).published == "2026"
    assert filled.ids == {"pii": "S1", "pmid": "9"}
    assert [r.relation for r in filled.related] == [Relation.CORRECTS, Relation.RETRACTS]
    assert fill(filled, theirs) == filled


def test_what_counts_as_a_contradiction() -> None:
    mine = Record(title="Light: a test", volume="7", issns=(Issn("1234-5679"), Issn("2434-561X")))
    calm = Record(title="LIGHT", subtitle="A Test", volume="7", issns=(Issn("2434-561X"),))
    assert disagreements(mine, calm, "x.xml") == ()
    wild = Record(title="Dark", volume="8", issns=(Issn("0370-2693"),), first_page="1")
    found = disagreements(mine, wild, "x.xml")
    assert [f.detail["field"] for f in found] == ["ISSN", "volume", "title"]
    assert {f.code for f in found} == {"PACKAGE-WITNESS-DISAGREES"}


def test_places_and_stems() -> None:
    assert place_of("Vol/XML/A1") == place_of("vol/pdf/a1") == "vol/a1"
    assert place_of("iss_9.xml.zip") == place_of("iss_9_archival.zip") == "iss_9"
    assert place_of("iss_9.zip") == "iss_9.zip"
    assert stem_of("10052_Article_6572_nlm.xml") == stem_of("10052_Article_6572.xml.Meta")
    assert stem_of("a.xml.0") == "a"
    assert stem_of(".hidden") == ".hidden"
