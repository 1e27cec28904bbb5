# SPDX-License-Identifier: Apache-2.0
"""Writes a planned corpus into a drop area, and tells in a manifest what is to be expected."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tools.corpus.bad import BAD
from tools.corpus.layouts import LAYOUTS
from tools.corpus.parcels import Parcel
from tools.corpus.plan import Consignment, Wish, plan
from tools.corpus.world.works import Desk, Work

_BATCH = 8
Told = tuple[dict[str, Any], list[str]]


def folder_of(consignment: Consignment) -> str:
    """Where a consignment lies in the drop area: by publisher; bad and repeated ones apart."""
    apart = {"repeated": "z-again", "bad": "bad"}.get(consignment.kind, "")
    return f"{apart}/{consignment.publisher.key}" if apart else consignment.publisher.key


def works_of(consignment: Consignment, desk: Desk) -> list[Work]:
    """The works of a consignment, at the stage at which it brings them."""
    works = [work for issue in consignment.issues for work in desk.issue(issue)]
    if consignment.kind == "ahead":
        return [work.ahead() for work in works]
    if consignment.kind == "corrected":
        return [work.again() for work in works]
    return works


def parcels_of(consignment: Consignment, works: list[Work], wish: Wish) -> list[Parcel]:
    """The parcels of a consignment."""
    if consignment.kind == "bad":
        return BAD[consignment.bad].make(works[0], wish.press)
    return LAYOUTS[consignment.publisher.layout](works, consignment.serial, wish.press)


def tell(consignment: Consignment, works: list[Work], files: list[dict[str, object]]) -> Told:
    """The manifest's entry of a consignment, and the lines of its works."""
    bad = BAD.get(consignment.bad)
    expect = bad.expect if bad else "repeated" if consignment.kind == "repeated" else "accepted"
    kept = bad.kept if bad else 0 if expect == "repeated" else len(works)
    entry: dict[str, Any] = {
        "serial": consignment.serial,
        "publisher": consignment.publisher.key,
        "layout": consignment.publisher.layout if not bad else "",
        "kind": consignment.kind,
        "expect": expect,
        "why": bad.why if bad else "",
        "bad": consignment.bad,
        "folder": folder_of(consignment),
        "articles": kept,
        "files": files,
    }
    if bad or consignment.kind == "repeated":
        return entry, []
    return entry, [json.dumps(_line(consignment, w), ensure_ascii=False) for w in works]


def _line(consignment: Consignment, work: Work) -> dict[str, Any]:
    return {
        "doi": work.doi,
        "serial": consignment.serial,
        "stage": work.stage,
        "edition": work.edition,
        "type": work.kind,
        "title": work.headline,
        "journal": work.journal,
        "issn": [work.issn_print, work.issn_electronic],
        "year": work.year,
        "volume": work.volume,
        "issue": work.issue,
        "language": work.language,
        "related": work.related,
    }


@cache
def _desk(wish: Wish) -> Desk:
    return Desk(wish.world(), figures=wish.figures, paragraphs=wish.paragraphs)


def write_batch(wish: Wish, drop: Path, consignments: tuple[Consignment, ...]) -> list[Told]:
    """Write some consignments; the unit of work of a process."""
    told = []
    for consignment in consignments:
        folder = drop / folder_of(consignment)
        folder.mkdir(parents=True, exist_ok=True)
        works = works_of(consignment, _desk(wish))
        files = [
            file for parcel in parcels_of(consignment, works, wish) for file in parcel.write(folder)
        ]
        told.append(tell(consignment, works, files))
    return told


def _batches(items: list[Consignment]) -> Iterator[tuple[Consignment, ...]]:
    rest = iter(items)
    while batch := tuple(islice(rest, _BATCH)):
        yield batch


def _done(wish: Wish, drop: Path, items: list[Consignment], workers: int) -> Iterator[list[Told]]:
    if workers < 2:
        for batch in _batches(items):
            yield write_batch(wish, drop, batch)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        batches = _batches(items)
        waiting = [pool.submit(write_batch, wish, drop, b) for b in islice(batches, workers * 4)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(write_batch, wish, drop, b) for b in islice(batches, 1)]


def write_corpus(
    wish: Wish,
    out: Path,
    *,
    workers: int = 1,
    report: Callable[[int, int, float], None] | None = None,
) -> dict[str, Any]:
    """Write a corpus below ``out``: ``drop/`` (the drop area), manifest.json and articles.jsonl.

    Give the manifest. The same wish gives the same bytes, whatever the number of workers.
    ``report`` is called with articles written, articles to be written, and seconds gone.
    """
    drop = out / "drop"
    drop.mkdir(parents=True, exist_ok=False)
    items = plan(wish, wish.world())
    total = sum(issue.count for item in items for issue in item.issues)
    begun, written = time.monotonic(), 0
    deliveries: list[dict[str, Any]] = []
    tally = _Tally()
    with open(out / "articles.jsonl", "w", encoding="utf-8") as lines:
        for batch in _done(wish, drop, items, workers):
            for entry, rows in batch:
                deliveries.append(entry)
                tally.add(entry)
                lines.writelines(row + "\n" for row in rows)
                written += len(rows)
            if report:
                report(written, total, time.monotonic() - begun)
    manifest = {
        "generator": "tools.corpus",
        "wish": {**asdict(wish), "press": asdict(wish.press)},
        "totals": {**tally.totals(), "articles": wish.articles},
        "deliveries": deliveries,
    }
    (out / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return manifest


class _Tally:
    """Counts what is to be expected of a corpus."""

    def __init__(self) -> None:
        self.states: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def add(self, entry: dict[str, Any]) -> None:
        """Count one consignment."""
        self.states[entry["expect"]] += 1
        self.counts["deliveries"] += 1
        self.counts["files"] += len(entry["files"])
        self.counts["bytes"] += sum(file["bytes"] for file in entry["files"])
        self.counts["versions"] += entry["articles"]
        self.counts["from_bad"] += entry["articles"] if entry["kind"] == "bad" else 0

    def totals(self) -> dict[str, Any]:
        """The counts as the manifest has them."""
        return {**dict(sorted(self.counts.items())), "states": dict(sorted(self.states.items()))}


def read_lines(out: Path) -> Iterable[dict[str, Any]]:
    """The lines of articles.jsonl, one a version of a good article."""
    with open(out / "articles.jsonl", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
