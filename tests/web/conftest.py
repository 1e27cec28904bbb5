# SPDX-License-Identifier: Apache-2.0
"""What the tests of the pages share: archives, servers over them, Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.driver import Site, emanet
from tests.web.material import drop_area


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an archive that holds the material of these tests; not to be changed."""
    place = tmp_path_factory.mktemp("web")
    home = place / "archive"
    emanet("init", home)
    emanet("-C", home, "ingest", drop_area(place / "made"), expect=3)
    for _ in range(2):
        emanet("-C", home, "verify")
    return home


@pytest.fixture(scope="session")
def site(kept: Path) -> Iterator[Site]:
    """The pages of that archive."""
    with Site(kept) as server:
        yield server
        code, said = server.stop()
    assert (code, len(said.splitlines())) == (0, 1), said  # the address alone: no failure was told


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages of an archive to which nothing was delivered yet."""
    home = tmp_path_factory.mktemp("bare") / "archive"
    emanet("init", home)
    with Site(home) as server:
        yield server
        assert server.stop()[0] == 0


@pytest.fixture
def copied(kept: Path, tmp_path: Path) -> Path:
    """A copy of the archive's home, to be spoilt."""
    return Path(shutil.copytree(kept, tmp_path / "copy"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real Chromium, Debian's; the test is skipped where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()
