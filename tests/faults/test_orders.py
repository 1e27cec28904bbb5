# SPDX-License-Identifier: Apache-2.0
"""The texts that order a fault, and the driver that counts faults to the end."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest
from tests.faults.driver import Run, every_fault

from emanet.model.errors import ConfigError
from emanet.storage.stores.faults import hook_from


def test_no_order_is_no_hook() -> None:
    assert hook_from("") is None
    assert hook_from("nofsync") is None


@pytest.mark.parametrize(
    "text", ["kill", "kill:", "kill:0", "kill:-1", "kill:x", "die:1", "kill:١x", "eio:1.5", ":1"]
)
def test_a_wrong_order_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        hook_from(text)


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [("eio:2", errno.EIO, 2), ("enospc:3", errno.ENOSPC, 3), ("fsynceio:2", errno.EIO, 4)],
)
def test_strikes_once_at_its_number(text: str, code: int, at: int, tmp_path: Path) -> None:
    hook = hook_from(f"{text}:{tmp_path}/note")
    assert hook is not None
    for number, verb in enumerate(("open", "fsync", "rename", "dirsync", "fsync", "open"), 1):
        if number != at:
            hook(verb, "place")
            continue
        with pytest.raises(OSError) as raised:
            hook(verb, "place")
        assert raised.value.errno == code
        assert (tmp_path / "note").read_text() == f"{text.split(':')[0]} {verb} place\n"


STEPPER = """
import os, sys
from emanet.storage.stores.faults import hook_from
hook = hook_from(os.environ["EMANET_FAULT"])
for number in range(7):
    try:
        hook("write", "x")
    except OSError:
        sys.exit(1)
    print(number, flush=True)
"""


@pytest.mark.parametrize(("kind", "code"), [("kill", -9), ("eio", 1)])
def test_the_driver_strikes_every_step_and_stops(tmp_path: Path, kind: str, code: int) -> None:
    seen: list[Run] = []
    done = every_fault(
        [sys.executable, "-c", STEPPER],
        kind,
        lambda n: tmp_path,
        lambda home, run: seen.append(run),
    )
    assert done.points == 7 and len(done.runs) == 8
    assert [len(run.lines) for run in seen] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert [run.code for run in seen] == [code] * 7 + [0]


def test_the_driver_passes_a_failed_check_on(tmp_path: Path) -> None:
    def check(home: Path, run: Run) -> None:
        assert run.number < 3

    with pytest.raises(AssertionError):
        every_fault([sys.executable, "-c", STEPPER], "kill", lambda n: tmp_path, check)
