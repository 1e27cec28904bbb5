# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests through the command line: fresh archives, and drop areas to fill."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.driver import Emanet, archive, let_crew_go


@pytest.fixture(scope="session", autouse=True)
def crew_goes() -> Iterator[None]:
    """The workers that the tests keep go home at the end."""
    yield
    let_crew_go()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty archive, to be copied: making one anew takes half a second."""
    return archive(tmp_path_factory.mktemp("empty") / "archive").init().home


@pytest.fixture
def emanet(empty: Path, tmp_path: Path) -> Emanet:
    """A new, empty archive."""
    return archive(shutil.copytree(empty, tmp_path / "archive"))


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A new, empty drop area."""
    place = tmp_path / "drop"
    place.mkdir()
    return place
