# SPDX-License-Identifier: Apache-2.0
"""What all tests share: where the shared real material lies, and a count of what was skipped."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared_root() -> Path | None:
    """The folder of real material (EMANET_SHARED, else ../shared beside the checkout), or None."""
    for place in (os.environ.get("EMANET_SHARED", ""), str(ROOT.parent / "shared")):
        if place and (Path(place) / "data").is_dir():
            return Path(place)
    return None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real material; the test is skipped where it is absent."""
    place = shared_root()
    if place is None:
        pytest.skip("no shared real material here")
    return place


@pytest.fixture(scope="session")
def jats(shared: Path) -> Path:
    """The folder of real articles and packages (index.csv lies in it)."""
    return shared / "data" / "jats" / "dev"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was skipped and why, by count: a skip is not a pass."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        longrepr = report.longrepr
        why = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        reasons[why.removeprefix("Skipped: ")] += 1
    for why, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {count:4d}: {why}")
