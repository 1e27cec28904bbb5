# SPDX-License-Identifier: Apache-2.0
"""Versions beside each other, ahead of print, and notices that come before their article."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.driver import Emanet
from tests.cli.material import article, fill, pdf, zipped

DOI = "10.5555/made.1"


def sent(emanet: Emanet, drop: Path, name: str, *articles: bytes) -> dict:
    """Deliver articles in one ZIP."""
    files = {f"a{n}.xml": data for n, data in enumerate(articles)}
    folder = fill(drop / name, {f"{name}.zip": zipped(files)})
    return emanet.json("ingest", folder)


def test_other_bytes_are_a_new_version_beside_the_old(emanet: Emanet, drop: Path) -> None:
    sent(emanet, drop, "first", article(1))
    report = sent(emanet, drop, "second", article(1, edition=2))
    codes = [f["code"] for f in report["receipts"][0]["findings"]]
    assert "ARTICLE-NEWER-VERSION" in codes and report["articles"] == 1
    shown = emanet.json("show", DOI)
    assert [(v["number"], v["current"]) for v in shown["versions"]] == [(1, False), (2, True)]
    status = emanet.json("status")
    assert (status["articles"], status["versions"]) == (1, 2)
    for number, edition in ((1, 1), (2, 2), (0, 2)):
        out = drop.parent / f"out{number}"
        emanet("get", DOI, "-o", out, "--version", str(number))
        (path,) = out.iterdir()
        assert path.read_bytes() == article(1, edition=edition)
    assert emanet("get", DOI, "-o", drop.parent / "x", "--version", "3", expect=2).out == ""


def test_the_old_bytes_again_are_a_repeat_and_no_third_version(emanet: Emanet, drop: Path) -> None:
    sent(emanet, drop, "first", article(1))
    sent(emanet, drop, "second", article(1, edition=2))
    report = sent(emanet, drop, "third", article(1), article(2))
    assert (report["articles"], report["repeats"]) == (1, 1)
    shown = emanet.json("show", DOI)
    assert len(shown["versions"]) == 2 and shown["number"] == 2


def test_two_versions_in_one_delivery_and_in_one_run(emanet: Emanet, drop: Path) -> None:
    fill(drop / "run", {"a.zip": zipped({"a.xml": article(1)})})
    fill(drop / "run", {"b.zip": zipped({"b.xml": article(1, edition=2)})})
    report = emanet.json("ingest", drop / "run")
    assert len(report["accessions"]) == 1 and report["articles"] == 2
    assert [v["number"] for v in emanet.json("show", DOI)["versions"]] == [1, 2]


@pytest.mark.parametrize(
    ("stages", "current"),
    [
        (("AM", "VoR"), "VoR"),
        (("VoR", "AM"), "VoR"),
        (("VoR", "CVoR"), "CVoR"),
        (("CVoR", "VoR"), "CVoR"),
        (("P", "AM", "AO"), "P"),
    ],
)
def test_standing_decides_which_is_current(
    emanet: Emanet, drop: Path, stages: tuple[str, ...], current: str
) -> None:
    """By NISO JAV: an author's manuscript that comes late does not stand before the record."""
    for number, stage in enumerate(stages):
        sent(emanet, drop, f"d{number}", article(1, stage=stage))
    shown = emanet.json("show", DOI)
    assert shown["version"] == current
    assert [v["stage"] for v in shown["versions"]] == list(stages)


def test_ahead_of_print_is_inferred(emanet: Emanet, drop: Path) -> None:
    ahead = article(1)
    for part in (b"<volume>7</volume><issue>2</issue>", b"<fpage>1</fpage><lpage>4</lpage>"):
        assert part in ahead
        ahead = ahead.replace(part, b"")
    sent(emanet, drop, "ahead", ahead)
    assert emanet.json("show", DOI)["version"] == "AOP"
    sent(emanet, drop, "issue", article(1))
    shown = emanet.json("show", DOI)
    assert (shown["volume"], shown["number"]) == ("7", 2)
    assert shown["versions"][0]["stage"] == "AOP"


NOTICE = {"kind": "correction", "related": [("corrected-article", 1)]}
RETRACTION = {"kind": "retraction", "related": [("retracted-article", 1)]}


def relations(emanet: Emanet, number: int) -> list[tuple[str, str, bool]]:
    shown = emanet.json("show", f"10.5555/made.{number}")
    return [(r["relation"], r["doi"][-1], r["held"]) for r in shown["related"] if not r["via"]]


@pytest.mark.parametrize("order", ["article first", "notice first", "together"])
def test_a_notice_finds_its_article(emanet: Emanet, drop: Path, order: str) -> None:
    items = [article(1), article(2, **NOTICE)]
    if order == "together":
        sent(emanet, drop, "both", *items)
    else:
        items = items if order == "article first" else items[::-1]
        for number, data in enumerate(items):
            sent(emanet, drop, f"d{number}", data)
    assert relations(emanet, 2) == [("corrects", "1", True)]
    assert relations(emanet, 1) == [("corrected-by", "2", True)]


def test_a_notice_whose_article_never_came(emanet: Emanet, drop: Path) -> None:
    sent(emanet, drop, "alone", article(2, **RETRACTION))
    assert relations(emanet, 2) == [("retracts", "1", False)]
    assert emanet("show", DOI, expect=2).out == ""


def test_chains_of_notices(emanet: Emanet, drop: Path) -> None:
    """A correction of a retraction of an article, sent in the worst order."""
    third = {"kind": "correction", "related": [("corrected-article", 2)]}
    sent(emanet, drop, "c", article(3, **third))
    sent(emanet, drop, "b", article(2, **RETRACTION))
    sent(emanet, drop, "a", article(1), article(9))
    assert relations(emanet, 3) == [("corrects", "2", True)]
    assert sorted(relations(emanet, 2)) == [("corrected-by", "3", True), ("retracts", "1", True)]
    assert relations(emanet, 1) == [("retracted-by", "2", True)]
    shown = emanet.json("show", DOI)
    chain = [(r["relation"], r["doi"][-1], r["via"][-1:]) for r in shown["related"]]
    assert chain == [("retracted-by", "2", ""), ("corrected-by", "3", "2")]


def test_notices_in_a_ring_do_no_harm(emanet: Emanet, drop: Path) -> None:
    for number, other in ((1, 2), (2, 3), (3, 1)):
        more = {"kind": "correction", "related": [("corrected-article", other)]}
        sent(emanet, drop, f"r{number}", article(number, **more))
    shown = emanet.json("show", DOI)
    assert {r["doi"][-1] for r in shown["related"]} == {"2", "3"}


def test_a_version_with_a_new_pdf_alone(emanet: Emanet, drop: Path) -> None:
    """The content of an article is all of its files, not its XML alone."""
    for number, text in enumerate(("first", "second")):
        files = {"a.xml": article(1), "a.pdf": pdf(text)}
        folder = fill(drop / str(number), {f"{text}.zip": zipped(files)})
        assert emanet.json("ingest", folder)["articles"] == 1
    assert len(emanet.json("show", DOI)["versions"]) == 2
