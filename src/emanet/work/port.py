# SPDX-License-Identifier: Apache-2.0
"""The port to those who do the work: what a pool of workers promises, whatever stands behind it."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Protocol

import msgspec


class Pools(Protocol):
    """A maker of executors (``concurrent.futures``): local processes or a cluster.

    ``workers`` is how many work at once. ``died`` are the exceptions of a future whose worker went
    away under it (killed, crashed, out of memory). ``names_culprit`` says whether such an exception
    is set on the guilty future alone (a cluster does that) or on every future of the executor that
    was not finished (``ProcessPoolExecutor`` does that, and is of no use afterwards).
    """

    @property
    def workers(self) -> int: ...

    @property
    def died(self) -> tuple[type[BaseException], ...]: ...

    @property
    def names_culprit(self) -> bool: ...

    def open(self, workers: int) -> Executor:
        """Give a new executor of ``workers`` workers; raises WorkError when there can be none."""
        ...


class Limits(msgspec.Struct, frozen=True):
    """What one item may cost in a worker; past it the worker is killed and the item set aside.

    ``seconds`` of wall time, and one second more for each ``bytes_per_s`` bytes the item weighs;
    ``memory_bytes`` of address space above what the worker had when the item began. 0: no limit.
    """

    seconds: float = 120.0
    bytes_per_s: int = 4 << 20
    memory_bytes: int = 3 << 30

    def seconds_for(self, weight: int) -> float:
        """Seconds that an item of ``weight`` bytes may take, 0.0 for no limit."""
        if not self.seconds:
            return 0.0
        return self.seconds + (weight / self.bytes_per_s if self.bytes_per_s else 0.0)


class Failure(msgspec.Struct, frozen=True):
    """Why an item has no result: a finding's code (``WORKER-…``) and words on what happened.

    WORKER-KILLED: its worker died; WORKER-TIMEOUT: it took longer than its limit (on a cluster,
    which does not say how a worker died, that is WORKER-KILLED too);
    WORKER-MEMORY: it wanted more memory than its limit; WORKER-RAISED: the work itself raised.
    """

    code: str
    words: str = ""
