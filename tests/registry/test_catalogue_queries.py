# SPDX-License-Identifier: Apache-2.0
"""What the catalogue answers: versions, relations, places, titles, and what others draw from it."""

from __future__ import annotations

import pytest
from registry_histories import PDF, Sealing, sha
from registry_rows import project

from emanet.model.article import Issn, Record, Related, Relation, Text, VersionStage
from emanet.model.delivery import Fate, Method, Role, Step
from emanet.model.ids import sort_key
from emanet.model.stored import Locator
from emanet.registry.catalogue import queries

NATURE = Issn("0028-0836", "print"), Issn("1476-4687", "electronic")


def article(doi: str = "", **more: object) -> Record:
    """A record with what a test cares for."""
    return Record(doi=doi, **{"title": f"On {doi}", **more})  # type: ignore[arg-type]


def test_versions_stand_side_by_side_and_the_highest_is_current(registry: str):
    stages = (VersionStage.AOP, None, VersionStage.AM, VersionStage.VOR, VersionStage.AOP)
    for sequence, stage in enumerate(stages, start=1):
        doi = "10.1234/AbC" if sequence % 2 else "https://doi.org/10.1234/aBC"
        record = article(doi, stage=stage, title=f"Title {sequence}")
        project([Sealing(sequence).deliver(f"d-{sequence}", (record,)).seal()])
    found = queries.article_by_doi("doi:10.1234/ABC")
    assert found is not None
    assert found.doi == "10.1234/abc"
    assert [v.number for v in found.versions] == [1, 2, 3, 4, 5]
    assert [v.stage for v in found.versions] == list(stages)
    assert found.current.number == 4
    assert found.current.record.title == "Title 4"
    assert found.current.delivery == "d-4"
    assert found.current.object.ref == Sealing(4).ref
    assert queries.article_by_id(found.id) == found
    brief = queries.brief("10.1234/abc")
    assert brief is not None
    assert (brief.id, brief.title, brief.accession) == (found.id, "Title 4", Sealing(4).ref)
    assert queries.briefs_of([7, found.id]) == (brief,)
    assert queries.article_by_doi("10.1234/unknown") is None
    assert queries.article_by_doi("no doi") is None
    assert queries.brief("") is None
    assert queries.last_sequence() == 5


def test_files_lead_to_their_bytes_main_file_first(registry: str):
    sealing = Sealing(3).deliver("d-1", (article("10.1234/a"),))
    project([sealing.seal()])
    found = queries.article_by_doi("10.1234/a")
    assert found is not None
    files = {file.role: file for file in found.current.files}
    assert set(files) == {Role.ARTICLE, Role.PDF}
    pdf = files[Role.PDF]
    assert pdf.name == "d-1.zip/0/a.pdf"
    assert (pdf.fate, pdf.bytes, pdf.crc32, pdf.format) == (Fate.ARTICLE, 102, 2, PDF)
    assert pdf.sha256 == sha("3 d-1.zip/0/a.pdf")
    assert pdf.raw_name == b"\xff"
    assert pdf.version == found.current.id
    steps = (Step(64, 1000), Step(2, 50, Method.DEFLATE))
    assert pdf.locator == Locator(sealing.ref, "containers/pack-0001.zip", steps)
    # the sealed line names the PDF before the XML: that order is kept
    assert [file.role for file in found.current.files] == [Role.PDF, Role.ARTICLE]


@pytest.mark.parametrize("notice_first", [True, False])
def test_a_notice_and_its_article_find_each_other(registry: str, notice_first: bool):
    original = article("10.1234/article", title="The article")
    notice = article(
        "10.1234/notice",
        title="Retraction",
        related=(Related(Relation.RETRACTS, "10.1234/ARTICLE", "retracted-article"),),
    )
    order = (notice, original) if notice_first else (original, notice)
    for sequence, record in enumerate(order, start=1):
        project([Sealing(sequence).deliver(f"d-{sequence}", (record,)).seal()])
    said = queries.article_by_doi("10.1234/notice")
    of_it = queries.article_by_doi("10.1234/article")
    assert said is not None and of_it is not None
    (forward,) = said.related
    assert (forward.relation, forward.doi, forward.forward) == (
        Relation.RETRACTS,
        "10.1234/article",
        True,
    )
    assert (forward.id, forward.title, forward.given) == (
        of_it.id,
        "The article",
        "retracted-article",
    )
    (back,) = of_it.related
    assert (back.relation, back.doi, back.forward, back.title) == (
        Relation.RETRACTS,
        "10.1234/notice",
        False,
        "Retraction",
    )


def test_notices_of_notices_form_a_chain(registry: str):
    def notice(doi: str, to: str) -> Record:
        return article(doi, related=(Related(Relation.CORRECTS, to),))

    project(
        [
            Sealing(1)
            .deliver("d-1", (notice("10.1234/c", "10.1234/b"), notice("10.1234/b", "10.1234/a")))
            .deliver("d-2", (article("10.1234/a"), notice("10.1234/x", "10.9999/elsewhere")))
            .seal()
        ]
    )
    found = queries.article_by_doi("10.1234/a")
    assert found is not None
    assert [(r.by, r.doi, r.forward, r.depth) for r in found.related] == [
        ("10.1234/a", "10.1234/b", False, 1),
        ("10.1234/b", "10.1234/c", False, 2),
    ]
    last = queries.article_by_doi("10.1234/c")
    assert last is not None
    assert [(r.doi, r.depth) for r in last.related] == [("10.1234/b", 1), ("10.1234/a", 2)]
    lone = queries.article_by_doi("10.1234/x")
    assert lone is not None
    assert [(r.doi, r.id) for r in lone.related] == [("10.9999/elsewhere", None)]


def test_articles_without_doi_are_known_by_other_keys_and_by_place(registry: str):
    place = {"issns": NATURE[:1], "journal": "Nature", "volume": "5", "issue": "2"}
    records = (
        article(ids={"pmid": "77"}, title="By PMID"),
        article(ids={"pmid": "77"}, title="By PMID, again"),
        article("10.1234/late", ids={"pmcid": "PMC5"}, title="Has a DOI"),
        article(ids={"pmcid": "5"}, title="Lost its DOI"),
        article(**place, first_page="10", title="Işık ölçümü"),
        article(**place | {"issns": NATURE}, first_page="10", title="IŞIK ÖLÇÜMÜ"),
        article(**place, first_page="10", title="Another piece on that page"),
        article("10.1234/got", **place, first_page="10", title="Işık ölçümü"),
        article("10.1234/other", **place, first_page="10", title="Işık ölçümü"),
    )
    for sequence, record in enumerate(records, start=1):
        project([Sealing(sequence).deliver(f"d-{sequence}", (record,)).seal()])
    pmid = queries.article_by_identifier("pmid", "77")
    assert pmid is not None and len(pmid.versions) == 2
    pmcid = queries.article_by_identifier("pmcid", "pmc5")
    assert pmcid is not None and (pmcid.doi, len(pmcid.versions)) == ("10.1234/late", 2)
    got = queries.article_by_doi("10.1234/got")
    assert got is not None and len(got.versions) == 3  # two without DOI, then with it
    other = queries.article_by_doi("10.1234/other")
    assert other is not None and len(other.versions) == 1  # another DOI is another article
    page = queries.articles_at("0028-0836", volume="5", page="10")
    assert {b.title for b in page} == {"Işık ölçümü", "Another piece on that page"}
    assert len(page) == 3


def test_a_place_is_found_by_any_issn_and_a_year_beside_it(registry: str):
    project(
        [
            Sealing(1)
            .deliver(
                "d-1",
                tuple(
                    article(
                        f"10.1234/{year}.{page}",
                        issns=NATURE,
                        journal="Nature",
                        volume=str(year - 1900),
                        first_page=page,
                        published=f"{year}-12-30",
                    )
                    for year in (1999, 2000)
                    for page in ("1", "R45")
                ),
            )
            .seal()
        ]
    )
    for issn in ("0028-0836", "14764687"):
        (one,) = queries.articles_at(issn, year=1999, volume="99", page="R45")
        assert one.doi == "10.1234/1999.R45"
    (near,) = queries.articles_at("0028-0836", year=2001, volume="100", page="1")
    assert near.doi == "10.1234/2000.1"  # cover year and online year differ
    assert queries.articles_at("0028-0836", year=2001) == ()
    assert len(queries.articles_at("0028-0836", page="1")) == 2
    assert queries.articles_at("0140-6736", volume="99", page="R45") == ()
    assert queries.articles_at("nonsense") == ()


def test_a_title_keeps_its_names_and_issns(registry: str):
    def named(name: str, year: str, *issns: Issn) -> Record:
        return article(journal=name, publisher="Press", published=year, issns=issns, title=year)

    records = (
        named("Işık Dergisi", "2010", Issn("0028-0836")),
        named("Journal of Light", "2015", Issn("0028-0836", "print"), NATURE[1]),
        named("IŞIK DERGİSİ", "2008", NATURE[1]),  # a back-file comes late
    )
    for sequence, record in enumerate(records, start=1):
        project([Sealing(sequence).deliver(f"d-{sequence}", (record,)).seal()])
    found = queries.title_by_issn("1476-4687")
    assert found is not None
    assert found.name == "Journal of Light"
    assert found.numbers == (Issn("0028-0836", "print"), NATURE[1])
    assert found.issns == ("0028-0836", "1476-4687")
    whole = queries.title_by_id(found.id)
    assert whole is not None
    assert whole.names == ("Journal of Light", "Işık Dergisi")
    assert [(n.first_year, n.last_year) for n in whole.history] == [(2015, 2015), (2008, 2010)]
    assert (whole.articles, whole.first_year, whole.last_year) == (3, 2008, 2015)
    assert queries.find_titles("isik") == queries.find_titles("IŞIK derg") == (found,)
    assert queries.find_titles("0028-0836") == (found,)
    assert queries.find_titles("1234-5679") == queries.find_titles("!?") == ()
    assert queries.known_issns() == {"0028-0836", "1476-4687"}
    assert queries.title_by_id(1) is None


def test_a_title_without_issn_is_known_by_name_and_publisher(registry: str):
    def named(name: str, publisher: str, *issns: Issn) -> Record:
        return article(journal=name, publisher=publisher, issns=issns, title=name)

    records = (
        named("İzmir Tıp Dergisi", "Üniversite"),
        named("izmir tıp dergisi", "ÜNİVERSİTE"),
        named("İzmir Tıp Dergisi", "Başka"),
        named("IZMIR TIP DERGISI", "Universite", Issn("0028-0836")),
    )
    project([Sealing(1).deliver("d-1", records).seal()])
    titles = queries.find_titles("izmir tip dergisi")
    assert len(titles) == 2
    assert {title.publisher for title in titles} == {"Üniversite", "Başka"}
    first = queries.title_by_issn("0028-0836")
    assert first is not None and first.publisher == "Üniversite"
    whole = queries.title_by_id(first.id)
    assert whole is not None and whole.articles == 3


def test_issns_of_two_titles_in_one_article_are_noted(registry: str):
    records = (
        article(issns=NATURE[:1], journal="First", title="1"),
        article(issns=NATURE[1:], journal="Second", title="2"),
        article(issns=(NATURE[1], NATURE[0], Issn("0140-6736")), journal="First", title="3"),
    )
    project([Sealing(1).deliver("d-1", records).seal()])
    project([Sealing(2).deliver("d-2", records[2:]).seal()])
    (clash,) = queries.clashes()
    assert clash.code == "TITLE-ISSNS-CLASH"
    assert clash.detail == {"issn": "1476-4687", "title": "First", "other": "Second"}
    assert "First" in clash.text("tr")
    first, second = queries.title_by_issn("0028-0836"), queries.title_by_issn("1476-4687")
    assert first is not None and second is not None and first.id != second.id
    assert first.issns == ("0028-0836", "0140-6736")


def test_titles_are_leafed_through_by_the_turkish_alphabet(registry: str):
    names = ("Zaman", "İnsan", "Isı", "Çevre", "Coğrafya", "Dünya", "Şiir", "Sanat", "100 Soru")
    records = tuple(article(journal=name, publisher="P", title=name) for name in names)
    project([Sealing(1).deliver("d-1", records).seal()])
    wanted = ["100 Soru", "Coğrafya", "Çevre", "Dünya", "Isı", "İnsan", "Sanat", "Şiir", "Zaman"]
    seen: list[str] = []
    after = ""
    while page := queries.list_titles(after=after, limit=2):
        seen += [title.name for title in page]
        assert all(title.articles == 1 for title in page)
        after = page[-1].cursor
    assert seen == wanted
    assert queries.list_titles(after=sort_key("S"), limit=1)[0].name == "Sanat"


def test_issues_and_their_articles_come_in_their_order(registry: str):
    def at(volume: str, issue: str, page: str, year: str = "2020") -> Record:
        return article(
            f"10.1234/{volume}.{issue.replace(' ', '-')}.{page}",
            issns=NATURE,
            journal="Nature",
            volume=volume,
            issue=issue,
            first_page=page,
            published=year,
        )

    places = [("10", "1", "5"), ("9", "10", "7"), ("9", "2", "100"), ("9", "2", "99")]
    places += [("9", "2", "R9"), ("9", "2", "R45"), ("9", "2 Suppl", "1")]
    records = [at(*place) for place in places] + [at("8", "1", "1", "2019")]
    project([Sealing(1).deliver("d-1", tuple(records)).seal()])
    title = queries.title_by_issn("0028-0836")
    assert title is not None
    issues = [(i.year, i.volume, i.issue, i.articles) for i in queries.issues(title.id)]
    assert issues == [
        (2020, "9", "2", 4),
        (2020, "9", "2 Suppl", 1),
        (2020, "9", "10", 1),
        (2020, "10", "1", 1),
        (2019, "8", "1", 1),
    ]
    pages: list[str] = []
    after = ("", -1)
    while part := queries.articles_in_issue(title.id, 2020, "9", "2", after=after, limit=3):
        pages += [brief.page for brief in part]
        after = (part[-1].place, part[-1].id)
    assert pages == ["99", "100", "R9", "R45"]
    whole = queries.articles_of_title(title.id, limit=99)
    assert [brief.year for brief in whole] == [2020] * 7 + [2019]
    assert queries.articles_of_title(title.id, limit=3, offset=2) == whole[2:5]
    last = whole[4]
    assert queries.articles_of_title(title.id, after=(last.year, last.place, last.id)) == whole[5:]


def test_what_is_kept_is_known_by_its_content(registry: str):
    records = (article("10.1234/A"), article("10.1234/a"), article(title="None"))
    contents = (sha("1"), sha("2"), sha("3"))
    sealed = Sealing(1).deliver("d-1", records, contents=contents).seal()
    project([sealed])
    first = 1 << 24
    assert queries.known_contents(["doi:10.1234/A", "10.1234/b", "nothing"]) == {
        "10.1234/a": {sha("1"): first, sha("2"): first + 1}
    }
    assert queries.known_contents([]) == {}
    assert queries.known_without_doi([sha("1"), sha("3"), sha("4")]) == {sha("3"): first + 2}


def test_documents_for_the_search_follow_the_last_version(registry: str):
    turkish = article(
        "10.1234/a",
        title="Işık",
        subtitle="Bir ölçüm",
        languages=("tr",),
        translated_titles=(Text("Light", "en"),),
        abstracts=(Text("Özet", "tr"),),
        keywords=(Text("hız", "tr"),),
        published="2020",
        issns=NATURE,
    )
    ahead = article("10.1234/a", title="Too early", stage=VersionStage.AOP)
    project([Sealing(1).deliver("d-1", (turkish, article("10.1234/b"))).seal()])
    project([Sealing(2).deliver("d-2", (ahead,)).seal()])
    first, second = queries.search_documents(page=1)
    assert (first.id, first.version) == (1 << 24 | 1, 1 << 24 | 1)
    assert (second.id, second.version) == (1 << 24, 2 << 24)
    assert second.titles == (Text("Işık Bir ölçüm", "tr"), Text("Light", "en"))
    assert second.bodies == (Text("Özet", "tr"), Text("hız", "tr"))
    title = queries.title_by_issn("0028-0836")
    assert title is not None and (second.journal, second.year) == (title.id, 2020)
    assert list(queries.search_documents(after=first.version)) == [second]
    assert list(queries.search_documents(after=second.version)) == []


def test_objects_are_audited_least_recently_first(registry: str):
    sealed = [Sealing(n).deliver(f"d-{n}", loose=1).seal() for n in (1, 2, 3)]
    project(sealed)
    order = [o.sequence for o in queries.audit_order(page=2)]
    assert order == [1, 2, 3]
    late = Sealing(4, "evt").audit(sealed[0].id, "2026-03-03T00:00:00Z")
    late.audit(sealed[2].id, "2026-03-02T00:00:00Z").audit("acc-unknown", "2026-03-02T00:00:00Z")
    project([late.seal()])
    project([Sealing(5, "evt").audit(sealed[2].id, "2026-03-01T00:00:00Z").seal()])
    assert [o.sequence for o in queries.audit_order(page=2)] == [2, 4, 5, 3, 1]
    known = queries.sealed_object(sealed[2].id)
    assert known is not None and known.audited == "2026-03-02T00:00:00Z"
    assert queries.sealed_object("acc-none") is None
    assert [o.sequence for o in queries.objects(after=1, limit=2)] == [2, 3]
    assert [o.sequence for o in queries.objects(kind="evt")] == [4, 5]
