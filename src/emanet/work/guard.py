# SPDX-License-Identifier: Apache-2.0
"""Inside a worker: one item at a time, under limits on time and memory that the kernel enforces.

A limit kept by Python alone would not hold while a C library works. So time is a kernel timer whose
signal has its default action, death; memory is the address space the kernel grants. On Linux.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any, TypeVar

from emanet.work.port import Failure, Limits

T = TypeVar("T")
R = TypeVar("R")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def begin(environment: dict[str, str]) -> None:
    """Make a process a worker: deaf to Ctrl-C (its parent decides), and it dies with its parent.

    Without that a SIGKILL of the parent would leave its workers waiting for ever.
    ``environment`` is set before the libraries that read it are loaded.
    """
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_die_with, args=(parent.sentinel,), daemon=True).start()


def _die_with(sentinel: Any) -> None:
    connection.wait([sentinel])
    os._exit(1)


def work_chunk(
    fn: Callable[[T], R], items: Sequence[T], weights: Sequence[int], limits: Limits
) -> list[R | Failure]:
    """Do ``fn`` on each item under its limits; gives a result or a Failure for each, in order.

    An item over its time kills the process. An item that gets no memory becomes a Failure (or the
    death of the process, when a C library met the limit first). Other exceptions pass through.
    """
    return [
        _guarded(fn, item, limits.seconds_for(weight), limits.memory_bytes)
        for item, weight in zip(items, weights, strict=True)
    ]


def _guarded(fn: Callable[[T], R], item: T, seconds: float, memory_bytes: int) -> R | Failure:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if memory_bytes:
        ceiling = _address_space_bytes() + memory_bytes
        ceiling = ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard)
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, hard))
    if seconds:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return fn(item)
    except MemoryError:
        return Failure("WORKER-MEMORY", f"more than {memory_bytes >> 20} MiB")
    finally:
        if seconds:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if memory_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space_bytes() -> int:
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * _PAGE_BYTES
