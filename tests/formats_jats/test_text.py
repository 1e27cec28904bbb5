# SPDX-License-Identifier: Apache-2.0
"""Words out of elements: blocks apart, formulas once, notes dropped, markup safe."""

from __future__ import annotations

import re

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from emanet.formats.articles.jats_text import NOTES, html, language, plain

MATH = 'xmlns:mml="http://www.w3.org/1998/Math/MathML"'
ROOT_S = (
    "<mml:math display='inline' onclick='x()'><mml:semantics><mml:mrow><mml:msqrt><mml:mi>s"
    "</mml:mi></mml:msqrt><mml:mo>=</mml:mo> "
    "<mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfrac>"
    "</mml:mrow><mml:annotation>\\sqrt{s}</mml:annotation></mml:semantics></mml:math>"
)
TEX = r"<tex-math>\documentclass{a}\begin{document}$$\sqrt{s}$$\end{document}</tex-math>"


def element(source: str) -> etree._Element:
    return etree.fromstring(source)


def test_blocks_are_a_blank_apart_and_inline_parts_are_not() -> None:
    words = "<p>H<sub>2</sub>O <italic>in</italic>side</p><p>Son.</p>"
    assert (
        plain(element(f"<abstract><title>ÖZET</title>{words}</abstract>")) == "ÖZET H2O inside Son."
    )


@pytest.mark.parametrize(
    "order", [ROOT_S + TEX, TEX + ROOT_S, f"<inline-graphic/>{ROOT_S}{TEX}"], ids=str.__len__
)
@pytest.mark.parametrize("wrap", ["<alternatives>{}</alternatives>", "{}"])
def test_of_the_forms_of_a_formula_one_is_read(order: str, wrap: str) -> None:
    inner = wrap.format(order)
    source = f"<t {MATH}>at <inline-formula>{inner}</inline-formula> TeV</t>"
    assert plain(element(source)) == "at √s=1/2 TeV"
    written = html(element(source))
    assert written == (
        'at <math display="inline"><mrow><msqrt><mi>s</mi></msqrt><mo>=</mo>'
        "<mfrac><mn>1</mn><mn>2</mn></mfrac></mrow></math> TeV"
    )


def test_tex_alone_comes_without_its_document() -> None:
    source = f"<t>(76 <inline-formula>{TEX}</inline-formula>1)<b/></t>"
    assert plain(element(source)) == r"(76 $\sqrt{s}$1)"


def test_notes_and_links_in_a_title_are_dropped() -> None:
    source = (
        '<article-title>Işık<xref ref-type="fn" rid="a">*</xref> ve <italic>su</italic>'
        "<fn><p>Destek.</p></fn><break/>üzerine</article-title>"
    )
    assert plain(element(source), NOTES) == "Işık ve su üzerine"
    assert html(element(source)) == "Işık ve <i>su</i> üzerine"


def test_html_is_empty_without_markup_and_escapes_the_rest() -> None:
    assert html(element("<t>a &lt; b</t>")) == ""
    assert html(element("<t>a <named-content>&lt; b</named-content></t>")) == ""
    found = html(element("<t>a &lt;script&gt; <bold>b &amp; c</bold> <script>x</script></t>"))
    assert found == "a &lt;script&gt; <b>b &amp; c</b> x"
    assert html(None) == ""
    assert plain(None) == ""


TAGS = st.sampled_from(
    ["italic", "bold", "sup", "script", "iframe", "mml:math", "mml:mi", "mml:maction", "xref", "p"]
)
WORDS = st.text(alphabet="aı<>&\"' \n", max_size=6)


@given(
    st.recursive(
        st.tuples(TAGS, WORDS, st.just([])),
        lambda inner: st.tuples(TAGS, WORDS, st.lists(inner, max_size=3)),
        max_leaves=12,
    )
)
def test_html_is_always_safe(tree: tuple[str, str, list[object]]) -> None:
    def build(node: tuple[str, str, list[object]], parent: etree._Element) -> None:
        name, words, inner = node
        tag = name.replace("mml:", "{http://www.w3.org/1998/Math/MathML}")
        child = etree.SubElement(parent, tag, onclick="x()", style="y")
        child.text = words
        for each in inner:
            build(each, child)  # type: ignore[arg-type]
        child.tail = words

    root = etree.Element("article-title")
    build(tree, root)
    written = html(root, frozenset())
    tags = {"i", "b", "sup", "sub", "code", "u", "s", "math", "mi"}
    assert nh3.clean(written, tags=tags, attributes={}) == written.replace("&nbsp;", "\u00a0")
    assert set(re.findall(r"</?(\w+)", written)) <= tags


def test_the_language_is_the_nearest_written() -> None:
    root = element('<a xml:lang="tr"><b/><c xml:lang="el"><d/></c></a>')
    assert [language(root[0]), language(root[1][0]), language(element("<x/>"))] == ["tr", "el", ""]
