# SPDX-License-Identifier: Apache-2.0
"""Servers of the test session: started when first asked for, ended with the session."""

from __future__ import annotations

import atexit
import ctypes
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

T = TypeVar("T")

_running: dict[str, object] = {}
_open = ExitStack()
atexit.register(_open.close)


def once(name: str, start: Callable[[Path], AbstractContextManager[T]]) -> T:
    """What ``start`` gives for a new folder, the same for all who ask under this name.

    A session-scoped fixture that several modules import is made once for each of them; the
    server behind it must not be.
    """
    if name not in _running:
        folder = _open.enter_context(TemporaryDirectory(prefix=f"emanet-{name}-"))
        _running[name] = _open.enter_context(start(Path(folder)))
    return _running[name]  # type: ignore[return-value]


def die_with_parent(by: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """For ``preexec_fn``: the child gets this signal when its parent ends, however that ends."""

    def ask() -> None:
        ctypes.CDLL(None).prctl(1, by)  # PR_SET_PDEATHSIG

    return ask
