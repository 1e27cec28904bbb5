# SPDX-License-Identifier: Apache-2.0
"""Where an article stands in its journal, as keys that sort by the numbers inside them."""

from __future__ import annotations

import hashlib

from emanet.model.article import Record
from emanet.registry.words import natural, words_of


def page_of(record: Record) -> str:
    """First page, or the elocation-id, or ""."""
    return record.first_page or record.elocation_id


def place(record: Record) -> str:
    """Volume, issue and page as one key, ``!`` between them (it sorts before all they contain)."""
    return f"{issue_place(record.volume, record.issue)}{natural(page_of(record))}"


def issue_place(volume: str, issue: str) -> str:
    """What the places of all articles of an issue begin with."""
    return f"{natural(volume)}!{natural(issue)}!"


def likeness(title: str) -> int:
    """Give a number (below 2**56) that two article titles share when they fold to the same words.

    0 for a title without words.
    """
    words = words_of(title)
    if not words:
        return 0
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=7).digest(), "big")


def year_of(record: Record) -> int:
    """The year of publication, 0 when unknown."""
    year = record.year
    return int(year) if year.isascii() and year.isdigit() else 0
