# SPDX-License-Identifier: Apache-2.0
"""The runner: nothing is lost, nothing is given twice, the poisonous item alone pays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import work_deeds as deeds

from emanet.model.errors import SourceChanged, WorkError
from emanet.work.ahead import ahead
from emanet.work.local import LocalPools
from emanet.work.port import Limits
from emanet.work.runner import Crew, Shape, run


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew(LocalPools(2), time.monotonic, limits=Limits(seconds=60.0)) as made:
        yield made


def values(results) -> dict[int, object]:
    found = {}
    for result in results:
        assert result.task not in found, "given twice"
        found[result.task] = result.failure.code if result.failure else result.value
    return found


def test_every_item_once(crew: Crew) -> None:
    got = values(run(range(500), deeds.square, crew, shape=Shape(items=7)))
    assert got == {n: n * n for n in range(500)}


def test_no_items(crew: Crew) -> None:
    assert list(run([], deeds.square, crew)) == []


def test_tasks_are_taken_only_as_there_is_room(crew: Crew) -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for n in range(1000):
            taken.append(n)
            yield n

    results = run(tasks(), deeds.square, crew, shape=Shape(items=5))
    next(results)
    assert len(taken) <= 5 * (2 * 2 + 2 + 1)
    results.close()


def test_heavy_items_go_alone(crew: Crew) -> None:
    pids = run(range(8), deeds.whoami, crew, shape=Shape(items=100, bytes=10), weigh=lambda n: 10)
    assert len(list(pids)) == 8


def test_killers_are_set_aside_and_only_they(crew: Crew) -> None:
    tasks = list(range(1, 200))
    killers = [-5, -70, -150]
    for place, killer in zip((3, 90, 198), killers, strict=True):
        tasks.insert(place, killer)
    got = values(run(tasks, deeds.square_or_die, crew, shape=Shape(items=10)))
    assert got == {n: "WORKER-KILLED" if n in killers else n * n for n in tasks}


def test_each_way_to_die_has_its_code() -> None:
    with Crew(LocalPools(2), time.monotonic, limits=Limits(seconds=1.0)) as crew:
        got = values(run([3, -1, -2, -3, -4, 4], deeds.square_or_worse, crew))
    assert got == {
        3: 9,
        -1: "WORKER-KILLED",
        -2: "WORKER-TIMEOUT",
        -3: "WORKER-MEMORY",
        -4: "WORKER-RAISED",
        4: 16,
    }


def test_a_worker_killed_from_outside_costs_a_retry(crew: Crew, tmp_path: Path) -> None:
    tasks = [(str(tmp_path), n) for n in range(40)]
    results = run(tasks, deeds.note_and_square, crew, shape=Shape(items=4))
    got = [next(results)]
    victim = int(next(tmp_path.iterdir()).name.split("-")[1])
    os.kill(victim, signal.SIGKILL)
    got += results
    assert sorted(r.value for r in got) == [n * n for n in range(40)]
    assert not any(r.failure for r in got)


def test_suspects_run_apart_from_the_beginning(crew: Crew) -> None:
    got = values(run([1, -1, 2, 3], deeds.square_or_die, crew, shape=Shape(items=2), suspect=True))
    assert got == {1: 1, -1: "WORKER-KILLED", 2: 4, 3: 9}
    pids = {r.value for r in run(range(9), deeds.whoami, crew, shape=Shape(items=2), suspect=True)}
    assert len(pids) == 1


def test_a_stop_ends_the_run_soon() -> None:
    with Crew(LocalPools(1), time.monotonic) as crew:
        results = ahead(
            run(range(100), deeds.dawdle, crew, shape=Shape(items=1)), 2, stop=crew.stop
        )
        assert next(results).value == 0
        begun = time.monotonic()
        results.close()
        assert crew.stopped
        assert time.monotonic() - begun < 30  # not the hundred items of a second each
        with pytest.raises(WorkError, match="stopped"):
            list(run([1], deeds.square, crew))


def test_our_own_errors_pass_through(crew: Crew) -> None:
    with pytest.raises(SourceChanged) as raised:
        list(run([1], deeds.refuse, crew))
    assert raised.value.tr == "1 değişti"


def test_workers_are_renewed() -> None:
    with Crew(LocalPools(1), time.monotonic, renew_after=10) as crew:
        pids = Counter(r.value for r in run(range(30), deeds.whoami, crew, shape=Shape(items=5)))
    assert len(pids) == 3
    assert sum(pids.values()) == 30


def test_workers_that_cannot_start_are_an_error_of_ours() -> None:
    class Broken(LocalPools):
        def __init__(self) -> None:
            super().__init__(1)
            self._environment = {"A": None}  # type: ignore[dict-item]

    with Crew(Broken(), time.monotonic) as crew, pytest.raises(WorkError, match="as they start"):
        list(run([1, 2], deeds.square, crew))


def test_workers_die_with_their_parent(tmp_path: Path) -> None:
    script = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); import work_deeds as d\n"
        "from emanet.work.local import LocalPools\n"
        "from emanet.work.runner import Crew, Shape, run\n"
        "if __name__ == '__main__':\n"
        "    crew = Crew(LocalPools(2), time.monotonic)\n"
        "    tasks = [(sys.argv[2], n) for n in range(10_000)]\n"
        "    list(run(tasks, d.note_and_square, crew, shape=Shape(items=2)))\n"
    )
    file = tmp_path / "parent.py"
    file.write_text(script)
    marks = tmp_path / "marks"
    marks.mkdir()
    here = str(Path(__file__).parent)
    parent = subprocess.Popen(
        [sys.executable, str(file), here, str(marks)], stderr=subprocess.DEVNULL
    )
    try:
        while not any(marks.iterdir()):
            assert parent.poll() is None
            time.sleep(0.05)
    finally:
        parent.kill()
        parent.wait()
    pids = {int(p.name.split("-")[1]) for p in marks.iterdir()}
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)
