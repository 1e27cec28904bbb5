# SPDX-License-Identifier: Apache-2.0
"""Makes plans and sealed archives for the tests of storage."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from planning import Kept, kept_archive  # noqa: E402


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """An archive on disk with one accession of every shape of container."""
    return kept_archive(tmp_path / "root")
