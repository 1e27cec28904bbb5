# SPDX-License-Identifier: Apache-2.0
"""The demonstration runs from start to end, twice, and its damage is found and named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools.corpus import real

from tools import demo

ROOT = Path(__file__).resolve().parents[2]


def _demo(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.demo", "--home", str(home), "--articles", "60", *words]
    environment = {
        **os.environ,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_NO_CACHE_DIR": "1",
    }
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_it_runs_without_the_index_and_starts_afresh(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    (home / "archive").mkdir(parents=True)  # of a run that was broken off
    (home / "archive" / "emanet.toml").write_text("half [written")
    (home / "drop" / "old").mkdir(parents=True)
    (home / "manifest.json").write_text("{")
    kept = home / "notes-of-the-reader.txt"
    kept.write_text("mine")
    done = _demo(home)
    assert done.returncode == 0, done.stdout + done.stderr
    for wanted in (
        "The package index cannot be reached",
        "Paket dizinine ulaşılamıyor",
        "Held: kept bit for bit",
        "ZIP-OVERLAP",
        "PACKAGE-NOT-UNDERSTOOD",
        ": just so",
        "0 damaged",
        "changed the byte at",
        "found in acc-",
        "serve",
    ):
        assert wanted in done.stdout, wanted
    assert kept.read_text() == "mine"
    assert not (home / "drop" / "old").exists()


def test_the_wheel_is_asked_for_with_its_digest() -> None:
    text = (ROOT / "tools" / "demo-requirements.txt").read_text()
    assert f"{real.PACKAGE} --hash=sha256:{real.SHA256}" in text


def test_another_wheel_is_not_taken(tmp_path: Path) -> None:
    other = tmp_path / real.WHEEL
    other.write_bytes(b"PK not the one")
    assert not real.is_the_wheel(other)
    assert not real.is_the_wheel(tmp_path / "absent.whl")


def test_damage_touches_one_bit_of_the_right_file(tmp_path: Path) -> None:
    out, copy = tmp_path / "out", tmp_path / "copy" / "v1" / "content" / "containers"
    out.mkdir()
    copy.mkdir(parents=True)
    pdf = b"%PDF-1.4 " + bytes(range(256)) * 8
    (out / "a.pdf").write_bytes(pdf)
    (copy / "other.zip").write_bytes(b"x" * 5000)
    (copy / "pack.zip").write_bytes(b"PK" + pdf + b"PK")
    place, offset = demo.damage(tmp_path / "copy", out)
    assert place.name == "pack.zip"
    data = place.read_bytes()
    assert [i for i, c in enumerate(data) if c != (b"PK" + pdf + b"PK")[i]] == [offset]
    with pytest.raises(SystemExit):
        demo.damage(tmp_path / "copy", out)
