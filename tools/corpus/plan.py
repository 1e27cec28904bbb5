# SPDX-License-Identifier: Apache-2.0
"""The plan of a corpus: which issues go into which consignment, in order of time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tools.corpus.bad import BAD
from tools.corpus.layouts import AHEAD, NEEDS_PDF, SHARES
from tools.corpus.parcels import Press
from tools.corpus.world.titles import Issue, Publisher, World, publishers


@dataclass(frozen=True, slots=True)
class Wish:
    """What corpus is wanted; shares are of consignments (ahead, corrected, repeated)."""

    seed: int = 1
    articles: int = 500
    titles: int = 40
    layouts: tuple[str, ...] = ()
    per_delivery: int = 40
    ahead: float = 0.03
    corrected: float = 0.02
    repeated: float = 0.02
    bad: int = 0
    figures: int = 1
    paragraphs: int = 3
    press: Press = field(default_factory=Press)

    def world(self) -> World:
        """The world of this wish; without PDFs the layouts that live by them are left out."""
        wanted = self.layouts or tuple(p.layout for p in publishers())
        if not self.press.pdfs:
            wanted = tuple(name for name in wanted if name not in NEEDS_PDF)
        return World(self.seed, titles=self.titles, articles=self.articles, layouts=wanted)


@dataclass(frozen=True, slots=True)
class Consignment:
    """What a publisher sends at one time.

    ``kind`` is ``plain``, ``ahead`` (before the issue), ``corrected`` (other bytes, same DOIs),
    ``repeated`` (the same parcels once more) or ``bad``; ``bad`` names which. ``serial`` numbers
    the parcels' names, so a repetition has that of the first.
    """

    serial: int
    publisher: Publisher
    issues: tuple[Issue, ...]
    kind: str = "plain"
    bad: str = ""

    @property
    def when(self) -> tuple[int, int, int]:
        """Order of time: after the last of its issues; ahead comes a little before."""
        last = self.issues[-1]
        late = {"ahead": -3, "corrected": 2, "repeated": 3}.get(self.kind, 0)
        return (last.year, last.month + late, self.serial)


def plan(wish: Wish, world: World) -> list[Consignment]:
    """All consignments of a wish in order of time."""
    chance = random.Random(f"{wish.seed} plan")
    made: list[Consignment] = []
    serial = 0
    for publisher, issues in _groups(wish, world):
        if publisher.layout in AHEAD and chance.random() < wish.ahead:
            serial += 1  # the lower number: what comes first also sorts first by name
            made.append(Consignment(serial, publisher, issues, "ahead"))
        serial += 1
        plain = Consignment(serial, publisher, issues)
        made.append(plain)
        if chance.random() < wish.corrected:
            serial += 1
            made.append(replace(plain, serial=serial, issues=issues[:1], kind="corrected"))
        if chance.random() < wish.repeated:
            made.append(replace(plain, kind="repeated"))
    made.sort(key=lambda c: c.when)
    return [*made, *_wrong(wish, world, serial)]


def _groups(wish: Wish, world: World) -> Iterator[tuple[Publisher, tuple[Issue, ...]]]:
    """Issues put together to deliveries: by publisher, in order of time, up to the wished size."""
    held: dict[str, list[Issue]] = {}
    for title in world.titles:
        held.setdefault(title.publisher.key, []).extend(world.issues(title))
    houses = {title.publisher.key: title.publisher for title in world.titles}
    for key, issues in held.items():
        house = houses[key]
        issues.sort(key=lambda i: (i.year, i.month, i.title))
        if house.layout == "elife":
            for issue in issues:
                for n in range(issue.first, issue.first + issue.count):
                    yield house, (replace(issue, first=n, count=1),)
            continue
        together: list[Issue] = []
        for issue in issues:
            together.append(issue)
            full = sum(i.count for i in together) >= wish.per_delivery
            if full or house.layout not in SHARES:
                yield house, tuple(together)
                together = []
        if together:
            yield house, tuple(together)


def _wrong(wish: Wish, world: World, serial: int) -> Iterator[Consignment]:
    """Bad consignments, every kind in turn, of works that are delivered nowhere else."""
    names = list(BAD)
    for i in range(wish.bad):
        title = world.titles[i % len(world.titles)]
        issue = Issue(title.number, 2025, 99, 1 + i // 12 % 12, 1 + i % 12, 900_000 + i * 2, 1)
        bad = names[i % len(names)]
        yield Consignment(serial + 1 + i, title.publisher, (issue,), "bad", bad)
