# SPDX-License-Identifier: Apache-2.0
"""Named characters: the table is what libxml2 makes of the DTD, and expansion equals it."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest
from lxml import etree

from emanet.formats.xml import entities
from emanet.formats.xml.bundle import SCHEME, Inside, contents
from emanet.formats.xml.safe import parse

ROOT = Path(__file__).resolve().parents[2]
MAIN = "jats/archiving/1.2/JATS-archivearticle1-mathml3.dtd"


def by_dtd(source: str) -> etree._Element:
    """The same document as libxml2 reads it with the whole bundled DTD loaded."""
    parser = etree.XMLParser(load_dtd=True, no_network=True, resolve_entities=True)
    parser.resolvers.add(Inside(contents(), characters=True))
    return etree.fromstring(source.encode(), parser, base_url=SCHEME)


def test_the_table_holds_every_name_with_the_dtds_meaning() -> None:
    names = sorted(entities.table())
    assert len(names) == 2_200
    rows = "".join(f'<p alt="&{n};">&{n};</p>' for n in names)
    source = f'<!DOCTYPE article SYSTEM "{SCHEME}{MAIN}"><article>{rows}</article>'
    expected = [(p.get("alt"), p.text) for p in by_dtd(source)]
    tree = parse(source.encode(), "a.xml").tree
    assert tree is not None
    assert [(p.get("alt"), p.text) for p in tree.getroot()] == expected


def test_the_dtds_meaning_goes_before_that_of_html() -> None:
    assert entities.character("phi") == "ϕ"
    assert entities.character("lang") == "\u2329"
    assert entities.character("mscr") == "𝓂"
    assert entities.character("inodot") == "ı"
    assert entities.character("trpezium") == "⏢"  # only HTML has a character for it
    assert entities.character("emanet") == ""


def test_the_script_makes_the_same_table() -> None:
    tool = _tool("make_entities.py")
    found: set[str] = set(entities.table())
    assert tool["expand"](sorted(found)) == dict(entities.table())


def _tool(name: str) -> dict[str, object]:
    sys.path.insert(0, str(ROOT))
    try:
        return runpy.run_path(str(ROOT / "tools" / name))
    finally:
        sys.path.remove(str(ROOT))


def test_expansion_is_linear_and_bounded() -> None:
    data = b"<!--" * 50_000 + b"&eacute;" * 50_000
    assert entities.expand(data, {}).data == data  # an open comment swallows the rest
    deep = {f"n{i}": f"&n{i + 1};&n{i + 1};" for i in range(12)} | {"n12": "x" * 1_000}
    assert entities.expand(b"&n0;", deep).bomb
    assert entities.expand(b"&a;", {"a": "&b;", "b": "&a;"}).bomb


@pytest.mark.shared
def test_real_files_read_as_with_their_dtd(jats: Path) -> None:
    found = 0
    for path in sorted((jats / "articles").rglob("*.xml")):
        data = path.read_bytes()
        names = entities.references(data)
        if not names or b"<!DOCTYPE article" not in data or b"/xml/ja/dtd" in data:
            continue
        source = data.decode()
        start, end = source.index("<!DOCTYPE"), source.index(">", source.index("<!DOCTYPE")) + 1
        swapped = f'{source[:start]}<!DOCTYPE article SYSTEM "{SCHEME}{MAIN}">{source[end:]}'
        expected = by_dtd(swapped.partition("?>")[2] if source.startswith("<?xml") else swapped)
        tree = parse(data, path.name).tree
        assert tree is not None
        assert "".join(tree.getroot().itertext()) == "".join(expected.itertext())
        found += 1
    assert found >= 6
