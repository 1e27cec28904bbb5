# SPDX-License-Identifier: Apache-2.0
"""The archive that the pages serve: opened once for each server process."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from emanet.bootstrap.wiring import open_home
from emanet.duties.means import Means


@cache
def served() -> Means:
    """The archive named by EMANET_HOME; raises ConfigError when there is none."""
    return open_home(Path(os.environ.get("EMANET_HOME", ".")), web=True)
