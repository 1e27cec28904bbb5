# SPDX-License-Identifier: Apache-2.0
"""Runs a program again and again, with a fault at its N-th durable step, until no fault strikes."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KINDS = ("kill", "eio", "enospc", "fsynceio")


@dataclass(frozen=True)
class Run:
    """One run: the N of its fault, the step it struck at ("" if none), how the program ended."""

    number: int
    struck: str
    code: int
    lines: tuple[str, ...]
    errors: str
    seconds: float


@dataclass(frozen=True)
class Campaign:
    """All runs of one kind of fault; the last one had no fault."""

    kind: str
    runs: tuple[Run, ...]

    @property
    def points(self) -> int:
        """At how many steps a fault struck."""
        return sum(bool(run.struck) for run in self.runs)


def every_fault(
    argv: Sequence[str],
    kind: str,
    home: Callable[[int], Path],
    check: Callable[[Path, Run], None],
    *,
    env: Mapping[str, str] | None = None,
    first: int = 1,
    stride: int = 1,
    most: int = 100_000,
    timeout_s: float = 120,
    good: frozenset[int] = frozenset({0}),
) -> Campaign:
    """Run ``argv`` with ``EMANET_FAULT=kind:N`` for N = first, first + stride … to the first run
    in which nothing struck.

    ``home(N)`` gives each run its home (a fresh one, or the same again), put for "{home}" in
    argv; ``check(home, run)`` raises AssertionError when what it finds there is wrong, and is
    called after every run, the last one too. A run that nothing struck must end with an exit
    code in ``good``. The program must pass EMANET_FAULT to
    ``storage.stores.faults.hook_from``. Its children are killed with it.
    """
    runs: list[Run] = []
    for number in range(first, first + most * stride, stride):
        place = home(number)
        run = one_fault(argv, kind, number, place, env=env, timeout_s=timeout_s)
        runs.append(run)
        if kind == "kill" and run.struck:
            assert run.code == -signal.SIGKILL, run
        if not run.struck:
            assert run.code in good, run
        check(place, run)
        if not run.struck:
            return Campaign(kind, tuple(runs))
    raise AssertionError(f"{kind}: a fault struck in each of {most} runs")


def one_fault(
    argv: Sequence[str],
    kind: str,
    number: int,
    home: Path,
    *,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 120,
) -> Run:
    """One run with one fault."""
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder, "struck")
        start = time.monotonic()
        program = subprocess.Popen(
            [word.replace("{home}", str(home)) for word in argv],
            env={**os.environ, **(env or {}), "EMANET_FAULT": f"{kind}:{number}:{note}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            out, errors = program.communicate(timeout=timeout_s)
        finally:
            with suppress(ProcessLookupError):  # the workers that a killed program leaves behind
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
        return Run(
            number,
            note.read_text().strip() if note.exists() else "",
            program.returncode,
            tuple(out.splitlines()),
            errors,
            time.monotonic() - start,
        )
