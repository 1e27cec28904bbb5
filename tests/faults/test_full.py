# SPDX-License-Identifier: Apache-2.0
"""A full disk, for real: nothing half stays, what was there stays, and smaller things still fit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emanet.model.errors import StoreFull
from emanet.storage.stores.posix import PosixStore

MIB = bytes(1 << 20)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"cannot mount a tmpfs: {done.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.root
def test_a_put_that_does_not_fit(small_disk: Path) -> None:
    store = PosixStore(small_disk / "root")
    store.put("a", [MIB])
    with pytest.raises(StoreFull):
        store.put("b", (MIB for _ in range(5)))
    assert list(store.list()) == ["a"]
    assert not any(store.staging.iterdir())
    store.put("b", (MIB for _ in range(2)))
    assert store.read("a") == MIB and store.size("b") == 2 << 20


@pytest.mark.root
def test_a_tree_that_does_not_fit(small_disk: Path) -> None:
    store = PosixStore(small_disk / "root")
    with pytest.raises(StoreFull), store.draft("p/t") as draft:
        for number in range(6):
            draft.write(f"v1/{number}", [MIB])
    assert list(store.list()) == []
    assert not any(store.staging.iterdir())
    with store.draft("p/t") as draft:
        draft.write("v1/0", [MIB])
        draft.commit()
    assert list(store.list()) == ["p/t/v1/0"]


def test_a_file_larger_than_allowed(tmp_path: Path) -> None:
    """EFBIG, by a limit on the size of files."""
    program = """
import resource, sys
from pathlib import Path
from emanet.model.errors import StoreFull
from emanet.storage.stores.posix import PosixStore
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
store = PosixStore(Path(sys.argv[1]))
store.put("small", [bytes(90_000)])
try:
    store.put("large", [bytes(90_000), bytes(90_000)])
except StoreFull:
    print(sorted(store.list()), sorted(store.staging.iterdir()))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "root"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['small'] []\n"
