# SPDX-License-Identifier: Apache-2.0
"""Licences: read from addresses and words, open only for Creative Commons and public domain."""

from __future__ import annotations

import pytest
from lxml import etree

from emanet.formats.articles.jats_rights import read_licences
from emanet.model.article import Licence

SPACES = (
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ali="http://www.niso.org/schemas/ali/1.0/"'
)
BY = "https://creativecommons.org/licenses/by/4.0/"


def read(inside: str) -> tuple[Licence, ...]:
    return read_licences(etree.fromstring(f"<m {SPACES}><permissions>{inside}</permissions></m>"))


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        (f'<license xlink:href="{BY}"><license-p>Açık.</license-p></license>', BY),
        (f"<license><ali:license_ref>{BY}</ali:license_ref></license>", BY),
        (f"<license><license_ref>{BY}</license_ref></license>", BY),
        (
            f'<license><license-p><ext-link xlink:href="{BY}">BY</ext-link></license-p></license>',
            BY,
        ),
        (
            "<license><p>See http://creativecommons.org/licenses/by-nc/3.0/. It</p></license>",
            "http://creativecommons.org/licenses/by-nc/3.0/",
        ),
        (
            f'<license><ali:license_ref specific-use="textmining">{BY}</ali:license_ref></license>',
            BY,
        ),
        ("<license><license-p>Creative Commons Attribution License</license-p></license>", ""),
        ("<license><license-p>Distributed under CC BY-NC 4.0.</license-p></license>", ""),
        ("<license license-type='CC BY'/>", ""),
        ("<license><license-p>This work is in the public domain.</license-p></license>", ""),
        ("<license><p>Free of all copyright (CC0).</p></license>", ""),
        (
            "<copyright-statement>Creative Commons Atıf Lisansı ile sunulur.</copyright-statement>",
            "",
        ),
    ],
)
def test_creative_commons_and_public_domain_open(inside: str, url: str) -> None:
    (licence,) = read(inside)
    assert licence.open
    assert licence.url == url


@pytest.mark.parametrize(
    "inside",
    [
        "<license license-type='open-access'><license-p>Open access.</license-p></license>",
        "<license><license-p>Bu makale açık erişimlidir; hakları saklıdır.</license-p></license>",
        "<license xlink:href='https://www.elsevier.com/tdm/userlicense/1.0/'/>",
        "<license specific-use='tdm' xlink:href='https://www.elsevier.com/tdm/userlicense/1.0/'>"
        "<license-p>Images may be under Creative Commons.</license-p></license>",
        "<license license-type='open-access'/>",
    ],
)
def test_nothing_else_opens(inside: str) -> None:
    assert [licence.open for licence in read(inside)] == [False]


def test_no_licence_is_no_licence() -> None:
    assert read("<copyright-statement>© 2024 Yazarlar</copyright-statement><license/>") == ()


def test_addresses_are_kept_with_their_start() -> None:
    found = read(
        "<license license-type='x' xlink:href='https://example.org/terms'>"
        f"<ali:license_ref start_date='2025-01-01' specific-use='vor'>{BY}</ali:license_ref>"
        "<license-p>Words.</license-p></license>"
    )
    assert found == (
        Licence(BY, "Words.", "2025-01-01", True),
        Licence("https://example.org/terms", "", "", False),
    )


def test_the_same_licence_in_three_languages_is_three_statements() -> None:
    licence = f'<license xml:lang="{{}}" xlink:href="{BY}"><license-p>{{}}</license-p></license>'
    found = read("".join(licence.format(lang, words) for lang, words in
                         (("tr", "Lisans"), ("en", "Licence"), ("en", "Licence"))))  # fmt: skip
    assert [x.words for x in found] == ["Lisans", "Licence"]
