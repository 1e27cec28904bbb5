# SPDX-License-Identifier: Apache-2.0
"""How far the work is: items and bytes done, rate, and the time that is left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec


class Progress(msgspec.Struct, frozen=True):
    """How far the work is.

    ``done`` of ``total`` items and ``bytes`` of ``bytes_total`` bytes (totals None when not known
    yet); ``rate`` in items a second and ``byte_rate`` in bytes a second, both over the last while;
    ``left_s`` seconds left, by bytes where their total is known, else by items, else None.
    """

    done: int
    total: int | None
    bytes: int
    bytes_total: int | None
    rate: float
    byte_rate: float
    left_s: float | None


class Meter:
    """Counts what is done and reports it at most every ``every_s`` seconds, and once at the end."""

    def __init__(
        self,
        report: Callable[[Progress], None],
        clock: Callable[[], float],
        *,
        total: int | None = None,
        bytes_total: int | None = None,
        every_s: float = 0.5,
        window_s: float = 30.0,
    ) -> None:
        self._report, self._clock = report, clock
        self._total, self._bytes_total = total, bytes_total
        self._every_s, self._window_s = every_s, window_s
        self._done = self._bytes = 0
        start = clock()
        self._reported = start
        self._marks: deque[tuple[float, int, int]] = deque([(start, 0, 0)])

    def expect(self, items: int, bytes_: int) -> None:
        """Add to what is to be done in all."""
        self._total = (self._total or 0) + items
        self._bytes_total = (self._bytes_total or 0) + bytes_

    def add(self, items: int, bytes_: int) -> None:
        """Count items and bytes as done; reports when it is time."""
        self._done += items
        self._bytes += bytes_
        now = self._clock()
        if now - self._reported >= self._every_s:
            self._reported = now
            self._report(self.progress(now))

    def finish(self) -> None:
        """Report the last state."""
        self._report(self.progress(self._clock()))

    def progress(self, now: float) -> Progress:
        """The state at ``now`` (seconds of the clock given)."""
        while len(self._marks) > 1 and now - self._marks[1][0] >= self._window_s:
            self._marks.popleft()
        then, items, bytes_ = self._marks[0]
        self._marks.append((now, self._done, self._bytes))
        span = now - then
        rate = (self._done - items) / span if span > 0 else 0.0
        byte_rate = (self._bytes - bytes_) / span if span > 0 else 0.0
        return Progress(
            self._done,
            self._total,
            self._bytes,
            self._bytes_total,
            rate,
            byte_rate,
            self._left_s(rate, byte_rate),
        )

    def _left_s(self, rate: float, byte_rate: float) -> float | None:
        if self._bytes_total and byte_rate > 0:
            return max(self._bytes_total - self._bytes, 0) / byte_rate
        if self._total is not None and rate > 0:
            return max(self._total - self._done, 0) / rate
        return None
