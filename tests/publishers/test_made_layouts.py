# SPDX-License-Identifier: Apache-2.0
"""Layouts of which no sample is at hand, and quirks, as small made deliveries."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from emanet.formats.publishers.understand import understand
from emanet.model.article import VersionStage
from emanet.model.delivery import Fate, Role

_PLACE = Path(__file__).parents[1] / "specimens" / "make_packages.py"
_SPEC = importlib.util.spec_from_file_location("make_packages_here", _PLACE)
assert _SPEC is not None and _SPEC.loader is not None
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

PDF, PNG, jats, zipped, tarred = made.pdf("page"), made.PNG, made.jats, made.zipped, made.tarred


def names(package, number: int = 0) -> list[str]:
    """The names of an article's files, its main file first."""
    return [package.members[o].name for o in package.articles[number].members]


def codes(package) -> set[str]:
    """All codes but the information that a file has no schema."""
    found = [*package.findings, *(f for a in package.articles for f in a.findings)]
    return {f.code for f in found} - {"XML-NO-SCHEMA", "PACKAGE-GENERIC"}


def fates(package) -> dict[str, Fate]:
    """Name to fate."""
    return {m.name: m.fate for m in package.members}


def wiley(number: int) -> bytes:
    """A WileyML article."""
    return f"""<component xmlns="http://www.wiley.com/namespaces/wiley" version="2.0"><header>
<publicationMeta level="product"><issn type="print">1234-5679</issn>
<titleGroup><title type="main">{made.JOURNAL}</title></titleGroup></publicationMeta>
<publicationMeta level="unit" type="article"><doi>10.5555/w.{number}</doi></publicationMeta>
<contentMeta><titleGroup><title type="main">W {number}</title></titleGroup></contentMeta>
</header></component>""".encode()


def test_parallel_trees_are_joined_by_stem(make_survey) -> None:
    package = understand(
        make_survey(
            {
                "v1/xml/a1.xml": jats(1),
                "v1/xml/a2.xml": jats(2),
                "v1/pdf/a1.pdf": PDF,
                "v1/pdf/a2.pdf": PDF,
                "v1/images/a2_fig1.png": PNG,
            }
        )
    )
    assert names(package, 0) == ["v1/xml/a1.xml", "v1/pdf/a1.pdf"]
    assert names(package, 1) == ["v1/xml/a2.xml", "v1/pdf/a2.pdf", "v1/images/a2_fig1.png"]


def test_markup_and_page_renditions_with_other_names(make_survey) -> None:
    files = {}
    for number in (1, 2):
        base = f"vol_1/iss_1/{number}_1"
        files[f"{base}/Markup/VOR_10.5555_{number}.xml"] = jats(number)
        files[f"{base}/Page_Renditions/online.pdf"] = PDF
    package = understand(make_survey({"AIP_xml_9.tar": tarred(files)}))
    assert package.layout == "atypon"
    assert [len(a.members) for a in package.articles] == [2, 2]
    assert {a.record.stage for a in package.articles} == {VersionStage.VOR}


def test_wiley_names_and_dialect(make_survey) -> None:
    files = {
        "1234_7_1/abc1_jms.wml.xml": wiley(1),
        "1234_7_1/abc1.pdf": PDF,
        "1234_7_1/abc2_jms.wml.xml": wiley(2),
        "1234_7_1/abc2_jms.pdf": PDF,
    }
    package = understand(make_survey({"issue.zip": zipped(files)}))
    assert package.layout == "wiley"
    assert [names(package, n)[1][-12:] for n in (0, 1)] == ["7_1/abc1.pdf", "abc2_jms.pdf"]


@pytest.mark.parametrize("ending", [".xml.0", ".xml.1"])
def test_numbered_xml(ending, make_survey) -> None:
    package = understand(
        make_survey({f"a{ending}": jats(1), "a.pdf": PDF, f"b{ending}": jats(2), "b.pdf": PDF})
    )
    assert names(package, 0) == [f"a{ending}", "a.pdf"]
    assert names(package, 1) == [f"b{ending}", "b.pdf"]


def test_the_only_pdf_is_an_accepted_manuscript(make_survey) -> None:
    one = understand(make_survey({"012345.xml": jats(1), "012345am.pdf": PDF}))
    assert one.articles[0].record.stage is VersionStage.AM
    both = understand(make_survey({"012345.xml": jats(1), "012345am.pdf": PDF, "012345.pdf": PDF}))
    assert both.articles[0].record.stage is None
    assert names(both) == ["012345.xml", "012345.pdf", "012345am.pdf"]


def test_ahead_of_print_is_inferred_from_what_is_missing(make_survey) -> None:
    early = jats(1).replace(
        b"<volume>7</volume><issue>1</issue><fpage>1</fpage><lpage>5</lpage>", b""
    )
    package = understand(make_survey({"a.xml": early}))
    assert package.articles[0].record.stage is VersionStage.AOP


def meca(*items: str) -> bytes:
    """A MECA manifest of these paths."""
    lines = "".join(
        f'<item id="i{n}" item-type="figure"><instance xlink:href="{path}"/></item>'
        for n, path in enumerate(items)
    )
    return f"""<!DOCTYPE manifest PUBLIC "-//MECA//DTD Manifest v1.0//en" "MECA_manifest.dtd">
<manifest manifest-version="1" xmlns="https://manuscriptexchange.org/schema/manifest"
 xmlns:xlink="http://www.w3.org/1999/xlink">{lines}</manifest>""".encode()


def test_meca_is_checked_both_ways(make_survey) -> None:
    files = {"content/a.xml": jats(1), "content/a.pdf": PDF, "content/extra.csv": b"1;2"}
    good = understand(make_survey({"m.zip": zipped({"manifest.xml": meca(*files)} | files)}))
    assert (good.layout, codes(good)) == ("meca", set())
    listed = ("content/a.xml", "content/a.pdf", "content/none.png")
    bad = understand(make_survey({"m.zip": zipped({"manifest.xml": meca(*listed)} | files)}))
    assert codes(bad) == {"PACKAGE-MANIFEST-MISSING-FILE", "PACKAGE-NOT-IN-MANIFEST"}


def ojs(*numbers: int) -> bytes:
    """An OJS 3 issue with articles that carry their PDF inside."""
    articles = "".join(
        f"""<article status="3" current_publication_id="{n}0"><id type="internal">{n}</id>
<submission_file id="{n}"><name locale="tr_TR">a.pdf</name><file id="{n}" extension="pdf">
<embed encoding="base64">JVBERi0=</embed></file></submission_file>
<publication version="1" locale="tr_TR" date_published="2026-02-0{n}" section_ref="ART">
<id type="internal">{n}0</id><id type="doi">10.5555/ojs.{n}</id>
<title locale="en_US">Light {n}</title><title locale="tr_TR">Işık {n}</title>
<abstract locale="tr_TR">&lt;p&gt;Öz&lt;/p&gt;</abstract>
<licenseUrl>https://creativecommons.org/licenses/by/4.0/</licenseUrl>
<authors><author><givenname locale="tr_TR">Işıl</givenname>
<familyname locale="tr_TR">Çağlar</familyname></author></authors>
<pages>{n}-{n + 5}</pages></publication></article>"""
        for n in numbers
    )
    return f"""<?xml version="1.0"?><issue xmlns="http://pkp.sfu.ca" published="1">
<issue_identification><volume>3</volume><number>2</number><year>2026</year></issue_identification>
<articles>{articles}</articles></issue>""".encode()


def test_an_ojs_issue_in_a_bag_is_many_articles_in_one_file(make_survey) -> None:
    xml = ojs(1, 2)
    digest = __import__("hashlib").sha256(xml).hexdigest()
    bag = {
        "b/bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "b/manifest-sha256.txt": f"{digest}  data/Issue1.xml\n".encode(),
        "b/data/Issue1.xml": xml,
    }
    package = understand(make_survey({"bag.zip": zipped(bag)}))
    assert package.layout == "ojs"
    assert codes(package) == {"ARTICLE-JOURNAL-MISSING", "ARTICLE-ISSN-MISSING"}, "it has neither"
    first, second = package.articles
    assert first.members == second.members
    assert [a.record.doi for a in package.articles] == ["10.5555/ojs.1", "10.5555/ojs.2"]
    owner = package.members[first.members[0]]
    assert (owner.article, owner.role, owner.fate) == (0, Role.ARTICLE, Fate.ARTICLE)
    tags = [m for m in package.members if m.name.endswith(".txt")]
    assert {(m.role, m.fate) for m in tags} == {(Role.MANIFEST, Fate.PACKAGING)}


def _parts(present: tuple[int, ...]) -> dict[str, bytes]:
    """The first part of an Elsevier dataset of two, or both."""
    items, files = "", {}
    for number in (1, 2):
        folder = f"S12345679260000{number}X"
        xml = made.elsevier_article(number)
        items += made.elsevier_item(number, folder, size=len(xml), with_pdf=len(PDF))
        files[number] = {f"Q/{folder}/main.xml": xml, f"Q/{folder}/main.pdf": PDF}
    first = {"Q/dataset.xml": made.dataset(items)} | files[1]
    tars = {1: ("Q000000123456A.tar", first), 2: ("Q000000123456B.tar", files[2])}
    return {tars[n][0]: tarred(tars[n][1]) for n in present}


def test_a_dataset_over_two_tars_waits_for_its_second_part(make_survey) -> None:
    first = understand(make_survey(_parts((1,))))
    assert first.waits_for == "Q000000123456B.tar"
    assert codes(first) == {"PACKAGE-MANIFEST-MISSING-FILE", "PACKAGE-SIBLING-AWAITED"}
    second = understand(make_survey(_parts((2,))))
    assert second.waits_for == "Q000000123456A.tar"
    both = understand(make_survey(_parts((1, 2))))
    assert (both.waits_for, codes(both)) == ("", set())
    assert [(a.record.volume, a.record.issue) for a in both.articles] == [("7", "1")] * 2
    assert {a.record.journal for a in both.articles} == {made.JOURNAL}


def test_an_item_without_xml_is_an_article_by_its_dataset(make_survey) -> None:
    files = made.elsevier(1) | {n: d for n, d in made.elsevier(2).items() if "dataset" not in n}
    items = "".join(
        made.elsevier_item(
            n,
            f"S123456792600{n:03d}X",
            size=len(made.elsevier_article(n)),
            with_pdf=len(made.pdf(made.title(n))),
        )
        for n in (1, 2)
    )
    files["JMS1/dataset.xml"] = made.dataset(items)
    del files["JMS1/S123456792600002X/main.xml"]
    package = understand(make_survey(files))
    assert codes(package) == {"PACKAGE-MANIFEST-MISSING-FILE", "ARTICLE-TITLE-MISSING"}
    lonely = next(a for a in package.articles if a.record.doi == "10.5555/els.2")
    assert [package.members[o].role for o in lonely.members] == [Role.PDF]
    assert (lonely.record.journal, lonely.record.volume) == (made.JOURNAL, "7")


def test_a_table_of_contents_gives_the_pages(make_survey) -> None:
    toc = b"""<serial-issue xmlns="http://www.elsevier.com/xml/si/dtd"
 xmlns:ce="http://www.elsevier.com/xml/common/dtd"><issue-info><ce:pii>S1234-5679(26)X0001-4</ce:pii>
<jid>JMS</jid><ce:issn>1234-5679</ce:issn><volume-issue-number><vol-first>7</vol-first>
<iss-first>1</iss-first><iss-last>2</iss-last></volume-issue-number></issue-info>
<issue-data><cover-date><date-range><start-date>20260215</start-date></date-range></cover-date>
</issue-data><issue-body><include-item><ce:pii>S1234-5679(26)00001-X</ce:pii>
<ce:doi>10.5555/els.1</ce:doi><ce:pages><ce:first-page>11</ce:first-page>
<ce:last-page>19</ce:last-page></ce:pages></include-item></issue-body></serial-issue>"""
    listed = "<ml><pathname>issue.xml</pathname><purpose>MAIN</purpose></ml>"
    files = made.elsevier(1, issue_files=listed) | {"JMS1/issue.xml": toc}
    package = understand(make_survey({"d.zip": zipped(files)}))
    (article,) = package.articles
    record = article.record
    assert (record.first_page, record.last_page, record.issue) == ("", "", "1-2")
    assert record.elocation_id == "1", "the article's own number stands before the issue's pages"
    assert record.published == "2026-02-15"
    assert codes(package) == {"PACKAGE-WITNESS-DISAGREES"}, "dataset and contents differ in issue"


def oai_dc(doi: str) -> bytes:
    """An OAI answer in Dublin Core."""
    return f"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><GetRecord><record>
<header><identifier>oai:x:1</identifier></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Işık üzerine</dc:title>
<dc:identifier>https://doi.org/{doi}</dc:identifier>
<dc:source>Dergi; Cilt 3 Sayı 2 (2026)</dc:source>
</oai_dc:dc></metadata></record></GetRecord></OAI-PMH>""".encode()


def marc(doi: str) -> bytes:
    """A MARC record."""
    return f"""<record xmlns="http://www.loc.gov/MARC21/slim">
<datafield tag="024" ind1="7" ind2=" ">
<subfield code="a">{doi}</subfield></datafield><datafield tag="245" ind1=" " ind2=" ">
<subfield code="a">On light</subfield></datafield></record>""".encode()


@pytest.mark.parametrize("metadata", [oai_dc, marc, lambda doi: made.crossref(1)])
def test_a_pdf_with_a_metadata_file_is_an_article(metadata, make_survey) -> None:
    doi = made.doi(1)
    package = understand(make_survey({"x/record.xml": metadata(doi), "x/paper.pdf": PDF}))
    assert {c for c in codes(package) if not c.endswith("-MISSING")} == set()
    (article,) = package.articles
    assert article.record.doi == doi
    roles = {package.members[o].name: package.members[o].role for o in article.members}
    assert roles == {"x/record.xml": Role.METADATA, "x/paper.pdf": Role.PDF}


def test_one_deposit_for_many_pdfs_is_joined_by_identifiers(make_survey) -> None:
    one, two = made.crossref(1).decode(), made.crossref(2).decode()
    journal = two[two.index("<journal>") : two.index("</journal>") + 10]
    batch = one.replace("</body>", journal + "</body>").encode()
    package = understand(
        make_survey(
            {"deposit.xml": batch, "jms.2026.001.pdf": PDF, "10.5555_jms.2026.002.pdf": PDF}
        )
    )
    assert [a.record.doi for a in package.articles] == [made.doi(1), made.doi(2)]
    assert [names(package, n)[-1] for n in (0, 1)] == [
        "jms.2026.001.pdf",
        "10.5555_jms.2026.002.pdf",
    ]
    assert codes(package) == set()


def test_a_deposit_for_more_than_was_delivered_serves_the_rest(make_survey) -> None:
    one, two = made.crossref(1).decode(), made.crossref(2).decode()
    journal = two[two.index("<journal>") : two.index("</journal>") + 10]
    batch = one.replace("</body>", journal + "</body>").encode()
    package = understand(make_survey({"deposit.xml": batch, "jms.2026.001.pdf": PDF}))
    assert [a.record.doi for a in package.articles] == [made.doi(1)]
    assert set(fates(package).values()) == {Fate.ARTICLE}
    (finding,) = [f for f in package.findings if f.code == "PACKAGE-RECORD-ALONE"]
    assert made.doi(2) in finding.text("tr")


def test_a_deposit_finds_its_article_by_doi_and_fills_gaps(make_survey) -> None:
    bare = jats(1).replace(b"<volume>7</volume><issue>1</issue>", b"")
    package = understand(
        make_survey({"d/deposit.xml": made.crossref(1), "a/a.xml": bare, "b/b.xml": jats(2)})
    )
    first = next(a for a in package.articles if a.record.doi == made.doi(1))
    assert (first.record.volume, first.record.issue) == ("7", "1")
    assert names(package, package.articles.index(first)) == ["a/a.xml", "d/deposit.xml"]
    assert codes(package) == set()


def test_a_broken_deposit_does_not_hold_its_article(make_survey) -> None:
    broken = made.crossref(1).replace(b"</journal>", b"", 1)
    package = understand(
        make_survey({"jms.1.jats": jats(1), "jms.1.crossref.xml": broken, "jms.1.pdf": PDF})
    )
    got = fates(package)
    assert got == {
        "jms.1.jats": Fate.ARTICLE,
        "jms.1.crossref.xml": Fate.HELD,
        "jms.1.pdf": Fate.ARTICLE,
    }
    assert codes(package) == {"XML-NOT-WELL-FORMED"}


def test_a_broken_article_holds_its_own_files_and_no_others(make_survey) -> None:
    broken = jats(2).replace(b"</body>", b"", 1)
    files = {
        "1/a.xml": jats(1),
        "1/a.pdf": PDF,
        "2/b.xml": broken,
        "2/b.pdf": PDF,
        "2/fig.png": PNG,
    }
    package = understand(make_survey({"d.zip": zipped(files)}))
    held = {n for n, f in fates(package).items() if f is Fate.HELD}
    assert held == {"d.zip/2/b.xml", "d.zip/2/b.pdf", "d.zip/2/fig.png"}
    assert len(package.articles) == 1


def test_a_file_that_two_articles_name_stands_with_both(make_survey) -> None:
    files = {
        "a1.xml": jats(1, figure="by.png"),
        "a2.xml": jats(2, figure="by.png"),
        "by.png": PNG,
    }
    package = understand(make_survey(files))
    assert names(package, 0) == ["a1.xml", "by.png"]
    assert names(package, 1) == ["a2.xml", "by.png"]
    assert package.members[2].article == 0


@pytest.mark.parametrize("mention", ["fig1", "fig1.tif", "images/fig1.tif", "FIG1.PNG"])
def test_mentions_with_and_without_extension(mention, make_survey) -> None:
    package = understand(
        make_survey({"a.xml": jats(1, figure=mention), "fig1.png": PNG, "b.xml": jats(2)})
    )
    assert names(package, 0) == ["a.xml", "fig1.png"]
    assert codes(package) == set()


def test_names_are_compared_composed(make_survey) -> None:
    decomposed = "Bayés_fig.png".encode().decode()
    files = {"a.xml": jats(1, figure=decomposed), "Baye\u0301s_fig.png": PNG, "b.xml": jats(2)}
    package = understand(make_survey(files))
    assert names(package, 0)[1] == "Baye\u0301s_fig.png"
    assert codes(package) == set()


def test_nobody_gets_a_file_that_two_could_claim(make_survey) -> None:
    package = understand(make_survey({"a.xml": jats(1), "b.xml": jats(2), "table.csv": b"1;2"}))
    assert fates(package)["table.csv"] is Fate.UNCLAIMED
    assert codes(package) == {"PACKAGE-UNCLAIMED"}


def test_junk_is_told_by_content_and_kept(make_survey) -> None:
    apple = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        "
    files = {
        "a.xml": jats(1),
        "a.pdf": PDF,
        "._a.pdf": apple,
        "__MACOSX/._a.xml": apple,
        ".DS_Store": b"\0\0\0\x01Bud1",
        "._real.pdf": PDF,
    }
    package = understand(make_survey({"d.zip": zipped(files)}))
    got = fates(package)
    junk = {n for n, f in got.items() if f is Fate.IGNORED}
    assert junk == {"d.zip/._a.pdf", "d.zip/__MACOSX/._a.xml", "d.zip/.DS_Store"}
    assert got["d.zip/._real.pdf"] is not Fate.IGNORED, "a PDF is a PDF, whatever its name"


def test_nested_containers_and_a_folder_an_article(make_survey) -> None:
    inner = zipped({"a/article.xml": jats(1), "a/article.pdf": PDF, "a/fig1.png": PNG})
    package = understand(make_survey({"outer.zip": zipped({"in/inner.zip": inner})}))
    assert [m.role for m in package.members][:2] == [Role.CONTAINER, Role.CONTAINER]
    assert {m.fate for m in package.members[:2]} == {Fate.PACKAGING}
    assert names(package) == [
        f"outer.zip/in/inner.zip/a/{n}" for n in ("article.xml", "article.pdf", "fig1.png")
    ]


def test_a_second_pdf_above_does_not_go_to_an_article_that_has_one(make_survey) -> None:
    package = understand(
        make_survey({"one/a.xml": jats(1), "one/a.pdf": PDF, "issue-cover.pdf": PDF})
    )
    assert fates(package)["issue-cover.pdf"] is Fate.UNCLAIMED


def test_two_layouts_in_one_delivery_are_both_named(make_survey) -> None:
    files = made.sps(1) | {f"els/{n}": d for n, d in made.elsevier(2).items()}
    package = understand(make_survey(files))
    assert package.layout == "elsevier+scielo-sps"
    assert len(package.articles) == 2
