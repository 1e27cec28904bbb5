# SPDX-License-Identifier: Apache-2.0
"""Runs the ingest through the command line, watching its time and the memory of all its processes.

Beside it the peer: bagit-python and ocfl-py storing the same files, one object an article.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from tools.corpus import real
from tools.corpus.parcels import Parcel, Press
from tools.corpus.world.works import Work

ROOT = Path(__file__).resolve().parents[1]
_LOOK_S = 0.25
MIB = 1 << 20


@dataclass(frozen=True)
class Run:
    """One run of a command: wall seconds, the peak of all its processes' memory, its answer."""

    seconds: float
    rss_mb: float
    answer: dict[str, Any]


class Watch:
    """Looks four times a second how much memory a process and all its children hold (PSS)."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.peak = 0
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_S):
            self.peak = max(self.peak, self._held())

    def _held(self) -> int:
        total = 0
        try:
            for process in (self._root, *self._root.children(recursive=True)):
                try:
                    total += getattr(process.memory_full_info(), "pss", 0)
                except psutil.Error:
                    continue
        except psutil.Error:
            return 0
        return total

    def end(self) -> float:
        """Stop looking; give the peak in MiB."""
        self._over.set()
        self._thread.join()
        return self.peak / MIB


def emanet(*words: str, expect: tuple[int, ...] = (0, 3)) -> Run:
    """Run ``emanet WORDS --json`` to its end; raises RuntimeError at an unexpected exit code."""
    command = [str(Path(sys.executable).parent / "emanet"), *words, "--json"]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = Watch(process.pid)
        told, _ = process.communicate()
        rss = watch.end()
    seconds = time.perf_counter() - begun
    if process.returncode not in expect:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}: {told[-2000:]}")
    return Run(seconds, rss, json.loads(told) if told.strip() else {})


def ingested(folder: Path, drop: Path) -> Run:
    """Make a new archive in ``folder`` and ingest the drop area into it."""
    home = folder / "archive"
    emanet("init", str(home))
    run = emanet("-C", str(home), "ingest", str(drop))
    shutil.rmtree(home)
    return run


def peer_rate(folder: Path, articles: Iterator[list[tuple[str, bytes]]]) -> float:
    """Articles a second of bagit-python plus ocfl-py, one bag and one object an article.

    Takes the files of each article; they are written to disk before the clock starts.
    """
    import ocfl

    import bagit

    logging.disable(logging.INFO)
    sources, root = folder / "peer-in", folder / "peer-root"
    root.mkdir(parents=True)
    places = []
    for number, files in enumerate(articles):
        place = sources / f"{number:06d}"
        for name, data in files:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        places.append(place)
    begun = time.perf_counter()
    for place in places:
        bagit.make_bag(str(place), checksums=["sha512"])
        made = ocfl.Object(identifier=f"info:bench/{place.name}", spec_version="1.1")
        made.create(srcdir=str(place), objdir=str(root / place.name))
    seconds = time.perf_counter() - begun
    logging.disable(logging.NOTSET)
    shutil.rmtree(sources)
    shutil.rmtree(root)
    return len(places) / seconds


def real_works() -> list[Work]:
    """Real articles: from the demonstration's wheel, else from the shared material, else none."""
    wheel = ROOT / "demo" / "cache" / real.WHEEL
    if real.is_the_wheel(wheel):
        return real.works(wheel)
    shared = Path(os.environ.get("EMANET_SHARED", ROOT.parent / "shared"))
    folder = shared / "data" / "jats" / "dev" / "articles" / "plos"
    found = []
    for number, path in enumerate(sorted(folder.glob("*journal.p*/article.xml")), 1):
        stem = path.parent.name.partition("_")[2]
        found.append(real.work(stem, path.read_bytes(), number))
    return found


def copies(works: list[Work], count: int) -> Iterator[Work]:
    """So many different articles: the works in turn, each round under DOIs of its own."""
    for n in range(count):
        work = works[n % len(works)]
        doi = f"10.5555/bench.{n:07d}"
        xml = work.xml.replace(work.doi.encode(), doi.encode())
        yield Work(**{**_fields(work), "doi": doi, "number": n, "xml": xml, "figure_names": ()})


def _fields(work: Work) -> dict[str, Any]:
    return {name: getattr(work, name) for name in Work.__dataclass_fields__}


def files_of(work: Work, press: Press) -> list[tuple[str, bytes]]:
    """An article's files as a plain folder."""
    return [(f"{work.stem}.xml", work.xml), *((f"{work.stem}.pdf", d) for d in press.pdf(work))]


def drop_of(folder: Path, works: Iterator[Work], press: Press, per_delivery: int = 100) -> int:
    """Write works as ZIPs of folders, so many a delivery; give their plain bytes."""
    folder.mkdir(parents=True)
    together: list[tuple[str, bytes]] = []
    total = serial = 0
    for n, work in enumerate(works, 1):
        for name, data in files_of(work, press):
            together.append((f"{work.stem}/{name}", data))
            total += len(data)
        if n % per_delivery == 0:
            Parcel(f"bench-{serial:05d}.zip", "zip", tuple(together)).write(folder)
            together, serial = [], serial + 1
    if together:
        Parcel(f"bench-{serial:05d}.zip", "zip", tuple(together)).write(folder)
    return total
