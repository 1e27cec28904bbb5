# SPDX-License-Identifier: Apache-2.0
"""Deliveries that wait for siblings, that are held, released, refused; and what was agreed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cli.driver import Emanet, archive
from tests.cli.material import article, fill, issue, oup, oup_four, tree, zipped

NOTES = {"notes.txt": b"nothing to see", "list.csv": b"a;b\n"}
HELD = {"notes.zip": zipped(NOTES)}
PAIR = oup(1, 2)
XML, PDF = sorted(PAIR, reverse=True)


def only(report: dict[str, Any]) -> dict[str, Any]:
    (receipt,) = report["receipts"]
    return receipt


def in_quarantine(emanet: Emanet) -> list[bytes]:
    files = (emanet.home / "quarantine").glob("*/files/*")
    return [path.read_bytes() for path in sorted(files)]


def hold(emanet: Emanet, drop: Path, files: dict[str, bytes] = HELD) -> str:
    """Have a delivery held; gives its id."""
    receipt = only(emanet.json("ingest", fill(drop, files), expect=3))
    assert receipt["state"] == "held"
    return receipt["delivery"]["id"]


# ---------------------------------------------------------------- siblings


def test_an_issue_in_two_zips_over_two_runs(emanet: Emanet, drop: Path) -> None:
    fill(drop, {XML: PAIR[XML]})
    first = only(emanet.json("ingest", drop, expect=3))
    assert first["state"] == "waiting" and first["waits_until"] > first["decided"]
    assert [f["code"] for f in first["findings"]].count("PACKAGE-SIBLING-AWAITED") == 1
    assert emanet.json("status")["waiting"] == 1
    again = only(emanet.json("ingest", drop, expect=3))
    assert again["state"] == "waiting" and again["waits_until"] == first["waits_until"]
    assert in_quarantine(emanet) == []

    fill(drop, {PDF: PAIR[PDF]})
    whole = only(emanet.json("ingest", drop))
    assert (whole["state"], whole["articles"]) == ("accepted", 2)
    status = emanet.json("status")
    assert (status["waiting"], status["articles"], status["deliveries"]) == (0, 2, 2)
    case = emanet.json("deliveries", first["delivery"]["id"])
    assert (case["state"], case["accession"]) == ("accepted", whole["accession"])
    assert whole["delivery"]["id"] in case["reason"]
    assert {f["fate"] for f in case["files"]} == {"repeated"} and case["held_files"] == 0
    assert [f["role"] for f in emanet.json("show", "10.5555/made.1")["files"]] == ["article", "pdf"]
    assert emanet.json("ingest", drop)["receipts"][0]["state"] == "repeated"


def test_an_issue_in_four_zips_over_two_runs(emanet: Emanet, drop: Path) -> None:
    four = oup_four(1, 2)
    late = next(name for name in four if name.endswith(".pdf.zip"))
    fill(drop, {name: data for name, data in four.items() if name != late})
    first = only(emanet.json("ingest", drop, expect=3))
    assert first["state"] == "waiting" and len(first["delivery"]["payloads"]) == 3
    fill(drop, {late: four[late]})
    whole = only(emanet.json("ingest", drop))
    assert (whole["state"], whole["layout"], whole["articles"]) == ("accepted", "oup", 2)
    assert emanet.json("status")["waiting"] == 0
    shown = emanet.json("show", "10.5555/made.2")
    assert [f["role"] for f in shown["files"]] == ["article", "pdf", "pdf", "figure"]


def test_a_death_between_the_joining_and_its_record(emanet: Emanet, drop: Path) -> None:
    """The accession is sealed, the waiting case not yet closed: the next run closes it."""
    fill(drop, {XML: PAIR[XML]})
    emanet("ingest", drop, expect=3)
    fill(drop, {PDF: PAIR[PDF]})
    for number in range(30, 200):
        copy = archive(drop.parent / f"copy{number}")
        shutil.copytree(emanet.home, copy.home)
        ran = copy("ingest", drop, expect=None, EMANET_FAULT=f"eio:{number}")
        if ran.code == 1 and list((copy.home / "root").glob("*/*acc-00000002*")):
            break
    else:
        raise AssertionError("no fault struck between the two objects")
    assert copy.json("status")["waiting"] == 1
    copy("ingest", drop)
    status = copy.json("status")
    assert (status["waiting"], status["articles"]) == (0, 2)


def test_a_held_delivery_that_comes_again_with_its_siblings(emanet: Emanet, drop: Path) -> None:
    fill(drop, {XML: PAIR[XML]})
    for _ in range(2):
        emanet("ingest", drop, expect=3, EMANET_INGEST__WAIT_HOURS="0")
    assert len(in_quarantine(emanet)) == 1
    fill(drop, {PDF: PAIR[PDF]})
    assert only(emanet.json("ingest", drop))["state"] == "accepted"
    assert in_quarantine(emanet) == [] and emanet.json("status")["held"] == 0


def test_a_sibling_that_never_comes(emanet: Emanet, drop: Path) -> None:
    fill(drop, {XML: PAIR[XML]})
    waiting = only(emanet.json("ingest", drop, expect=3, EMANET_INGEST__WAIT_HOURS="0"))
    assert waiting["state"] == "waiting"
    held = only(emanet.json("ingest", drop, expect=3))
    assert held["state"] == "held" and held.get("waits_until", "") == ""
    assert in_quarantine(emanet) == [PAIR[XML]]
    receipt = emanet.json(
        "deliveries", "release", held["delivery"]["id"], "--reason", "the PDFs are lost"
    )
    assert (receipt["state"], receipt["articles"]) == ("accepted", 2)
    assert emanet.json("status")["articles"] == 2


def test_a_waiting_delivery_is_not_released_but_may_be_refused(emanet: Emanet, drop: Path) -> None:
    fill(drop, {XML: PAIR[XML]})
    delivery = only(emanet.json("ingest", drop, expect=3))["delivery"]["id"]
    ran = emanet("deliveries", "release", delivery, "--reason", "now", expect=2)
    assert "waits for its sibling" in ran.err
    receipt = emanet.json("deliveries", "refuse", delivery, "--reason", "sent by mistake")
    assert receipt["state"] == "refused"
    assert only(emanet.json("ingest", drop, expect=3))["state"] == "refused"


# ---------------------------------------------------------------- held and decided


def test_held_then_released(emanet: Emanet, drop: Path) -> None:
    delivery = hold(emanet, drop)
    before = tree(drop)
    assert in_quarantine(emanet) == [HELD["notes.zip"]]
    receipt = emanet.json("deliveries", "release", delivery, "--reason", "minutes of a meeting")
    assert (receipt["state"], receipt["reason"]) == ("accepted", "minutes of a meeting")
    assert receipt["accession"].startswith("acc-")
    assert in_quarantine(emanet) == [] and list((emanet.home / "quarantine").iterdir()) == []
    told = emanet.json("deliveries", delivery)
    assert told["state"] == "accepted" and told["reason"] == "minutes of a meeting"
    assert {f["name"]: f["fate"] for f in told["files"]}["notes.zip/notes.txt"] == "unclaimed"
    out = drop.parent / "out"
    emanet("export", receipt["accession"], "-o", out)
    (bag,) = out.iterdir()
    assert (bag / "data" / delivery / "notes.zip").read_bytes() == HELD["notes.zip"]
    assert tree(drop) == before
    assert only(emanet.json("ingest", drop))["state"] == "repeated"
    assert (
        "not held" in emanet("deliveries", "release", delivery, "--reason", "again", expect=2).err
    )
    assert emanet.json("status")["held"] == 0


def test_held_then_refused_stays_refused(emanet: Emanet, drop: Path) -> None:
    delivery = hold(emanet, drop)
    receipt = emanet.json("deliveries", "refuse", delivery, "--reason", "not a publication")
    assert (receipt["state"], receipt["verdict"]) == ("refused", "refuse")
    assert in_quarantine(emanet) == []
    again = only(emanet.json("ingest", drop, expect=3))
    assert (again["state"], again["reason"]) == ("refused", "not a publication")
    told = emanet.json("deliveries", delivery)
    assert told["state"] == "refused" and told["reason"] == "not a publication"
    assert {f["fate"] for f in told["files"]} == {"refused"}
    assert (
        "not held"
        in emanet("deliveries", "release", delivery, "--reason", "after all", expect=2).err
    )
    kinds = [e["kind"] for e in emanet_events(emanet, delivery)]
    assert kinds.count("delivery:verdict:refused") == 1


def emanet_events(emanet: Emanet, delivery: str) -> list[dict[str, Any]]:
    """The events of a delivery, from the sealed objects themselves."""
    found = []
    for path in sorted((emanet.home / "root").glob("*/*/v1/content/events.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            event = json.loads(line)
            if event["subject"] == delivery:
                found.append(event)
    return found


def test_the_reasons_survive_a_rebuild(emanet: Emanet, drop: Path) -> None:
    first = hold(emanet, drop / "a")
    second = hold(emanet, drop / "b", {"other.zip": zipped({"x.txt": b"x", "y.csv": b"y"})})
    emanet("deliveries", "release", first, "--reason", "kept: Işık")
    emanet("deliveries", "refuse", second, "--reason", "not ours")
    before = [emanet.json("deliveries", d) for d in (first, second)]
    emanet("rebuild")
    assert [emanet.json("deliveries", d) for d in (first, second)] == before


def test_what_harms_cannot_be_released(emanet: Emanet, drop: Path) -> None:
    receipt = only(
        emanet.json("ingest", fill(drop, {"x.zip": zipped({"../../x.xml": article()})}), expect=3)
    )
    assert receipt["state"] == "refused"
    ran = emanet(
        "deliveries", "release", receipt["delivery"]["id"], "--reason", "trust me", expect=2
    )
    assert "not held" in ran.err
    assert in_quarantine(emanet) == []


def test_a_decision_in_turkish(emanet: Emanet, drop: Path) -> None:
    delivery = hold(emanet, drop)
    ran = emanet("deliveries", "refuse", delivery, expect=2, EMANET_LANG="tr")
    assert "--reason gerekli" in ran.err
    ran = emanet("deliveries", "refuse", delivery, "--reason", "olmaz", EMANET_LANG="tr")
    assert "reddedildi" in ran.out


def test_a_held_delivery_whose_quarantine_is_gone(emanet: Emanet, drop: Path) -> None:
    delivery = hold(emanet, drop)
    shutil.rmtree(emanet.home / "quarantine" / delivery)
    ran = emanet("deliveries", "release", delivery, "--reason", "now", expect=2)
    assert "quarantine" in ran.err
    assert only(emanet.json("ingest", drop, expect=3))["state"] == "held"
    assert in_quarantine(emanet) == [HELD["notes.zip"]], "it lies in the drop area still"


# ---------------------------------------------------------------- what was agreed

AGREED = """
[publishers.strict]
name = "Strict Press"
prefixes = ["10.5555"]
hold = ["XML-INVALID"]
accept_partial = false

[publishers.mild]
name = "Mild Press"
prefixes = ["10.1234"]
accept = ["PACKAGE-MANIFEST-MISSING-FILE"]
refuse = ["PACKAGE-NOT-UNDERSTOOD"]
"""
PARTLY = {"x.zip": zipped({**issue(1), "a2/article.xml": b"<article><front></artic"})}


def test_a_publisher_is_recognised_by_its_prefix(emanet: Emanet, drop: Path) -> None:
    emanet.settle(AGREED)
    report = emanet.json("ingest", fill(drop, {"a.zip": zipped(issue(1))}))
    assert only(report)["delivery"]["publisher"] == "strict"
    (row,) = emanet.json("deliveries")
    assert row["publisher"] == "strict"


@pytest.mark.parametrize(
    ("publisher", "state"), [("strict", "held"), ("mild", "accepted"), ("", "held")]
)
def test_no_part_is_accepted_where_that_was_agreed(
    emanet: Emanet, drop: Path, publisher: str, state: str
) -> None:
    emanet.settle(AGREED)
    words = ["--publisher", publisher] if publisher else []
    receipt = only(emanet.json("ingest", fill(drop, PARTLY), *words, expect=3))
    assert receipt["state"] == state
    assert receipt["delivery"]["publisher"] == (publisher or "strict")


def test_a_finding_weighs_as_agreed(emanet: Emanet, drop: Path) -> None:
    emanet.settle(AGREED)
    fill(drop, HELD)
    receipt = only(emanet.json("ingest", drop, "--publisher", "mild", expect=3))
    assert (receipt["state"], receipt["verdict"]) == ("refused", "refuse")
    assert in_quarantine(emanet) == []
    # A refusal by rule is judged anew, unlike one by a person.
    assert only(emanet.json("ingest", drop, "--publisher", "strict", expect=3))["state"] == "held"


def test_an_invalid_article_is_held_where_that_was_agreed(emanet: Emanet, drop: Path) -> None:
    emanet.settle(AGREED)
    wrong = article(1).replace(b"<volume>7</volume>", b"<nonsense/><volume>7</volume>")
    data = zipped({"a.xml": wrong})
    receipt = only(emanet.json("ingest", fill(drop / "a", {"a.zip": data}), expect=3))
    assert receipt["state"] == "held"
    assert "XML-INVALID" in [f["code"] for f in receipt["findings"]]
    mild = emanet.json(
        "ingest", fill(drop / "b", {"b.zip": zipped({"b.xml": wrong})}), "--publisher", "mild"
    )
    assert only(mild)["state"] == "accepted", "a warning and not a gate"
