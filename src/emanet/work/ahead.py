# SPDX-License-Identifier: Apache-2.0
"""Work goes on while its results are being used: an iterator run ahead in a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")


class _End:
    pass


_END: Final = _End()


def ahead(items: Iterable[T], depth: int, *, stop: Callable[[], None] | None = None) -> Iterator[T]:
    """Give the items of an iterable, drawn from it in a thread at most ``depth`` items ahead.

    What the iterable raises is raised here, after the items before it. When the caller stops early
    ``stop`` is called, so that the item being made comes to an end soon (``Crew.stop``), and then
    the iterable is closed.
    """
    source = iter(items)
    with ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, source, _END) for _ in range(max(depth, 1)))
        ended = False
        try:
            while not isinstance(item := waiting.popleft().result(), _End):
                waiting.append(thread.submit(next, source, _END))
                yield item
            ended = True
        finally:
            for future in waiting:
                future.cancel()
            if stop is not None and not ended:
                stop()
            close = getattr(source, "close", None)
            if close is not None:
                thread.submit(close).result()
