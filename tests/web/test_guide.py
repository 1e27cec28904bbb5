# SPDX-License-Identifier: Apache-2.0
"""The guide to the pages: its pictures are small and all used, its addresses exist."""

from __future__ import annotations

import re

from tests.conftest import ROOT
from tests.web.driver import Site

GUIDE = ROOT / "docs" / "guide"
TEXT = (GUIDE / "pages.md").read_text(encoding="utf-8")


def test_pictures_are_small_and_used() -> None:
    pictures = sorted((GUIDE / "img").glob("*.png"))
    assert {f"img/{p.name}" for p in pictures} == set(re.findall(r"\]\((img/[^)]+)\)", TEXT))
    assert all(picture.stat().st_size < 150_000 for picture in pictures)


def test_the_addresses_of_the_guide_exist(bare: Site) -> None:
    named = set(re.findall(r"`(/[a-z][^`…]*?)(?:\?q=…)?`", TEXT))
    assert len(named) == 9
    for address in named - {"/en/article/DOI", "/en/record/N", "/en/titles/N"}:
        assert bare.get(address).status == 200, address
