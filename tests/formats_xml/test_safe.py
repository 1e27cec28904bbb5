# SPDX-License-Identifier: Apache-2.0
"""Parsing from strangers: what is refused, what is mended, and that nothing leaks or is lost."""

from __future__ import annotations

import http.server
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from emanet.formats.xml import safe
from emanet.formats.xml.safe import parse


def codes(data: bytes) -> list[str]:
    return [f.code for f in parse(data, "a.xml").findings]


def text(data: bytes) -> str:
    tree = parse(data, "a.xml").tree
    assert tree is not None
    return "".join(tree.getroot().itertext())


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "İstanbul ışığı, Αθήνα"),
        ("utf-8-sig", "İstanbul ışığı, Αθήνα"),
        ("utf-16", "İstanbul ışığı, Αθήνα"),
        ("utf-16-le", "İstanbul ışığı, Αθήνα"),
        ("utf-16-be", "İstanbul ışığı, Αθήνα"),
        ("utf-32", "İstanbul ışığı, Αθήνα"),
        ("iso-8859-9", "İstanbul ışığı"),
        ("windows-1254", "İstanbul “ışığı”"),
        ("iso-8859-7", "Αθήνα"),
        ("iso-8859-1", "Málaga"),
    ],
)
def test_every_encoding_gives_the_same_words(encoding: str, words: str) -> None:
    declared = "utf-16" if encoding.startswith("utf-16") else encoding.removesuffix("-sig")
    source = f'<?xml version="1.0" encoding="{declared}"?><a>{words} &eacute;</a>'
    source = source.replace("<a>", '<!DOCTYPE a SYSTEM "a.dtd"><a>')
    assert text(source.encode(encoding)) == f"{words} é"
    assert codes(source.encode(encoding)) == []


def test_named_characters_in_text_and_attributes_are_kept() -> None:
    data = (
        b'<!DOCTYPE a SYSTEM "a.dtd"><a t="caf&eacute; &Scaron;">&inodot;&Idot;&phi;&amp;&lt;</a>'
    )
    tree = parse(data, "a.xml").tree
    assert tree is not None
    assert tree.getroot().get("t") == "café Š"
    assert tree.getroot().text == "ıİϕ&<"


def test_markup_characters_by_name_stay_characters() -> None:
    data = b'<!DOCTYPE a SYSTEM "a.dtd"><a t="&QUOT;&AMP;&LT;">&AMP;&LT;b&GT;</a>'
    tree = parse(data, "a.xml").tree
    assert tree is not None
    assert tree.getroot().get("t") == '"&<'
    assert tree.getroot().text == "&<b>"


def test_no_character_is_expanded_in_cdata_comments_and_instructions() -> None:
    data = (
        b'<!DOCTYPE a SYSTEM "a.dtd"><a><!-- &eacute; --><![CDATA[&eacute; <b>]]>'
        b"<?say &eacute;?>&eacute;</a>"
    )
    tree = parse(data, "a.xml").tree
    assert tree is not None
    assert tree.getroot().text == "&eacute; <b>é"


def test_a_comment_in_a_text_does_not_cut_it() -> None:
    tree = parse(b"<a>10.5555/<!-- x -->ab<?y z?>c<![CDATA[.]]>1<b/>d<!-- --></a>", "a.xml").tree
    assert tree is not None
    assert tree.getroot().text == "10.5555/abc.1"
    assert tree.getroot()[0].tail == "d"


@pytest.mark.parametrize("declared", ["utf-16", "UTF-16LE", "utf16", "UCS-2", "ISO-10646-UCS-4"])
def test_utf_8_that_calls_itself_wide_is_read(declared: str) -> None:
    data = f'<?xml version="1.0" encoding="{declared}"?><a>ışık</a>'.encode()
    assert text(data) == "ışık"
    assert codes(data) == ["XML-ENCODING-MISNAMED"]
    assert codes(data.replace("ı".encode(), b"\xfd")) != ["XML-ENCODING-MISNAMED"]


@pytest.mark.parametrize("end", [b"\0\0\0", b"\n\x1a", b"\r\n\x1a\0"])
def test_what_fills_a_block_behind_the_end_is_passed_over(end: bytes) -> None:
    assert text(b"<a>x</a>" + end) == "x"
    assert codes(b"<a>x</a>" + end) == ["XML-PADDED"]
    assert codes(b"<a>x</a>" + end + b"<b/>") == ["XML-NOT-WELL-FORMED"]
    assert codes(b"\0" * 9) != []


def test_a_file_carried_in_the_xml_is_left_out_of_the_tree() -> None:
    carried = b"JVBERi0xLjQK" * 1_000_000
    data = b'<a><embed encoding="base64">' + carried + b"</embed><b>&amp;words</b></a>"
    tree = parse(data, "a.xml").tree
    assert tree is not None and codes(data) == []
    assert [(e.tag, e.text) for e in tree.getroot()] == [("embed", None), ("b", "&words")]
    prose = b"<a>" + b"words and words " * 70_000 + b"</a>"
    assert len(text(prose)) == len(prose) - 7


def test_entities_declared_by_the_document_go_first() -> None:
    data = (
        b'<!DOCTYPE a [<!ENTITY eacute "E&#769;"><!ENTITY nl "<b>k&eacute;</b>">'
        b'<!ENTITY q "&#34;x&#38;y">]><a t="&eacute;">&nl;|&eacute;</a>'
    )
    tree = parse(data, "a.xml").tree
    assert tree is not None
    assert tree.getroot().get("t") == "E\u0301"
    assert tree.getroot().findtext("b") == "kE\u0301"


def test_an_unknown_name_becomes_a_replacement_character_with_a_finding() -> None:
    data = b'<!DOCTYPE a SYSTEM "a.dtd"><a t="1&nope;2">3&nope;4&neither;</a>'
    parsed = parse(data, "a.xml")
    assert parsed.tree is not None
    assert parsed.tree.getroot().get("t") == "1\ufffd2"
    assert parsed.tree.getroot().text == "3\ufffd4\ufffd"
    assert [(f.code, f.detail["names"]) for f in parsed.findings] == [
        ("XML-ENTITY-UNKNOWN", "neither, nope")
    ]


def test_names_without_a_dtd_are_read_with_a_finding() -> None:
    assert text(b"<a>caf&eacute;</a>") == "café"
    assert codes(b'<a t="&eacute;">&eacute;</a>') == ["XML-ENTITY-UNDECLARED"]
    assert codes(b"<a>&nope;</a>") == ["XML-ENTITY-UNDECLARED", "XML-ENTITY-UNKNOWN"]


@given(st.lists(st.sampled_from(["&eacute;", "&inodot;", "x", " ", "&amp;", "&#305;", "ğ"])))
def test_no_entity_node_is_ever_left(pieces: list[str]) -> None:
    words = "".join(pieces)
    source = f'<!DOCTYPE a SYSTEM "a.dtd"><a t="{words}">{words}<b/>{words}</a>'
    tree = parse(source.encode(), "a.xml").tree
    assert tree is not None
    assert not list(tree.iter(etree.Entity))
    plain = words.replace("&eacute;", "é").replace("&inodot;", "ı").replace("&#305;", "ı")
    plain = plain.replace("&amp;", "&")
    assert tree.getroot().get("t") == plain
    assert "".join(tree.getroot().itertext()) == plain * 2


def test_missing_prefixes_are_declared_in_memory() -> None:
    parsed = parse(b'<a><b xlink:href="x"/><mml:math/></a>', "a.xml")
    assert parsed.tree is not None
    found = parsed.tree.getroot()[0].get("{http://www.w3.org/1999/xlink}href")
    assert found == "x"
    assert parsed.tree.getroot()[1].tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert {f.code for f in parsed.findings} == {"XML-NAMESPACE-MISSING"}


def test_a_prefix_seen_late_is_declared_too() -> None:
    many = b'<g xlink:href="x"/>' * 300
    parsed = parse(b"<a>" + many + b"<mml:math/></a>", "a.xml")
    assert parsed.tree is not None
    assert parsed.tree.getroot()[-1].tag == "{http://www.w3.org/1998/Math/MathML}math"


def test_a_prefix_nobody_knows_is_not_guessed() -> None:
    assert codes(b"<a><foo:b/></a>") == ["XML-NOT-WELL-FORMED"]


def test_elseviers_older_files_leave_their_prefixes_to_the_dtd() -> None:
    data = (
        b'<!DOCTYPE simple-article PUBLIC "-//ES//DTD journal article DTD version 5.0.1//EN//XML" '
        b'"art501.dtd"><simple-article><ce:doi>10.1016/x</ce:doi><ce:title>&z.euro;6</ce:title>'
        b"</simple-article>"
    )
    parsed = parse(data, "main.xml")
    assert parsed.tree is not None
    space = "{http://www.elsevier.com/xml/common/dtd}"
    assert parsed.tree.getroot().findtext(space + "title") == "€6"
    assert [f.code for f in parsed.findings] == ["XML-NAMESPACE-MISSING"]


def test_both_repairs_at_once() -> None:
    parsed = parse(b'<a xlink:href="caf&eacute;"/>', "a.xml")
    assert parsed.tree is not None
    assert parsed.tree.getroot().values() == ["café"]
    assert {f.code for f in parsed.findings} == {
        "XML-NAMESPACE-MISSING",
        "XML-ENTITY-UNDECLARED",
    }


def test_a_broken_file_is_never_recovered() -> None:
    parsed = parse(b"<a><b>cut", "a.xml")
    assert parsed.tree is None
    assert parsed.findings[0].detail["line"] == "1"
    assert parsed.findings[0].place == "a.xml"


@pytest.fixture
def listener() -> object:
    asked: list[str] = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!ENTITY x 'leaked'>")

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched_and_nothing_leaks(listener: object, tmp_path: Path) -> None:
    port, asked = listener  # type: ignore[misc]
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret-words")
    (tmp_path / "x.dtd").write_text("<!ENTITY x 'the-secret-words'>")
    address = f"http://127.0.0.1:{port}"
    attacks = [
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>',
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret}">]><a>&x;</a>',
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a t="&x;"/>',
        f'<!DOCTYPE a [<!ENTITY x PUBLIC "-//X//Y" "{address}/e">]><a>&x;</a>',
        f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{address}/p"> %p;]><a>&x;</a>',
        f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{tmp_path}/x.dtd"> %p;]><a>&x;</a>',
        f'<!DOCTYPE a SYSTEM "{address}/x.dtd"><a>&x;</a>',
        f'<!DOCTYPE a SYSTEM "{(tmp_path / "x.dtd").as_uri()}"><a t="&x;">&x;</a>',
        f'<!DOCTYPE a PUBLIC "-//X//Y" "{tmp_path}/x.dtd"><a>&x;</a>',
        '<a xmlns:xi="http://www.w3.org/2001/XInclude">'
        f'<xi:include href="{secret.as_uri()}" parse="text"/></a>',
    ]
    for source in attacks:
        parsed = parse(source.encode(), "a.xml")
        if parsed.tree is not None:
            assert b"the-secret-words" not in etree.tostring(parsed.tree)
            assert b"leaked" not in etree.tostring(parsed.tree)
    assert asked == []
    assert [codes(a.encode())[0] for a in attacks[:6]] == ["XML-ENTITY-EXTERNAL"] * 6
    for attack in attacks[6:8]:
        assert codes(attack.encode()) == ["XML-DTD-EXTERNAL", "XML-ENTITY-UNKNOWN"]


def test_unparsed_entities_are_no_attack() -> None:
    data = (
        b'<!DOCTYPE a PUBLIC "-//ES//DTD journal article DTD version 5.6.0//EN//XML" "art560.dtd" ['
        b'<!ENTITY gr001 SYSTEM "gr001" NDATA IMAGE>]><a locator="gr001">x&nbsp;y</a>'
    )
    assert codes(data) == []
    assert text(data) == "x\u00a0y"


def test_character_modules_by_public_name_are_left_unread() -> None:
    data = (
        b'<!DOCTYPE a [<!ENTITY % iso PUBLIC "ISO 8879:1986//ENTITIES Added Latin 1//EN//XML" '
        b'"isolat1.ent"> %iso;]><a>&Ccedil;</a>'
    )
    assert codes(data) == []
    assert text(data) == "Ç"


def test_a_publishers_own_character_file_beside_the_article_is_no_attack() -> None:
    data = b'<!DOCTYPE a [<!ENTITY % own SYSTEM "own.ent"> %own;]><a>&ccedil;</a>'
    assert codes(data) == []
    assert text(data) == "ç"
    unused = b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">]><a/>'
    assert codes(unused) == []


def test_unused_bombs_do_not_count() -> None:
    data = b'<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]><a>x</a>'
    assert codes(data) == []


def test_a_bomb_below_the_parsers_limit_meets_ours() -> None:
    body = b"&q;" * 40
    data = b'<!DOCTYPE a [<!ENTITY q "' + b"A" * 20_000 + b'">]><a>' + body + b"</a>"
    assert codes(data) == []
    assert len(text(data)) == 800_000
    many = data.replace(body, b"&q;" * 90)
    assert codes(many) == ["XML-ENTITY-BOMB"]


def test_a_file_beyond_the_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe, "BYTES_MAX", 10)
    assert codes(b"<a>0123456789</a>") == ["XML-TOO-BIG"]


@given(st.binary(max_size=300))
def test_any_bytes_give_findings_not_exceptions(data: bytes) -> None:
    parsed = parse(data, "a.xml")
    assert (parsed.tree is not None) or parsed.findings


@given(st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_a_damaged_article_gives_findings_not_exceptions(at: int, noise: bytes) -> None:
    sound = (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE a PUBLIC "-//X" "x" [<!ENTITY z "zed">'
        '<!-- c --><?p q?>]><a b="1&z;" xlink:href="2">ı<![CDATA[x]]>&eacute;<b/></a>'
    ).encode()
    data = sound[:at] + noise + sound[at + 1 :]
    parsed = parse(data, "a.xml")
    assert (parsed.tree is not None) or parsed.findings
