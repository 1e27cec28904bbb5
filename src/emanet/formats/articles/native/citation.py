# SPDX-License-Identifier: Apache-2.0
"""Where an article stands, out of a line written for people: ``Işık, Vol. 3 No. 2 (2026): 1-9``.

Dublin Core has it in ``dc:source``, MARC in 773 $g; no standard says how it is written.
"""

from __future__ import annotations

import re

import msgspec

_NUMBER = r"\b\.?\s*:?\s*([\w/-]*\d[\w/-]*|(?-i:[IVXLC]+)\b)"
_VOLUME = re.compile(rf"\b(?:Vol(?:ume)?|v|Cilt|Bd){_NUMBER}", re.IGNORECASE)
_ISSUE = re.compile(rf"\b(?:No|Nr|Num|Issue|Iss|Sayı){_NUMBER}", re.IGNORECASE)
_YEAR = re.compile(r"\((?:[^()]*[^()\d])?(\d{4})\)")
_PAGES = re.compile(
    r"(?:^|[;:,\s])(?:pp?\.?\s*|s\.\s*)?(\d+|[eE]\d+)\s*[-\u2013]\s*(\d+|[eE]\d+)\.?\s*$"
)


class Place(msgspec.Struct, frozen=True):
    """What such a line says; "" for what it does not."""

    journal: str = ""
    volume: str = ""
    issue: str = ""
    year: str = ""
    first: str = ""
    last: str = ""


def place_in(line: str) -> Place:
    """Read a line: the journal stands before volume, issue and year, the pages end it."""
    line = " ".join(line.split())
    marks = [pattern.search(line) for pattern in (_VOLUME, _ISSUE, _YEAR)]
    volume, issue, year = (mark[1] if mark else "" for mark in marks)
    start = min((mark.start() for mark in marks if mark), default=len(line))
    pages = _PAGES.search(line)
    return Place(
        journal=line[:start].split(";")[0].strip(" ,;"),
        volume=volume,
        issue=issue,
        year=year,
        first=pages[1] if pages else "",
        last=pages[2] if pages else "",
    )
