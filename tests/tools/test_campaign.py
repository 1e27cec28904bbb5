# SPDX-License-Identifier: Apache-2.0
"""A whole corpus through the command line: every delivery ends as its manifest says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tools.corpus.plan import Wish
from tools.corpus.writing import write_corpus

EMANET = str(Path(sys.executable).parent / "emanet")
WISH = Wish(
    seed=21,
    articles=420,
    titles=40,
    per_delivery=30,
    ahead=0.2,
    corrected=0.2,
    repeated=0.15,
    bad=14,
)


def _emanet(*words: str, expect: tuple[int, ...] = (0,)) -> Any:
    done = subprocess.run([EMANET, *words, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode in expect, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], Any]:
    """A corpus, its manifest, and the report of its ingest into a new archive."""
    folder = tmp_path_factory.mktemp("campaign")
    manifest = write_corpus(WISH, folder)
    _emanet("init", str(folder / "archive"))
    report = _emanet("-C", str(folder / "archive"), "ingest", str(folder / "drop"), expect=(3,))
    return folder, manifest, report


def test_every_delivery_ends_as_expected(taken_in: tuple[Path, dict[str, Any], Any]) -> None:
    _, manifest, report = taken_in
    told = {}
    for delivery in manifest["deliveries"]:
        for file in delivery["files"]:
            told[f"{delivery['folder']}/{file['name']}"] = delivery
    assert len(report["receipts"]) == len(manifest["deliveries"])
    for receipt in report["receipts"]:
        name = receipt["delivery"]["name"]
        first = receipt["delivery"]["payloads"][0]["name"]
        delivery = told.get(f"{name}/{first}") or told[f"{name.rpartition('/')[0]}/{first}"]
        assert receipt["state"] == delivery["expect"], (name, receipt.get("findings"))
        if receipt["state"] != "repeated":
            assert receipt.get("articles", 0) == delivery["articles"], name


def test_the_counts_are_the_manifest_s(taken_in: tuple[Path, dict[str, Any], Any]) -> None:
    folder, manifest, report = taken_in
    totals = manifest["totals"]
    assert report["articles"] == totals["versions"]
    account = report["accounting"]
    parts = ("sealed", "held", "refused", "repeated", "waiting")
    assert account["bytes_in"] == totals["bytes"] == sum(account[part] for part in parts)
    status = _emanet("-C", str(folder / "archive"), "status")
    assert status["articles"] == totals["articles"] + totals["from_bad"]
    assert status["held"] == totals["states"]["held"]
    assert status["refused"] == totals["states"]["refused"]


def test_every_record_is_what_was_written(taken_in: tuple[Path, dict[str, Any], Any]) -> None:
    folder, _, _ = taken_in
    script = Path(__file__).with_name("agree.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder / "archive"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["compared"] == WISH.articles
    assert told["differences"] == []


def test_again_all_of_it_is_a_repetition(taken_in: tuple[Path, dict[str, Any], Any]) -> None:
    folder, manifest, _ = taken_in
    drop = str(folder / "drop")
    report = _emanet("-C", str(folder / "archive"), "ingest", drop, expect=(0, 3))
    assert report["articles"] == 0 and report["accessions"] == []
    assert len(report["receipts"]) == len(manifest["deliveries"])
