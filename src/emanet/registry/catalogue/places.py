# SPDX-License-Identifier: Apache-2.0
"""Where an article stands in its journal, as keys that sort by the numbers inside them."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from emanet.model.article import Record
from emanet.model.ids import fold
from emanet.registry.catalogue.titles import folded

_RUNS = re.compile(r"[0-9]+|[^\W\d_]+")


@lru_cache(maxsize=8192)
def natural(text: str) -> str:
    """Give a key that sorts by the numbers in a text: ``9`` before ``10``, ``R9`` before ``R45``.

    Each run of digits becomes its length (two digits) and the number without leading zeros.
    """
    parts = []
    for run in _RUNS.findall(fold(text)):
        if run[0].isdigit():
            number = run.lstrip("0")[:99]
            parts.append(f"{len(number):02d}{number}")
        else:
            parts.append(run)
    return ".".join(parts)


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
    words = folded.__wrapped__(title)  # no cache: few titles come twice
    if not words:
        return 0
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=7).digest(), "big")
