# SPDX-License-Identifier: Apache-2.0
"""The command line of the generator: ``python -m tools.corpus --out DIR``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.corpus.layouts import LAYOUTS
from tools.corpus.parcels import Press
from tools.corpus.plan import Wish
from tools.corpus.writing import write_corpus


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.corpus",
        description="Makes publishers' deliveries, real in shape and made up in content.",
    )
    add = parser.add_argument
    add("--out", type=Path, required=True, help="folder to make (must not hold drop/ yet)")
    add("--articles", type=int, default=500, help="how many articles (default 500)")
    add("--titles", type=int, default=0, help="how many titles (default: by articles, to 20000)")
    add("--seed", type=int, default=1, help="the same seed gives the same bytes")
    add("--layouts", default="", help=f"some of: {','.join(LAYOUTS)}")
    add("--per-delivery", type=int, default=40, help="articles a delivery, about (default 40)")
    add("--bad", type=int, default=0, help="how many bad deliveries (default none)")
    add("--ahead", type=float, default=0.03, help="share that comes ahead of its issue first")
    add("--corrected", type=float, default=0.02, help="share redelivered with other bytes")
    add("--repeated", type=float, default=0.02, help="share redelivered with the same bytes")
    add("--no-pdf", action="store_true", help="XML alone: no PDFs and no figures")
    add("--pdf-bytes", type=int, default=0, help="pad each PDF to about this size")
    add("--figures", type=int, default=1, help="figures an article (default 1)")
    add("--figure-bytes", type=int, default=0, help="pad each figure to about this size")
    add("--paragraphs", type=int, default=3, help="paragraphs of text an article (default 3)")
    add("--workers", type=int, default=1, help="processes (default 1)")
    return parser.parse_args(argv)


def wish_of(given: argparse.Namespace) -> Wish:
    """The wish that the arguments express."""
    return Wish(
        seed=given.seed,
        articles=given.articles,
        titles=given.titles or max(11, min(20_000, given.articles // 12)),
        layouts=tuple(name for name in given.layouts.split(",") if name),
        per_delivery=given.per_delivery,
        ahead=given.ahead,
        corrected=given.corrected,
        repeated=given.repeated,
        bad=given.bad,
        figures=0 if given.no_pdf else given.figures,
        paragraphs=given.paragraphs,
        press=Press(not given.no_pdf, given.pdf_bytes, given.figure_bytes),
    )


def _report(written: int, total: int, seconds: float) -> None:
    if sys.stderr.isatty():
        rate = written / max(seconds, 1e-6)
        print(f"\r{written}/{total} articles, {rate:.0f}/s ", end="", file=sys.stderr)


def main(argv: list[str] | None = None) -> int:
    """Make a corpus; print what is to be expected of it."""
    given = _arguments(argv)
    unknown = [n for n in given.layouts.split(",") if n and n not in LAYOUTS]
    if unknown or (given.out / "drop").exists():
        print(f"unknown layout {unknown[0]}" if unknown else f"{given.out}/drop is there already")
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    manifest = write_corpus(wish_of(given), given.out, workers=given.workers, report=_report)
    for name, value in manifest["totals"].items():
        print(f"{name}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
