# SPDX-License-Identifier: Apache-2.0
"""A disk that dies or fails at any durable step loses nothing acknowledged and shows no half."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.faults.driver import Run, every_fault
from tests.faults.writer import look, run_here

from emanet.model.errors import StorageError, StoreBroken, StoreFull
from emanet.storage.stores.faults import hook_from
from emanet.storage.stores.posix import PosixStore

WRITER = [sys.executable, str(Path(__file__).with_name("writer.py")), "{home}"]
THINGS = ["tree 00/00/acc-000000", "key keys/0/0"]


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: here no power is cut, so no flush need be real."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="emanet-") as folder:
        yield Path(folder)


def check_and_finish(home: Path, acked: tuple[str, ...]) -> None:
    """Nothing acknowledged is lost, nothing is torn; a second run does the rest and tidies."""
    found = look(home, acked)
    assert not found.lost and not found.torn, found
    again: list[str] = []
    run_here(home, None, again.append, trees=1)
    assert again == THINGS
    found = look(home, again)
    assert not found.lost and not found.torn, found
    assert not any((home / "root.staging").iterdir())


def shown(home: Path) -> list[str]:
    """The things whose last file is there."""
    keys = PosixStore(home / "root").list()
    return [
        f"tree {key.removesuffix('/inventory.json')}" if "acc-" in key else f"key {key}"
        for key in keys
        if "/v1/" not in key
    ]


def test_killed_at_every_step(quick: Path) -> None:
    def check(home: Path, run: Run) -> None:
        check_and_finish(home, run.lines)
        shutil.rmtree(home)

    campaign = every_fault([*WRITER, "--trees", "1"], "kill", lambda n: quick / str(n), check)
    assert campaign.points > 30
    assert {run.struck.split()[1] for run in campaign.runs if run.struck} >= {
        "open", "write", "fsync", "dirsync", "rename", "mkdir",
    }  # fmt: skip


def test_the_control_that_writes_in_place_is_caught(quick: Path) -> None:
    torn = 0

    def check(home: Path, run: Run) -> None:
        nonlocal torn
        torn += bool(look(home, run.lines).torn)

    argv = [*WRITER, "--trees", "1", "--in-place"]
    every_fault(argv, "kill", lambda n: quick / str(n), check, stride=3)
    assert torn > 3


@pytest.mark.parametrize(
    ("kind", "error"), [("eio", StoreBroken), ("enospc", StoreFull), ("fsynceio", StoreBroken)]
)
def test_failing_at_every_step(quick: Path, kind: str, error: type[StorageError]) -> None:
    points = 0
    for number in count(1):
        home, note = quick / str(number), quick / f"{number}.struck"
        acked: list[str] = []
        late: list[str] = []

        def ack(line: str, note: Path = note, acked: list[str] = acked, late: list[str] = late):
            (late if note.exists() and "rmtree" not in note.read_text() else acked).append(line)

        try:
            run_here(home, hook_from(f"{kind}:{number}:{note}"), ack, trees=1)
        except error:
            assert note.exists()
        assert not late, "acknowledged after a step had failed"
        assert shown(home) == acked, "what is not acknowledged is taken back"
        check_and_finish(home, tuple(acked))
        shutil.rmtree(home)
        if not note.exists():
            break
        points += 1
    assert points > (10 if kind == "fsynceio" else 30)


needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="no strace here")


@needs_strace
def test_every_durable_call_is_announced(quick: Path) -> None:
    """The kernel saw as many flushes, renames and folders as the hook was told of."""
    log = quick / "log"
    calls = "fsync,fdatasync,syncfs,sync_file_range,rename,renameat,renameat2,mkdir,link,linkat"
    done = subprocess.run(
        ["strace", "-f", "-o", log, "-e", f"trace={calls}", *WRITER[:2], quick / "h", "--steps"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    steps = json.loads(done.stderr)
    seen = Counter(re.findall(r"^\d+ +(\w+)\(.* = 0$", log.read_text(), re.MULTILINE))
    assert seen["fsync"] + seen["syncfs"] == steps["fsync"] + steps["dirsync"]
    assert seen["renameat2"] == steps["rename"]
    assert seen["mkdir"] == steps["mkdir"]
    assert set(seen) == {"fsync", "syncfs", "renameat2", "mkdir"}


@needs_strace
@pytest.mark.parametrize("number", [1, 4, 8, 12])
def test_a_flush_that_the_kernel_fails_is_not_tried_again(quick: Path, number: int) -> None:
    log = quick / "log"
    done = subprocess.run(
        ["strace", "-f", "-o", log, "-e", "trace=fsync,renameat2",
         "-e", f"inject=fsync:error=EIO:when={number}", *WRITER[:2], quick / "h"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    calls = log.read_text().splitlines()
    struck = next(n for n, line in enumerate(calls) if "INJECTED" in line)
    assert done.returncode == 1 and done.stderr.startswith("StoreBroken")
    assert not any("fsync(" in line for line in calls[struck + 1 :])
    found = look(quick / "h", done.stdout.splitlines())
    assert not found.lost and not found.torn
