# SPDX-License-Identifier: Apache-2.0
"""Examining deliveries, the heaviest stage of the ingest: by one core, and by a crew of workers.

Every check is on: digests, PRONOM, DTD, PDFs opened, layouts understood. The peer of one core is
lxml doing no more than parse the same XML; that of the crew is one core times the workers.
"""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ingesting
from lxml import etree
from tools.corpus.parcels import Press

from emanet.ingest.dropbox import discover
from emanet.ingest.parts import Examined, First, Sizes, look
from emanet.ingest.survey import Order
from emanet.ingest.tasks import examine_all
from emanet.work.local import LocalPools
from emanet.work.runner import Crew

_SIZES = {"quick": (120, 1_200), "full": (120, 1_200, 12_000)}
_PRESS = Press(pdf_bytes=200_000)


def rows(scale: str) -> list[dict[str, Any]]:
    """Two rows a size; nothing where there are no real articles."""
    works = ingesting.real_works()
    found: list[dict[str, Any]] = []
    if not works:
        return found
    with tempfile.TemporaryDirectory(prefix="emanet-bench-") as name:
        for size in _SIZES[scale]:
            drop = Path(name) / "drop"
            ingesting.drop_of(drop, ingesting.copies(works, size), _PRESS)
            orders = [Order(d, "2026-01-01T00:00:00Z") for d in discover([drop], now=time.time())]
            one = _one_core(orders)
            texts = [work.xml for work in ingesting.copies(works, min(size, 1_000))]
            found += [_row(size, one, _parse_alone(texts)), _crew_row(size, orders, one)]
            shutil.rmtree(drop)
    return found


def _row(size: int, ours: float, peer: float) -> dict[str, Any]:
    return {
        "row": "examining real articles, one core, every check on",
        "size": f"{size:,} articles",
        "ours": ours,
        "peer": peer,
        "peer_name": "lxml parsing the XML, no more",
        "ratio": ours / peer,
        "unit": "articles/CPU-s",
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _crew_row(size: int, orders: list[Order], one: float) -> dict[str, Any]:
    workers = len(os.sched_getaffinity(0))
    with Crew(LocalPools(workers), time.monotonic) as crew:
        list(examine_all(orders[:1], crew))  # the workers start
        begun = time.perf_counter()
        count = _articles(examine_all(orders, crew))
        rate = count / (time.perf_counter() - begun)
    return {
        "row": f"examining real articles, {workers} processes",
        "size": f"{size:,} articles",
        "ours": rate,
        "peer": one * workers,
        "peer_name": f"one core, {workers} times",
        "ratio": rate / (one * workers),
        "unit": "articles/s",
    }


def _one_core(orders: list[Order]) -> float:
    """Articles a CPU second, when the schemas are compiled already."""
    look(First(orders[0], True, Sizes().whole_files))
    begun = time.process_time()
    count = _articles(look(First(order, True, 1 << 30)) for order in orders)
    return count / (time.process_time() - begun)


def _articles(results: Iterable[object]) -> int:
    return sum(
        len(one.package.articles) for one in results if isinstance(one, Examined) and one.package
    )


def _parse_alone(texts: list[bytes]) -> float:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    begun = time.process_time()
    for text in texts:
        etree.fromstring(text, parser)
    return len(texts) / (time.process_time() - begun)
