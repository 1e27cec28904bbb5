# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks and prints each number against its peer or limit, taken in the same run.

A benchmark is a module ``keep_*.py`` (or any ``NAME_*.py``) beside this file with a function
``rows(scale) -> list[dict]``; scale is ``quick`` or ``full``. A row holds:

    row        what is measured, in words
    size       of how much (articles, bytes, rows …), as text
    ours       our figure, in ``unit``
    peer       the peer's figure in the same unit, None where there is none
    peer_name  who the peer is
    ratio      ours against the peer, so that more is better; None where there is no peer
    unit       of ours and peer
    bar        the least ratio that the design asks for (a number), or words, or ""
    rss_mb     peak memory in MiB, None where not measured
    note       anything more

Each module runs in a process of its own, so that the memory of one does not count for another.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DOCS = ROOT / "docs" / "benchmarks.md"
KEYS = ("row", "size", "ours", "peer", "peer_name", "ratio", "unit", "bar", "rss_mb", "note")
_HEAD = ("what", "size", "ours", "peer", "ratio", "asked", "MiB", "")
Row = dict[str, Any]


def modules() -> list[str]:
    """Names of the benchmark modules, in order."""
    return sorted(p.stem for p in HERE.glob("*_*.py"))


def measure(name: str, scale: str) -> dict[str, Any]:
    """Run one module here; give its caption and its rows, each with all keys."""
    for place in (str(ROOT), str(HERE)):
        if place not in sys.path:
            sys.path.insert(0, place)
    module = importlib.import_module(name)
    caption = (module.__doc__ or name).strip().splitlines()[0]
    rows = []
    for row in module.rows(scale):
        unknown = set(row) - set(KEYS)
        if unknown:
            raise ValueError(f"{name}: a row has unknown keys {sorted(unknown)}")
        rows.append({key: row.get(key) for key in KEYS})
    return {"module": name, "caption": caption, "rows": rows}


def apart(name: str, scale: str) -> dict[str, Any]:
    """Run one module in a process of its own; give what ``measure`` gives, or the failure."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, str(HERE / "run.py"), "--module", name, "--answer", str(answer)]
        command += ["--quick"] if scale == "quick" else []
        begun = time.monotonic()
        done = subprocess.run(command, check=False, stdout=sys.stderr)
        if done.returncode or not answer.is_file():
            return {"module": name, "caption": name, "rows": [], "failed": done.returncode or 1}
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        found["seconds"] = round(time.monotonic() - begun, 1)
        return found


def figure(value: Any) -> str:
    """A number with three significant digits and thousands parted; other values as they are."""
    if value is None or value == "":
        return ""
    if not isinstance(value, int | float):
        return str(value)
    if value and abs(value) < 100:
        return f"{value:.3g}"
    return f"{round(value):,}"


def cells(row: Row) -> tuple[str, ...]:
    """A row as text, in the order of the table's head."""
    unit = f" {row['unit']}" if row["unit"] else ""
    peer = figure(row["peer"])
    bar = row["bar"]
    mark = ""
    if isinstance(bar, int | float) and row["ratio"] is not None:
        mark = "" if row["ratio"] >= bar else "below "
    asked = f"{mark}≥ {figure(bar)}" if isinstance(bar, int | float) else str(bar or "")
    return (
        str(row["row"]),
        figure(row["size"]),
        f"{figure(row['ours'])}{unit}",
        f"{peer}{unit} ({row['peer_name']})" if peer else str(row["peer_name"] or ""),
        figure(row["ratio"]),
        asked,
        figure(row["rss_mb"]),
        str(row["note"] or ""),
    )


def table(rows: list[Row]) -> str:
    """Rows as a table for a terminal."""
    lines = [_HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(_HEAD))]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def page(results: list[dict[str, Any]], about: dict[str, Any]) -> str:
    """The page docs/benchmarks.md."""
    out = [
        "# Benchmarks",
        "",
        "Made by `make bench`; do not edit. Each figure stands against its peer, or against the",
        "fastest way the machine has for the same bytes, taken in the same run; so the ratios can",
        "be compared between machines, the figures cannot. A ratio above 1 is better than the",
        "peer; *asked* is the least that the design asks for, *MiB* the peak memory.",
        "",
        f"Taken {about['date']} on {about['cores']} cores, {about['system']}, Python "
        f"{about['python']}, scale `{about['scale']}`.",
    ]
    for result in results:
        out += ["", f"## {result['caption']}", ""]
        if result.get("failed"):
            out.append(f"`{result['module']}` failed in this run.")
            continue
        out.append("| " + " | ".join(_HEAD) + " |")
        out.append("|" + "---|" * len(_HEAD))
        out += [
            "| " + " | ".join(c.replace("|", "\\|") for c in cells(r)) + " |"
            for r in result["rows"]
        ]
    return "\n".join(out) + "\n"


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="small sizes: minutes, not hours")
    add("--only", action="append", default=[], metavar="NAME", help="this module (or its part)")
    add("--json", type=Path, metavar="OUT", help="write the rows here too")
    add("--no-docs", action="store_true", help="leave docs/benchmarks.md as it is")
    add("--million", action="store_true", help="only the campaign: ingest a million articles")
    add("--campaign-articles", type=int, default=1_000_000, help=argparse.SUPPRESS)
    add("--module", help=argparse.SUPPRESS)
    add("--answer", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run what was asked for; 0 when every module gave its rows."""
    given = _arguments(argv)
    scale = "quick" if given.quick else "full"
    if given.module:
        given.answer.write_text(json.dumps(measure(given.module, scale)), encoding="utf-8")
        return 0
    if given.million:
        os.environ["EMANET_BENCH_ARTICLES"] = str(given.campaign_articles)
        names = ["million_ingest"]
    else:
        names = [n for n in modules() if n.startswith("keep_") and _wanted(n, given.only)]
    if not names:
        print(f"no benchmark is called {' or '.join(given.only)}; there are: {' '.join(modules())}")
        return 2
    results = []
    for name in names:
        print(f"… {name}", file=sys.stderr, flush=True)
        result = apart(name, scale)
        results.append(result)
        print(f"\n{result['caption']}  [{name}, {result.get('seconds', '?')} s]")
        print("failed" if result.get("failed") else table(result["rows"]), flush=True)
    about = {
        "date": time.strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "scale": scale,
    }
    if given.json:
        told = {"about": about, "results": results}
        given.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    if not given.no_docs and not given.only and not given.million:
        DOCS.parent.mkdir(exist_ok=True)
        DOCS.write_text(page(results, about), encoding="utf-8")
        print(f"\nwritten: {DOCS.relative_to(ROOT)}")
    return 1 if any(result.get("failed") for result in results) else 0


def _wanted(name: str, only: list[str]) -> bool:
    return not only or any(part in name for part in only)


if __name__ == "__main__":
    sys.exit(main())
