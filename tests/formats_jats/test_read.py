# SPDX-License-Identifier: Apache-2.0
"""Reading any XML: the specimens get exactly their finding, and nothing ever raises."""

from __future__ import annotations

import runpy
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emanet.formats.articles.read import read_xml
from emanet.model.finding import catalogue
from emanet.model.package import Reading

ROOT = Path(__file__).resolve().parents[2]
MADE = runpy.run_path(str(ROOT / "tests" / "specimens" / "make_xml.py"))
SPECIMENS = MADE["SPECIMENS"]


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_a_specimen_gets_exactly_its_finding(name: str) -> None:
    reading = read_xml(SPECIMENS[name](), name)
    assert [f.code for f in reading.findings] == [name.split("--")[0]]
    assert all(f.place == name for f in reading.findings)


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_the_texts_of_a_finding_are_filled(name: str) -> None:
    (finding,) = read_xml(SPECIMENS[name](), name).findings
    for language in ("en", "tr"):
        assert "?" not in finding.text(language).replace(": ?", "")
    assert finding.text("en") != finding.text("tr")


def test_every_code_of_the_rooms_has_a_specimen() -> None:
    codes = {n.split("--")[0] for n in SPECIMENS}
    missing = {c for c in catalogue() if c.startswith(("XML-", "ARTICLE-"))} - codes
    assert {c for c in missing if c in _own_codes()} == set()


def _own_codes() -> set[str]:
    import tomllib

    folder = ROOT / "src" / "emanet" / "model" / "findings"
    return {
        c for n in ("xml", "articles") for c in tomllib.loads((folder / f"{n}.toml").read_text())
    }


def test_validation_can_be_left_out() -> None:
    data = SPECIMENS["XML-INVALID--unknown-element.xml"]()
    assert read_xml(data, "a", validate=False).findings == ()


def test_a_reading_survives_the_way_through_json() -> None:
    reading = read_xml(MADE["article"]().encode(), "a.xml")
    again = msgspec.json.decode(msgspec.json.encode(reading), type=Reading)
    assert again == reading


SOUND = MADE["article"](
    more="<abstract><p>Öz</p></abstract><history><date date-type='received'><year>2023"
    "</year></date></history><permissions><license xlink:href='http://creativecommons.org/licenses/by/4.0/'/>"
    "</permissions><related-article related-article-type='companion' xlink:href='10.5555/x'/>"
).encode()


@given(
    st.integers(0, len(SOUND) - 1), st.sampled_from([b"", b"<", b">", b"&", b'"', b"x", b"\xff"])
)
def test_a_damaged_article_never_raises(at: int, noise: bytes) -> None:
    read_xml(SOUND[:at] + noise + SOUND[at + 1 :], "a.xml", validate=False)


TAGS = ["article-id", "contrib-group", "contrib", "collab", "name", "surname", "aff", "xref",
        "pub-date", "year", "month", "title-group", "article-title", "trans-title", "license",
        "abstract", "kwd-group", "kwd", "related-article", "journal-title-group", "issn", "event",
        "sub-article", "front-stub", "funding-source", "article-version", "self-uri"]  # fmt: skip


@given(
    st.recursive(
        st.sampled_from(TAGS).map(lambda t: f"<{t}/>"),
        lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=3)).map(
            lambda p: (
                f"<{p[0]} rid='a' id='a' article-type='translation' pub-id-type='doi'>"
                f"x{''.join(p[1])}y</{p[0]}>"
            )
        ),
        max_leaves=14,
    )
)
def test_any_tags_in_any_order_never_raise(inside: str) -> None:
    for source in (
        f"<article><front><article-meta>{inside}</article-meta></front></article>",
        f"<article><front><journal-meta>{inside}</journal-meta><article-meta/></front>{inside}"
        "</article>",
    ):
        assert read_xml(source.encode(), "a.xml", validate=False).record is not None
