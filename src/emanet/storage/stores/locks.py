# SPDX-License-Identifier: Apache-2.0
"""One writer at a time: a lock file that the kernel lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emanet.model.errors import StoreBusy
from emanet.storage.stores.disk import FILE_MODE, store_error


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` (made when absent, never taken away) for the ``with`` block.

    Raises StoreBusy at once when another process, or another part of this one, holds it. The
    file names the holder's process id, for a person to read. Its folder must exist. A child
    made by fork inside the block holds the lock too, until it ends.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise store_error(error, path) from error
    try:
        if not try_lock(handle):
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "?"
            raise StoreBusy(
                f"Process {holder} holds {path}.", f"{path} kilidi {holder} numaralı süreçte."
            )
        os.ftruncate(handle, 0)
        os.pwrite(handle, b"%d\n" % os.getpid(), 0)
        yield
    finally:
        os.close(handle)


def try_lock(handle: int) -> bool:
    """Lock an open file or folder for this descriptor alone; False when another holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
