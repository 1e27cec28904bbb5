# SPDX-License-Identifier: Apache-2.0
"""What is shown: status, deliveries, an article's record and custody trail, search; as JSON."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.cli.driver import Emanet
from tests.cli.material import article, fill, issue, pdf, zipped

SHOWN = {
    "doi": str, "title": str, "journal": str, "issn": list, "volume": str, "issue": str,
    "first_page": str, "last_page": str, "elocation_id": str, "published": str, "type": str,
    "version": str, "language": list, "authors": list, "licence": str, "open_access": bool,
    "publisher": str, "related": list, "accession": str, "files": list, "events": list,
}  # fmt: skip
COUNTED = (
    "deliveries", "accessions", "articles", "titles", "files", "bytes", "held", "refused",
)  # fmt: skip


@pytest.fixture
def filled(emanet: Emanet, drop: Path) -> Emanet:
    """An archive with three articles of which one corrects another, and one held delivery."""
    notice = article(3, kind="correction", title="Erratum", related=[("corrected-article", 1)])
    fill(
        drop,
        {
            "good.zip": zipped({**issue(1, 2), "a3/article.xml": notice, ".DS_Store": bytes(9)}),
            "notes.zip": zipped({"notes.txt": b"nothing to see", "list.csv": b"a;b\n"}),
        },
    )
    emanet("ingest", drop, expect=3)
    return emanet


def test_show_gives_all_that_is_promised(filled: Emanet) -> None:
    shown = filled.json("show", "10.5555/made.1")
    for name, kind in SHOWN.items():
        assert isinstance(shown[name], kind), name
    assert shown["doi"] == "10.5555/made.1"
    assert shown["title"] == "A made-up article"
    assert shown["journal"] == "Journal of Made-up Things"
    assert shown["issn"] == ["2049-3630"]
    assert (shown["volume"], shown["issue"]) == ("7", "2")
    assert (shown["first_page"], shown["last_page"]) == ("1", "4")
    assert (shown["published"], shown["type"]) == ("2020-02-01", "research-article")
    assert shown["authors"] == ["Yılmaz, Ayşe"] and shown["language"] == ["en"]
    assert shown["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert shown["open_access"] is True and shown["publisher"] == "Made Up"
    assert shown["accession"].startswith("acc-00000001-")
    for file in shown["files"]:
        assert set(file) >= {"path", "role", "bytes", "sha256", "format"}
    assert [f["role"] for f in shown["files"]] == ["article", "pdf"]
    first = shown["files"][0]
    assert first["path"] == "good.zip/a1/article.xml"
    assert first["bytes"] == len(article(1))
    assert first["sha256"] == hashlib.sha256(article(1)).hexdigest()
    assert "JATS" in first["format"] and "PDF" in shown["files"][1]["format"]


def test_the_custody_trail(filled: Emanet) -> None:
    filled("verify")
    events = filled.json("show", "10.5555/made.1")["events"]
    kinds = [event["kind"] for event in events]
    for kind in (
        "delivery:files:received",
        "delivery:content:examined",
        "delivery:verdict:accepted",
        "article:version:added",
        "accession:bytes:sealed",
        "accession:bytes:verified",
    ):
        assert kinds.count(kind) == 1, kind
    assert kinds.index("delivery:files:received") < kinds.index("accession:bytes:sealed")
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    assert all(event["agent"].startswith("emanet ") for event in events)


@pytest.mark.parametrize(
    "spelling",
    ["10.5555/MADE.1", "https://doi.org/10.5555/made.1", "doi:10.5555/made.1", " 10.5555/made.1 "],
)
def test_a_doi_in_any_spelling(filled: Emanet, spelling: str) -> None:
    assert filled.json("show", spelling)["doi"] == "10.5555/made.1"
    assert filled.json("find", spelling)["total"] == 1


def test_notices_are_linked_both_ways(filled: Emanet) -> None:
    (forward,) = filled.json("show", "10.5555/made.3")["related"]
    (back,) = filled.json("show", "10.5555/made.1")["related"]
    assert (forward["relation"], forward["doi"]) == ("corrects", "10.5555/made.1")
    assert (back["relation"], back["doi"]) == ("corrected-by", "10.5555/made.3")
    assert forward["held"] is True and back["title"] == "Erratum"


def test_status_counts(filled: Emanet) -> None:
    status = filled.json("status")
    for name in COUNTED:
        assert isinstance(status[name], int), name
    assert status["oldest_audit"] is None
    assert {n: status[n] for n in ("deliveries", "accessions", "articles", "titles")} == {
        "deliveries": 2, "accessions": 1, "articles": 3, "titles": 1,
    }  # fmt: skip
    assert (status["held"], status["refused"], status["files"]) == (1, 0, 7 + 3)
    content = (filled.home / "root").glob("*/*/v1/content/**/*")
    assert status["bytes"] == sum(p.stat().st_size for p in content if p.is_file())
    filled("verify")
    assert filled.json("status")["oldest_audit"].endswith("Z")
    said = filled("status").out
    assert "oldest audit" in said and "articles" in said


def test_a_delivery_with_the_fate_of_every_file(filled: Emanet) -> None:
    listed = {row["name"]: row for row in filled.json("deliveries")}
    good = filled.json("deliveries", listed["good.zip"]["id"])
    assert (good["verdict"], good["state"], good["articles"]) == ("accept", "accepted", 3)
    fates = {f["name"]: (f["fate"], f["role"], f["doi"]) for f in good["files"]}
    assert fates == {
        "good.zip": ("packaging", "container", ""),
        "good.zip/a1/article.xml": ("article", "article", "10.5555/made.1"),
        "good.zip/a1/article.pdf": ("article", "pdf", "10.5555/made.1"),
        "good.zip/a2/article.xml": ("article", "article", "10.5555/made.2"),
        "good.zip/a2/article.pdf": ("article", "pdf", "10.5555/made.2"),
        "good.zip/a3/article.xml": ("article", "article", "10.5555/made.3"),
        "good.zip/.DS_Store": ("ignored", "junk", ""),
    }
    held = filled.json("deliveries", listed["notes.zip"]["id"])
    assert (held["verdict"], held["state"], held["accession"]) == ("hold", "held", "")
    (finding,) = [f for f in held["findings"] if f["severity"] == "hold"]
    assert finding["code"] == "PACKAGE-NOT-UNDERSTOOD"
    assert "No article" in finding["en"] and "hiçbir makale" in finding["tr"]
    assert {f["fate"] for f in held["files"]} == {"held"} and len(held["files"]) == 3
    for file in held["files"]:
        assert set(file) == {"name", "bytes", "sha256", "role", "fate", "format", "doi"}


def test_the_list_of_deliveries(filled: Emanet) -> None:
    assert [row["state"] for row in filled.json("deliveries", "--state", "held")] == ["held"]
    assert len(filled.json("deliveries", "--limit", "1")) == 1
    (row,) = filled.json("deliveries", "--state", "accepted")
    assert (row["articles"], row["files"]) == (3, 7)
    assert row["bytes"] > 0 and row["received"].endswith("Z")
    assert filled.json("deliveries", "--state", "refused") == []
    table = filled("deliveries").out
    assert "good.zip" in table and "accepted" in table
    one = filled("deliveries", row["id"]).out
    assert "a3/article.xml" in one and "packaging" in one


def test_find_by_words_doi_and_issn(emanet: Emanet, drop: Path) -> None:
    fill(
        drop,
        {
            "a/article.xml": article(1, title="Işık ve gölge", language="tr"),
            "b/article.xml": article(
                2, title="İzmir körfezi", language="tr", abstract="Işık kirliliği"
            ),
            "c/article.xml": article(3, title="Light and shadow"),
            "d/article.xml": article(4, title="Heat", issn="1050-124X"),
        },
    )
    emanet("ingest", drop)

    def found(*words: str) -> list[str]:
        return [hit["doi"][-1] for hit in emanet.json("find", *words)["hits"]]

    for spelling in ("ışık", "IŞIK", "Işık", "isik", "ISIK"):
        assert found(spelling) == ["1", "2"], f"the title ranks before the abstract: {spelling}"
    for spelling in ("izmir", "İzmir", "IZMIR", "İZMİR"):
        assert found(spelling) == ["2"], spelling
    assert found("light", "shadow") == ["3"]
    assert found("Yılmaz", "light") == ["3"], "authors are searched too"
    assert sorted(found("2049-3630")) == ["1", "2", "3"]
    assert found("1050-124X") == found("1050-124x") == ["4"]
    assert found("10.5555/made.3") == ["3"]
    assert found("no", "such", "words") == [] == found("10.5555/none") == found("2434-561X")
    page = emanet.json("find", "yılmaz", "--limit", "2")
    assert page["total"] == 4 and len(page["hits"]) == 2
    rest = emanet.json("find", "yılmaz", "--limit", "2", "--offset", "2")
    assert {h["doi"] for h in page["hits"] + rest["hits"]} == {f"10.5555/made.{n}" for n in "1234"}
    hit = emanet.json("find", "10.5555/made.4")["hits"][0]
    assert (hit["journal"], hit["published"], hit["type"]) == (
        "Journal of Made-up Things", "2020-02-01", "research-article",
    )  # fmt: skip
    assert "1 sonuç." in emanet("find", "izmir", EMANET_LANG="tr").out


def test_words_that_look_like_commands(filled: Emanet) -> None:
    for text in ('"', "a AND", "title:x", "(", "*", "\\", "ü" * 5000, "😀"):
        assert filled.json("find", text)["total"] == 0


def test_the_record_in_words(filled: Emanet) -> None:
    said = filled("show", "10.5555/made.1").out
    for words in ("A made-up article", "2049-3630", "corrected-by", "accession:bytes:sealed"):
        assert words in said
    turkish = filled("show", "10.5555/made.1", EMANET_LANG="tr").out
    assert "dergi" in turkish and "açık erişim" in turkish and "evet" in turkish


def test_an_article_without_doi_is_found_by_its_words(emanet: Emanet, drop: Path) -> None:
    bare = article(1, title="Nameless").replace(
        b'<article-id pub-id-type="doi">10.5555/made.1</article-id>', b""
    )
    fill(drop, {"a.zip": zipped({"a.xml": bare, "a.pdf": pdf()})})
    emanet("ingest", drop, expect=None)
    (hit,) = emanet.json("find", "nameless")["hits"]
    assert hit["doi"] == "" and hit["title"] == "Nameless"
