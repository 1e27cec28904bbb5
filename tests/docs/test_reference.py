# SPDX-License-Identifier: Apache-2.0
"""The reference pages say what the program is; the README names what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from emanet.cli.app import app
from tools import make_docs

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(make_docs.MAKERS))
def test_a_reference_page_is_fresh(name: str) -> None:
    committed = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert committed == make_docs.make(name), "run: python -m tools.make_docs"


def test_the_readme_names_commands_that_exist() -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"emanet -C ~/archive (\w+)", text)) | {"init"}
    assert named <= known
    assert known <= named


def test_links_in_the_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert not broken
