# SPDX-License-Identifier: Apache-2.0
"""The whole ingest killed, or failed by its disk, at every durable step: nothing acknowledged is
lost, nothing half-done is visible, and running the same commands again finishes the work.

`make test` takes a sample of the steps; with EMANET_FAULTS=all (`make faults`) it takes them all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest
from tests.cli import registry_rows
from tests.cli.driver import EMANET, archive
from tests.faults import ingest_life as life
from tests.faults.driver import KINDS, one_fault

from emanet.model.delivery import Payload, delivery_id

ALL = os.environ.get("EMANET_FAULTS") == "all"
HELD = delivery_id([Payload("", 0, hashlib.sha256(life.NOTES).hexdigest())])
FORKERS = 2


@dataclass
class World:
    """An empty archive, filled drop areas, what an undisturbed life comes to, and who runs it."""

    folder: Path
    zygotes: SimpleQueue[life.Zygote]
    whole: dict[str, list[object]] = field(default_factory=dict)
    first: dict[str, list[object]] = field(default_factory=dict)
    steps: dict[int, dict[str, int]] = field(default_factory=dict)

    def commands(self, home: Path, count: int) -> list[list[str]]:
        return life.commands(home, self.folder / "drop", HELD)[:count]

    def home(self, name: str) -> Path:
        return Path(shutil.copytree(self.folder / "empty", self.folder / name))

    def run(self, commands: list[list[str]], fault: str = "") -> life.Outcome:
        zygote = self.zygotes.get()
        try:
            return zygote.run(commands, fault)
        finally:
            self.zygotes.put(zygote)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """In memory where there is one: here no power is cut, so no flush need be real."""
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=where, prefix="emanet-steps-") as name:
        made = World(Path(name), SimpleQueue())
        zygotes = [life.Zygote() for _ in range(FORKERS)]
        for zygote in zygotes:
            made.zygotes.put(zygote)
        archive(made.folder / "empty").init()
        life.drops(made.folder / "drop")
        for count, into in ((5, made.whole), (1, made.first)):
            home = made.home(f"undisturbed-{count}")
            outcome = made.run(made.commands(home, count))
            assert (outcome.code, len(outcome.acked)) in ((0, 5), (3, 1)), outcome
            into.update(life.meaning(home))
            made.steps[count] = outcome.acked[-1]["steps"]
        yield made
        for zygote in zygotes:
            zygote.close()


@dataclass
class Tally:
    """What a campaign came to."""

    kind: str
    struck: int = 0
    acked: int = 0
    clear_errors: int = 0
    lived: int = 0
    wrong: list[str] = field(default_factory=list)
    verbs: Counter[str] = field(default_factory=Counter)


def one(world: World, kind: str, number: int, count: int) -> tuple[life.Outcome, list[str]]:
    """One life of ``count`` commands with one fault; what is wrong afterwards."""
    home = world.home(f"{kind}-{count}-{number}")
    commands = world.commands(home, count)
    outcome = world.run(commands, f"{kind}:{number}")
    wrong = []
    if outcome.struck:
        wrong += _ended_well(kind, outcome)
    # Looked at before anybody tidies up.
    wrong += [f"half there: {what}" for what in life.torn(home)]
    wrong += _told(world, home) if number % 5 == 0 else []
    accessions = len(list((home / "root").glob("*/*acc-*")))
    wrong += [f"lost: {what}" for what in life.lost(home, outcome)]
    again = world.run([["-C", str(home), "status"], *commands])
    if again.code not in (0, 2, 3) or len(again.acked) != count + 1:
        wrong.append(f"a second run: {again.code} {again.errors}")
    elif (shown := json.loads(again.acked[0]["out"])["accessions"]) != accessions:
        wrong.append(f"status shows {shown} of {accessions} accessions")
    want = world.whole if count == 5 else world.first
    have = life.meaning(home)
    wrong += [f"{name} differ" for name in want if have[name] != want[name]]
    wrong += [f"left behind: {what}" for what in life.torn(home) + _left(home)]
    wrong += _rebuilt(world, home) if number % 7 == 0 else []
    shutil.rmtree(home)
    return outcome, [f"{kind}:{number} at {outcome.struck}: {what}" for what in wrong]


def _ended_well(kind: str, outcome: life.Outcome) -> list[str]:
    if kind == "kill":
        return [] if outcome.code == -9 else [f"killed, and ended with {outcome.code}"]
    said = outcome.errors.strip().splitlines()
    if outcome.code == 1 and len(said) == 2 and said[0].startswith("emanet: "):
        return []
    # What only tidies up may fail: the next run does it.
    if outcome.code == 0 and outcome.struck.split()[1] in ("rmtree", "unlink", "rmdir"):
        return []
    return [f"ended with {outcome.code}: {outcome.errors}"]


def _told(world: World, home: Path) -> list[str]:
    """A reader registers what was sealed, be it only the record of a decision."""
    status = world.run([["-C", str(home), "status"]])
    if status.code != 0 or "Traceback" in status.errors:
        return [f"status: {status.code} {status.errors}"]
    last, inside = life.registered(home)
    return [] if last == inside else [f"status knows objects up to {last}, sealed are {inside}"]


def _left(home: Path) -> list[str]:
    places = (home / "root.staging", home / "quarantine.staging")
    found = [str(path) for place in places if place.exists() for path in place.iterdir()]
    return found + [str(p) for p in [home / "unfinished"] if p.exists()]


def _rebuilt(world: World, home: Path) -> list[str]:
    before = registry_rows.of_sqlite(home)
    world.run([["-C", str(home), "rebuild"]])
    return [] if registry_rows.of_sqlite(home) == before else ["rebuilt otherwise"]


def campaign(world: World, kind: str, numbers: Iterable[int], count: int) -> Tally:
    """Lives with one fault each, until one is met by no fault (or the numbers end)."""
    tally = Tally(kind)
    with ThreadPoolExecutor(FORKERS) as pool:
        for outcome, wrong in pool.map(lambda n: one(world, kind, n, count), numbers):
            tally.struck += bool(outcome.struck)
            tally.acked += len(outcome.receipts)
            tally.clear_errors += outcome.code == 1
            tally.lived += not outcome.struck
            tally.wrong += wrong
            tally.verbs[(outcome.struck.split() or ["", "none"])[1]] += 1
    shown = {**tally.__dict__, "verbs": dict(tally.verbs), "wrong": len(tally.wrong)}
    print(f"\n{json.dumps(shown)}", file=sys.stderr)
    return tally


def steps(world: World, kind: str, count: int) -> int:
    """How many durable steps an undisturbed life of ``count`` commands has (flushes, for one)."""
    counted = world.steps[count]
    if kind == "fsynceio":
        return counted["fsync"] + counted["dirsync"]
    return sum(counted.values())


@pytest.mark.parametrize("kind", KINDS)
def test_at_every_step_of_a_life(world: World, kind: str) -> None:
    """All five commands; in a sample every 29th step (and more of the first seal, below)."""
    last = steps(world, kind, 5)
    assert last > (100 if kind == "fsynceio" else 300)
    stride = 1 if ALL else (29 if kind == "kill" else 61)
    tally = campaign(world, kind, range(1, last + 2, stride) if ALL else range(5, last, stride), 5)
    assert tally.wrong == []
    assert tally.struck >= (last if ALL else last // stride - 1)
    assert tally.acked > 0
    if kind != "kill":
        assert tally.clear_errors > 0


def test_killed_at_every_step_of_one_ingest(world: World) -> None:
    """One run that seals an accession, fills the quarantine and seals the record of both."""
    last = steps(world, "kill", 1)
    # A file is opened, written and flushed: a stride of 3 would meet the same verb each time.
    tally = campaign(world, "kill", range(1, last + 2, 1 if ALL else 4), 1)
    assert tally.wrong == []
    assert tally.struck >= last // 4 and tally.lived <= 1
    assert set(tally.verbs) >= {"open", "write", "fsync", "dirsync", "rename", "mkdir"}


def test_the_checks_see_what_they_look_for(world: World) -> None:
    """A test that cannot fail is none: each kind of harm done by hand is told."""
    home = world.home("harmed")
    outcome = world.run(world.commands(home, 5))
    assert not life.torn(home) and not life.lost(home, outcome)
    (place,) = (home / "root").glob("*/emanet%3aacc-00000001-*")
    (place / "inventory.json").rename(place / "elsewhere.json")
    assert life.torn(home) and life.lost(home, outcome)
    (place / "elsewhere.json").rename(place / "inventory.json")
    (place / "v1" / "content" / "members.jsonl").write_bytes(b"cut")
    assert life.torn(home)
    shutil.rmtree(place)
    assert life.lost(home, outcome)
    assert life.meaning(home) == world.whole, "the registry alone does not tell"
    world.run([["-C", str(home), "rebuild"]])
    assert life.meaning(home) != world.whole


@pytest.mark.parametrize("number", [40, 75] if not ALL else range(1, 109, 3))
def test_killed_as_people_run_it(world: World, number: int) -> None:
    """The program as a process of its own with its worker processes."""
    home = world.home(f"process-{number}")
    words = world.commands(home, 1)[0]
    run = one_fault([str(EMANET), *words, "--json"], "kill", number, home)
    assert run.struck and run.code == -9 and not run.lines
    assert not life.torn(home)
    done = subprocess.run([EMANET, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert life.meaning(home) == world.first and not _left(home)


def test_no_worker_outlives_a_killed_ingest(world: World) -> None:
    """Nothing of it is left to write later (the fork server and the workers die with it)."""
    home = world.home("orphans")
    words = world.commands(home, 1)[0]
    run = one_fault([str(EMANET), *words], "kill", 30, home)
    assert run.code == -9
    assert not [p for p in psutil.process_iter() if _speaks_of(p, str(home))]


def _speaks_of(process: psutil.Process, word: str) -> bool:
    try:
        return any(word in argument for argument in process.cmdline())
    except psutil.Error:  # it has just ended
        return False


CALLS = {"fdatasync": 12, "fsync": 24, "rename": 3, "renameat": 4, "renameat2": 5, "ftruncate": 3}
"""Calls that make things last, and how often the busiest thread of an ingest makes them."""


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace here")
@pytest.mark.parametrize(
    ("call", "number"),
    [(call, n) for call, most in CALLS.items() for n in range(1, most + 1)]
    if ALL
    else [("fdatasync", 4), ("fdatasync", 8)],
)
def test_killed_at_calls_of_database_and_index(world: World, call: str, number: int) -> None:
    """What our own steps do not announce: SQLite's commits and those of the search index."""
    home = world.home(f"strace-{call}-{number}")
    words = world.commands(home, 1)[0]
    log = home.with_name(home.name + ".log")
    subprocess.run(
        ["strace", "-f", "-o", log, "-e", f"trace={call}",
         "-e", f"inject={call}:signal=KILL:when={number}", EMANET, *words],
        stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    killed = "killed by SIGKILL" in log.read_text()
    assert killed or ALL, "the call was not made so often"
    assert not life.torn(home)
    done = subprocess.run([EMANET, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "Traceback" not in done.stderr, done.stderr
    assert life.meaning(home) == world.first and not _left(home)
    found = world.run([["-C", str(home), "find", "made-up"]])
    assert json.loads(found.acked[0]["out"])["total"] == 2
    assert _rebuilt(world, home) == []
