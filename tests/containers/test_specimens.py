# SPDX-License-Identifier: Apache-2.0
"""Every container specimen gets exactly the finding that it is named by."""

from __future__ import annotations

import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType

import pytest

from emanet.formats.containers.listing import list_container
from emanet.model.finding import Severity, worst


def makers() -> ModuleType:
    place = Path(__file__).resolve().parents[1] / "specimens" / "make_containers.py"
    spec = importlib.util.spec_from_file_location("make_containers", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


MAKERS = makers()


@pytest.mark.parametrize("name", sorted(MAKERS.SPECIMENS))
def test_a_specimen_gets_its_finding_and_no_other(faults, name: str) -> None:
    data = MAKERS.SPECIMENS[name]()
    assert data == MAKERS.SPECIMENS[name]()
    file = io.BytesIO(data)
    listing = list_container(file, name, len(data))
    assert listing is not None
    codes = {finding.code for finding in listing.findings}
    if not codes:
        codes = {code for entry in listing.entries for code in faults(file, entry)}
    assert codes == {name.partition("--")[0]}
    for finding in listing.findings:
        for language in ("en", "tr"):
            assert "?" not in finding.text(language), finding
    if worst(listing.findings).rank < Severity.HOLD.rank:
        assert listing.entries
        assert sum(area.length for area in listing.areas) > 0


def test_there_are_enough_of_them() -> None:
    assert len(MAKERS.SPECIMENS) >= 30
