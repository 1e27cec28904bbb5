# SPDX-License-Identifier: Apache-2.0
"""What is handed out: an article's files bit for bit, accessions and articles as bags."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.cli.driver import Emanet
from tests.cli.material import article, fill, issue, pdf, zipped

import bagit

DOI = "10.5555/made.1"


def tarred(files: dict[str, bytes], mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as packed:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return out.getvalue()


PACKINGS = {
    "folder": lambda files: files,
    "stored.zip": lambda files: {"d.zip": zipped(files, zipfile.ZIP_STORED)},
    "deflated.zip": lambda files: {"d.zip": zipped(files)},
    "tar": lambda files: {"d.tar": tarred(files, "w")},
    "tar.gz": lambda files: {"d.tar.gz": tarred(files, "w:gz")},
    "tar.bz2": lambda files: {"d.tar.bz2": tarred(files, "w:bz2")},
    "tar.xz": lambda files: {"d.tar.xz": tarred(files, "w:xz")},
    "zip in zip": lambda files: {"d.zip": zipped({"inner.zip": zipped(files)})},
    "zip in tar.gz": lambda files: {"d.tar.gz": tarred({"inner.zip": zipped(files)}, "w:gz")},
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_get_gives_the_files_bit_for_bit(emanet: Emanet, drop: Path, packing: str) -> None:
    files = issue(1, 2)
    fill(drop, PACKINGS[packing](files))
    emanet("ingest", drop)
    out = drop.parent / "out"
    handed = emanet.json("get", DOI, "-o", out)
    got = {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert got == {"article.xml": article(1), "article.pdf": pdf("Article 1.")}
    assert {Path(h["path"]).name: h["bytes"] for h in handed} == {n: len(d) for n, d in got.items()}


def test_get_overwrites_nothing(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"d.zip": zipped(issue(1))})
    emanet("ingest", drop)
    out = fill(drop.parent / "out", {"article.xml": b"mine"})
    ran = emanet("get", DOI, "-o", out, expect=2)
    assert "article.xml" in ran.err
    assert (out / "article.xml").read_bytes() == b"mine"


def test_names_of_a_hostile_sender_stay_in_the_folder(emanet: Emanet, drop: Path) -> None:
    """A folder cannot hold such names; a TAR of ours can hold odd ones, and does no harm."""
    odd = {"ab|c?/CON..xml": article(1), "ab|c?/CON..pdf": pdf()}
    fill(drop, {"d.tar": tarred(odd, "w")})
    emanet("ingest", drop)
    out = drop.parent / "deep" / "out"
    for handed in emanet.json("get", DOI, "-o", out):
        assert Path(handed["path"]).resolve().is_relative_to(out)
    assert len([p for p in out.rglob("*") if p.is_file()]) == 2


def test_export_gives_bags_that_another_tool_finds_valid(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"d.zip": zipped(issue(1, 2)), "e.tar.gz": tarred(issue(3), "w:gz")})
    (accession,) = emanet.json("ingest", drop)["accessions"]
    out = drop.parent / "bags"
    made = emanet.json("export", accession, DOI, "10.5555/made.3", "-o", out)
    assert len(made) == 3
    for one in made:
        bag = bagit.Bag(one["path"])
        assert bag.validate()
        assert bag.info["Payload-Oxum"].startswith(f"{one['bytes']}.")
        assert bag.version_info == (1, 0)
    whole = Path(made[0]["path"])
    received = {p.name: p.read_bytes() for p in (whole / "data").rglob("*") if p.is_file()}
    assert received == {p.name: p.read_bytes() for p in drop.iterdir()}
    single = Path(made[1]["path"])
    payload = {p.name: p.read_bytes() for p in (single / "data").rglob("*") if p.is_file()}
    assert payload == {"article.xml": article(1), "article.pdf": pdf("Article 1.")}


def test_export_overwrites_nothing(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"d.zip": zipped(issue(1))})
    (accession,) = emanet.json("ingest", drop)["accessions"]
    out = drop.parent / "bags"
    emanet("export", accession, "-o", out)
    before = sorted(p for p in out.rglob("*"))
    assert emanet("export", accession, "-o", out, expect=2).out == ""
    assert sorted(p for p in out.rglob("*")) == before


def test_events_can_be_exported(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"notes.zip": zipped({"n.txt": b"nothing"})})
    emanet("ingest", drop, expect=3)
    (name,) = [p.name for p in (emanet.home / "root").glob("*/*evt*")]
    (made,) = emanet.json("export", name.partition("%3a")[2], "-o", drop.parent / "bags")
    assert bagit.Bag(made["path"]).validate()


def test_an_article_of_the_quarantine_is_not_handed_out(emanet: Emanet, drop: Path) -> None:
    half = zipped(issue(1, 2), zipfile.ZIP_STORED)
    fill(drop, {"half.zip": half[: len(half) * 2 // 3]})
    assert emanet.json("ingest", drop, expect=3)["receipts"][0]["state"] == "held"
    assert emanet("get", DOI, "-o", drop.parent / "out", expect=2).out == ""
    assert not (drop.parent / "out").exists()


def test_handing_out_in_words(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"d.zip": zipped(issue(1))})
    emanet("ingest", drop)
    said = emanet("get", DOI, "-o", drop.parent / "out").out
    assert "article.pdf" in said and len(said.splitlines()) == 2
