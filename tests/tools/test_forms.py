# SPDX-License-Identifier: Apache-2.0
"""What the generator writes is valid, and Emanet's own readers get out what was put in."""

from __future__ import annotations

import io
import struct
import tarfile
import unicodedata
import zipfile
import zlib

import pypdfium2
import pytest
from tools.corpus.forms import containers, deposits, elsevier, springer, wiley
from tools.corpus.forms.jats import DIALECTS, jats
from tools.corpus.forms.pdf import pdf
from tools.corpus.forms.png import noise, png
from tools.corpus.world.titles import World
from tools.corpus.world.works import Desk, Work

from emanet.formats.articles.dialects import DIALECTS as READERS
from emanet.formats.xml import safe, schemas
from emanet.model.ids import normal_doi
from emanet.model.package import Reading


@pytest.fixture(scope="module")
def works() -> list[Work]:
    world = World(7, titles=60, articles=1200)
    desk = Desk(world)
    return [w for t in world.titles for i in world.issues(t) for w in desk.issue(i)]


def _some(works: list[Work]) -> list[Work]:
    """Ordinary works of each language, notices, one ahead of its issue, one corrected."""
    notices = [w for w in works if w.related][:4]
    tongues = [next(w for w in works if w.language == t) for t in ("tr", "en", "el")]
    return [*tongues, *notices, works[0].ahead(), works[1].again()]


def _read(data: bytes) -> Reading:
    parsed = safe.parse(data, "x.xml")
    assert parsed.tree is not None
    assert parsed.findings == ()
    root = parsed.tree.getroot()
    space, _, name = root.tag[1:].rpartition("}") if root.tag[0] == "{" else ("", "", root.tag)
    for reader in READERS:
        if reader.knows(name, space, parsed.doctype):
            return reader.read(parsed.tree, parsed, "x.xml")
    raise AssertionError(f"nobody reads {root.tag}")


@pytest.mark.parametrize("dialect", [d for d in DIALECTS if d != "oup"])
def test_jats_is_valid_against_its_dtd(works: list[Work], dialect: str) -> None:
    for work in _some(works):
        data = jats(work, dialect, figures=("f1.png",), pdf_name="x.pdf")
        parsed = safe.parse(data, "x.xml")
        assert parsed.findings == ()
        assert schemas.validate(parsed, "x.xml") == ()


def test_elsevier_reads_back(works: list[Work]) -> None:
    for work in _some(works):
        reading = _read(elsevier.article(work, ("gr1",)))
        assert reading.kind == "article" and reading.mentions == ("gr1",)
        assert reading.record is not None
        assert reading.record.doi == work.doi and reading.record.title == work.headline
        related = [normal_doi(work.related)] if work.related else []
        assert [r.doi for r in reading.record.related] == related
        assert len(reading.record.authors) == len(work.authors)
    items = [(w, [(f"{elsevier.pii(w)}/main.xml", 5)]) for w in works[:20]]
    reading = _read(elsevier.dataset("MADE", items))
    assert [r.doi for r in reading.records.values()] == [w.doi for w in works[:20]]
    assert {r.volume for r in reading.records.values()} == {w.volume for w in works[:20]}


@pytest.mark.parametrize("write", [springer.header, lambda w: wiley.component(w, ("f.png",))])
def test_headers_read_back(works: list[Work], write: object) -> None:
    for work in _some(works):
        record = _read(write(work)).record  # type: ignore[operator]
        assert record is not None
        assert (record.doi, record.title) == (work.doi, work.headline)
        assert record.journal == work.journal and record.volume == work.volume
        assert record.first_page == work.first_page
        assert [i.value for i in record.issns] == [work.issn_print, work.issn_electronic]


@pytest.mark.parametrize("write", [lambda w: deposits.crossref([w], "b"), deposits.oai_dc])
def test_deposits_read_back(works: list[Work], write: object) -> None:
    for work in _some(works):
        reading = _read(write(work))  # type: ignore[operator]
        record = reading.record or next(iter(reading.records.values()))
        assert (record.doi, record.title) == (work.doi, work.headline)
        assert [a.family for a in record.authors] == [p.family for p in work.authors]
        assert record.volume == work.volume


def _text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        assert len(document) == 1
        text: str = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_a_pdf_opens_and_its_letters_can_be_copied(works: list[Work]) -> None:
    for work in _some(works):
        text = _text(pdf(work.headline, work.doi, "Şule Iğdır, Łukasz Dvořák", work.abstract))
        assert " ".join(work.headline.split()) in text
        assert work.doi in text
        assert "Şule Iğdır" in text and "Łukasz Dvořák" in text
        assert "Gösterim için üretildi" in text
        assert " ".join(work.abstract.split()) in text


def test_a_pdf_is_padded_to_its_size() -> None:
    data = pdf("A", "10.5555/a", "B", "C", size=200_000)
    assert abs(len(data) - 200_000) < 2000
    assert _text(data).startswith("A DOI: 10.5555/a")


def test_a_png_has_right_chunks() -> None:
    data, at, kinds, pixels = png("x", size=5000), 8, [], b""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(
            kind + body
        )
        kinds.append(kind)
        pixels += body if kind == b"IDAT" else b""
        at += 12 + length
    assert kinds == [b"IHDR", b"PLTE", b"tEXt", b"IDAT", b"emNt", b"IEND"]
    assert len(zlib.decompress(pixels)) == 64 * 97
    assert len(data) == 5000
    assert png("x") != png("y")


def test_noise_differs_by_name_and_does_not_compress() -> None:
    assert noise("a", 3_000_000) != noise("b", 3_000_000)
    assert len(zlib.compress(noise("a", 100_000))) > 99_000


MEMBERS = [("a/ş ğ.xml", b"<a/>" * 500), ("b.pdf", b"%PDF-" * 40), ("empty.txt", b"")]


def test_zip_is_what_the_standard_library_reads() -> None:
    with zipfile.ZipFile(io.BytesIO(containers.zip_bytes(MEMBERS))) as packed:
        assert packed.testzip() is None
        assert [(n, packed.read(n)) for n in packed.namelist()] == MEMBERS
        assert packed.getinfo("b.pdf").compress_type == zipfile.ZIP_STORED
        assert packed.getinfo("a/ş ğ.xml").compress_type == zipfile.ZIP_DEFLATED


@pytest.mark.parametrize("write", [containers.write_tar, containers.write_tar_gz])
def test_tars_are_what_the_standard_library_reads(write: object) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    write(first, MEMBERS)  # type: ignore[operator]
    write(second, MEMBERS)  # type: ignore[operator]
    assert first.getvalue() == second.getvalue()
    first.seek(0)
    with tarfile.open(fileobj=first) as tar:
        read = [(m.name, tar.extractfile(m).read()) for m in tar]  # type: ignore[union-attr]
    assert read == MEMBERS
