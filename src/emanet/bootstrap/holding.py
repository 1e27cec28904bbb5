# SPDX-License-Identifier: Apache-2.0
"""Holding an archive for one writer, and a mark that tells whether the last one ended well.

The file ``unfinished`` lies in the home folder while somebody writes, and stays when a writer dies
or fails. Whoever comes next, even to read, then knows that sealed objects may be unregistered.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emanet.storage.stores.interface import Store
from emanet.storage.stores.locks import exclusive

MARK = "unfinished"


@contextmanager
def held(home: Path, stores: tuple[Store, ...]) -> Iterator[None]:
    """Hold the archive for one writer; what a dead one left half made is taken away first.

    Raises StoreBusy when another holds it. The mark goes only when the block ends well.
    """
    with exclusive(home / "lock"):
        write_durably(home / MARK, b"")
        for store in stores:
            store.sweep()
        yield
        (home / MARK).unlink(missing_ok=True)


def unfinished(home: Path) -> bool:
    """Whether somebody is writing now, or the last writer did not end well."""
    return (home / MARK).exists()


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a small file whole, in place of an earlier one; durable when it returns.

    Raises OSError.
    """
    part = path.with_name(path.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
