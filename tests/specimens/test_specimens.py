# SPDX-License-Identifier: Apache-2.0
"""Every specimen, taken the real way of a delivery, gets exactly the finding in its name."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from emanet.formats.publishers.understand import understand
from emanet.ingest.checks import Known, examine
from emanet.ingest.dropbox import discover
from emanet.ingest.survey import Order, survey_drop
from emanet.model.finding import Finding, Severity, explain

HERE = Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("specimens_make", HERE / "make.py")
assert _spec is not None and _spec.loader is not None
make = importlib.util.module_from_spec(_spec)
sys.modules["specimens_make"] = make
_spec.loader.exec_module(make)

SPECIMENS = make.collect()
# These specimens are bare: a container with an empty article, one XML file and nothing beside it.
# That nothing of it could be understood, or that its PDF is none, is true and may be said too.
BARE = {
    "containers": frozenset({"PACKAGE-NOT-UNDERSTOOD", "ARTICLE-NO-META", "PDF-BROKEN"}),
    "xml": frozenset({"PACKAGE-NOT-UNDERSTOOD"}),
}
# A file without a byte is said to be empty before anybody takes it for a container.
SOONER = {"ZIP-TRUNCATED--nothing.zip": "FILE-EMPTY"}


def _examined(folder: Path) -> list[Finding]:
    found: list[Finding] = []
    for drop in discover([folder], now=0.0):
        survey = survey_drop(Order(drop, "2026-01-01T00:00:00Z"))
        found += examine(understand(survey), survey, Known())
    return found


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_a_specimen_gets_its_finding_and_no_other(name: str, tmp_path: Path) -> None:
    specimen = SPECIMENS[name]
    specimen.write(tmp_path / "drop")
    found = _examined(tmp_path / "drop")
    codes = {finding.code for finding in found}
    code = SOONER.get(name, specimen.code)
    assert code in codes
    grave = {c for c in codes if explain(c).severity.rank >= Severity.PROBLEM.rank}
    assert grave - {code} - specimen.also - BARE.get(specimen.room, frozenset()) == set()
    for finding in found:
        for language in ("en", "tr"):
            assert "?" not in finding.text(language), finding


def test_there_are_sixty_and_more_each_of_a_known_code() -> None:
    assert len(SPECIMENS) >= 60
    for specimen in SPECIMENS.values():
        assert explain(specimen.code).en
    assert len({specimen.code for specimen in SPECIMENS.values()}) >= 40


def test_the_script_writes_them_all(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "make.py"), str(tmp_path / "all")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == sorted(SPECIMENS)
