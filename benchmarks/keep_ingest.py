# SPDX-License-Identifier: Apache-2.0
"""Full ingest through the command line, every check on.

Real articles (their own XML, a PDF of 200 KB made for each) and made-up ones in publishers'
layouts, at three sizes ten times apart, against bagit-python and ocfl-py that merely store the
same files, one process and no fsync; they are timed before and after each run of ours, on a sample.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import ingesting
from tools.corpus.forms.jats import jats
from tools.corpus.parcels import Press
from tools.corpus.plan import Wish, plan
from tools.corpus.world.works import Desk, Work
from tools.corpus.writing import works_of, write_corpus

_REAL = {"quick": (120, 1_200), "full": (120, 1_200, 12_000)}
_MADE = {"quick": (200, 2_000), "full": (200, 2_000, 20_000)}
_PEER_ARTICLES = {"quick": 40, "full": 200}
_PEER = "bagit-python + ocfl-py"
_ASKED = 100.0  # articles a second, on 2 cores
_PRESS = Press(pdf_bytes=200_000)


def rows(scale: str) -> list[dict[str, Any]]:
    """Rows for real and for made-up articles; ratio above 1: faster than the peer."""
    with tempfile.TemporaryDirectory(prefix="emanet-bench-") as name:
        folder = Path(name)
        works = ingesting.real_works()
        found = list(_real(folder, works, scale)) if works else []
        return found + list(_made(folder, scale))


def _row(kind: str, size: int, run: ingesting.Run, peer: float, first: float) -> dict[str, Any]:
    rate = run.answer["articles"] / run.seconds
    note = f"{'at least' if rate >= _ASKED else 'BELOW'} {_ASKED:.0f}/s"
    if first:
        note += f"; {rate / first:.2f} of the rate at the smallest size"
    return {
        "row": kind,
        "size": f"{size:,} articles",
        "ours": rate,
        "peer": peer,
        "peer_name": _PEER,
        "ratio": rate / peer,
        "unit": "articles/s",
        "bar": 1.0,
        "rss_mb": run.rss_mb,
        "note": note,
    }


def _real(folder: Path, works: list[Work], scale: str) -> Iterator[dict[str, Any]]:
    sample = list(ingesting.copies(works, _PEER_ARTICLES[scale]))
    first = 0.0
    for size in _REAL[scale]:
        drop = folder / "drop"
        ingesting.drop_of(drop, ingesting.copies(works, size), _PRESS)
        files = [ingesting.files_of(w, _PRESS) for w in sample]
        before = ingesting.peer_rate(folder, iter(files))
        run = ingesting.ingested(folder, drop)
        peer = (before + ingesting.peer_rate(folder, iter(files))) / 2
        yield _row("ingest of real articles", size, run, peer, first)
        first = first or run.answer["articles"] / run.seconds
        shutil.rmtree(drop)


def _wish(articles: int) -> Wish:
    return Wish(seed=4, articles=articles, titles=max(33, articles // 12), per_delivery=100)


def _files(work: Work, press: Press) -> list[tuple[str, bytes]]:
    files = [(f"{work.stem}.xml", jats(work, "folders", figures=("f1.png",)))]
    files += [(f"{work.stem}.pdf", data) for data in press.pdf(work)]
    return [*files, ("f1.png", press.picture(work, "f1.png"))]


def _made(folder: Path, scale: str) -> Iterator[dict[str, Any]]:
    wish = _wish(1_000)
    desk = Desk(wish.world())
    works = (w for c in plan(wish, desk.world) for w in works_of(c, desk))
    files = [_files(w, wish.press) for w in islice(works, _PEER_ARTICLES[scale])]
    first = 0.0
    for size in _MADE[scale]:
        corpus = folder / "corpus"
        write_corpus(_wish(size), corpus)
        before = ingesting.peer_rate(folder, iter(files))
        run = ingesting.ingested(folder, corpus / "drop")
        peer = (before + ingesting.peer_rate(folder, iter(files))) / 2
        yield _row(
            "ingest of publishers' deliveries, small made-up articles", size, run, peer, first
        )
        first = first or run.answer["articles"] / run.seconds
        shutil.rmtree(corpus)
