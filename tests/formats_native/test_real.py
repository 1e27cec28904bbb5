# SPDX-License-Identifier: Apache-2.0
"""Publishers' own formats, from their real files."""

from __future__ import annotations

import json
import zipfile

import pytest

from emanet.formats.articles.read import read_xml
from emanet.model.article import Relation, VersionStage

pytestmark = pytest.mark.shared


def _read(path):
    return read_xml(path.read_bytes(), path.name, validate=False)


@pytest.mark.parametrize(
    "name",
    [
        "ads-els/els_icar_382_115019",
        "ads-els/els_mononym",
        "ads-elsevier/elsevier_untagged_orcid",
    ],
)
def test_elsevier_documents_agree_with_the_gold(name, jats) -> None:
    reading = _read(jats / "native" / f"{name}.xml")
    record = reading.record
    gold = json.loads((jats / "gold/ads" / f"{name.split('/')[1]}.json").read_text())
    assert (reading.kind, reading.findings) == ("article", ())
    assert record.doi == gold["persistentIDs"][0]["DOI"]
    assert record.title == gold["title"]["textEnglish"]
    assert [(a.family, a.given) for a in record.authors] == [
        (a["name"]["surname"], a["name"].get("given_name", "")) for a in gold["authors"]
    ]
    assert [list(a.affiliations) for a in record.authors] == [
        [p["affPubRaw"] for p in a["affiliation"]] for a in gold["authors"]
    ]
    publication = gold["publication"]
    assert (record.journal, record.volume) == (publication["pubName"], publication["volumeNum"])
    assert record.publisher.rstrip(".") == publication["publisher"].rstrip(".")
    assert record.issns[0].value == publication["ISSN"][0]["issnString"]
    assert record.elocation_id == gold["pagination"]["electronicID"]
    assert record.published == gold["pubDate"]["printDate"][:7]
    assert record.ids["pii"] == gold["publisherIDs"][0]["Identifier"]
    assert record.open_access is gold["openAccess"]["open"]
    dates = {d.kind: d.value for d in record.dates}
    assert dates["accepted"] == gold["editorialHistory"]["acceptedDate"]
    assert dates["received"] == gold["editorialHistory"]["receivedDates"][0]
    wanted = [k["keyString"] for k in gold["keywords"]]
    assert [k.text for k in record.keywords] == wanted[: len(record.keywords)]
    assert len(record.abstracts) == 1 and len(record.abstracts[0].text) > 500


def test_every_elsevier_article_is_read(jats) -> None:
    found = {}
    for path in sorted((jats / "native/elsevier-ja").glob("*.xml")):
        reading = _read(path)
        found[path.name] = (reading.kind, reading.record.doi if reading.record else "")
    assert found == {
        "dataset_bfrqq.xml": ("manifest", ""),
        "j.physletb.2023.138109.xml": ("article", "10.1016/j.physletb.2023.138109"),
        "main-3.xml": ("article", "10.1016/j.physletb.2025.139355"),
        "main.xml": ("article", "10.1016/j.physletb.2023.138173"),
        "main2.xml": ("article", "10.1016/j.physletb.2023.137730"),
        "main_rjjlr.xml": ("article", "10.1016/j.physletb.2022.137649"),
        "main_simple_head.xml": ("article", "10.1016/j.physletb.2025.139258"),
        "multiple_author_groups.xml": ("article", "10.1016/j.physletb.2024.139210"),
        "wrong_namespaces.xml": ("article", "10.1016/j.nuclphysb.2025.116879"),
    }


def test_elsevier_details(jats) -> None:
    folder = jats / "native/elsevier-ja"
    erratum = _read(folder / "main_simple_head.xml").record
    assert (erratum.type, erratum.subjects[0]) == ("err", "Corrigendum")
    assert "<i>X</i>(3872)" in erratum.title_html and "X(3872)" in erratum.title
    (related,) = erratum.related
    assert (related.relation, related.doi) == (
        Relation.CORRECTS,
        "10.1016/j.physletb.2024.138760",
    )
    group = _read(folder / "multiple_author_groups.xml").record
    assert [(a.family, a.collective) for a in group.authors] == [("The CMS Collaboration", True)]
    figures = _read(folder / "main2.xml")
    assert figures.mentions == ("gr001", "gr002", "gr003", "gr004", "gr005", "gr006")
    assert figures.record.ids["arxiv"] == "2204.10210"
    assert figures.record.issns[0].value == "0370-2693", "the ISSN stands in the PII"


def test_a_dataset_over_two_journals(jats) -> None:
    reading = _read(jats / "native/elsevier-ja/dataset_bfrqq.xml")
    journals = {
        (r.journal, r.volume, r.issns[0].value)
        for k, r in reading.records.items()
        if not k.startswith("issue:")
    }
    assert journals == {
        ("Physics Letters B", "845", "0370-2693"),
        ("Nuclear Physics, Section B", "995", "0550-3213"),
    }
    one = reading.records["S0370269323004446"]
    assert (one.doi, one.elocation_id) == ("10.1016/j.physletb.2023.138110", "138110")
    assert (one.published, one.stage) == ("2023-08-14", VersionStage.VOR)
    sizes = {entry.path: entry.bytes for entry in reading.listed}
    assert sizes["03702693/v845sC/S0370269323004446/main.pdf"] == 4248308
    assert sizes["03702693/v845sC/issue.xml"] == -1


def test_a_plus_plus(jats) -> None:
    path = jats / "packages/springer/ftp_PUB_19-01-29_20-02-10_EPJC.zip"
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".Meta"))
        reading = read_xml(archive.read(name), name, validate=False)
    record = reading.record
    assert (reading.kind, reading.dialect) == ("header", "Springer A++ 2.4")
    assert record.doi == "10.1140/epjc/s10052-019-6572-3"
    assert (record.volume, record.issue, record.elocation_id) == ("79", "1", "89")
    assert [i.medium for i in record.issns] == ["print", "electronic"]
    assert [a.name for a in record.authors] == [
        "Lorcé, Cédric",
        "Moutarde, Hervé",
        "Trawiński, Arkadiusz P.",
    ]
    assert record.authors[2].affiliations[1].startswith("IRFU, CEA, Université Paris-Saclay")
    assert record.licences[0].url == "http://creativecommons.org/licenses/by/4.0/"
    assert record.open_access
    assert record.ids["arxiv"] == "1810.09837"
    assert (record.published, record.type) == ("2019-01", "OriginalPaper")


def test_hindawi_records(jats) -> None:
    folder = jats / "native/hindawi-marcxml"
    record = _read(folder / "example1.xml").record
    assert record.doi == "10.1155/2019/3465159"
    assert record.title == "Unquenching the Quark Model in a Nonperturbative Scheme"
    assert record.title_html == (
        "Unquenching the <i>Quark <b>Model</b></i> in a Nonperturbative Scheme"
    )
    assert record.authors[0].name == "Entem, David R."
    assert record.authors[0].orcid == "0000-0003-2376-6255"
    assert "Física" in record.authors[0].affiliations[0]
    assert (record.journal, record.volume, record.elocation_id, record.published) == (
        "Advances in High Energy Physics",
        "2019",
        "3465159",
        "2019-05-02",
    )
    assert record.ids["arxiv"] == "1901.02484", "a blank in the address is mended"
    assert record.open_access
    assert _read(folder / "without_doi.xml").record.doi == ""
    for path in folder.glob("*.xml"):
        reading = _read(path)
        assert (reading.kind, reading.dialect) == ("metadata", "MARCXML")


def test_dergipark(jats) -> None:
    dublin_core = _read(jats / "oai/dergipark/getrecord.xml").record
    assert dublin_core.title.startswith("TBMM'nin Askeri Güç Kullanması")
    assert dublin_core.translated_titles[0].language == "en-US"
    assert (dublin_core.journal, dublin_core.volume, dublin_core.issue) == (
        "Mülkiye Dergisi",
        "29",
        "247",
    )
    assert dublin_core.languages == ("tr",)
    assert [k.text for k in dublin_core.keywords] == ["TBMM", "tezkere", "askeri güç"]
    assert dublin_core.open_access
    mods = _read(jats / "oai/dergipark/getrecord_mods.xml").record
    assert mods.title == dublin_core.title, "text escaped twice is read once"
    assert (mods.first_page, mods.last_page) == ("87", "97")
    assert mods.authors[0].name == "Bakırcı, Fahri"
    assert mods.ids == dublin_core.ids == {"oai": "oai:dergipark.org.tr:record/1000"}


def test_jats_inside_an_answer(jats) -> None:
    reading = _read(jats / "oai/janeway/get_record_data_jats.xml")
    assert (reading.kind, reading.record.title) == ("metadata", "A Test Article")
    assert reading.record.ids["oai"] == "oai:TST:id:1"


def test_oai_answers_without_a_record_are_no_metadata(jats) -> None:
    kinds = {p.name: _read(p).kind for p in (jats / "oai/sickle").glob("*.xml")}
    assert {n for n, k in kinds.items() if k} == {
        "GetRecord.xml",
        "GetRecord_utf8test.xml",
        "ListRecords.xml",
        "ListRecords2.xml",
        "ListRecords3.xml",
        "ListRecords4.xml",
    }


def test_crossref_deposits_agree_with_their_articles(jats) -> None:
    for path in sorted((jats / "packages/openjournals").glob("*/*.crossref.xml")):
        deposit = _read(path)
        article = _read(path.with_name(path.name.replace(".crossref.xml", ".jats")))
        assert deposit.kind == "metadata"
        assert deposit.record.doi == article.record.doi
        assert deposit.record.volume == article.record.volume
        assert deposit.record.issns[0].value == article.record.issns[0].value
        assert len(deposit.record.authors) == len(article.record.authors)
        assert deposit.record.open_access
        assert all(r.source == "crossref" for r in deposit.record.related)
