# SPDX-License-Identifier: Apache-2.0
"""Texts as columns hold and compare them."""

from __future__ import annotations

import re
from functools import lru_cache

from emanet.model.ids import fold

_WORDS = re.compile(r"[^\W_]+")
_RUNS = re.compile(r"[0-9]+|[^\W\d_]+")


def plain(text: str) -> str:
    """Text without the character NUL, which PostgreSQL cannot hold (U+FFFD stands for it)."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


def words_of(text: str) -> str:
    """The words of a text, folded and joined by blanks: what names and titles are compared by."""
    return " ".join(_WORDS.findall(fold(text)))


folded = lru_cache(maxsize=32_768)(words_of)
"""``words_of`` for texts that come again and again: names of journals and publishers."""


def name_key(name: str, publisher: str) -> str:
    """What a title without ISSN is recognised by; "" when it has no name."""
    words = folded(name)
    return f"{words} / {folded(publisher)}" if words else ""


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
