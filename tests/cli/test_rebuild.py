# SPDX-License-Identifier: Apache-2.0
"""The registry is a projection: rebuilt from storage alone it is equal, row for row."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.cli import registry_rows
from tests.cli.driver import Emanet
from tests.cli.material import article, fill, issue, oup, zipped
from tests.servers.postgres import Postgres, postgres

__all__ = ["postgres"]
DATABASE = "emanet_rebuild"


def live(emanet: Emanet, drop: Path) -> None:
    """A small life of an archive: every kind of delivery, decision, version, notice and audit."""
    pair = oup(30, 31)
    xml, pdf = sorted(pair, reverse=True)
    fill(
        drop / "one",
        {
            "a/good.zip": zipped(issue(1, 2, 3)),
            "a/half.zip": zipped(issue(4))[:900],
            "b/notes.zip": zipped({"n.txt": b"nothing", "\u0131\u0130.csv": b"a;b"}),
            "b/other.zip": zipped({"m.txt": b"nothing at all", "m.csv": b"c;d"}),
            "c/evil.zip": zipped({"../x.xml": article(5)}),
            "d/part.zip": zipped({**issue(6), "a7/article.xml": b"<article><fron"}),
            f"e/{xml}": pair[xml],
        },
    )
    emanet("ingest", drop / "one", expect=3)
    held = [row["id"] for row in emanet.json("deliveries", "--state", "held")]
    emanet("deliveries", "release", held[0], "--reason", "seen")
    emanet("deliveries", "refuse", held[1], "--reason", "unwanted")
    notice = article(8, kind="retraction", related=[("retracted-article", 2)])
    fill(
        drop / "two",
        {
            "v.zip": zipped({"a1.xml": article(1, edition=2), "a8.xml": notice}),
            "w.zip": zipped(issue(2, 9, issn="1050-124X", prefix="10.5555")),
        },
    )
    emanet("ingest", drop / "two")
    fill(drop / "one", {f"e/{pdf}": pair[pdf]})
    emanet("verify")
    emanet("ingest", drop, expect=3)
    emanet("verify", "--budget", "1h")


def test_rebuilt_equal_on_sqlite(emanet: Emanet, drop: Path) -> None:
    live(emanet, drop)
    before, status = registry_rows.of_sqlite(emanet.home), emanet.json("status")
    assert sum(map(len, before.values())) > 150
    assert all(before[name] for name in before if "clash" not in name and "articlekey" not in name)
    report = emanet.json("rebuild")
    assert registry_rows.of_sqlite(emanet.home) == before
    assert emanet.json("status") == status
    assert report["articles"] == status["versions"] and report["indexed"] == status["articles"]


@pytest.mark.server
def test_rebuilt_equal_on_postgresql(emanet: Emanet, drop: Path, postgres: Postgres) -> None:
    dsn = postgres.create(DATABASE)
    url = f"postgresql://postgres@/{DATABASE}?host={postgres.socket}"
    grown = Emanet(emanet.home, {**emanet.environment, "EMANET_DATABASE__URL": url})
    grown("rebuild")  # makes the tables
    live(grown, drop)
    before, status = registry_rows.of_postgres(dsn), grown.json("status")
    assert sum(map(len, before.values())) > 150
    with psycopg.connect(dsn) as link:
        link.execute("drop schema public cascade")
        link.execute("create schema public")
    assert grown("status", expect=1).err.count("emanet rebuild") == 1
    grown("rebuild")
    assert registry_rows.of_postgres(dsn) == before
    assert grown.json("status") == status
    # The same objects on the other engine: the same rows again, but for the types of the drivers.
    emanet("rebuild")
    assert emanet.json("status") == status


def remove(home: Path) -> None:
    for path in home.glob("registry.sqlite3*"):
        path.unlink()


def remove_all_but_storage(home: Path) -> None:
    remove(home)
    shutil.rmtree(home / "index")
    (home / "lock").unlink()


def overwrite_head(home: Path) -> None:
    path = home / "registry.sqlite3"
    path.write_bytes(b"no database at all " * 300 + path.read_bytes()[6000:])


def zero_pages(home: Path) -> None:
    path = home / "registry.sqlite3"
    data = path.read_bytes()
    path.write_bytes(data[:4096] + bytes(len(data) - 4096))


def truncate(home: Path) -> None:
    path = home / "registry.sqlite3"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def empty_file(home: Path) -> None:
    (home / "registry.sqlite3").write_bytes(b"")


DAMAGES = (remove, remove_all_but_storage, overwrite_head, zero_pages, truncate, empty_file)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.__name__)
def test_whatever_becomes_of_the_database(
    emanet: Emanet, drop: Path, damage: Callable[[Path], None]
) -> None:
    fill(drop, {"a.zip": zipped(issue(1, 2)), "n.zip": zipped({"n.txt": b"nothing"})})
    emanet("ingest", drop, expect=3)
    emanet("verify")
    _settle_file(emanet.home)
    before, shown = registry_rows.of_sqlite(emanet.home), emanet.json("show", "10.5555/made.1")
    _settle_file(emanet.home)
    damage(emanet.home)
    told = emanet("show", "10.5555/made.1", expect=1)
    assert "emanet rebuild" in told.err and len(told.err.splitlines()) == 2
    assert "emanet rebuild" in emanet("ingest", drop, expect=1, EMANET_LANG="tr").err
    emanet("rebuild")
    assert registry_rows.of_sqlite(emanet.home) == before
    assert emanet.json("show", "10.5555/made.1") == shown
    assert emanet.json("find", "made-up")["total"] == 2


def test_damage_that_shows_late(emanet: Emanet, drop: Path) -> None:
    """Pages in the middle are lost: some commands can still answer, the others say what to do."""
    fill(drop, {"a.zip": zipped(issue(*range(1, 40)))})
    emanet("ingest", drop)
    _settle_file(emanet.home)
    before = registry_rows.of_sqlite(emanet.home)
    path = emanet.home / "registry.sqlite3"
    data = path.read_bytes()
    pages = [data[at : at + 4096] for at in range(0, len(data), 4096)]
    path.write_bytes(b"".join(bytes(4096) if b"made.2" in page else page for page in pages))
    codes = []
    for words in (["status"], ["show", "10.5555/made.29"], ["find", "made-up"], ["verify"]):
        ran = emanet(*words, expect=None)
        codes.append(ran.code)
        assert ran.code in (0, 1) and (ran.code == 0 or "emanet rebuild" in ran.err)
    assert set(codes) == {0, 1}
    emanet("rebuild")
    assert _without_audits(registry_rows.of_sqlite(emanet.home)) == _without_audits(before)


def _without_audits(rows: registry_rows.Rows) -> registry_rows.Rows:
    kept = ("catalogue_article", "catalogue_version", "catalogue_file", "deliveries_delivery")
    return {name: rows[name] for name in kept}


def _settle_file(home: Path) -> None:
    """Bring what lies in the log into the file, and close this process's connection."""
    from django.db import connection

    connection.close()
    with sqlite3.connect(home / "registry.sqlite3") as link:
        link.execute("pragma wal_checkpoint(truncate)")
    link.close()


def test_the_search_index_is_a_cache(emanet: Emanet, drop: Path) -> None:
    """Deleted or damaged, it is made again by whoever asks next."""
    fill(drop, {"a.zip": zipped(issue(1, 2))})
    emanet("ingest", drop)
    shutil.rmtree(emanet.home / "index")
    assert emanet.json("find", "made-up")["total"] == 2
    (emanet.home / "index" / "meta.json").write_bytes(b"{}")
    assert emanet.json("find", "made-up")["total"] == 2


def test_a_rebuild_of_another_archive_s_storage(emanet: Emanet, empty: Path, drop: Path) -> None:
    """The root alone, carried into a new home: all is there but the bytes of what was held."""
    live(emanet, drop)
    other = Emanet(shutil.copytree(empty, drop.parent / "other"), emanet.environment)
    shutil.rmtree(other.home / "root")
    shutil.copytree(emanet.home / "root", other.home / "root")
    other("rebuild")
    assert registry_rows.of_sqlite(other.home) == registry_rows.of_sqlite(emanet.home)
    assert other.json("status") == emanet.json("status")


def test_an_index_that_cannot_be_read_stops_the_rebuild(emanet: Emanet, drop: Path) -> None:
    for number in (1, 2):
        emanet("ingest", fill(drop / str(number), {f"{number}.zip": zipped(issue(number))}))
    (path,) = (emanet.home / "root").glob("*/*acc-00000002*/v1/content/articles.jsonl")
    path.write_bytes(path.read_bytes()[:-40])
    told = emanet("rebuild", expect=3)
    assert "acc-00000002" in told.err and "emanet verify" in told.err
