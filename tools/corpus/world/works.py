# SPDX-License-Identifier: Apache-2.0
"""Works: made-up articles and notices, each from the seed, its title and its number alone."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from tools.corpus.world.titles import Issue, Title, World
from tools.corpus.world.words import Person, words

_KINDS = (
    ("research-article", 0.78),
    ("review-article", 0.10),
    ("case-report", 0.05),
    ("editorial", 0.04),
    ("letter", 0.03),
)
_LICENCES = (
    ("https://creativecommons.org/licenses/by/4.0/", 0.45),
    ("https://creativecommons.org/licenses/by-nc-nd/4.0/", 0.15),
    ("", 0.40),
)
_NOTICES = {"correction": 0.008, "retraction": 0.002}
_SECONDS = {"tr": "en", "el": "en", "en": ""}


@dataclass(frozen=True, slots=True)
class Work:
    """One article as its publisher would send it.

    ``second`` is the language of the translated title and abstract, "" for none. ``stage`` is
    ``aop`` (no volume, issue and pages yet) or ``vor``. ``related`` is the DOI that a notice is
    about. ``edition`` above 0 marks a corrected redelivery: same DOI, other bytes. ``xml`` and
    ``figures`` are given for a real article; for made-up ones they are written from the fields.
    """

    doi: str
    number: int
    kind: str
    headline: str
    language: str
    journal: str
    journal_key: str
    abbreviation: str
    publisher: str
    issn_print: str
    issn_electronic: str
    authors: tuple[Person, ...]
    abstract: str
    keywords: tuple[str, ...]
    body: tuple[str, ...]
    references: tuple[str, ...]
    licence: str
    year: int
    month: int
    day: int
    volume: str
    issue: str
    first_page: str
    last_page: str
    elocation: str
    figures: int = 0
    second: str = ""
    second_headline: str = ""
    second_abstract: str = ""
    related: str = ""
    stage: str = "vor"
    edition: int = 0
    xml: bytes = b""
    figure_names: tuple[str, ...] = field(default=())

    @property
    def stem(self) -> str:
        """A name for its files, unique in the world: the DOI's suffix, fit for any file system."""
        return self.doi.partition("/")[2].replace("/", "-").replace(":", "-")

    def ahead(self) -> Work:
        """The same work ahead of its issue: an online date, no volume, issue and pages."""
        return replace(
            self, stage="aop", volume="", issue="", first_page="", last_page="", elocation=""
        )

    def again(self) -> Work:
        """The same work with other bytes, as a publisher redelivers it after mending it."""
        return replace(self, edition=self.edition + 1)


def _draw(chance: random.Random, table: tuple[tuple[str, float], ...]) -> str:
    at = chance.random()
    for value, share in table:
        at -= share
        if at < 0:
            return value
    return table[-1][0]


def doi_of(title: Title, number: int, year: int) -> str:
    """The DOI of a title's n-th work, under the prefix that is kept free for tests."""
    key = title.key.upper() if title.publisher.layout in ("oup", "elsevier") else title.key
    return f"10.5555/{key}.{year}.{number:05d}"


class Desk:
    """Writes the works of a world; ``figures`` and ``paragraphs`` set how much each holds."""

    def __init__(self, world: World, *, figures: int = 1, paragraphs: int = 3) -> None:
        self.world = world
        self.figures = figures
        self.paragraphs = paragraphs

    def issue(self, issue: Issue) -> list[Work]:
        """All works of an issue, in page order."""
        title = self.world.titles[issue.title]
        return [self._work(title, issue, n) for n in range(issue.first, issue.first + issue.count)]

    def year_of(self, title: Title, number: int) -> int:
        """The year in which a title's n-th work came out."""
        return title.first_year + number // title.per_issue // title.issues_a_year

    def _notice(self, title: Title, number: int, chance: random.Random) -> tuple[str, str]:
        """Kind and target of a notice, or two empty texts; one notice in eight comes first."""
        at = chance.random()
        for kind, share in _NOTICES.items():
            at -= share
            if at < 0 and number < title.articles > 1:
                early = chance.random() < 0.125 and number + 1 < title.articles
                low, high = (number + 1, title.articles) if early else (0, number)
                if low < high:
                    other = low + int(chance.random() * (high - low))
                    return kind, doi_of(title, other, self.year_of(title, other))
        return "", ""

    def _work(self, title: Title, issue: Issue, number: int) -> Work:
        chance = random.Random((self.world.seed << 48) ^ (title.number << 24) ^ number)
        tongue = words(title.language)
        kind, related = self._notice(title, number, chance)
        headline = tongue.headline(chance)
        second = _SECONDS[title.language] if title.publisher.layout != "folders" else ""
        place = number - issue.first
        page = (issue.issue - 1) * title.per_issue * 9 + place * 9 + 1
        electronic = title.publisher.layout in ("elife", "scielo", "openjournals")
        if kind:
            headline = str(tongue.table[kind]).format(title=headline)
        full = self.paragraphs if not kind else 1
        return Work(
            doi=doi_of(title, number, issue.year),
            number=number,
            kind=kind or _draw(chance, _KINDS),
            headline=headline,
            language=title.language,
            journal=title.name,
            journal_key=title.key,
            abbreviation=". ".join(w[:5] for w in title.name.split() if w[0].isupper())[:60],
            publisher=title.publisher.name,
            issn_print=title.issn_print,
            issn_electronic=title.issn_electronic,
            authors=tuple(tongue.person(chance) for _ in range(1 + int(chance.random() ** 2 * 7))),
            abstract=tongue.sentences(chance, 5) if not kind else "",
            keywords=tongue.keywords(chance, 4) if not kind else (),
            body=tuple(tongue.sentences(chance, 6) for _ in range(full)),
            references=tuple(tongue.sentences(chance, 1) for _ in range(6 if not kind else 1)),
            licence=_draw(chance, _LICENCES),
            year=issue.year,
            month=issue.month,
            day=1 + number % 28,
            volume=str(issue.volume),
            issue=str(issue.issue),
            first_page="" if electronic else str(page),
            last_page="" if electronic else str(page + 8),
            elocation=f"e{number + 1:05d}" if electronic else "",
            figures=self.figures if not kind else 0,
            second=second if not kind else "",
            second_headline=words(second).headline(chance) if second and not kind else "",
            second_abstract=words(second).sentences(chance, 4) if second and not kind else "",
            related=related,
        )
