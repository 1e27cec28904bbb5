# SPDX-License-Identifier: Apache-2.0
"""The campaign: one million articles of 20,000 titles, from the generator into one archive.

Run by ``scripts/bench --million``. Needs about 20 GB below the folder named by
``EMANET_BENCH_FOLDER`` (else the system's temporary folder). Every count is compared with the
generator's manifest; a difference is an error, not a row.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import ingesting
from tools.corpus.parcels import Press
from tools.corpus.plan import Wish
from tools.corpus.writing import write_corpus


def rows(scale: str) -> list[dict[str, Any]]:
    """Rows of the campaign: making, ingest, a second run, audit, rebuild."""
    articles = int(os.environ.get("EMANET_BENCH_ARTICLES", "1000000"))
    place = os.environ.get("EMANET_BENCH_FOLDER") or None
    with tempfile.TemporaryDirectory(prefix="emanet-million-", dir=place) as name:
        return list(_campaign(Path(name), articles))


def _row(what: str, count: int, seconds: float, rss: float, note: str = "") -> dict[str, Any]:
    return {
        "row": what,
        "size": f"{count:,} articles",
        "ours": count / seconds,
        "unit": "articles/s",
        "rss_mb": rss,
        "note": f"{seconds:,.0f} s. {note}".strip(),
    }


def _campaign(folder: Path, articles: int) -> list[dict[str, Any]]:
    wish = Wish(
        seed=1_000_003,
        articles=articles,
        titles=min(20_000, max(40, articles // 12)),
        per_delivery=400,
        figures=0,
        paragraphs=2,
        press=Press(pdfs=False),
    )
    begun = time.perf_counter()
    manifest = write_corpus(wish, folder / "corpus", workers=os.cpu_count() or 1)
    made = time.perf_counter() - begun
    totals = manifest["totals"]
    found = [_row("making the deliveries", totals["versions"], made, 0.0)]
    home, drop = str(folder / "archive"), str(folder / "corpus" / "drop")
    ingesting.emanet("init", home)
    run = ingesting.emanet("-C", home, "ingest", drop)
    found.append(_row("ingest", run.answer["articles"], run.seconds, run.rss_mb))
    _agree(ingesting.emanet("-C", home, "status").answer, run.answer, totals)
    again = ingesting.emanet("-C", home, "ingest", drop)
    if again.answer["articles"]:
        raise RuntimeError(f"a second run added {again.answer['articles']} articles")
    found.append(_row("ingest again, all repeated", articles, again.seconds, again.rss_mb))
    audit = ingesting.emanet("-C", home, "verify", expect=(0,))
    found.append(_row("audit", articles, audit.seconds, audit.rss_mb))
    rebuilt = ingesting.emanet("-C", home, "rebuild", expect=(0,))
    found.append(_row("rebuild, search index included", articles, rebuilt.seconds, rebuilt.rss_mb))
    return found


def _agree(status: dict[str, Any], report: dict[str, Any], totals: dict[str, Any]) -> None:
    """Stop when the archive's counts are not those of the manifest."""
    account = report["accounting"]
    told = {
        "articles": (status["articles"], totals["articles"]),
        "versions": (report["articles"], totals["versions"]),
        "held": (status["held"], totals["states"].get("held", 0)),
        "refused": (status["refused"], totals["states"].get("refused", 0)),
        "bytes in": (account["bytes_in"], totals["bytes"]),
        "bytes accounted for": (
            sum(account[k] for k in ("sealed", "held", "refused", "repeated", "waiting")),
            totals["bytes"],
        ),
    }
    wrong = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    if wrong:
        raise RuntimeError(f"archive and manifest differ (archive, manifest): {wrong}")
