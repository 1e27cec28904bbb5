# SPDX-License-Identifier: Apache-2.0
"""The beginning of a file: declarations, root and namespace, without parsing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emanet.formats.xml.doctype import Doctype, plain, scan, sniff


def test_a_jats_head_is_understood() -> None:
    seen = sniff(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- a <b> comment -->\n<?xml-stylesheet a="b"?>'
        b"<!DOCTYPE article\n  PUBLIC \"  -//NLM//DTD  X\n v1//EN \" 'x.dtd'>\n"
        b'<article xmlns:mml="m" dtd-version="1.2" xml:lang="tr">'
    )
    assert seen is not None
    assert seen.doctype == Doctype("article", "-//NLM//DTD X v1//EN", "x.dtd")
    assert (seen.root, seen.namespace, seen.dtd_version) == ("article", "", "1.2")
    assert seen.attributes["xml:lang"] == "tr"
    assert seen.encoding == "UTF-8"


def test_the_internal_subset_is_stepped_over() -> None:
    head = (
        b'<!DOCTYPE a SYSTEM "a.dtd" [<!ENTITY x "]>"><!-- ]> \' --><?p ]> ?>'
        b"<!ENTITY y ']>'>]  ><a>"
    )
    prolog = scan(head)
    assert head[prolog.root :] == b"<a>"
    assert head[slice(*prolog.subset)].startswith(b"<!ENTITY x")
    assert head[slice(*prolog.subset)].endswith(b"<!ENTITY y ']>'>")


def test_prefixed_roots_have_their_namespace() -> None:
    seen = sniff(b'<doc:document xmlns:doc="http://d" xmlns="http://other">')
    assert seen is not None
    assert (seen.root, seen.namespace) == ("document", "http://d")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_wide_encodings_are_told_too(encoding: str) -> None:
    data = '<?xml version="1.0"?><makale dil="İ">'.encode(encoding)
    seen = sniff(data)
    assert seen is not None
    assert seen.root == "makale"
    assert seen.attributes == {"dil": "İ"}


def test_a_head_cut_inside_the_subset_is_known_by_its_doctype() -> None:
    seen = sniff(b'<!DOCTYPE article PUBLIC "-//ES//X" "art.dtd" [<!ENTITY a SYSTEM "a" NDATA I>')
    assert seen is not None
    assert (seen.root, seen.doctype.public) == ("article", "-//ES//X")


@pytest.mark.parametrize("data", [b"", b"plain words", b"<", b"<<a>", b"< a>", b"%PDF-1.4", b"<3 "])
def test_what_is_no_xml_is_none(data: bytes) -> None:
    assert sniff(data) is None


@given(st.binary(max_size=200))
def test_any_bytes_can_be_sniffed(data: bytes) -> None:
    sniff(data)
    sniff(b"<!DOCTYPE a [" + data)
    scan(b"<a " + data)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=60))
def test_plain_keeps_every_character(words: str) -> None:
    for encoding in ("utf-16", "utf-32"):
        assert plain(f"<a>{words}</a>".encode(encoding)).decode() == f"<a>{words}</a>"
