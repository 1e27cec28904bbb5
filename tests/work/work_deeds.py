# SPDX-License-Identifier: Apache-2.0
"""What the workers of these tests do: honest work, and every way to die."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

from emanet.model.errors import SourceChanged


def square(n: int) -> int:
    return n * n


def square_slowly(n: int) -> int:
    time.sleep(0.02)
    return n * n


def dawdle(n: int) -> int:
    time.sleep(min(n, 1))
    return n


def square_or_die(n: int) -> int:
    """Negative numbers kill the worker as the kernel's memory killer does."""
    if n < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return n * n


def square_or_worse(n: int) -> int:
    """-1 kills, -2 never ends inside C, -3 eats memory, -4 raises."""
    if n == -1:
        os.kill(os.getpid(), signal.SIGKILL)
    if n == -2:
        hashlib.pbkdf2_hmac(
            "sha256", b"x", b"y", (1 << 31) - 1
        )  # one C call, deaf to Python signals
    if n == -3:
        return len(bytearray(1 << 40))
    if n == -4:
        raise KeyError("a bug")
    return n * n


def refuse(n: int) -> int:
    raise SourceChanged(f"{n} changed", f"{n} değişti")


def whoami(n: int) -> int:
    time.sleep(0.001)
    return os.getpid()


def note_and_square(task: tuple[str, int]) -> int:
    """Leave a mark (so that the test knows it has begun), then work for a while."""
    folder, n = task
    Path(folder, f"{n}-{os.getpid()}").touch()
    time.sleep(0.05)
    return n * n
