# SPDX-License-Identifier: Apache-2.0
"""Records of sealed objects made up by the thousand, as large and as varied as real ones."""

from __future__ import annotations

import random
from collections.abc import Iterator

from emanet.model.article import Author, Issn, Licence, PubDate, Record, Related, Relation, Text
from emanet.model.delivery import (
    Delivery,
    Fate,
    Format,
    Method,
    Payload,
    Receipt,
    Role,
    State,
    Step,
    Verdict,
)
from emanet.model.event import Event, EventKind
from emanet.model.finding import Finding
from emanet.model.package import content_digest
from emanet.model.stored import ArticleLine, MemberLine, Records

FILES_AN_ARTICLE = 18
ARTICLES_A_DELIVERY = 25
ARTICLES_AN_OBJECT = 250
_WORDS = [f"word{n:03d}" for n in range(900)]
_FORMATS = [
    Format("JATS Archiving 1.2", "application/xml", "", "emanet"),
    Format("Acrobat PDF 1.7", "application/pdf", "fmt/276", "siegfried"),
    Format("JPEG", "image/jpeg", "fmt/43", "siegfried"),
]
_XML, _PDF, _JPEG = _FORMATS


def issn(number: int) -> str:
    """A valid ISSN for each number below ten million."""
    digits = f"{number:07d}"
    rest = -sum(int(d) * w for d, w in zip(digits, range(8, 1, -1), strict=True)) % 11
    return f"{digits[:4]}-{digits[4:]}{'X' if rest == 10 else rest}"


def _record(rng: random.Random, number: int, titles: int, words: int) -> Record:
    title = min(int(rng.paretovariate(0.6)) - 1, titles - 1)  # a long tail of small journals
    year = 1990 + rng.randrange(36)
    volume, issue, page = year - 1980, 1 + rng.randrange(12), 1 + rng.randrange(9000)
    return Record(
        doi=f"10.{5000 + title % 97}/J.{title}.{number}",
        ids={"pmid": str(10_000_000 + number)} if number % 2 else {},
        title=" ".join(rng.choices(_WORDS, k=11)).capitalize(),
        journal=f"Journal of {_WORDS[title % 900]} {title}",
        issns=(Issn(issn(2 * title), "print"), Issn(issn(2 * title + 1), "electronic")),
        publisher=f"Press {title % 97}",
        volume=str(volume),
        issue=str(issue),
        first_page=str(page),
        last_page=str(page + 9),
        published=f"{year}-{issue:02d}-15",
        dates=(PubDate("ppub", f"{year}-{issue:02d}-15"), PubDate("epub", f"{year}-01-02")),
        type="research-article",
        languages=("en",),
        authors=tuple(
            Author(f"Family{rng.randrange(50000)}", f"Given{n}", affiliations=("Some University",))
            for n in range(4)
        ),
        abstracts=(Text(" ".join(rng.choices(_WORDS, k=words)), "en"),),
        keywords=tuple(Text(word, "en") for word in rng.choices(_WORDS, k=5)),
        licences=(Licence("https://creativecommons.org/licenses/by/4.0/", open=True),),
        related=(Related(Relation.CORRECTS, f"10.5000/j.0.{number // 2}"),)
        if number % 40 == 0
        else (),
        references=38,
        dialect="JATS Archiving 1.2",
    )


class _Maker:
    """Makes the records of one object after another."""

    def __init__(self, titles: int, files: int, words: int, seed: int) -> None:
        self._rng = random.Random(seed)
        self._titles = titles
        self._files = files
        self._words = words
        self._article = 0

    def make(self, sequence: int, articles: int) -> Records:
        """Records of one accession with so many articles, in deliveries of 25."""
        members: list[MemberLine] = []
        lines: list[ArticleLine] = []
        receipts: list[Receipt] = []
        events: list[Event] = []
        name = f"acc-{sequence:08d}-{self._rng.randbytes(6).hex()}"
        for first in range(0, articles, ARTICLES_A_DELIVERY):
            count = min(ARTICLES_A_DELIVERY, articles - first)
            ref = f"d-{self._rng.randbytes(8).hex()}"
            self._delivery(ref, count, members, lines, events)
            payload = Payload(f"{ref}.zip", 5_000_000 * count, self._rng.randbytes(32).hex())
            receipts.append(
                Receipt(
                    Delivery(ref, f"drop {ref}", (payload,), "2026-11-24T08:00:00Z", "press"),
                    Verdict.ACCEPT,
                    State.ACCEPTED,
                    (Finding("SCHEMA-INVALID", lines[-1].delivery, {"line": "1"}),),
                    "generic",
                    count,
                    name,
                    "2026-11-24T08:00:01Z",
                )
            )
        return Records(
            name,
            "acc",
            sequence,
            "2026-11-24T08:00:02Z",
            5_000_000 * articles,
            self._rng.randbytes(64).hex(),
            tuple(members),
            tuple(lines),
            tuple(receipts),
            tuple(events),
        )

    def _delivery(
        self,
        ref: str,
        articles: int,
        members: list[MemberLine],
        lines: list[ArticleLine],
        events: list[Event],
    ) -> None:
        container = len(members)
        members.append(
            self._member(container, ref, f"{ref}.zip", Role.CONTAINER, Fate.PACKAGING, None)
        )
        for _ in range(articles):
            first = len(members)
            number, self._article = self._article, self._article + 1
            folder = f"{ref}.zip/art{number:07d}"
            for n in range(self._files):
                file, role = f"fig{n}.jpg", Role.FIGURE
                if n < 2:
                    file, role = (("main.xml", Role.ARTICLE), ("main.pdf", Role.PDF))[n]
                members.append(
                    self._member(first + n, ref, f"{folder}/{file}", role, Fate.ARTICLE, len(lines))
                )
            record = _record(self._rng, number, self._titles, self._words)
            own = members[first:]
            lines.append(
                ArticleLine(
                    len(lines),
                    ref,
                    record,
                    tuple(member.ordinal for member in own),
                    content_digest(own, record),
                )
            )
            events.append(
                Event("2026-11-24T08:00:01Z", EventKind.ARTICLE_ADDED, record.doi, "emanet 0.1.0")
            )

    def _member(
        self, ordinal: int, ref: str, name: str, role: Role, fate: Fate, article: int | None
    ) -> MemberLine:
        size = self._rng.randrange(1000, 900_000)
        offset = self._rng.randrange(1 << 30)
        return MemberLine(
            ordinal,
            ref,
            name,
            size,
            self._rng.randbytes(32).hex(),
            self._rng.getrandbits(32),
            role,
            fate,
            "containers/pack-0001.zip",
            (Step(4096, 1 << 26), Step(offset, size // 2, Method.DEFLATE)),
            0,
            article,
            format=_XML if role is Role.ARTICLE else _PDF if role is Role.PDF else _JPEG,
        )


def synthetic(
    articles: int,
    *,
    titles: int = 20_000,
    files: int = FILES_AN_ARTICLE,
    words: int = 180,
    seed: int = 1,
) -> Iterator[Records]:
    """Give the records of objects holding ``articles`` in all, 250 an object, deterministic.

    ``files`` an article, abstracts of ``words`` words.
    """
    maker = _Maker(titles, files, words, seed)
    for sequence, first in enumerate(range(0, articles, ARTICLES_AN_OBJECT), start=1):
        yield maker.make(sequence, min(ARTICLES_AN_OBJECT, articles - first))
