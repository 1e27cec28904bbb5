# SPDX-License-Identifier: Apache-2.0
"""The bench harness: collects modules, keeps them apart, and shows what falls below its bar."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import ingesting
from tools.corpus.parcels import Press
from tools.corpus.world.titles import World
from tools.corpus.world.works import Desk

ROOT = Path(__file__).resolve().parents[2]
GOOD = '''"""Keeping things."""
def rows(scale):
    return [
        {"row": "sealing", "size": "1,000 articles", "ours": 1234.5, "peer": 1000, "unit": "MB/s",
         "peer_name": "read + hash", "ratio": 1.2345, "bar": 0.8, "rss_mb": 75.2, "note": scale},
        {"row": "slow", "size": "10", "ours": 1, "peer": 4, "ratio": 0.25, "bar": 1.0},
        {"row": "alone", "size": "3 | 4", "ours": 0.004, "unit": "ms", "bar": "under 5 ms"},
    ]
'''
BAD_KEY = '"""Wrong."""\ndef rows(scale):\n    return [{"row": "x", "speed": 3}]\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    shutil.copy(ROOT / "benchmarks" / "run.py", folder / "run.py")
    (folder / "keep_good.py").write_text(GOOD)
    (folder / "million_other.py").write_text(GOOD)
    return tmp_path


def _run(house: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(house / "benchmarks" / "run.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_rows_become_table_json_and_page(house: Path) -> None:
    done = _run(house, "--quick", "--json", str(house / "out.json"))
    assert done.returncode == 0, done.stderr
    assert "Keeping things." in done.stdout and "million_other" not in done.stdout
    told = json.loads((house / "out.json").read_text())
    assert told["about"]["scale"] == "quick"
    (result,) = told["results"]
    assert [r["ratio"] for r in result["rows"]] == [1.2345, 0.25, None]
    page = (house / "docs" / "benchmarks.md").read_text()
    assert (
        "| sealing | 1,000 articles | 1,234 MB/s | 1,000 MB/s (read + hash) | 1.23 | ≥ 0.8 "
        "| 75.2 | quick |" in page
    )
    assert "| below ≥ 1 |" in page
    assert "3 \\| 4" in page and "under 5 ms" in page
    assert str(house) not in page


def test_a_module_that_fails_is_told_and_the_others_run(house: Path) -> None:
    (house / "benchmarks" / "keep_bad.py").write_text(BAD_KEY)
    done = _run(house, "--quick", "--no-docs")
    assert done.returncode == 1
    assert "unknown keys ['speed']" in done.stderr
    assert "failed" in done.stdout and "sealing" in done.stdout
    assert not (house / "docs").exists()


def test_only_what_was_asked_for(house: Path) -> None:
    assert _run(house, "--only", "nothing").returncode == 2
    done = _run(house, "--only", "good")
    assert done.returncode == 0 and "sealing" in done.stdout
    assert not (house / "docs").exists()


def test_the_peer_stores_each_article_once(tmp_path: Path) -> None:
    world = World(3, titles=20, articles=60)
    title = world.titles[0]
    works = [w for i in world.issues(title) for w in Desk(world).issue(i)][:3]
    files = [[("a.xml", b"<a/>"), ("sub/b.pdf", p)] for w in works for p in Press().pdf(w)]
    assert ingesting.peer_rate(tmp_path, iter(files)) > 0
    assert not list(tmp_path.iterdir())


def test_copies_differ_in_doi_and_bytes() -> None:
    works = ingesting.real_works()
    if not works:
        pytest.skip("no shared real material here")
    made = list(ingesting.copies(works[:2], 5))
    assert len({w.doi for w in made}) == 5 == len({w.xml for w in made})
    assert all(w.doi.encode() in w.xml for w in made)
