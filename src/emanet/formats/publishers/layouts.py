# SPDX-License-Identifier: Apache-2.0
"""The publishers' layouts as data: how names are joined, told apart and labelled."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from emanet.model.article import VersionStage

GENERIC = "generic"


class Layout(msgspec.Struct, frozen=True):
    """One layout: its name, and what it is recognised by (patterns; None where it has none).

    ``dialect`` is that of a reading of the article, ``path`` of any of its XML files, ``manifest``
    the dialect of a manifest of the same container, ``text`` the beginning of one that is no XML.
    """

    name: str
    dialect: re.Pattern[str] | None = None
    path: re.Pattern[str] | None = None
    manifest: re.Pattern[str] | None = None
    text: re.Pattern[str] | None = None


class Names(msgspec.Struct, frozen=True):
    """How file names are read; see layouts.toml for what each part means."""

    endings: tuple[str, ...]
    kinds: frozenset[str]
    containers: re.Pattern[str]
    parts: re.Pattern[str]
    prefixed: re.Pattern[str]
    language: re.Pattern[str]
    junk: re.Pattern[str]
    manifests: re.Pattern[str]
    sgml: re.Pattern[str]
    manuscript: re.Pattern[str]


class Layouts(msgspec.Struct, frozen=True):
    """All of layouts.toml."""

    names: Names
    stages: tuple[tuple[re.Pattern[str], VersionStage], ...]
    layouts: tuple[Layout, ...]


def _pattern(value: str | None) -> re.Pattern[str] | None:
    return re.compile(value, re.IGNORECASE) if value else None


def _must(value: str) -> re.Pattern[str]:
    return re.compile(value, re.IGNORECASE)


@cache
def layouts() -> Layouts:
    """The layouts, read once."""
    path = files("emanet.formats.publishers") / "layouts.toml"
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    names = table["names"]
    patterns = ("containers", "parts", "prefixed", "language", "junk", "manifests", "sgml")
    return Layouts(
        Names(
            endings=tuple(sorted(names["endings"], key=len, reverse=True)),
            kinds=frozenset(names["kinds"]),
            manuscript=_must(names["manuscript"]["pdf"]),
            **{key: _must(names[key]) for key in patterns},
        ),
        tuple((_must(s["path"]), VersionStage(s["is"])) for s in table["stage"]),
        tuple(
            Layout(
                entry["name"],
                *(_pattern(entry.get(k)) for k in ("dialect", "path", "manifest", "text")),
            )
            for entry in table["layout"]
        ),
    )
