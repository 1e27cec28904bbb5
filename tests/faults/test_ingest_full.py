# SPDX-License-Identifier: Apache-2.0
"""A disk that really runs full, wherever that happens: store, quarantine, database or index."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.driver import archive
from tests.cli.material import fill, issue, zipped
from tests.faults import ingest_life as life

pytestmark = pytest.mark.root
ALL = os.environ.get("EMANET_FAULTS") == "all"


@pytest.fixture(scope="module")
def zygote() -> Iterator[life.Zygote]:
    made = life.Zygote()
    yield made
    made.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory whose size can be changed."""
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "emanet-test", place],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"cannot mount a tmpfs here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


def resize(place: Path, kilobytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", place], check=True)


def used(place: Path) -> int:
    """Kilobytes in use."""
    return shutil.disk_usage(place).used // 1024


def test_a_full_disk_is_told_and_loses_nothing(
    small: Path, tmp_path: Path, zygote: life.Zygote
) -> None:
    drop = fill(
        tmp_path / "drop",
        {
            "a.zip": zipped(issue(*range(1, 40))),
            "b.zip": zipped(issue(*range(40, 60))),
            "notes.zip": life.NOTES,
        },
    )
    empty = archive(tmp_path / "empty").init().home
    home = small / "home"
    words = ["-C", str(home), "ingest", str(drop)]

    shutil.copytree(empty, home)
    start = used(small)
    whole = zygote.run([words])
    assert whole.code == 3
    want, need = life.meaning(home), used(small) - start
    told: Counter[str] = Counter()
    for part in range(1, 16, 1 if ALL else 2):
        shutil.rmtree(home)
        shutil.copytree(empty, home)
        resize(small, used(small) + max(need * part // 16, 4))
        ran = zygote.run([words])
        said = ran.errors.strip().splitlines()
        if ran.code == 1:
            assert len(said) == 2 and "Traceback" not in ran.errors, ran
            assert said[1].strip().startswith("Free or add space"), ran
            told[said[0][:40]] += 1
        else:
            assert ran.code == 3, ran
        assert life.torn(home) == []
        resize(small, 64 << 10)
        assert life.lost(home, ran) == []
        again = zygote.run([words])
        assert again.code == 3, again
        assert life.meaning(home) == want
    print(f"\n{dict(told)}")
    assert sum(told.values()) > (8 if ALL else 4)
