# SPDX-License-Identifier: Apache-2.0
"""Formats told from their first bytes, and kinds of XML from their declarations."""

from __future__ import annotations

import csv
import io
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emanet.formats.sniff import HEAD_BYTES, sniff
from emanet.formats.xml.doctype import Doctype, XmlSniff
from emanet.formats.xml.flavours import jats_label, label

JATS = "-//NLM//DTD JATS (Z39.96) "


@pytest.mark.parametrize(
    ("public", "words"),
    [
        (JATS + "Journal Archiving and Interchange DTD v1.1 20151215//EN", "JATS Archiving 1.1"),
        (
            JATS
            + "Journal Archiving and Interchange DTD with OASIS Tables with MathML3 v1.1d3 2015"
            "0301//EN",
            "JATS Archiving 1.1d3",
        ),
        (JATS + "Journal Publishing DTD with MathML3 v1.3 20210610//EN", "JATS Publishing 1.3"),
        (JATS + "Article Authoring DTD v1.2d1 20170631//EN", "JATS Authoring 1.2d1"),
        ("-//NLM//DTD Journal Publishing DTD v3.0 20080202//EN", "NLM Publishing 3.0"),
        (
            "-//NLM//DTD Journal Archiving and Interchange DTD v1.0 20021201//EN",
            "NLM Archiving 1.0",
        ),
        ("-//NLM//DTD Journal Archiving with OASIS Tables v2.3 20070813//EN", "NLM Archiving 2.3"),
    ],
)
def test_public_identifiers_have_their_label(public: str, words: str) -> None:
    assert jats_label(XmlSniff("article", doctype=Doctype("article", public))) == words


def public(identifier: str) -> XmlSniff:
    return XmlSniff("article", doctype=Doctype("article", identifier))


def system(address: str, version: str = "") -> XmlSniff:
    return XmlSniff("article", "", Doctype("article", "", address), {"dtd-version": version})


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (
            system("http://jats.nlm.nih.gov/archiving/1.2/JATS-archivearticle1.dtd"),
            "JATS Archiving 1.2",
        ),
        (system("JATS-publishing1.dtd", "1.2"), "JATS Publishing 1.2"),
        (system("journalpublishing.dtd", "2.3"), "NLM Publishing 2.3"),
        (system("JATS-articleauthoring1.dtd"), "JATS Authoring"),
        (system("", "1.1"), "JATS 1.1"),
        (system("", "3.0"), "NLM 3.0"),
        (XmlSniff("article"), "JATS"),
        (
            XmlSniff(
                "article",
                "http://specifications.silverchair.com/xsd/1/42/SCJATS-journalpublishing-mathml3.xsd",
            ),
            "JATS (Silverchair 1.42)",
        ),
        (XmlSniff("article", "http://www.elsevier.com/xml/ja/dtd"), ""),
        (XmlSniff("article", doctype=Doctype("article", "-//ES//DTD x//EN")), ""),
        (XmlSniff("book"), ""),
        (public("-//TaxPub//DTD Taxonomic Treatment Publishing DTD v1.0//EN"), "JATS (TaxPub)"),
        (public("-//EDP//DTD EDP Publishing JATS v1.0 20130606//EN"), "JATS (EDP)"),
        (public("-//OASIS//DTD DocBook XML V4.5//EN"), ""),
    ],
)
def test_without_a_public_identifier_the_rest_tells(seen: XmlSniff, words: str) -> None:
    assert jats_label(seen) == words


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (
            '<!DOCTYPE article PUBLIC "-//ES//DTD journal article DTD version 5.6.0//EN//XML" "a">'
            '<article xmlns="http://www.elsevier.com/xml/ja/dtd">',
            "Elsevier JA 5.6.0",
        ),
        ('<simple-article xmlns="http://www.elsevier.com/xml/ja/dtd">', "Elsevier JA"),
        (
            '<!DOCTYPE book PUBLIC "-//ES//DTD book DTD version 5.6.0//EN" "b"><book>',
            "Elsevier book 5.6.0",
        ),
        (
            '<dataset xmlns="http://www.elsevier.com/xml/schema/transport/ew-xcr/journal-2021.2/x">',
            "Elsevier dataset",
        ),
        (
            '<doc:document xmlns:doc="http://www.elsevier.com/xml/document/schema">',
            "Elsevier document",
        ),
        (
            '<!DOCTYPE Publisher PUBLIC "-//Springer-Verlag//DTD A++ V2.4//EN" '
            '"http://devel.springer.de/A++/V2.4/DTD/A++V2.4.dtd"><Publisher>',
            "Springer A++ 2.4",
        ),
        ("<Publisher><PublisherInfo>", "Springer A++"),
        ('<!DOCTYPE Publisher SYSTEM "other.dtd"><Publisher>', "XML"),
        (
            '<doi_batch xmlns="http://www.crossref.org/schema/5.3.1" version="5.3.1">',
            "Crossref deposit 5.3.1",
        ),
        ('<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">', "OAI-PMH response"),
        ('<record xmlns="http://www.loc.gov/MARC21/slim">', "MARCXML"),
        (
            '<component xmlns="http://www.wiley.com/namespaces/wiley" version="2.0">',
            "WileyML 3G 2.0",
        ),
        ('<article xmlns="http://www.erudit.org/xsd/article">', "EruditArticle"),
        ('<html xmlns="http://www.w3.org/1999/xhtml">', "XHTML"),
        ('<svg xmlns="http://www.w3.org/2000/svg" version="1.1">', "SVG 1.1"),
        ("<tarif>", "XML"),
    ],
)
def test_kinds_of_xml_by_their_head(head: str, words: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        found = sniff(head.encode(encoding), "a.xml")
        assert found is not None
        assert (found.label, found.tool) == (words, "emanet")


@pytest.mark.parametrize(
    ("data", "words", "mime"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF 1.7", "application/pdf"),
        (b"\0\0junk\n%PDF-1.4\n", "PDF 1.4", "application/pdf"),
        (b"\0\x05\x16\x07\0\x02\0\0Mac OS X", "AppleDouble", "multipart/appledouble"),
        (b"\0\0\0\x01Bud1\0\0", "Finder folder settings (.DS_Store)", "application/octet-stream"),
        (b"PK\x03\x04\x14\0", "ZIP", "application/zip"),
        (b"\x1f\x8b\x08\0", "gzip", "application/gzip"),
        (b"BagIt-Version: 1.0\n", "BagIt declaration", "text/plain"),
        (b"<!doctype HTML>\n<html>", "HTML", "text/html"),
        (b"<!-- saved -->\n<HTML lang=en>", "HTML", "text/html"),
        (b"  <!DOCTYPE html PUBLIC '-//W3C//DTD HTML 4.01//EN'><html>", "HTML", "text/html"),
    ],
)
def test_other_formats_by_their_signature(data: bytes, words: str, mime: str) -> None:
    found = sniff(data, "main.pdf")
    assert found is not None
    assert (found.label, found.mime, found.puid) == (words, mime, "")


@pytest.mark.parametrize(
    ("form", "words"),
    [(tarfile.USTAR_FORMAT, "tar (POSIX)"), (tarfile.GNU_FORMAT, "tar (GNU)")],
)
def test_a_bare_tar_is_told(form: int, words: str) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=form) as archive:
        archive.addfile(tarfile.TarInfo("ışık.xml"))
    data = raw.getvalue()
    found = sniff(data[:HEAD_BYTES], "a.tar")
    assert found is not None
    assert found.label == words
    old = data[:257] + bytes(255)
    total = sum(old[:148]) + sum(old[156:]) + 8 * 32
    old = old[:148] + f"{total:06o}\0 ".encode() + old[156:]
    told = sniff(old, "A.TAR")
    assert told is not None
    assert told.label == "tar (before POSIX)"
    assert sniff(old, "a.dat") is None
    assert sniff(b"x" + old[1:], "a.tar") is None


@pytest.mark.parametrize("data", [b"", b"words only", b"{}", b"<12 mg", bytes(600)])
def test_the_unknown_is_none(data: bytes) -> None:
    assert sniff(data, "a.tar") is None


@given(st.binary(max_size=600), st.sampled_from(["a.xml", "a.tar", ""]))
def test_any_bytes_can_be_sniffed(data: bytes, name: str) -> None:
    sniff(data, name)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=60))
def test_any_declaration_gets_a_label(root: str, space: str, public: str) -> None:
    assert label(XmlSniff(root, space, Doctype(root, public)))


@pytest.mark.shared
def test_real_files_where_pronom_is_blind(jats: Path) -> None:
    found: Counter[str] = Counter()
    with (jats / "index.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["kind"] in ("article", "native", "pdf", "package", "crossref"):
                with (jats / row["path"]).open("rb") as handle:
                    told = sniff(handle.read(HEAD_BYTES), row["path"])
                words = told.label if told else "unknown"
                found[words] += 1
                if row["kind"] == "article" and row["doctype"].startswith("-//NLM//"):
                    version = row["doctype"].split(" v")[1].split(" ")[0]
                    assert words.endswith(f" {version}"), row["path"]
    assert found["unknown"] <= 1
    assert found["XML"] <= 1
    assert found["JATS Archiving 1.1"] >= 222
    assert found["NLM Publishing 3.0"] >= 26
