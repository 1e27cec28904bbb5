# SPDX-License-Identifier: Apache-2.0
"""A finding: something noticed in someone else's data, with code, place and text in two languages.

The codes and their texts are data: ``findings/*.toml``, a file a room. A test holds that every code
used has its text and every text its use.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec


class Severity(StrEnum):
    """How bad a finding is, mildest first."""

    INFO = "info"  # worth knowing, asks nothing
    WARNING = "warning"  # wrong, but the article can be kept and shown
    PROBLEM = "problem"  # this file or article cannot be catalogued; it is kept, marked held
    HOLD = "hold"  # the whole delivery waits for a person
    REFUSE = "refuse"  # the delivery is harmful or unusable; recorded and not kept

    @property
    def rank(self) -> int:
        """Order: 0 (info) to 4 (refuse)."""
        return list(Severity).index(self)


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing noticed.

    ``code`` names it (a heading in the docs); ``place`` is the member's path inside the delivery,
    or "" for the delivery itself; ``detail`` fills the text's blanks. The severity is that of the
    catalogue of findings.
    """

    code: str
    place: str = ""
    detail: dict[str, str] = {}

    @property
    def severity(self) -> Severity:
        """Severity by the catalogue of findings; raises KeyError for an unknown code."""
        return explain(self.code).severity

    def text(self, language: str = "en") -> str:
        """The sentence in ``en`` or ``tr`` with its blanks filled."""
        entry = explain(self.code)
        if language != "tr":
            return entry.en.format_map(_Blanks(self.detail, place=self.place))
        turkish = {key: entry.words.get(value, value) for key, value in self.detail.items()}
        return entry.tr.format_map(_Blanks(turkish, place=self.place))


class Explanation(msgspec.Struct, frozen=True):
    """What the catalogue of findings says of a code.

    ``clause`` names standard and section; ``words`` are the Turkish for English words that fill a
    blank, where those are our own and few.
    """

    severity: Severity
    en: str
    tr: str
    clause: str = ""
    words: dict[str, str] = {}


class _Blanks(dict[str, str]):
    def __init__(self, detail: dict[str, str], **more: str) -> None:
        super().__init__(detail, **more)

    def __missing__(self, key: str) -> str:
        return "?"


@cache
def catalogue() -> dict[str, Explanation]:
    """All codes with their explanations, read once from ``findings/*.toml``.

    Raises ValueError when a code stands in two files.
    """
    known: dict[str, Explanation] = {}
    folder = files("emanet.model") / "findings"
    for path in sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=str):
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        for code, entry in table.items():
            if code in known:
                raise ValueError(f"finding {code} is explained twice")
            known[code] = msgspec.convert(entry, Explanation)
    return known


def explain(code: str) -> Explanation:
    """The explanation of a code; raises KeyError when there is none."""
    return catalogue()[code]


def worst(findings: tuple[Finding, ...] | list[Finding]) -> Severity:
    """The worst severity among findings, INFO for none."""
    return max((f.severity for f in findings), key=lambda s: s.rank, default=Severity.INFO)
