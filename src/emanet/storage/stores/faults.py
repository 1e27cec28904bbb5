# SPDX-License-Identifier: Apache-2.0
"""Faults on order: a hook for the durable steps that dies, or fails one of them, at step N."""

from __future__ import annotations

import errno
import os
import signal
import threading
from pathlib import Path

from emanet.model.errors import ConfigError
from emanet.storage.stores.interface import Step

NO_FLUSH = "nofsync"
"""The fault text that asks for the control build without flushes, not for a hook."""

_FLUSHES = ("fsync", "dirsync")
_CODES = {"eio": errno.EIO, "enospc": errno.ENOSPC, "fsynceio": errno.EIO}


def hook_from(text: str) -> Step | None:
    """The hook that a fault text orders; None for "" and for ``nofsync``.

    ``kill:N``      the process kills itself (SIGKILL) just before its N-th durable step
    ``eio:N``       the N-th step fails with EIO, ``enospc:N`` with ENOSPC; all others go on
    ``fsynceio:N``  the N-th flush (of a file or a folder) fails with EIO; a second one would
                    succeed, as it does on a real kernel that has dropped the bytes
    ``…:N:FILE``    as above, and when the fault strikes, the step is written into FILE, so that
                    whoever ordered it can tell a run without a fault from one that lived with it

    N counts from 1, over all stores that share the hook. ConfigError for any other text.
    """
    if text in ("", NO_FLUSH):
        return None
    kind, _, rest = text.partition(":")
    number, _, note = rest.partition(":")
    if kind not in ("kill", *_CODES) or not number.isdecimal() or int(number) < 1:
        raise ConfigError(f"No such fault: {text!r}.", f"Böyle bir arıza yok: {text!r}.")
    return _Strike(kind, int(number), Path(note) if note else None)


class _Strike:
    """Counts steps and strikes once; may be called by several threads."""

    def __init__(self, kind: str, number: int, note: Path | None) -> None:
        self._kind = kind
        self._left = number
        self._note = note
        self._lock = threading.Lock()

    def __call__(self, verb: str, place: str) -> None:
        if self._kind == "fsynceio" and verb not in _FLUSHES:
            return
        with self._lock:
            self._left -= 1
            if self._left != 0:
                return
        if self._note is not None:
            self._note.write_text(f"{self._kind} {verb} {place}\n", encoding="utf-8")
        if self._kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        code = _CODES[self._kind]
        raise OSError(code, os.strerror(code), place)
