# SPDX-License-Identifier: Apache-2.0
"""Runs many items over a pool of workers and loses none: what kills a worker is set aside.

Items go to the workers in chunks. Where a worker dies, every chunk that may have been the cause is
a suspect. Suspects run apart, one at a time in a pool of one, so that what dies there is guilty; a
guilty chunk is halved until the single item is known. That item gets a Failure, all others their
result. (Where the pool itself names the guilty chunk, as a cluster does, only the halving is left.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import msgspec

from emanet.model.errors import EmanetError, WorkError
from emanet.work.guard import work_chunk
from emanet.work.port import Failure, Limits, Pools

T = TypeVar("T")
R = TypeVar("R")
IN_FLIGHT_MAX = 64
_LOOK_UP_S = 1.0
STILLBORN_MAX = 8  # pools in a row that broke before they gave any result


class Shape(msgspec.Struct, frozen=True):
    """How items are bundled: at most ``items`` or about ``bytes`` a chunk.

    A task costs 0.3 to 3 ms to hand over, so a chunk should take 100 ms or more.
    """

    items: int = 24
    bytes: int = 64 << 20


class Result(Generic[T, R]):
    """One item with its value, or with the Failure that stands in its place."""

    __slots__ = ("failure", "task", "value")

    def __init__(self, task: T, value: R | None, failure: Failure | None) -> None:
        self.task, self.value, self.failure = task, value, failure


class _Chunk(Generic[T]):
    __slots__ = ("items", "started", "weights")

    def __init__(self, items: Sequence[T], weights: Sequence[int]) -> None:
        self.items, self.weights = items, weights
        self.started = 0.0

    def halves(self) -> list[_Chunk[T]]:
        middle = len(self.items) // 2
        return [
            _Chunk(self.items[:middle], self.weights[:middle]),
            _Chunk(self.items[middle:], self.weights[middle:]),
        ]


class Crew:
    """Workers kept over several runs; a context manager.

    Takes the maker of pools, the limits of an item, the number of items after which workers are
    replaced (their memory grows in the C libraries they use), and a clock in seconds.
    """

    def __init__(
        self,
        pools: Pools,
        clock: Callable[[], float],
        *,
        limits: Limits | None = None,
        renew_after: int = 50_000,
    ) -> None:
        self.pools, self.clock = pools, clock
        self.limits = limits or Limits()
        self._renew_after = renew_after
        self._items = 0
        self.stopped = False
        self._main: Executor | None = None
        self._solo: Executor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the workers go, after what they are doing now."""
        for executor in (self._main, self._solo):
            if executor is not None:
                executor.shutdown(wait=True)
        self._main = self._solo = None

    def stop(self) -> None:
        """Have every run of this crew end within a second, with WorkError; from any thread."""
        self.stopped = True

    def submit(self, fn: Callable[[T], R], chunk: _Chunk[T], *, apart: bool) -> Future[Any]:
        """Hand a chunk to the many, or to the pool of one; raises what the pool died of."""
        if apart and not self.pools.names_culprit:
            if self._solo is None:
                self._solo = self.pools.open(1)
                wait([self._solo.submit(int)])  # so that its start is not counted as work
            executor = self._solo
        else:
            if self._main is None:
                self._main = self.pools.open(self.pools.workers)
            executor = self._main
        chunk.started = self.clock()
        future = executor.submit(work_chunk, fn, chunk.items, chunk.weights, self.limits)
        self._items += len(chunk.items)
        return future

    def discard(self, *, apart: bool) -> None:
        """Give up an executor that broke; the next chunk gets a new one."""
        executor = self._solo if apart else self._main
        if executor is not None:
            executor.shutdown(wait=True)
        if apart:
            self._solo = None
        else:
            self._main = None

    @property
    def tired(self) -> bool:
        """Whether the workers should be replaced once nothing is in flight."""
        return 0 < self._renew_after <= self._items

    def renew(self) -> None:
        """Replace the workers."""
        self.close()
        self._items = 0


def run(
    tasks: Iterable[T],
    fn: Callable[[T], R],
    crew: Crew,
    *,
    shape: Shape | None = None,
    weigh: Callable[[T], int] | None = None,
    suspect: bool = False,
) -> Iterator[Result[T, R]]:
    """Do ``fn`` on every task; gives a Result for each, in the order in which they are done.

    Tasks are taken from the iterable only as there is room for them (two chunks a worker and two
    more, at most 64). ``fn`` must be importable, idempotent, and give back small values; it may run
    more than once for an item. ``weigh`` gives an item's bytes. ``suspect``: one of the tasks is
    known to kill, so all run apart from the beginning. No item is lost and none is given twice.

    Raises WorkError when there are no workers to be had, and any EmanetError of ``fn``; whatever
    else ``fn`` raises becomes a Failure of that item alone.
    """
    return _Run(fn, crew, _chunks(tasks, shape or Shape(), weigh), suspect).results()


def _chunks(
    tasks: Iterable[T], shape: Shape, weigh: Callable[[T], int] | None
) -> Iterator[_Chunk[T]]:
    items: list[T] = []
    weights: list[int] = []
    for task in tasks:
        items.append(task)
        weights.append(weigh(task) if weigh else 0)
        if len(items) >= shape.items or sum(weights) >= shape.bytes:
            yield _Chunk(items, weights)
            items, weights = [], []
    if items:
        yield _Chunk(items, weights)


class _Run(Generic[T, R]):
    """The state of one run: what is in flight among the many and apart, and who is suspect."""

    def __init__(
        self, fn: Callable[[T], R], crew: Crew, fresh: Iterator[_Chunk[T]], suspect: bool
    ) -> None:
        self._fn, self._crew, self._fresh, self._suspect = fn, crew, fresh, suspect
        self._again: deque[_Chunk[T]] = deque()  # taken from the iterable, not yet handed over
        self._suspects: deque[_Chunk[T]] = deque()
        self._many: dict[Future[Any], _Chunk[T]] = {}
        self._apart: dict[Future[Any], _Chunk[T]] = {}
        self._room = min(2 * crew.pools.workers + 2, IN_FLIGHT_MAX)
        self._dry = False
        self._stillborn = 0

    def results(self) -> Iterator[Result[T, R]]:
        try:
            while self._fill():
                futures = [*self._many, *self._apart]
                done, _ = wait(futures, timeout=_LOOK_UP_S, return_when=FIRST_COMPLETED)
                if self._crew.stopped:
                    raise WorkError("The work was stopped.", "İş durduruldu.")
                for future in done:
                    yield from self._settle(future)
        finally:
            for future in [*self._many, *self._apart]:
                future.cancel()

    def _fill(self) -> bool:
        """Hand over as much as there is room for; False when all is done."""
        if self._crew.tired and not (self._many or self._apart):
            self._crew.renew()
        while not self._suspect and len(self._many) < self._room and not self._crew.tired:
            chunk = self._next()
            if chunk is None:
                break
            self._submit(chunk, apart=False)
        if self._suspect and not (self._suspects or self._apart):
            self._suspects.extend(filter(None, [self._next()]))
        while self._suspects and not self._apart:
            self._submit(self._suspects.popleft(), apart=True)
        return bool(self._many or self._apart)

    def _next(self) -> _Chunk[T] | None:
        if self._again:
            return self._again.popleft()
        if self._dry:
            return None
        chunk = next(self._fresh, None)
        self._dry = chunk is None
        return chunk

    def _submit(self, chunk: _Chunk[T], *, apart: bool) -> None:
        try:
            future = self._crew.submit(self._fn, chunk, apart=apart)
        except self._crew.pools.died as error:  # it broke since: this chunk had no part in it
            self._stillborn += 1
            if self._stillborn > STILLBORN_MAX:
                raise WorkError(
                    f"Workers die as they start: {error}",
                    f"İşçi süreçler daha başlarken ölüyor: {error}",
                ) from error
            if apart:
                self._crew.discard(apart=True)
                self._suspects.appendleft(chunk)
            else:
                self._again.appendleft(chunk)
                self._suspect_all()
            return
        (self._apart if apart else self._many)[future] = chunk

    def _settle(self, future: Future[Any]) -> Iterator[Result[T, R]]:
        apart = future in self._apart
        chunk = (self._apart if apart else self._many).pop(future, None)
        if chunk is None:
            return  # a suspect by now
        if future.cancelled():
            raise WorkError(
                "The cluster dropped the work; is its scheduler still there?",
                "Küme işi bıraktı; zamanlayıcısı hâlâ çalışıyor mu?",
            )
        error = future.exception()
        if error is None:
            self._stillborn = 0
            yield from self._give(chunk, future.result())
        elif isinstance(error, EmanetError):
            raise error
        elif not isinstance(error, self._crew.pools.died):
            yield from self._convict(chunk, error)
        elif apart or self._crew.pools.names_culprit:
            self._crew.discard(apart=True)
            yield from self._convict(chunk, error)
        else:
            self._suspects.append(chunk)
            self._suspect_all()

    def _suspect_all(self) -> None:
        """The pool of many broke: whatever was not finished in it may be why."""
        for future, chunk in list(self._many.items()):
            if not (future.done() and not future.cancelled() and future.exception() is None):
                self._suspects.append(chunk)
                del self._many[future]
        self._crew.discard(apart=False)

    def _convict(self, chunk: _Chunk[T], error: BaseException) -> Iterator[Result[T, R]]:
        if len(chunk.items) > 1:
            self._suspects.extendleft(reversed(chunk.halves()))
            return
        if isinstance(error, self._crew.pools.died):
            failure = self._why_dead(chunk, error)
        else:
            failure = Failure("WORKER-RAISED", f"{type(error).__name__}: {error}")
        yield Result(chunk.items[0], None, failure)

    def _why_dead(self, chunk: _Chunk[T], error: BaseException) -> Failure:
        limit_s = self._crew.limits.seconds_for(chunk.weights[0])
        if self._crew.pools.names_culprit and limit_s:  # deaths and restarts far away: no telling
            words = f"{type(error).__name__}, or more than {limit_s:.0f} s"
            return Failure("WORKER-KILLED", words)
        if limit_s and self._crew.clock() - chunk.started >= limit_s:
            return Failure("WORKER-TIMEOUT", f"{limit_s:.0f} s")
        return Failure("WORKER-KILLED", type(error).__name__)

    @staticmethod
    def _give(chunk: _Chunk[T], values: Sequence[R | Failure]) -> Iterator[Result[T, R]]:
        for task, value in zip(chunk.items, values, strict=True):
            if isinstance(value, Failure):
                yield Result(task, None, value)
            else:
                yield Result(task, value, None)
