# SPDX-License-Identifier: Apache-2.0
"""What the tests of ingest share: a drop area to fill, and a crew."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from emanet.work.local import LocalPools
from emanet.work.port import Limits
from emanet.work.runner import Crew

HERE = str(Path(__file__).resolve().parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

Fill = Callable[[Mapping[str, bytes]], Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Writes files into a fresh drop area and gives its path."""

    def filled(files: Mapping[str, bytes]) -> Path:
        root = tmp_path / "drop"
        root.mkdir(exist_ok=True)
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return root

    return filled


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    """Two workers that may take a gibibyte for an item."""
    limits = Limits(seconds=60.0, memory_bytes=1 << 30)
    with Crew(LocalPools(2), time.monotonic, limits=limits) as made:
        yield made
