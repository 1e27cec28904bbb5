# SPDX-License-Identifier: Apache-2.0
"""Progress: rate and time left, from a clock that the test turns."""

from __future__ import annotations

import threading

import pytest

from emanet.work.ahead import ahead
from emanet.work.progress import Meter, Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_time_left() -> None:
    clock, said = Clock(), []
    meter = Meter(said.append, clock, total=100, bytes_total=1000)
    clock.now += 10
    meter.add(20, 100)
    last: Progress = said[-1]
    assert (last.done, last.bytes, last.rate, last.byte_rate) == (20, 100, 2.0, 10.0)
    assert last.left_s == 90.0  # by bytes, not the 40 s that the items would say


def test_time_left_by_items_when_bytes_are_unknown() -> None:
    clock, said = Clock(), []
    meter = Meter(said.append, clock, total=100)
    clock.now += 10
    meter.add(20, 0)
    assert said[-1].left_s == 40.0


def test_nothing_known_no_time_left_said() -> None:
    clock, said = Clock(), []
    meter = Meter(said.append, clock)
    meter.finish()
    assert said == [Progress(0, None, 0, None, 0.0, 0.0, None)]


def test_reports_are_spaced_and_the_rate_is_of_late() -> None:
    clock, said = Clock(), []
    meter = Meter(said.append, clock, every_s=1.0, window_s=10.0)
    meter.expect(10, 0)
    for _ in range(100):
        clock.now += 0.1
        meter.add(0, 0)
    assert len(said) == pytest.approx(10, abs=1)
    clock.now += 10
    meter.add(5, 0)
    assert said[-1].rate == pytest.approx(0.5, rel=0.2)
    assert said[-1].total == 10


def test_ahead_gives_all_in_order_and_from_another_thread() -> None:
    threads = set()

    def source():
        for n in range(50):
            threads.add(threading.get_ident())
            yield n

    assert list(ahead(source(), 3)) == list(range(50))
    assert threads and threading.get_ident() not in threads


def test_ahead_raises_after_what_came_before() -> None:
    def source():
        yield 1
        raise OSError("gone")

    steps = ahead(source(), 4)
    assert next(steps) == 1
    with pytest.raises(OSError, match="gone"):
        next(steps)


def test_ahead_closes_its_source_when_left_early() -> None:
    closed = []

    def source():
        try:
            yield from range(100)
        finally:
            closed.append(True)

    steps = ahead(source(), 2)
    next(steps)
    steps.close()
    assert closed == [True]
