# SPDX-License-Identifier: Apache-2.0
"""Power cuts under the store on disk: nothing acknowledged is lost, nothing half is shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from tests.faults import powercut
from tests.faults.writer import look

pytestmark = pytest.mark.root

CUTS = int(os.environ.get("EMANET_CUTS", "12"))
WRITER = [sys.executable, str(Path(__file__).with_name("writer.py")), "{home}"]


@cache
def why_not(system: str) -> str:
    return powercut.why_not(system)


@pytest.fixture(params=sorted(powercut.SYSTEMS))
def system(request: pytest.FixtureRequest) -> str:
    reason = why_not(request.param)
    if reason:
        pytest.skip(reason)
    return request.param


def verify(home: Path, acked: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    found = look(home, acked)
    return found.lost, found.torn


def test_nothing_acknowledged_is_lost(system: str) -> None:
    report = powercut.campaign(
        [*WRITER, "--endless"], verify, system=system, cuts=CUTS, seed=1, runs_a_home=2
    )
    assert report.acked > CUTS
    assert (report.lost, report.torn) == (0, 0), report


def test_the_control_without_flushes_loses(system: str) -> None:
    report = powercut.campaign(
        [*WRITER, "--endless"], verify, system=system, cuts=3, seed=2,
        env={"EMANET_FAULT": "nofsync"},
    )  # fmt: skip
    assert report.lost > 0.9 * report.acked > 0, report


def test_a_lone_tree_survives_and_without_its_folders_flushed_does_not(system: str) -> None:
    """With nothing flushed after the last rename, only the folder's own flush saves it."""
    lone = powercut.campaign([*WRITER, "--one"], verify, system=system, cuts=3, seed=3)
    assert lone.acked >= 3 and (lone.lost, lone.torn) == (0, 0), lone
    broken = powercut.campaign(
        [*WRITER, "--one", "--no-dirsync"], verify, system=system, cuts=3, seed=3
    )
    assert broken.lost > 0, broken
