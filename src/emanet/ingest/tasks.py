# SPDX-License-Identifier: Apache-2.0
"""Deliveries examined by a crew of workers: small ones whole, large ones in parts.

A poisonous file costs its own finding. Where a delivery kills its worker, it is listed alone and
read in parts; a part that kills is divided down to the single member; of that one the bytes are
digested and no more is tried. The answer does not depend on how the work was divided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from emanet.ingest.contents import Contents
from emanet.ingest.members import Depth, Facts
from emanet.ingest.parts import (
    Examined,
    First,
    Last,
    Part,
    Sizes,
    Wanted,
    conclude,
    cut,
    divide,
    look,
    not_examined,
    read_part,
)
from emanet.ingest.reach import Found
from emanet.ingest.survey import Order, depth_for, to_read
from emanet.model.finding import Finding
from emanet.work.port import Failure
from emanet.work.progress import Meter
from emanet.work.runner import Crew, Shape, run

_FILE_WEIGHT = 96 << 10  # what a file costs beside its bytes, as bytes
_ONE = Shape(items=1)


def examine_all(
    orders: Iterable[Order], crew: Crew, *, sizes: Sizes | None = None, meter: Meter | None = None
) -> Iterator[Examined]:
    """Examine deliveries; gives each once, in the order in which they came.

    ``meter`` is told of deliveries and their bytes as they are done. Raises WorkError when there
    are no workers, or they have no room for temporary files.
    """
    sizes = sizes or Sizes()
    window: list[Order] = []
    weight = 0
    for order in orders:
        window.append(order)
        weight += order.drop.bytes
        if len(window) >= sizes.window_drops or weight >= sizes.window_bytes:
            yield from _Window(window, crew, sizes, meter).examined()
            window, weight = [], 0
    yield from _Window(window, crew, sizes, meter).examined()


class _Way:
    """One delivery that is read in parts."""

    def __init__(self, order: Order, listed: Contents, said: Finding | None) -> None:
        self.order, self.listed = order, listed
        self.depth = Depth(inside=False) if said else depth_for(listed, order)
        self.facts: dict[int, Facts] = {}
        self.more: dict[int, Facts] = {}
        self.taking_more = False
        self.findings: list[Finding] = [said] if said else []
        self.weight = sum(found.bytes for found in to_read(listed))
        self.counted_bytes = 0


class _Window:
    def __init__(self, orders: list[Order], crew: Crew, sizes: Sizes, meter: Meter | None) -> None:
        self._orders, self._crew, self._sizes, self._meter = orders, crew, sizes, meter
        self._done: dict[int, Examined] = {}
        self._ways: dict[int, _Way] = {}

    def examined(self) -> Iterator[Examined]:
        """All of the window, in order."""
        lost = self._look(range(len(self._orders)), whole=True)
        for number, failure in self._look(lost, whole=False).items():
            self._only_digest(number, failure)
        parts = [part for number in self._ways for part in self._cut(number)]
        while parts or self._ways:
            suspect = [part for part in parts if part.number in lost]
            again = self._read([part for part in parts if part.number not in lost])
            while suspect := suspect + again:
                again, suspect = self._read(suspect, suspect=True), []
            parts = self._conclude()
        for number in range(len(self._orders)):
            yield self._done.pop(number)

    def _look(self, numbers: Iterable[int], *, whole: bool) -> dict[int, Failure]:
        """First looks at these deliveries; gives those that a worker died of, or failed at."""
        tasks = [self._first(number, whole=whole) for number in numbers]
        lost: dict[int, Failure] = {}
        for result in run(
            tasks, _look, self._crew, shape=Shape(items=64, bytes=24 << 20), weigh=_first_weight
        ):
            number = result.task[0]
            if isinstance(result.value, Examined):
                self._finish(number, result.value)
            elif isinstance(result.value, Contents):
                self._ways[number] = _Way(self._orders[number], result.value, None)
            else:
                lost[number] = result.failure or Failure("WORKER-KILLED")
        return dict(sorted(lost.items()))

    def _first(self, number: int, *, whole: bool) -> tuple[int, First]:
        order, sizes = self._orders[number], self._sizes
        small = order.drop.bytes <= sizes.whole_bytes and len(order.drop.files) <= sizes.whole_files
        return number, First(order, whole and small, sizes.whole_files)

    def _only_digest(self, number: int, failure: Failure) -> None:
        """Not even listing it succeeds: its files are digested, and a person looks at it."""
        order = self._orders[number]
        found = tuple(
            Found(i, file.name, i, file.bytes, raw_name=file.raw_name)
            for i, file in enumerate(order.drop.files)
        )
        detail = {"code": failure.code, "words": failure.words}
        said = Finding("DELIVERY-UNEXAMINED", "", detail)
        self._ways[number] = _Way(order, Contents(found, order.drop.findings), said)

    def _cut(self, number: int) -> list[Part]:
        way = self._ways[number]
        members = to_read(way.listed)
        return list(cut(number, way.order, way.listed, members, way.depth, self._sizes))

    def _read(self, parts: list[Part], *, suspect: bool = False) -> list[Part]:
        """Read parts; gives the pieces of those that kill, to be read in turn, apart."""
        again: list[Part] = []
        for result in run(
            parts, read_part, self._crew, shape=_ONE, weigh=_part_weight, suspect=suspect
        ):
            way = self._ways.get(result.task.number)
            if way is None:
                continue  # left alone meanwhile
            if isinstance(result.value, Examined):
                self._finish(result.task.number, result.value)
            elif result.value is not None:
                known = way.more if way.taking_more else way.facts
                known.update((facts.ordinal, facts) for facts in result.value)
                self._count(way, result.task)
            elif result.failure is not None:
                again += self._again(way, result.task, result.failure)
        return again

    def _again(self, way: _Way, part: Part, failure: Failure) -> list[Part]:
        if len(part.members) > 1:
            return divide(part, way.listed, self._sizes)
        found = part.members[0]
        if part.depth.inside:
            way.findings.append(Finding(failure.code, found.name, {"words": failure.words}))
            shallow = msgspec.structs.replace(part.depth, inside=False)
            return [msgspec.structs.replace(part, depth=shallow)]
        if found.parent is None:  # not even its bytes: it cannot be taken in
            left = Finding("DROP-UNREADABLE", found.name, {"why": failure.words or failure.code})
            self._finish(part.number, Examined(way.order, left=left))
        elif not way.taking_more:
            way.facts[found.ordinal] = Facts(found.ordinal, found.bytes)
        return []

    def _conclude(self) -> list[Part]:
        """Conclude what was read; gives the parts for digests that are still to be taken."""
        tasks = [
            Last(
                number, way.order, way.listed, tuple(way.facts.values()), tuple(way.more.values()),
                tuple(way.findings), way.taking_more,
            )
            for number, way in self._ways.items()
        ]  # fmt: skip
        parts: list[Part] = []
        for result in run(tasks, conclude, self._crew, shape=_ONE, weigh=_last_weight):
            number = result.task.number
            if isinstance(result.value, Examined):
                self._finish(number, result.value)
            elif isinstance(result.value, Wanted):
                parts += self._want(number, result.value)
            else:
                failure = result.failure or Failure("WORKER-KILLED")
                self._finish(number, not_examined(result.task, failure.code, failure.words))
        return parts

    def _want(self, number: int, wanted: Wanted) -> list[Part]:
        way = self._ways[number]
        way.taking_more = True
        every = tuple(sorted(set().union(*wanted.digests.values())))
        members = [way.listed.found[ordinal] for ordinal in sorted(wanted.digests)]
        depth = Depth(every, inside=False)
        return list(cut(number, way.order, way.listed, members, depth, self._sizes))

    def _count(self, way: _Way, part: Part) -> None:
        """Tell the meter of a part: its share of the delivery's bytes."""
        if self._meter is not None and not way.taking_more and way.weight:
            share = way.order.drop.bytes * part.weight // way.weight
            way.counted_bytes += share
            self._meter.add(0, share)

    def _finish(self, number: int, examined: Examined) -> None:
        self._done[number] = examined
        way = self._ways.pop(number, None)
        if self._meter is not None:
            counted = way.counted_bytes if way is not None else 0
            self._meter.add(1, examined.order.drop.bytes - counted)


def _look(task: tuple[int, First]) -> Examined | Contents:
    return look(task[1])


def _first_weight(task: tuple[int, First]) -> int:
    drop = task[1].order.drop
    return drop.bytes + _FILE_WEIGHT * len(drop.files)


def _part_weight(part: Part) -> int:
    return part.weight


def _last_weight(task: Last) -> int:
    return _FILE_WEIGHT * len(task.facts)
