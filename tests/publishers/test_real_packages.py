# SPDX-License-Identifier: Apache-2.0
"""Real deliveries, end to end on the level of understand(): what must come out of each."""

from __future__ import annotations

from collections import Counter

import pytest

from emanet.formats.publishers.understand import understand
from emanet.model.article import VersionStage
from emanet.model.delivery import Fate, Role
from emanet.model.finding import Severity, worst

pytestmark = pytest.mark.shared

PLB, EPJC, CPC, PTEP = "0370-2693", "1434-6044", "1674-1137", "2050-3911"
# Delivery: layout, and a line an article: DOI, an ISSN, journal, volume, issue, page or number,
# published, number of PDFs.
EXPECTED = {
    "elsevier/CERNQ000000010669A.tar": (
        "elsevier",
        [
            (f"10.1016/j.physletb.2023.{n}", PLB, "Physics Letters B", "", "", n, "2023-09-12", 1)
            for n in ("138176", "138173", "138175")
        ],
    ),
    "elsevier/vtex00403986_a-2b_CLEANED.zip": (
        "elsevier",
        [("10.1016/j.physletb.2018.12.072", PLB, "", "791", "", "", "2019", 2)],
    ),
    "springer/ftp_PUB_19-01-29_20-02-10_EPJC.zip": (
        "springer",
        [
            (
                "10.1140/epjc/s10052-019-6572-3",
                EPJC,
                "The European Physical Journal C",
                "79",
                "1",
                "89",
                "2019-01-29",
                1,
            )
        ],
    ),
    "iop/2022-09-01T03_01_40_content.zip": (
        "iop",
        [("10.1088/1674-1137/ac745a", CPC, "Chinese Physics C", "46", "9", "093111", "2022", 1)],
    ),
    "iop/2022-09-03T03_01_49_content.zip": (
        "iop",
        [("10.1088/1674-1137/ac7317", CPC, "Chinese Physics C", "46", "9", "093110", "2022", 1)],
    ),
    "elife/elife-00353-vor-v1-20121213000000.zip": (
        "elife",
        [("10.7554/eLife.00353", "2050-084X", "eLife", "1", "", "e00353", "2012-12-13", 1)],
    ),
    "elife/elife-05-19405.zip": (
        "elife",
        [("10.7554/eLife.19405", "2050-084X", "eLife", "5", "", "e19405", "2016-08-09", 1)],
    ),
    "scielo-sps/package_with_subdir.zip": (
        "scielo-sps",
        [
            (
                f"10.1590/2318-0889202133{n}",
                "2318-0889",
                "Transinformação",
                "33",
                "",
                n,
                "2021-02-08",
                1,
            )
            for n in ("e200050", "e200025", "e200039", "e200009")
        ],
    ),
    "scielo-sps/with_compatible_xml_files.zip": (
        "scielo-sps",
        [
            (
                doi,
                "1678-4790",
                "Journal of the Brazilian Chemical Society",
                volume,
                issue,
                page,
                date,
                0,
            )
            for doi, volume, issue, page, date in (
                ("10.5935/0103-5053.20140192", "25", "12", "2258", "2014-12"),
                ("10.21577/0103-5053.20170069", "28", "07", "1347", "2017-05-08"),
            )
        ],
    ),
}


def _line(package, article):
    record = article.record
    pdfs = [o for o in article.members if package.members[o].role is Role.PDF]
    return (
        record.doi,
        {i.value for i in record.issns},
        record.journal,
        record.volume,
        record.issue,
        record.elocation_id or record.first_page,
        record.published,
        len(pdfs),
    )


def assert_accounted(survey, package) -> None:
    """Every member comes out once, unchanged but for role, fate, article and language."""
    assert len(package.members) == len(survey.members)
    for before, after in zip(survey.members, package.members, strict=True):
        assert (before.ordinal, before.name, before.sha256, before.bytes, before.steps) == (
            after.ordinal,
            after.name,
            after.sha256,
            after.bytes,
            after.steps,
        )
        assert (after.fate is Fate.ARTICLE) <= (after.article is not None)
    owned = {o for a in package.articles for o in a.members}
    assert owned == {m.ordinal for m in package.members if m.article is not None}
    for number, article in enumerate(package.articles):
        assert len(set(article.members)) == len(article.members)
        assert all(package.members[o].article <= number for o in article.members)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_delivery_gives_its_articles(name, jats, make_survey) -> None:
    layout, lines = EXPECTED[name]
    path = jats / "packages" / name
    survey = make_survey({path.name: path.read_bytes()})
    package = understand(survey)
    assert_accounted(survey, package)
    assert package.layout == layout
    assert package.waits_for == ""
    got = {_line(package, a)[0]: _line(package, a) for a in package.articles}
    assert set(got) == {line[0] for line in lines}
    for doi, issn, journal, volume, issue, where, date, pdfs in lines:
        line = got[doi]
        assert issn in line[1]
        assert line[2:6] == (journal, volume, issue, where)
        assert line[6].startswith(date)
        assert line[7] == pdfs
    assert worst(package.findings).rank < Severity.PROBLEM.rank
    fates = Counter(m.fate for m in package.members)
    assert fates[Fate.UNCLAIMED] == fates[Fate.HELD] == 0


def test_four_zips_are_one_issue(jats, make_survey) -> None:
    folder = jats / "packages" / "oup"
    payloads = {p.name: p.read_bytes() for p in sorted(folder.iterdir())}
    survey = make_survey(payloads)
    package = understand(survey)
    assert_accounted(survey, package)
    assert (package.layout, package.waits_for) == ("oup", "")
    lines = {_line(package, a)[0]: _line(package, a) for a in package.articles}
    assert set(lines) == {f"10.1093/ptep/ptac{n}" for n in ("108", "113", "120")}
    for _, issns, journal, volume, issue, where, date, pdfs in lines.values():
        assert PTEP in issns
        assert journal == "Progress of Theoretical and Experimental Physics"
        assert (volume, issue, where[:4], date) == ("2022", "9", "093B", "2022-09-21")
        assert pdfs == 2
    with_figures = next(a for a in package.articles if a.record.doi.endswith("113"))
    roles = [package.members[o].role for o in with_figures.members]
    assert roles == [Role.ARTICLE, Role.PDF, Role.PDF] + [Role.FIGURE] * 4
    first_pdf = package.members[with_figures.members[1]]
    assert ".pdf.zip/" in first_pdf.name, "the archival PDF stands second"


@pytest.mark.parametrize(
    ("absent", "waits"),
    [(".pdf.zip", [".pdf.zip"]), (".img.zip", [".img.zip"]), ("_archival.zip", [])],
)
def test_an_issue_waits_for_its_siblings(absent, waits, jats, make_survey) -> None:
    folder = jats / "packages" / "oup"
    files = [p for p in sorted(folder.iterdir()) if not p.name.endswith(absent)]
    package = understand(make_survey({p.name: p.read_bytes() for p in files}))
    stem = "2022-09-22_00_30_02_ptep_iss_2022_9"
    assert package.waits_for == ", ".join(stem + w for w in waits)
    codes = [f.code for f in package.findings if f.severity is Severity.HOLD]
    assert codes == ["PACKAGE-SIBLING-AWAITED"] * len(waits)


def test_the_vor_and_the_languages_of_scielo(jats, make_survey, folder_bytes) -> None:
    path = jats / "packages/elife/elife-00353-vor-v1-20121213000000.zip"
    package = understand(make_survey({path.name: path.read_bytes()}))
    assert package.articles[0].record.stage is VersionStage.VOR
    folder = jats / "packages/scielo-sps/0034-8910-rsp-47-02-0231"
    package = understand(make_survey(folder_bytes(folder)))
    (article,) = package.articles
    names = [package.members[o].name for o in article.members]
    assert names[:3] == [
        "0034-8910-rsp-47-02-0231.xml",
        "0034-8910-rsp-47-02-0231.pdf",
        "0034-8910-rsp-47-02-0231-en.pdf",
    ]
    languages = {package.members[o].name: package.members[o].language for o in article.members}
    assert languages["0034-8910-rsp-47-02-0231-en.pdf"] == "en"
    assert languages["0034-8910-rsp-47-02-0231-gf01-en.tif"] == "en"
    assert languages["0034-8910-rsp-47-02-0231.pdf"] == ""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("DIGEST_35774.zip", "PACKAGE-NOT-UNDERSTOOD"),
        ("elife_poa_e15082_ds.zip", "PACKAGE-NOT-UNDERSTOOD"),
        ("elife_poa_e99998_ds.zip", "PACKAGE-NOT-UNDERSTOOD"),
        ("elife_poa_e99999_ds.zip", "PACKAGE-NOT-UNDERSTOOD"),
        ("elife_poa_e13833_ds.zip", "PACKAGE-SUPPLEMENT-ALONE"),
    ],
)
def test_what_is_no_article_is_held(name, code, jats, make_survey) -> None:
    path = jats / "packages/elife" / name
    survey = make_survey({path.name: path.read_bytes()})
    package = understand(survey)
    assert_accounted(survey, package)
    assert code in {f.code for f in package.findings}
    assert worst(package.findings) is Severity.HOLD
    assert {m.fate for m in package.members} <= {Fate.HELD, Fate.PACKAGING, Fate.IGNORED}


def test_a_manifest_of_2007_whose_sums_are_wrong(jats, make_survey) -> None:
    """The sample's contents were replaced by dummies, its sums were not: nine true findings."""
    path = jats / "packages/lockss-layouts/ElsevierSample.tar"
    survey = make_survey({path.name: path.read_bytes()})
    package = understand(survey)
    assert_accounted(survey, package)
    assert Counter(f.code for f in package.findings)["PACKAGE-MANIFEST-DIGEST"] == 9
    fil = [m for m in package.members if m.name.endswith("checkmd5.fil")]
    assert {(m.role, m.fate) for m in fil} == {(Role.MANIFEST, Fate.PACKAGING)}


def test_every_journal_of_openjournals(jats, make_survey, folder_bytes) -> None:
    survey = make_survey(folder_bytes(jats / "packages/openjournals"))
    package = understand(survey)
    assert_accounted(survey, package)
    assert package.layout == "openjournals"
    assert len(package.articles) == 24
    roles = Counter(m.role for m in package.members)
    assert roles == {Role.ARTICLE: 24, Role.METADATA: 24, Role.PDF: 20}
    for article in package.articles:
        assert len({package.members[o].name.split("/")[0] for o in article.members}) == 1


def test_every_folder_of_articles_is_understood(jats, make_survey, folder_bytes) -> None:
    """470 articles in 19 folders, each folder as one delivery: every file finds its article."""
    count = 0
    for folder in sorted((jats / "articles").iterdir()):
        survey = make_survey(folder_bytes(folder))
        package = understand(survey)
        assert_accounted(survey, package)
        assert {m.fate for m in package.members} == {Fate.ARTICLE}
        count += len(package.articles)
    assert count == 470
