# SPDX-License-Identifier: Apache-2.0
"""Corners of joining and merging that no whole delivery shows by itself."""

from __future__ import annotations

import msgspec
import pytest

from emanet.formats.publishers.merge import disagreements, fill, same_article
from emanet.formats.publishers.survey import Survey
from emanet.formats.publishers.tree import place_of, stem_of
from emanet.formats.publishers.understand import understand
from emanet.model.article import Issn, PubDate, Record, Related, Relation, VersionStage
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


def test_one_oai_identifier_does_not_join_two_dois() -> None:
    def described(doi: str) -> Reading:
        record = Record(doi=doi, ids={"oai": "oai:x:1"}, title=f"T {doi[-1]}", journal="J")
        return Reading("metadata", "OAI Dublin Core", record, records={"": record})

    files = {"a.xml": XML, "a.pdf": PDF, "b.xml": XML, "b.pdf": PDF}
    package = understand(
        survey(files, {"a.xml": described("10.5555/a"), "b.xml": described("10.5555/b")})
    )
    assert [(a.record.doi, a.members) for a in package.articles] == [
        ("10.5555/a", (0, 1)),
        ("10.5555/b", (2, 3)),
    ]
    assert not [f for f in package.findings if f.code != "PACKAGE-GENERIC"]


def test_two_descriptions_of_one_stem_with_two_dois_are_two_articles() -> None:
    def described(doi: str) -> Reading:
        record = Record(doi=doi, title="T", journal="J")
        return Reading("metadata", "MARCXML", record, records={"": record})

    files = {"a.xml": XML, "a.marc.xml": XML, "a.pdf": PDF, "10.5555_b.pdf": PDF}
    readings = {"a.xml": described("10.5555/a"), "a.marc.xml": described("10.5555/b")}
    package = understand(survey(files, readings))
    assert [(a.record.doi, a.members) for a in package.articles] == [("10.5555/b", (1, 3))]
    assert fates(package)["a.pdf"] is Fate.UNCLAIMED, "two could claim it, so nobody gets it"


def test_a_pdf_named_like_an_issue_in_one_file_belongs_to_none_of_its_articles() -> None:
    records = {str(n): Record(doi=f"10.5555/{n}", title=f"T{n}") for n in (1, 2)}
    issue = Reading("issue", "OJS native", None, records=records)
    package = understand(survey({"issue.xml": XML, "issue.pdf": PDF}, {"issue.xml": issue}))
    assert [a.members for a in package.articles] == [(0,), (0,)]
    assert fates(package)["issue.pdf"] is Fate.UNCLAIMED


def test_a_pdf_named_by_what_two_articles_share_goes_to_neither() -> None:
    records = {
        str(n): Record(doi=f"10.5555/{n}", ids={"internal": "9999", "journal-id": "JOUR"})
        for n in (1, 2)
    }
    deposit = Reading("metadata", "Crossref 5", None, records=records)
    files = {"d.xml": XML, "9999.pdf": PDF, "jour.pdf": PDF, "10.5555-2.pdf": PDF}
    package = understand(survey(files, {"d.xml": deposit}))
    assert [a.members for a in package.articles] == [(0, 3)]
    got = fates(package)
    assert (got["9999.pdf"], got["jour.pdf"]) == (Fate.UNCLAIMED, Fate.UNCLAIMED)


@pytest.mark.parametrize(
    ("record", "stage"),
    [
        (Record(dates=(PubDate("epub", "2026-01-02"),)), VersionStage.AOP),
        (Record(dates=(PubDate("pub/electronic", "2026"),)), VersionStage.AOP),
        (Record(dates=(PubDate("publishedOnlineEarlyUnpaginated", "2026"),)), VersionStage.AOP),
        (Record(dates=(PubDate("epub", "2026"),), volume="00", issue="ahead"), VersionStage.AOP),
        (Record(dates=(PubDate("epub", "2026"),), volume="7"), None),
        (Record(dates=(PubDate("epub", "2026"),), elocation_id="e9"), None),
        (Record(dates=(PubDate("copyright", "2026"),)), None),
        (Record(dates=(PubDate("published", "2026"), PubDate("received", "2025"))), None),
        (Record(dates=(PubDate("issue-online", "2026"),)), None),
        (Record(dates=(PubDate("epreprint", "2026"),)), None),
    ],
)
def test_ahead_of_print_wants_an_online_date(record: Record, stage: VersionStage | None) -> None:
    record = msgspec.structs.replace(record, doi="10.5555/1", published="2026")
    package = understand(survey({"a.xml": XML}, {"a.xml": Reading("article", "JATS", record)}))
    assert package.articles[0].record.stage is stage


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


def test_a_finding_names_the_file_as_it_is_named() -> None:
    name = "Baye\u0301s.xml"
    package = understand(survey({name: XML}, {name: article(1, "gr1.jpg")}))
    (finding,) = [f for f in package.articles[0].findings if f.code == "PACKAGE-MENTIONED-ABSENT"]
    assert finding.place == package.members[0].name == name


def test_names_of_thousands_of_parts_cost_no_more_than_others() -> None:
    tail = "-".join("a" * 2000)
    files = {"1.xml": XML, "2.xml": XML, "1-fig-2-b.pdf": PDF}
    files |= {f"1{n}{tail}.pdf": PDF for n in range(50)}
    package = understand(survey(files, {"1.xml": article(1), "2.xml": article(2)}))
    assert fates(package)["1-fig-2-b.pdf"] is Fate.ARTICLE


def test_a_description_of_a_doi_that_dozens_share_is_nobodys() -> None:
    record = Record(doi="10.5555/1")
    described = Reading("metadata", "Crossref 5", record, records={"": record})
    files = {f"{n}.xml": XML for n in range(40)} | {"d.xml": XML}
    package = understand(
        survey(files, {f"{n}.xml": article(1) for n in range(40)} | {"d.xml": described})
    )
    assert len(package.articles) == 40
    assert fates(package)["d.xml"] is Fate.UNCLAIMED


def test_what_another_witness_knows_is_not_missing() -> None:
    lacks = tuple(
        Finding(f"ARTICLE-{what}-MISSING", "a.xml") for what in ("JOURNAL", "DATE", "ISSN")
    )
    own = msgspec.structs.replace(article(1), findings=lacks)
    record = Record(doi="10.5555/1", journal="J", published="2026")
    deposit = Reading("metadata", "Crossref 5", record, records={"": record})
    files = {"a.xml": XML, "a.crossref.xml": XML}
    package = understand(survey(files, {"a.xml": own, "a.crossref.xml": deposit}))
    assert [f.code for f in package.articles[0].findings] == ["ARTICLE-ISSN-MISSING"]


def test_what_no_file_says_is_told_in_every_dialect() -> None:
    record = Record(doi="10.5555/1", ids={"issn": "1234-5678"}, title="T")
    described = Reading("metadata", "MARCXML", record, records={"": record})
    package = understand(survey({"a.xml": XML, "a.pdf": PDF}, {"a.xml": described}))
    assert [f.code for f in package.articles[0].findings] == [
        "ARTICLE-JOURNAL-MISSING",
        "ARTICLE-DATE-MISSING",
    ]


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
