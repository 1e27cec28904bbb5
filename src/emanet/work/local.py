# SPDX-License-Identifier: Apache-2.0
"""Local processes as workers: clean ones, never forked from a process that has threads."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from emanet.work.guard import begin


class LocalPools:
    """Executors of local processes (``Pools``).

    Workers come from a fork server, a small process without threads that has loaded the modules
    ``preload`` beforehand, so that a new worker costs milliseconds. A library that starts threads
    when it is loaded must not stand in ``preload``: a fork of it would be dead.
    ``environment`` is set in each worker before it works.
    """

    died: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    names_culprit = False

    def __init__(
        self,
        workers: int,
        *,
        preload: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        self.workers = max(workers, 1)
        self._preload = ["emanet.work.guard", *preload]
        self._environment = {"GOMAXPROCS": "1", **(environment or {})}

    def open(self, workers: int) -> Executor:
        """Give a pool of processes; they start when work comes."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(self._preload)
        return ProcessPoolExecutor(
            workers, mp_context=context, initializer=begin, initargs=(self._environment,)
        )
