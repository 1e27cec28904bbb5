# SPDX-License-Identifier: Apache-2.0
"""Each specimen of a delivery gets exactly the finding that it is named after."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from emanet.formats.publishers.understand import understand
from emanet.model.delivery import Fate

_PLACE = Path(__file__).parents[1] / "specimens" / "make_packages.py"
_SPEC = importlib.util.spec_from_file_location("make_packages", _PLACE)
assert _SPEC is not None and _SPEC.loader is not None
make_packages = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(make_packages)


def _codes(package) -> set[str]:
    findings = [*package.findings, *(f for a in package.articles for f in a.findings)]
    return {f.code for f in findings if f.code != "XML-NO-SCHEMA"}


def _understood(made, name, make_survey):
    survey = make_survey(made if isinstance(made, dict) else {name: made})
    package = understand(survey)
    assert [m.sha256 for m in package.members] == [m.sha256 for m in survey.members]
    return package


@pytest.mark.parametrize("name", make_packages.SPECIMENS)
def test_a_specimen_gets_its_finding(name, make_survey) -> None:
    package = _understood(make_packages.SPECIMENS[name](), name, make_survey)
    assert _codes(package) == {name.partition("--")[0]}


@pytest.mark.parametrize("name", make_packages.CLEAN)
def test_a_clean_delivery_gets_none(name, make_survey) -> None:
    package = _understood(make_packages.CLEAN[name](), name, make_survey)
    assert _codes(package) == set()
    assert package.articles
    assert {m.fate for m in package.members} == {Fate.ARTICLE, Fate.PACKAGING}


def test_making_them_again_gives_the_same_bytes() -> None:
    for name, make in make_packages.SPECIMENS.items():
        assert make() == make(), name
