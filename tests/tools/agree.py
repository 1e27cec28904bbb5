# SPDX-License-Identifier: Apache-2.0
"""Compares an archive with the corpus that went into it; prints the differences as JSON.

Run as a process of its own:  python agree.py HOME CORPUS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from emanet.bootstrap.wiring import open_home

FIELDS = ("doi", "title", "journal", "volume", "issue")


def current(corpus: Path) -> dict[str, dict[str, Any]]:
    """The line of the version that should be current, by DOI."""
    best: dict[str, dict[str, Any]] = {}
    for text in (corpus / "articles.jsonl").read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        other = best.get(line["doi"])
        if other is None or _rank(line) >= _rank(other):
            best[line["doi"]] = line
    return best


def _rank(line: dict[str, Any]) -> tuple[bool, int]:
    return line["stage"] == "vor", line["edition"]


def differences(home: Path, corpus: Path) -> tuple[int, list[str]]:
    """How many articles were compared, and each difference in words."""
    means = open_home(home)
    from emanet.duties.describe import describe_article

    lines = current(corpus)
    found: list[str] = []
    for doi, line in lines.items():
        view = describe_article(means, doi)
        for name in FIELDS:
            if getattr(view, name) != line[name]:
                found.append(f"{doi}: {name} is {getattr(view, name)!r}, not {line[name]!r}")
        if not view.issn or not set(view.issn) <= set(line["issn"]):
            found.append(f"{doi}: issn is {view.issn}, not among {line['issn']}")
        if view.published[:4] != str(line["year"]):
            found.append(f"{doi}: published {view.published}, not in {line['year']}")
        # Dublin Core's relation does not say that one corrects the other.
        if line["related"] and view.dialect != "OAI Dublin Core":
            back = describe_article(means, line["related"])
            if line["related"].lower() not in {r.doi.lower() for r in view.related}:
                found.append(f"{doi}: not linked to {line['related']}")
            if doi.lower() not in {r.doi.lower() for r in back.related}:
                found.append(f"{line['related']}: not linked back to {doi}")
    return len(lines), found


if __name__ == "__main__":
    compared, told = differences(Path(sys.argv[1]), Path(sys.argv[2]))
    print(json.dumps({"compared": compared, "differences": told}))
