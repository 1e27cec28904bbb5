# SPDX-License-Identifier: Apache-2.0
"""Words of a language: titles, sentences and names put together from words.toml."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_UPPER_TR = {"i": "İ", "ı": "I"}
_POOL = 1500


@cache
def tables() -> dict[str, Any]:
    """All of words.toml."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def capital(text: str, language: str) -> str:
    """Give text with its first letter in upper case, by the language's own rule (i to İ)."""
    first = text[0]
    return (_UPPER_TR.get(first, first.upper()) if language == "tr" else first.upper()) + text[1:]


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up author; the ORCID has a right check digit and lies outside what ORCID issues."""

    given: str
    family: str
    orcid: str
    institution: str


class Words:
    """The words of one language (``tr``, ``en`` or ``el``)."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.table: dict[str, Any] = tables()[language]
        chance = random.Random(f"emanet words {language}")
        forms = [self._pick(chance, "sentences") for _ in range(_POOL)]
        self._sentences = [self._fill(form, chance) for form in forms]

    def _pick(self, chance: random.Random, name: str) -> str:
        pool = self.table[name]
        return str(pool[int(chance.random() * len(pool))])

    def _fill(self, template: str, chance: random.Random) -> str:
        topic = self._pick(chance, "topics")
        study = self._pick(chance, "studies").format(n=2 + int(chance.random() * 40))
        filled = template.format(
            topic=topic,
            Topic=capital(topic, self.language),
            topic2=self._pick(chance, "topics"),
            study=study,
            town=self._pick(chance, "towns"),
            n=20 + int(chance.random() * 900),
            n2=5 + int(chance.random() * 90),
            d=1 + int(chance.random() * 8),
        )
        return capital(filled, self.language)

    def headline(self, chance: random.Random) -> str:
        """A title of an article."""
        return self._fill(self._pick(chance, "titles"), chance)

    def sentences(self, chance: random.Random, count: int) -> str:
        """So many sentences in a row."""
        pool = self._sentences
        return " ".join([pool[int(chance.random() * _POOL)] for _ in range(count)])

    def keywords(self, chance: random.Random, count: int) -> tuple[str, ...]:
        """Different topics, as keywords."""
        return tuple(chance.sample(self.table["topics"], count))

    def person(self, chance: random.Random) -> Person:
        """A made-up person, with an ORCID in seven of ten cases."""
        orcid = made_orcid(int(chance.random() * 10**8)) if chance.random() < 0.7 else ""
        place = self._pick(chance, "institutions").format(
            town=self._pick(chance, "towns"), field=self._pick(chance, "fields")
        )
        return Person(self._pick(chance, "given"), self._pick(chance, "family"), orcid, place)


@cache
def words(language: str) -> Words:
    """The words of a language, made once."""
    return Words(language)


def made_orcid(number: int) -> str:
    """Give an ORCID with a right check character (ISO 7064 MOD 11-2) that belongs to nobody.

    Takes 0 to 10^8 - 1. The block 0009-9990 lies outside the ranges from which ORCID issues.
    """
    digits = f"0009999{number:08d}"
    text = digits + orcid_check(digits)
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def orcid_check(digits: str) -> str:
    """Give the check character of fifteen digits (ISO 7064 MOD 11-2, as ORCID uses it)."""
    total = 0
    for d in digits:
        total = (total + int(d)) * 2 % 11
    check = (12 - total) % 11
    return "X" if check == 10 else str(check)
