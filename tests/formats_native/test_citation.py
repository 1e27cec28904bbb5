# SPDX-License-Identifier: Apache-2.0
"""Volume, issue, year and pages out of lines that repositories and libraries write."""

from __future__ import annotations

import pytest

from emanet.formats.articles.native.citation import Place, place_in
from emanet.formats.articles.read import read_xml


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (
            "Vol. 24, pt. B no. 9 (Sept. 1993), p. 235-48",
            Place("", "24", "9", "1993", "235", "48"),
        ),
        ("Mülkiye Dergisi, Vol. 29 No. 247   ", Place("Mülkiye Dergisi", "29", "247")),
        (
            "Dergi; Cilt 1 Sayı 2 (2020): Ocak; 12-20",
            Place("Dergi", "1", "2", "2020", "12", "20"),
        ),
        ("No Title Journal; Vol 1", Place("No Title Journal", "1")),
        ("Revista, Vol. XIV, No 2/3 (2001)", Place("Revista", "XIV", "2/3", "2001")),
        ("Işık", Place("Işık")),
        ("", Place()),
    ],
)
def test_a_line_is_read(line: str, place: Place) -> None:
    assert place_in(line) == place


def test_marc_as_libraries_write_it() -> None:
    data = """<record xmlns="http://www.loc.gov/MARC21/slim"><controlfield tag="001">9977
</controlfield><datafield tag="041"><subfield code="a">tur</subfield></datafield>
<datafield tag="245"><subfield code="a">Işık /</subfield></datafield><datafield tag="264">
<subfield code="c">c2014.</subfield></datafield><datafield tag="773"><subfield code="t">Dergi
</subfield><subfield code="g">Cilt 3, Sayı 2, s. 11-19</subfield></datafield></record>"""
    record = read_xml(data.encode(), "m.xml", validate=False).record
    assert record is not None
    assert (record.journal, record.volume, record.issue) == ("Dergi", "3", "2")
    assert (record.first_page, record.last_page, record.published) == ("11", "19", "2014")
    assert (record.languages, record.ids) == (("tr",), {"control-number": "9977"})
