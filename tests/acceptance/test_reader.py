# SPDX-License-Identifier: Apache-2.0
"""Acceptance: others can read the root: the independent reader, and OCFL's own validator."""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from ocfl.storage_root import StorageRoot
from ocfl.validator import Validator
from tests.acceptance.conftest import Taken
from tests.conftest import ROOT

pytestmark = pytest.mark.shared
READER = ROOT / "docs" / "spec" / "reader.py"


def test_the_reader_is_small_and_stands_alone() -> None:
    text = READER.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    for node in ast.walk(ast.parse(text)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)


def run_reader(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The reader, with nothing of this environment within its reach."""
    return subprocess.run(
        [sys.executable, "-I", "-S", READER, *words],
        env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_it_restores_every_article_bit_for_bit(real: Taken, tmp_path: Path) -> None:
    """From a bare copy of the root, compared with the files of the drop area themselves."""
    root = Path(shutil.copytree(real.root, tmp_path / "copy"))
    out = tmp_path / "out"
    done = run_reader(root, out)
    assert done.returncode == 0, done.stderr
    got = Counter(
        hashlib.sha256(path.read_bytes()).hexdigest() for path in out.rglob("*") if path.is_file()
    )
    want = Counter(file["sha256"] for article in real.articles for file in article["files"])
    assert set(want) <= set(got)
    assert sum(want.values()) > 700


def test_it_restores_what_was_delivered(real: Taken, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run_reader(real.root, out, "--deliveries")
    assert done.returncode == 0, done.stderr
    got = {
        hashlib.sha256(path.read_bytes()).hexdigest() for path in out.rglob("*") if path.is_file()
    }
    want = {
        payload["sha256"]
        for receipt in real.report["receipts"]
        if receipt["state"] == "accepted"
        for payload in receipt["delivery"]["payloads"]
    }
    assert want <= got


def test_it_names_what_is_damaged(real: Taken, tmp_path: Path) -> None:
    root = Path(shutil.copytree(real.root, tmp_path / "copy"))
    pack = next(iter(sorted(root.glob("*/*acc-*/v1/content/containers/*"))))
    with pack.open("r+b") as file:
        file.seek(pack.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    done = run_reader(root, tmp_path / "out")
    assert done.returncode == 1
    assert pack.name in done.stdout + done.stderr


def test_ocfl_py_finds_root_and_objects_valid(
    real: Taken, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an avoidable warning: there is none at all."""
    root = StorageRoot(root=str(real.root))
    assert root.validate(check_digests=True, log_warnings=True)
    objects = sorted(real.root.glob("*/emanet%3a*"))
    told = capsys.readouterr()
    assert "[W" not in told.out + told.err and "[E" not in told.out + told.err
    assert len(objects) >= 2 and root.num_objects == root.good_objects == len(objects)
    for place in objects:
        judge = Validator(log_warnings=True)
        assert judge.validate_object(str(place)), str(judge)
        assert judge.log.num_errors == judge.log.num_warnings == 0, str(judge)


def test_the_root_says_how_to_read_it(real: Taken) -> None:
    names = {path.name for path in real.root.iterdir() if path.is_file()}
    assert names >= {"0=ocfl_1.1", "ocfl_layout.json", "README.txt"}
    assert (real.root / "emanet-reader.py").read_bytes() == READER.read_bytes()
    for place in real.root.glob("*/emanet%3a*"):
        assert (place / "v1" / "content" / "README.txt").stat().st_size > 200
        assert not (place / "v2").exists(), "an object has one version"
