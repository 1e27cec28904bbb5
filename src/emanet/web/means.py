# SPDX-License-Identifier: Apache-2.0
"""The archive that the pages serve: opened once for each server process."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.db import connections

from emanet.bootstrap.wiring import open_home
from emanet.duties.means import Means
from emanet.model.errors import EmanetError

_lock = Lock()
_opened: list[Means] = []


def served() -> Means:
    """The archive named by EMANET_HOME, opened by the first call that can.

    Raises ConfigError, RegistryError, StorageError; the next call then tries again, so that a
    repaired archive needs no new start.
    """
    if not _opened:
        with _lock:
            if not _opened:
                _opened.append(_open(Path(os.environ.get("EMANET_HOME", "."))))
    return _opened[0]


def _open(home: Path) -> Means:
    try:
        return open_home(home, web=True)
    except EmanetError:
        if settings.configured:
            connections.close_all()  # what is put in its place must be seen by the next try
        raise
