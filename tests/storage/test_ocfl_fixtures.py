# SPDX-License-Identifier: Apache-2.0
"""Our judge on the OCFL editors' fixtures, whose names say what they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emanet.storage.ocfl.validate import StoreTree, is_valid, validate_object
from emanet.storage.stores.posix import PosixStore

pytestmark = pytest.mark.shared


def judged(folder: Path) -> tuple[bool, set[str]]:
    findings = validate_object(StoreTree(PosixStore(folder)))
    for finding in findings:
        assert not re.search(r"\{\w+\}", finding.text("en") + finding.text("tr"))
    return is_valid(findings), {f.code.removeprefix("OCFL-") for f in findings}


def fixtures(shared: Path, kind: str) -> list[Path]:
    place = shared / "data" / "ocfl-fixtures"
    folders = [
        folder
        for version in ("1.0", "1.1")
        for folder in sorted((place / version / f"{kind}-objects").iterdir())
    ]
    assert len(folders) > 20
    return folders


def named(folder: Path) -> set[str]:
    return set(re.findall(r"(?:^|_)([EW]\d{3})(?=_)", folder.name))


def test_good_objects_are_valid_without_a_word(shared: Path) -> None:
    assert {f.name: judged(f) for f in fixtures(shared, "good") if judged(f) != (True, set())} == {}


def test_warned_objects_are_valid_with_their_warning(shared: Path) -> None:
    for folder in fixtures(shared, "warn"):
        valid, codes = judged(folder)
        assert valid, folder
        assert named(folder) <= codes, folder
        assert all(code.startswith("W") for code in codes), folder


def test_bad_objects_are_invalid_by_their_code(shared: Path) -> None:
    for folder in fixtures(shared, "bad"):
        valid, codes = judged(folder)
        assert not valid, folder
        assert named(folder) <= codes, (folder, codes)
