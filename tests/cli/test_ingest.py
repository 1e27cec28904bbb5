# SPDX-License-Identifier: Apache-2.0
"""Taking in: verdicts, receipts, repeats, what is left alone, and the drop area untouched."""

from __future__ import annotations

import json
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from tests.cli.driver import EMANET, Emanet
from tests.cli.material import article, fill, issue, pdf, tree, zipped

from emanet.bootstrap.holding import held, unfinished

HOSTILE = b'<?xml version="1.0"?><!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + (
    b'<article><front><article-meta><article-id pub-id-type="doi">10.5555/x</article-id>'
    b"</article-meta></front><body><p>&x;</p></body></article>"
)


def mixed(drop: Path) -> Path:
    """Deliveries of all fates, in folders, ZIPs and as loose files."""
    return fill(
        drop,
        {
            "good/one.zip": zipped(issue(1, 2)),
            "good/two.zip": zipped(issue(3), zipfile.ZIP_STORED),
            "folder/article.xml": article(4),
            "folder/article.pdf": pdf("Article 4."),
            "bad/notes.zip": zipped({"notes.txt": b"nothing to see", "list.csv": b"a;b\n"}),
            "bad/hostile.zip": zipped({"a.xml": HOSTILE}),
            "bad/half.zip": zipped(issue(5), zipfile.ZIP_STORED)[:1500],
            "partly/three.zip": zipped({**issue(6), "a7/article.xml": b"<article><front></artic"}),
        },
    )


EXPECTED = {
    "good/one.zip": "accepted",
    "good/two.zip": "accepted",
    "drop": "accepted",  # folders of one article each are one delivery, named by where they lie
    "bad/notes.zip": "held",
    "bad/hostile.zip": "refused",
    "bad/half.zip": "held",
    "partly/three.zip": "accepted",
}


def states(report: dict) -> dict[str, str]:
    return {r["delivery"]["name"]: r["state"] for r in report["receipts"]}


def test_each_delivery_gets_its_verdict(emanet: Emanet, drop: Path) -> None:
    before = tree(mixed(drop))
    report = emanet.json("ingest", drop, expect=3)
    assert states(report) == EXPECTED
    assert tree(drop) == before, "the drop area is never changed"
    assert report["articles"] == 5 and len(report["accessions"]) == 1
    account = report["accounting"]
    size = sum(p.stat().st_size for p in drop.rglob("*") if p.is_file())
    parts = {name: account[name] for name in account if name != "bytes_in"}
    assert account["bytes_in"] == size == sum(parts.values())
    assert all(parts[name] > 0 for name in ("sealed", "held", "refused"))
    for receipt in report["receipts"]:
        if receipt["state"] == "accepted":
            assert receipt["accession"] == report["accessions"][0]
        else:
            assert receipt["findings"], receipt


def test_held_files_of_an_accepted_delivery_give_3(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"x.zip": zipped({**issue(6), "a7/article.xml": b"<article><front></artic"})})
    report = emanet.json("ingest", drop, expect=3)
    assert report["held_files"] == 1 and states(report) == {"x.zip": "accepted"}
    assert emanet.json("status")["held_files"] == 1


def test_good_deliveries_alone_give_0(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"one.zip": zipped(issue(1))})
    out = emanet("ingest", drop).out
    assert "1 deliveries: 1 accepted, 0 held, 0 refused, 0 repeated, 0 waiting." in out


def test_turkish_receipts(emanet: Emanet, drop: Path) -> None:
    mixed(drop)
    out = emanet("ingest", drop, expect=3, EMANET_LANG="tr").out
    for word in ("kabul", "bekletildi", "reddedildi", "7 teslimat:"):
        assert word in out
    assert "Bu teslimatta hiçbir makale seçilemedi" in out
    assert "kimlik" in emanet("deliveries", EMANET_LANG="tr").out
    assert "teslimat" in emanet("status", EMANET_LANG="tr").out


def test_the_same_area_again_is_acknowledged(emanet: Emanet, drop: Path) -> None:
    first = emanet.json("ingest", mixed(drop), expect=3)
    status = emanet.json("status")
    again = emanet.json("ingest", drop, expect=3)
    known = {n: "repeated" if s == "accepted" else s for n, s in states(first).items()}
    assert states(again) == known
    assert again["accessions"] == [] and again["articles"] == 0
    account = again["accounting"]
    assert account["bytes_in"] == sum(v for n, v in account.items() if n != "bytes_in")
    after = emanet.json("status")
    for name in ("deliveries", "accessions", "articles", "versions", "held", "refused", "files"):
        assert after[name] == status[name], name


def test_the_same_bytes_under_another_name(emanet: Emanet, drop: Path) -> None:
    data = zipped(issue(1, 2))
    first = emanet.json("ingest", fill(drop / "a", {"one.zip": data}))
    again = emanet.json("ingest", fill(drop / "b", {"another.zip": data}))
    assert states(again) == {"another.zip": "repeated"}
    assert again["receipts"][0]["delivery"]["id"] == first["receipts"][0]["delivery"]["id"]
    assert emanet.json("status")["articles"] == 2


def test_the_same_bytes_twice_in_one_run(emanet: Emanet, drop: Path) -> None:
    data, notes = zipped(issue(1)), zipped({"notes.txt": b"nothing"})
    fill(drop, {"a/x.zip": data, "b/y.zip": data, "c/n.zip": notes, "d/m.zip": notes})
    report = emanet.json("ingest", drop, expect=3)
    assert sorted(states(report).values()) == ["accepted", "held", "held", "repeated"]
    status = emanet.json("status")
    assert (status["deliveries"], status["articles"], status["held"]) == (2, 1, 1)
    rebuilt = emanet.json("rebuild")
    assert rebuilt["articles"] == 1 and emanet.json("status") == status


def test_articles_held_already_are_not_kept_twice(emanet: Emanet, drop: Path) -> None:
    """A new delivery with old articles in it: those are repeats, the new one is added."""
    emanet("ingest", fill(drop / "a", {"one.zip": zipped(issue(1, 2))}))
    report = emanet.json("ingest", fill(drop / "b", {"two.zip": zipped(issue(2, 3))}))
    assert (report["articles"], report["repeats"]) == (1, 1)
    told = emanet.json("deliveries", report["receipts"][0]["delivery"]["id"])
    fates = {f["name"].rpartition("/")[2] + f["name"][8:10]: f["fate"] for f in told["files"]}
    assert sorted(fates.values()) == ["article", "article", "packaging", "repeated", "repeated"]


def test_files_still_being_written_are_left_alone(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"a/one.zip": zipped(issue(1)), "b/two.xml.part": b"<article>"})
    report = emanet.json("ingest", drop, expect=3)
    assert states(report) == {"one.zip": "accepted"} or states(report) == {"a/one.zip": "accepted"}
    assert [left["finding"]["code"] for left in report["left"]] == ["DROP-BUSY"]
    out = emanet("ingest", drop, expect=3, EMANET_LANG="tr").out
    assert "two.xml.part" in out and "dokunulmadı" in out


def test_a_settling_time(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"one.zip": zipped(issue(1))})
    report = emanet.json("ingest", drop, expect=3, EMANET_INGEST__SETTLE_S="3600")
    assert report["receipts"] == [] and len(report["left"]) == 1
    assert states(emanet.json("ingest", drop)) == {"one.zip": "accepted"}


def test_a_file_given_by_name(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"one.zip": zipped(issue(1)), "two.zip": zipped(issue(2))})
    assert states(emanet.json("ingest", drop / "one.zip")) == {"one.zip": "accepted"}
    both = emanet.json("ingest", drop / "two.zip", drop)
    assert sorted(states(both).values()) == ["accepted", "repeated"]


def test_many_accessions_when_the_target_is_small(emanet: Emanet, drop: Path) -> None:
    fill(drop, {f"{n}.zip": zipped(issue(n), zipfile.ZIP_STORED) for n in range(1, 6)})
    report = emanet.json("ingest", drop, EMANET_INGEST__TARGET_MEMBERS="100")
    assert len(report["accessions"]) == 1
    fill(drop / "more", {f"{n}.zip": zipped(issue(*range(n, n + 40))) for n in (10, 60, 110)})
    report = emanet.json("ingest", drop / "more", EMANET_INGEST__TARGET_MEMBERS="100")
    assert len(report["accessions"]) == 2
    assert {r["accession"] for r in report["receipts"]} == set(report["accessions"])
    assert emanet.json("status")["articles"] == 125


def test_a_large_payload_is_a_container_of_its_own(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"large.zip": zipped(issue(1, 2), zipfile.ZIP_STORED), "s.zip": zipped(issue(3))})
    emanet.json("ingest", drop, EMANET_INGEST__WHOLE_BYTES="4000")
    (containers,) = (emanet.home / "root").glob("*/*/v1/content/containers")
    large = (drop / "large.zip").read_bytes()
    assert [p.read_bytes() == large for p in sorted(containers.iterdir())].count(True) == 1
    assert (containers / "pack-0001.zip").exists()
    assert emanet.json("get", "10.5555/made.1", "-o", drop.parent / "out")


def test_two_at_once(emanet: Emanet, drop: Path) -> None:
    """The second is told at once who writes; nothing is harmed."""
    fill(drop, {f"{n}.zip": zipped(issue(n)) for n in range(30)})
    first = subprocess.Popen(
        [EMANET, "-C", emanet.home, "ingest", drop, "--json"], stdout=subprocess.PIPE, text=True
    )
    while not unfinished(emanet.home) and first.poll() is None:
        time.sleep(0.01)
    second = emanet("ingest", drop, expect=1)
    assert first.poll() is None, "the first ended too soon for this test to tell anything"
    told = second.err.strip().splitlines()
    assert str(first.pid) in told[0] and "lock" in told[0]
    assert told[1].strip().startswith("Wait until the other command has ended")
    assert len(told) == 2 and second.out == ""
    out, _ = first.communicate(timeout=60)
    assert first.returncode == 0 and len(json.loads(out)["receipts"]) == 30
    assert emanet.json("status")["articles"] == 30


def test_reading_goes_on_while_somebody_writes(emanet: Emanet, drop: Path) -> None:
    """A reader neither waits for a writer nor takes over its unfinished work."""
    emanet("ingest", fill(drop, {"one.zip": zipped(issue(1))}))
    with held(emanet.home, ()):
        assert emanet.json("status")["articles"] == 1
        assert emanet("show", "10.5555/made.1").err == ""
        assert emanet("ingest", drop, expect=1).out == ""
        assert emanet("verify", expect=1).out == ""
        assert emanet("rebuild", expect=1).out == ""
    assert emanet("ingest", drop).err == ""


@pytest.mark.parametrize("language", ["en", "tr"])
def test_a_full_list_of_findings_is_cut_in_the_receipt(
    emanet: Emanet, drop: Path, language: str
) -> None:
    files = {f"a{n}/article.xml": b"<article><front></artic" for n in range(9)} | issue(50)
    fill(drop, {"x.zip": zipped(files)})
    out = emanet("ingest", drop, expect=3, EMANET_LANG=language).out
    assert out.count("XML-MALFORMED") + out.count("XML-NOT-WELL") <= 5
    assert ("more" if language == "en" else "bulgu daha") in out
