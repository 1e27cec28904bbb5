# SPDX-License-Identifier: Apache-2.0
"""The files an article names: with and without extension, in translations too, never addresses."""

from __future__ import annotations

import pytest
from lxml import etree

from emanet.formats.articles.jats_files import file_name, read_mentions


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("journal.pone.0097541.g001", "journal.pone.0097541.g001"),
        ("gf01.tif", "gf01.tif"),
        ("figures/şekil 1.png", "figures/şekil 1.png"),
        (" ek\n1.pdf ", "ek 1.pdf"),
        ("file:ADMA-32-1907435.pdf", "ADMA-32-1907435.pdf"),
        ("file:/c:/dtd/x.pdf", "x.pdf"),
        (r"file:///C:\makale\x.pdf", "x.pdf"),
        ("info:doi/10.1371/journal.pone.0097541.g001", ""),
        ("https://example.org/x.pdf", ""),
        ("doi:10.5555/x", ""),
        ("//example.org/x.pdf", ""),
        ("#f1", ""),
        ("NA", ""),
        ("", ""),
    ],
)
def test_a_reference_names_a_file_or_none(href: str, name: str) -> None:
    assert file_name(href) == name


def test_every_naming_element_counts_once_and_translations_too() -> None:
    root = etree.fromstring(
        '<article xmlns:xlink="http://www.w3.org/1999/xlink"><front>'
        '<self-uri content-type="pdf" xlink:href="a.pdf"/><self-uri>b.pdf</self-uri></front>'
        '<body><fig><alternatives><graphic xlink:href="f1"/><graphic xlink:href="f1.tif"/>'
        '</alternatives></fig><inline-graphic xlink:href="i1.gif"/><graphic xlink:href="f1"/>'
        '<supplementary-material xlink:href="s1.zip"><media xlink:href="m1.mp4"/>'
        "</supplementary-material><graphic/></body><floats-group>"
        '<inline-supplementary-material xlink:href="s2.pdf"/></floats-group>'
        '<sub-article article-type="translation"><front-stub><self-uri xlink:href="a-en.pdf"/>'
        "</front-stub></sub-article></article>"
    )
    assert read_mentions(root) == (
        "a.pdf", "b.pdf", "f1", "f1.tif", "i1.gif", "s1.zip", "m1.mp4", "s2.pdf", "a-en.pdf",
    )  # fmt: skip
