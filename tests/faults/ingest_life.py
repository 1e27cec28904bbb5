# SPDX-License-Identifier: Apache-2.0
"""A small life of an archive to be cut short at will, and what must hold of it afterwards.

The life: deliveries accepted, held and refused; one released; a newer version and a notice; an
issue that waits for its sibling and is joined; an audit. What was acknowledged is what a command
had answered in full.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.material import article, fill, issue, oup, pdf, zipped

from emanet.model.finding import Severity
from emanet.storage.ocfl.validate import StoreTree, validate_root
from emanet.storage.stores.posix import PosixStore

_PAIR = oup(30, 31)
_XML, _PDF = sorted(_PAIR, reverse=True)
NOTES = zipped({"n.txt": b"nothing", "l.csv": b"a;b"})


def drops(folder: Path) -> Path:
    """Fill the drop areas of the life."""
    notice = article(8, kind="retraction", related=[("retracted-article", 2)])
    first = {
        "good.zip": zipped(issue(1, 2)),
        "notes.zip": NOTES,
        "evil.zip": zipped({"../x.xml": article(5)}),
        _XML: _PAIR[_XML],
    }
    second = {
        "v.zip": zipped({"a1.xml": article(1, edition=2), "a8.xml": notice}),
        "more.tar/article.xml": article(9),
        "more.tar/article.pdf": pdf("Article 9."),
    }
    fill(folder / "one", first)
    fill(folder / "two", second)
    fill(folder / "three", _PAIR)
    return folder


def commands(home: Path, drop: Path, held: str) -> list[list[str]]:
    """The commands of the life; ``held`` is the id of the delivery that is released."""
    all_words: list[list[object]] = [
        ["ingest", drop / "one"],
        ["deliveries", "release", held, "--reason", "seen"],
        ["ingest", drop / "two"],
        ["ingest", drop / "three"],
        ["verify"],
    ]
    return [["-C", str(home), *map(str, words)] for words in all_words]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: exit code (-9: killed), what it had acknowledged, what it said."""

    code: int
    acked: tuple[dict[str, Any], ...]
    errors: str
    struck: str

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """All receipts that were given out."""
        found = []
        for ack in self.acked:
            if ack["code"] in (0, 3):
                told = json.loads(ack["out"])
                words = ack["words"][2]
                found += told["receipts"] if words == "ingest" else []
                found += [told] if words == "deliveries" and "state" in told else []
        return found


class Zygote:
    """The process whose forks run the commands."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("ingest_zygote.py")
        self._process = subprocess.Popen(
            [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._folder = tempfile.TemporaryDirectory(prefix="emanet-zygote-")

    def run(self, commands: Sequence[Sequence[str]], fault: str = "") -> Outcome:
        """Run commands under a fault (``kind:N``)."""
        place = Path(self._folder.name)
        out, err, note = place / "out", place / "err", place / "note"
        note.unlink(missing_ok=True)
        request = {
            "commands": [list(words) for words in commands],
            "fault": f"{fault}:{note}" if ":" in fault else fault,
            "out": str(out),
            "err": str(err),
        }
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        code = json.loads(self._process.stdout.readline())["code"]
        acked = tuple(json.loads(line) for line in out.read_text().splitlines())
        struck = note.read_text().strip() if note.exists() else ""
        return Outcome(code, acked, err.read_text(), struck)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()


# ---------------------------------------------------------------- what must hold


def torn(home: Path) -> list[str]:
    """What is half there in the root: objects that are not valid, stray files, empty folders."""
    root = home / "root"
    empty = [
        str(Path(folder).relative_to(root))
        for folder, folders, files in os.walk(root)
        if not folders and not files
    ]
    found = validate_root(StoreTree(PosixStore(root), "", empty))
    return [f"{f.code} {f.place}" for f in found if f.severity.rank > Severity.INFO.rank]


def lost(home: Path, outcome: Outcome) -> list[str]:
    """What was acknowledged and is not so any more: each receipt against registry and root."""
    missing = []
    state = {row[0]: row for row in _select(home, "deliveries_delivery", "ref", "state")}
    for receipt in outcome.receipts:
        delivery = receipt["delivery"]["id"]
        now = state.get(delivery, ("", "gone"))[1]
        later = {
            "waiting": {"waiting", "accepted"},
            "held": {"held", "accepted"},
            "repeated": {"repeated", "accepted"},
        }.get(receipt["state"], {receipt["state"]})
        if now not in later:
            missing.append(f"{delivery} was {receipt['state']} and is {now}")
        accession = receipt.get("accession", "")
        if accession and not list((home / "root").glob(f"*/emanet%3a{accession}/inventory.json")):
            missing.append(f"{accession} of {delivery}")
        if now == "held" and not (home / "quarantine" / delivery / "delivery.json").exists():
            missing.append(f"{delivery} is held and not in the quarantine")
    return missing


def meaning(home: Path) -> dict[str, list[Any]]:
    """What the registry says, without the moments and the numbers of objects."""
    articles = _sql(
        home,
        "select coalesce(a.doi, ''), v.number, v.id = a.current_id, v.stage, v.title,"
        " hex(v.content) from catalogue_version v join catalogue_article a on v.article_id = a.id",
    )
    files = _sql(
        home,
        "select d.ref, f.name, hex(f.sha256), f.role, f.fate, f.path != '', f.bytes, v.doi"
        " from catalogue_file f left join deliveries_delivery d on f.delivery = d.id"
        " left join catalogue_version v on f.version = v.id",
    )
    return {
        "articles": articles,
        "files": files,
        "deliveries": _select(
            home, "deliveries_delivery", "ref", "state", "layout", "bytes", "files", "held_files",
            "reason",
        ),
        "relations": _sql(
            home,
            "select v.doi, r.relation, r.to_doi from catalogue_relation r"
            " join catalogue_version v on r.version_id = v.id",
        ),
        "titles": _sql(home, "select name, publisher from catalogue_title"),
    }  # fmt: skip


def registered(home: Path) -> tuple[int, int]:
    """The number of the last object in the registry, and of the last one in the root."""
    last = _sql(home, "select coalesce(max(sequence), 0) from catalogue_sealedobject")[0][0]
    inside = [p.name for p in (home / "root").glob("*/emanet%3a*")]
    return last, max((int(name.split("-")[1]) for name in inside), default=0)


def _select(home: Path, table: str, *names: str) -> list[tuple[Any, ...]]:
    return _sql(home, f"select {', '.join(names)} from {table}")


def _sql(home: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "registry.sqlite3")) as link:
        return sorted(link.execute(query).fetchall())
