# SPDX-License-Identifier: Apache-2.0
"""Publishers and titles: names, ISSNs with right check digits, article counts by a long tail."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from tools.corpus.world.words import tables

_LAST_YEAR = 2025
_ISSN_SPACE = 2_000_000
_ISSN_STRIDE = 99_991  # a prime, so that no two numbers meet
_SERIES = {
    "tr": ("Seri", "ABCDEFGHIJ"),
    "en": ("Section", "ABCDEFGHIJ"),
    "el": ("Σειρά", "ΑΒΓΔΕΖΗΘΙΚ"),
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """A made-up publisher; ``layout`` names the shape of its deliveries."""

    key: str
    name: str
    layout: str
    share: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """A made-up journal and how many articles it has in this world."""

    number: int
    key: str
    name: str
    language: str
    publisher: Publisher
    issn_print: str
    issn_electronic: str
    first_year: int
    issues_a_year: int
    articles: int

    @property
    def per_issue(self) -> int:
        """Articles of an issue: about ten, more where the years would not hold them all."""
        room = self.issues_a_year * (_LAST_YEAR - self.first_year)
        return max(5 + self.number % 9, -(-self.articles // room))


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a title: articles ``first`` to ``first + count - 1`` of the title's run."""

    title: int
    year: int
    volume: int
    issue: int
    month: int
    first: int
    count: int


def issn(number: int) -> str:
    """Give the ISSN with this seven-digit number (ISO 3297: weights 8 to 2, modulus 11)."""
    digits = f"{number:07d}"
    rest = -sum(int(d) * w for d, w in zip(digits, range(8, 1, -1), strict=True)) % 11
    return f"{digits[:4]}-{digits[4:]}{'X' if rest == 10 else rest}"


def made_issn(n: int) -> str:
    """Give the n-th made-up ISSN; 5000 to 6999 is a range from which none is known to be issued."""
    return issn(5_000_000 + n * _ISSN_STRIDE % _ISSN_SPACE)


def publishers() -> tuple[Publisher, ...]:
    """All made-up publishers, in the order of words.toml."""
    return tuple(
        Publisher(**{**p, "languages": tuple(p["languages"])}) for p in tables()["publishers"]
    )


def long_tail(total: int, kinds: int, *, flat: float = 12.0, power: float = 1.05) -> list[int]:
    """Share ``total`` among ``kinds`` ranks by 1 / (rank + flat)^power; the shares sum to total."""
    weights = [1.0 / (rank + flat) ** power for rank in range(kinds)]
    whole = sum(weights)
    ends = [round(total * part / whole) for part in accumulate(weights)]
    return [end - start for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _name(language: str, k: int) -> str:
    table: dict[str, Any] = tables()[language]
    towns, fields, forms = table["towns"], table["fields"], table["journals"]
    combinations = len(towns) * len(fields) * len(forms)
    series, j = divmod(k, combinations)
    j = j * 7919 % combinations  # a prime that divides none of the counts: each name once
    j, form = divmod(j, len(forms))
    town, field = divmod(j, len(fields))
    name: str = forms[form].format(town=towns[town], field=fields[field])
    if series:
        word, letters = _SERIES[language]
        name += f", {word} {letters[series]}"
    return name


class World:
    """All titles of a made-up world, from a seed.

    Takes the seed, how many titles and articles there are, and which layouts are wanted (all if
    None). Articles are shared among titles by a long-tail law and sum exactly to ``articles``.
    """

    def __init__(
        self, seed: int, *, titles: int, articles: int, layouts: tuple[str, ...] | None = None
    ) -> None:
        self.seed = seed
        self.articles = articles
        houses = [p for p in publishers() if layouts is None or p.layout in layouts]
        if not houses:
            raise ValueError(f"no publisher has one of the layouts {layouts}")
        chance = random.Random(f"{seed} titles")
        counts = long_tail(articles, titles)
        chance.shuffle(counts)
        named: dict[str, int] = {}
        made = []
        for number, count in enumerate(counts):
            # The first titles go round the publishers, so that a small world has every layout.
            house = (
                houses[number]
                if number < len(houses)
                else chance.choices(houses, [h.share for h in houses])[0]
            )
            language = house.languages[number % len(house.languages)]
            k = named[language] = named.get(language, -1) + 1
            made.append(
                Title(
                    number=number,
                    key=f"{house.key[:3]}{number:05d}",
                    name=_name(language, k),
                    language=language,
                    publisher=house,
                    issn_print=made_issn(2 * number),
                    issn_electronic=made_issn(2 * number + 1),
                    first_year=1996 + int(chance.random() * 18),
                    issues_a_year=chance.choice((2, 4, 4, 6, 6, 12)),
                    articles=count,
                )
            )
        self.titles = tuple(made)

    def issues(self, title: Title) -> list[Issue]:
        """The issues of a title in order of time; their counts sum to its articles."""
        found = []
        for k, first in enumerate(range(0, title.articles, title.per_issue)):
            year, issue = divmod(k, title.issues_a_year)
            found.append(
                Issue(
                    title=title.number,
                    year=title.first_year + year,
                    volume=year + 1,
                    issue=issue + 1,
                    month=1 + issue * 12 // title.issues_a_year,
                    first=first,
                    count=min(title.per_issue, title.articles - first),
                )
            )
        return found
