# SPDX-License-Identifier: Apache-2.0
"""The house keeps its limits: maxima, captions, names, locks, and texts for every finding."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from emanet.model.finding import catalogue

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "emanet"
SOURCES = sorted(p for p in SRC.rglob("*.py") if "migrations" not in p.parts)
BANNED_NAMES = {"utils", "helpers", "common", "misc", "base", "core"}
VAULT = {"model", "octets", "formats", "storage", "work", "ingest", "preservation", "access"}
CODE = re.compile(r"^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+$")


def _tracked() -> list[Path]:
    out = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout.decode()
    return [ROOT / name for name in out.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(SRC)))
def test_a_file_keeps_its_limits(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0] == "# SPDX-License-Identifier: Apache-2.0"
    tree = ast.parse(text)
    caption = ast.get_docstring(tree)
    assert caption, "a file's first line is its caption"
    assert len(lines) <= 500
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"
    assert path.stem not in BANNED_NAMES
    assert not re.search(r"\b(FIXME|TODO|XXX)\b", text)
    if path.name == "__init__.py" and path.parent != SRC:
        assert len(tree.body) == 1, "__init__.py holds a docstring and nothing else"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(SRC)))
def test_public_names_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not bare


def test_the_vault_defers_no_import() -> None:
    deferred = []
    for path in SOURCES:
        if path.relative_to(SRC).parts[0] in VAULT:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    deferred += [
                        f"{path}:{n.lineno}"
                        for n in ast.walk(node)
                        if isinstance(n, ast.Import | ast.ImportFrom)
                    ]
    assert not deferred


def test_every_finding_has_texts_and_a_use() -> None:
    used: set[str] = set()
    for path in SOURCES + sorted(SRC.rglob("*.toml")):
        if path.parent.name == "findings":
            continue
        used |= set(re.findall(r"[\"']([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+)[\"']", path.read_text()))
    known = catalogue()
    for code, entry in known.items():
        assert CODE.match(code)
        assert entry.en.endswith((".", "?", "!", "}")), code
        assert entry.tr.endswith((".", "?", "!", "}")), code
        assert entry.en != entry.tr, code
        assert set(re.findall(r"\{(\w+)\}", entry.en)) == set(re.findall(r"\{(\w+)\}", entry.tr))
    # Codes made from a standard's own numbers (OCFL-E033) are not written out in the code.
    assert not sorted(code for code in known if code not in used and not code.startswith("OCFL-"))


def test_every_finding_is_produced_by_a_test() -> None:
    texts = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "tests").rglob("*.py")))
    missing = [c for c in catalogue() if c not in texts and not c.startswith("OCFL-")]
    assert not missing


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_name_no_host_and_hash_everything(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+", text, re.MULTILINE)
    assert len(pins) > 20
    assert text.count("--hash=sha256:") >= len(pins)


def test_nothing_of_this_machine_is_in_the_tree() -> None:
    words = [
        b"/work" + b"/main",
        b"/work" + b"/shared",
        b"python" + b"hosted",
        b"pypi.org" + b"/simple",
    ]
    for path in _tracked():
        data = path.read_bytes()
        assert not any(w in data for w in words), path
