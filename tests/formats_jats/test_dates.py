# SPDX-License-Identifier: Apache-2.0
"""Dates: every kind kept, words understood, and the one that stands for the article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from emanet.formats.articles.jats_dates import published, read_dates
from emanet.model.article import PubDate


def read(inside: str) -> tuple[list[PubDate], list[str]]:
    meta = etree.fromstring(f"<article-meta>{inside}</article-meta>")
    dates, findings = read_dates(meta, "a.xml")
    return dates, [f.code for f in findings]


def one(parts: str, attributes: str = 'pub-type="epub"') -> tuple[str, str, list[str]]:
    dates, codes = read(f"<pub-date {attributes}>{parts}</pub-date>")
    return (dates[0].value, dates[0].words, codes) if dates else ("", "", codes)


BAD = ["ARTICLE-DATE-MALFORMED"]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ("<day>3</day><month>5</month><year>2024</year>", ("2024-05-03", "", [])),
        ("<month>05</month><year>2024</year>", ("2024-05", "", [])),
        ("<year> 2024 </year>", ("2024", "", [])),
        ("<month>May</month><year>2024</year>", ("2024-05", "", [])),
        ("<month>Sept.</month><year>2024</year>", ("2024-09", "", [])),
        ("<day>29</day><month>ŞUBAT</month><year>2024</year>", ("2024-02-29", "", [])),
        ("<month>Kasım</month><year>2023</year>", ("2023-11", "", [])),
        ("<month>Ağustos</month><year>2023</year>", ("2023-08", "", [])),
        ("<month>Ιουνίου</month><year>2023</year>", ("2023-06", "", [])),
        ("<month>Março</month><year>2023</year>", ("2023-03", "", [])),
        ("<season>Apr-Jun</season><year>2023</year>", ("2023", "Apr-Jun", [])),
        ("<month>Bahar</month><year>2023</year>", ("2023", "Bahar", [])),
        ("<string-date>2023 güzü</string-date>", ("", "2023 güzü", [])),
        ("<day>30</day><month>2</month><year>2024</year>", ("2024-02", "", BAD)),
        ("<day>29</day><month>2</month><year>2023</year>", ("2023-02", "", BAD)),
        ("<month>13</month><year>2024</year>", ("2024", "", BAD)),
        ("<day>7</day><year>2024</year>", ("2024", "", BAD)),
        ("<year>MMXXIV</year>", ("", "MMXXIV", BAD)),
        ("<year>0024</year>", ("", "0024", BAD)),
        ("<month>5</month>", ("", "", BAD)),
        ("<year/>", ("", "", [])),
    ],
)
def test_a_date_is_as_precise_as_it_is_sound(
    parts: str, expected: tuple[str, str, list[str]]
) -> None:
    assert one(parts) == expected


def test_the_iso_attribute_stands_in_for_missing_parts() -> None:
    assert one("", 'iso-8601-date="2024-05-03T10:00"') == ("2024-05-03", "", [])


def test_every_date_keeps_its_kind() -> None:
    dates, codes = read(
        '<pub-date pub-type="ppub"><year>2025</year></pub-date>'
        '<pub-date date-type="pub" publication-format="electronic"><year>2024</year></pub-date>'
        '<pub-date publication-format="print"><year>2025</year></pub-date>'
        '<history><date date-type="received"><year>2023</year></date></history>'
        '<pub-history><event event-type="preprint"><date><year>2022</year></date></event>'
        "</pub-history>"
    )
    assert [(d.kind, d.value) for d in dates] == [
        ("ppub", "2025"),
        ("pub/electronic", "2024"),
        ("print", "2025"),
        ("received", "2023"),
        ("preprint", "2022"),
    ]
    assert codes == []


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([("ppub", "2019-01"), ("epub", "2018-11-13")], "2019-01"),
        ([("epub", "2018-08-21"), ("ppub", "2019-01")], "2018-08-21"),
        ([("collection", "2015"), ("epub", "2015-03-04")], "2015-03-04"),
        ([("pmc-release", "2020-05-01"), ("epub", "2019-05-01")], "2019-05-01"),
        ([("preprint", "2020"), ("pub/electronic", "2021-02")], "2021-02"),
        ([("posted_date/electronic", "2020-05-01")], "2020-05-01"),
        ([("epub", ""), ("ppub", "2001")], "2001"),
        ([], ""),
    ],
)
def test_the_first_of_its_own_dates_gives_the_year_and_the_fullest_the_day(
    dates: list[tuple[str, str]], expected: str
) -> None:
    assert published([PubDate(k, v) for k, v in dates]) == expected


@given(st.text(max_size=6), st.text(max_size=9), st.text(max_size=4))
def test_any_words_give_a_sound_value(year: str, month: str, day: str) -> None:
    root = etree.Element("article-meta")
    date = etree.SubElement(root, "pub-date")
    for name, words in (("year", year), ("month", month), ("day", day)):
        try:
            etree.SubElement(date, name).text = words
        except ValueError:
            return
    for found in read_dates(root, "a")[0]:
        assert len(found.value) in (0, 4, 7, 10)
        assert found.value.replace("-", "").isascii()
