# SPDX-License-Identifier: Apache-2.0
"""Texts of the pages: what templates and code ask to be translated, and what the .po file gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.utils.translation.template import templatize

import emanet.web

WEB = Path(emanet.web.__file__).parent
PO = WEB / "locale" / "tr" / "LC_MESSAGES" / "django.po"
Key = tuple[str, str, str]  # context, text, plural; "" for none

_CALL = re.compile(r"\b(gettext|_|ngettext|pgettext|npgettext)\(")


def asked() -> set[Key]:
    """Every text that a template or a module of the pages asks to be translated."""
    keys: set[Key] = set()
    for path in sorted(WEB.rglob("*.html")):
        keys |= _in_template(path)
    for path in sorted(WEB.rglob("*.py")):
        keys |= _in_module(path)
    return keys


def _in_template(path: Path) -> set[Key]:
    code = templatize(path.read_text(encoding="utf-8"))
    keys: set[Key] = set()
    for found in _CALL.finditer(code):
        texts = _strings(code, found.end())
        name = found[1]
        if name in ("gettext", "_"):
            keys.add(("", texts[0], ""))
        elif name == "ngettext":
            keys.add(("", texts[0], texts[1]))
        elif name == "pgettext":
            keys.add((texts[0], texts[1], ""))
        else:
            keys.add((texts[0], texts[1], texts[2]))
    return keys


def _strings(code: str, at: int) -> list[str]:
    """The string literals that stand one after another, parted by commas."""
    texts = []
    literal = re.compile(r"\s*u?((?:'(?:[^'\\]|\\.)*')|(?:\"(?:[^\"\\]|\\.)*\"))\s*,?", re.DOTALL)
    while found := literal.match(code, at):
        texts.append(ast.literal_eval(found[1].replace("\n", "\\n")))
        at = found.end()
    return texts


def _in_module(path: Path) -> set[Key]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    meant: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            meant |= {alias.asname or alias.name: alias.name for alias in node.names}
    keys: set[Key] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = meant.get(node.func.id, "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
        if name in ("gettext", "gettext_lazy"):
            keys.add(("", str(texts[0]), ""))
        elif name in ("pgettext", "pgettext_lazy"):
            keys.add((str(texts[0]), str(texts[1]), ""))
        elif "gettext" in name:
            raise AssertionError(f"{path.name}: {name} is not read here")
    return keys


def given(po: Path = PO) -> dict[Key, list[str]]:
    """What a .po file gives: key to translations (one, or one for each plural form)."""
    entries: dict[Key, list[str]] = {}
    for block in po.read_text(encoding="utf-8").split("\n\n"):
        parts = {"msgctxt": "", "msgid": "", "msgid_plural": ""}
        texts: dict[str, str] = {}
        field = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            found = re.match(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (\".*\")$", line)
            field, value = (found[1], found[2]) if found else (field, line)
            text = ast.literal_eval(value)
            if field.startswith("msgstr"):
                texts[field] = texts.get(field, "") + text
            else:
                parts[field] += text
        key = (parts["msgctxt"], parts["msgid"], parts["msgid_plural"])
        assert key not in entries, f"twice in the .po file: {key}"
        entries[key] = [texts[name] for name in sorted(texts)]
    entries.pop(("", "", ""), None)
    return entries
