# SPDX-License-Identifier: Apache-2.0
"""The duties are tested through archives like those of the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.driver import Emanet, archive, let_crew_go


@pytest.fixture(scope="session", autouse=True)
def ready(request: pytest.FixtureRequest) -> Iterator[None]:
    """Databases are open to these tests (pytest-django shuts them); workers go home at the end."""
    if request.config.pluginmanager.hasplugin("django"):
        blocker = request.getfixturevalue("django_db_blocker")
        if blocker is not None:
            blocker.unblock()
    yield
    let_crew_go()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty archive, to be copied."""
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
