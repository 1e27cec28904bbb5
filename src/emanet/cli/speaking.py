# SPDX-License-Identifier: Apache-2.0
"""How the command line speaks: language, JSON or words, tables, progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from emanet.work.progress import Progress


def language_of(wish: str, environment: Mapping[str, str]) -> str:
    """``tr`` or ``en``: by wish, else by LC_ALL, LC_MESSAGES, LANG."""
    for source in (wish, *(environment.get(k, "") for k in ("LC_ALL", "LC_MESSAGES", "LANG"))):
        if source:
            return "tr" if source.lower().startswith("tr") else "en"
    return "en"


@dataclass(frozen=True)
class Voice:
    """What a command needs to speak: the home it works on and the user's language."""

    home: Path
    language: str

    def say(self, en: str, tr: str) -> None:
        """Print one line in the user's language."""
        print(tr if self.language == "tr" else en)

    def warn(self, en: str, tr: str) -> None:
        """Print one line in the user's language on standard error."""
        print(f"emanet: {self.pick(en, tr)}", file=sys.stderr)

    def pick(self, en: str, tr: str) -> str:
        """The text in the user's language."""
        return tr if self.language == "tr" else en

    def json(self, value: Any) -> None:
        """Print a value as JSON, indented, UTF-8."""
        encoded = msgspec.json.format(msgspec.json.encode(value), indent=2)
        sys.stdout.write(encoded.decode() + "\n")

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a plain table; cells are text and carry no markup of their own."""
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*[cell.replace("[", "\\[") for cell in row])
        width = None if sys.stdout.isatty() else 160
        Console(width=width, highlight=False).print(table)

    def progress(self) -> Ticker:
        """A progress line on stderr, when it is a terminal and the work takes over two seconds."""
        return Ticker(self.language)


class Ticker:
    """Draws progress with rate and time left on one line of a terminal."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._start = time.monotonic()
        self._last = 0.0
        self._drawn = False
        self._terminal = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        """Take one report; draws at most five times a second."""
        now = time.monotonic()
        if not self._terminal or now - self._start < 2 or now - self._last < 0.2:
            return
        self._last = now
        self._drawn = True
        left = "" if progress.left_s is None else clock_text(progress.left_s)
        word = "kalan" if self._language == "tr" else "left"
        line = f"{progress.done}/{progress.total}  {progress.rate:.0f}/s  {word} {left}"
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    def close(self) -> None:
        """Take the line away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def clock_text(seconds: float) -> str:
    """Seconds as ``h:mm:ss``."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def size_text(count: int) -> str:
    """Bytes as people read them, in powers of 1,000 (``1.5 MB``)."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{count} B"
