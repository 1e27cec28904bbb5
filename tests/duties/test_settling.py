# SPDX-License-Identifier: Apache-2.0
"""What a run that did not end leaves behind, and who puts it right: the next command, whichever."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli import registry_rows
from tests.cli.driver import EMANET, Emanet, archive
from tests.cli.material import fill, issue, zipped

from emanet.bootstrap.holding import held, unfinished, write_durably
from emanet.model.errors import StoreBroken, StoreBusy

NOTES = {"n.zip": zipped({"n.txt": b"nothing", "l.csv": b"a;b"})}


def rows(home: Path, table: str) -> int:
    with closing(sqlite3.connect(home / "registry.sqlite3")) as link:
        return int(link.execute(f"select count(*) from {table}").fetchone()[0])


def break_off(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The run ends with an error just before it would do this."""

    def fail(*_: object) -> None:
        raise StoreBroken("The machine stopped here.")

    monkeypatch.setattr(f"emanet.duties.desk.{name}", fail)


@pytest.fixture
def sealed_only(emanet: Emanet, drop: Path, monkeypatch: pytest.MonkeyPatch) -> Emanet:
    """An accession is sealed; the run ended before it was registered."""
    emanet("ingest", fill(drop / "a", {"a.zip": zipped(issue(1))}))
    with monkeypatch.context() as patch:
        break_off(patch, "project")
        emanet("ingest", fill(drop / "b", {"b.zip": zipped(issue(2, 3))}), expect=1)
    assert unfinished(emanet.home) and rows(emanet.home, "catalogue_sealedobject") == 1
    return emanet


READERS: dict[str, Callable[[Emanet, Path], object]] = {
    "status": lambda emanet, out: emanet("status"),
    "show": lambda emanet, out: emanet("show", "10.5555/made.2"),
    "find": lambda emanet, out: emanet("find", "10.5555/made.3"),
    "deliveries": lambda emanet, out: emanet("deliveries"),
    "get": lambda emanet, out: emanet("get", "10.5555/made.2", "-o", out),
    "export": lambda emanet, out: emanet("export", "10.5555/made.2", "-o", out),
}


@pytest.mark.parametrize("reader", READERS)
def test_any_reader_registers_what_was_sealed_and_says_so(
    sealed_only: Emanet, tmp_path: Path, reader: str
) -> None:
    ran = READERS[reader](sealed_only, tmp_path / "out")
    assert "The last run did not end; registered now: acc-00000002-" in ran.err
    assert not unfinished(sealed_only.home)
    assert rows(sealed_only.home, "catalogue_version") == 3
    assert sealed_only("status").err == "", "once is enough"
    assert sealed_only.json("find", "made-up")["total"] == 3


def test_it_is_said_in_turkish_and_json_stays_json(sealed_only: Emanet) -> None:
    ran = sealed_only("status", "--json", EMANET_LANG="tr")
    assert "şimdi kaydedildi: acc-00000002-" in ran.err
    assert ran.json["articles"] == 3


def test_a_writer_registers_it_too(sealed_only: Emanet, drop: Path) -> None:
    report = sealed_only.json("ingest", drop)
    assert [name[:12] for name in report["registered"]] == ["acc-00000002"]
    assert {r["state"] for r in report["receipts"]} == {"repeated"}
    assert sealed_only.json("status")["articles"] == 3


def test_the_audit_sees_it_too(sealed_only: Emanet) -> None:
    assert sealed_only.json("verify")["objects"] == 2


def test_a_reader_that_may_not_write_is_told(sealed_only: Emanet) -> None:
    (sealed_only.home / "lock").unlink()
    (sealed_only.home / "lock").mkdir()  # stands for a home that this user may only read
    ran = sealed_only("status")
    assert "cannot be registered now" in ran.err and "articles" in ran.out
    assert unfinished(sealed_only.home)


def test_a_reader_leaves_a_living_writer_alone(sealed_only: Emanet) -> None:
    with held(sealed_only.home, ()):
        ran = sealed_only("status")
    assert ran.err == "" and rows(sealed_only.home, "catalogue_version") == 1


def test_the_search_index_is_brought_up(
    emanet: Emanet, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registered, but the run died before the index had it."""
    with monkeypatch.context() as patch:
        break_off(patch, "catch_up")
        emanet("ingest", fill(drop, {"a.zip": zipped(issue(1, 2))}), expect=1)
    assert rows(emanet.home, "catalogue_version") == 2
    assert emanet.json("find", "made-up")["total"] == 2


def test_an_index_from_yesterday_is_brought_up(emanet: Emanet, drop: Path, tmp_path: Path) -> None:
    emanet("ingest", fill(drop / "a", {"a.zip": zipped(issue(1))}))
    shutil.copytree(emanet.home / "index", tmp_path / "yesterday")
    emanet("ingest", fill(drop / "b", {"b.zip": zipped(issue(2))}))
    shutil.rmtree(emanet.home / "index")
    shutil.copytree(tmp_path / "yesterday", emanet.home / "index")
    assert emanet.json("find", "made-up")["total"] == 2


def test_what_lies_in_the_quarantine_for_nobody_is_let_go(
    emanet: Emanet, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copied there, but the run died before it was recorded that the delivery is held."""
    with monkeypatch.context() as patch:
        break_off(patch, "project")
        emanet("ingest", fill(drop, NOTES), expect=1)
    (sealed,) = (emanet.home / "root").glob("*/*evt-*")
    shutil.rmtree(sealed)  # as if it had died before the sealing
    assert list((emanet.home / "quarantine").iterdir())
    emanet("status")
    assert list((emanet.home / "quarantine").iterdir()) == []
    emanet("ingest", drop, expect=3)
    assert len(list((emanet.home / "quarantine").iterdir())) == 1


def test_a_release_that_died_before_the_quarantine_was_emptied(emanet: Emanet, drop: Path) -> None:
    delivery = emanet.json("ingest", fill(drop, NOTES), expect=3)["receipts"][0]["delivery"]["id"]
    kept = shutil.copytree(emanet.home / "quarantine", emanet.home.parent / "kept")
    emanet("deliveries", "release", delivery, "--reason", "seen")
    shutil.rmtree(emanet.home / "quarantine")
    shutil.copytree(kept, emanet.home / "quarantine")
    write_durably(emanet.home / "unfinished", b"")
    emanet("status")
    assert list((emanet.home / "quarantine").iterdir()) == []
    assert emanet.json("deliveries", delivery)["state"] == "accepted"


def test_the_mark_is_there_before_anything_and_goes_last(emanet: Emanet) -> None:
    assert not unfinished(emanet.home)
    with held(emanet.home, ()):
        assert unfinished(emanet.home)
        with pytest.raises(StoreBusy), held(emanet.home, ()):
            raise AssertionError
        assert unfinished(emanet.home)
    assert not unfinished(emanet.home)
    with pytest.raises(StoreBroken), held(emanet.home, ()):
        raise StoreBroken("x")
    assert unfinished(emanet.home)


def test_an_init_that_died_is_finished_by_the_next(tmp_path: Path) -> None:
    for number in range(1, 100, 5):
        home, note = tmp_path / str(number), tmp_path / f"{number}.struck"
        emanet = archive(home, EMANET_FAULT=f"eio:{number}:{note}")
        ran = emanet("init", home, expect=None)
        if not note.exists():
            break
        if ran.code == 0 and "rmtree" in note.read_text():
            continue  # what only tidies up may fail
        assert ran.code == 1 and "Traceback" not in ran.err
        clean = archive(home)
        assert clean("status", expect=None).code in (1, 2)
        clean("init", home)
        assert clean.json("status")["deliveries"] == 0 and not unfinished(home)
    assert 20 < number < 96
    assert archive(tmp_path / "1")("init", tmp_path / "1", expect=2).err.count("not empty") == 1


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_hand(emanet: Emanet, drop: Path, by: signal.Signals) -> None:
    """Ctrl-C, sent to the whole group as a terminal does; or an orderly kill."""
    fill(drop, {f"{n}.zip": zipped(issue(n)) for n in range(60)})
    running = subprocess.Popen(
        [EMANET, "-C", emanet.home, "ingest", drop],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "EMANET_LANG": "en"},
    )  # fmt: skip
    while not unfinished(emanet.home) and running.poll() is None:
        time.sleep(0.01)
    os.killpg(running.pid, by)
    out, err = running.communicate(timeout=30)
    assert running.returncode == (1 if by is signal.SIGINT else -signal.SIGTERM)
    assert out == "" and "Traceback" not in err
    if by is signal.SIGINT:
        assert err.strip() == "emanet: stopped"
    emanet("ingest", drop)
    assert emanet.json("status")["articles"] == 60


def test_whoever_reads_no_further_is_no_error(emanet: Emanet, drop: Path) -> None:
    """`emanet deliveries | head -1`"""
    fill(drop, {f"{n}.zip": zipped(issue(n)) for n in range(3)})
    emanet("ingest", drop)
    line = f"'{EMANET}' -C '{emanet.home}' deliveries | head -1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.stderr == "" and len(done.stdout.splitlines()) == 1


def test_a_rebuild_that_broke_off_is_gone_on_with(
    emanet: Emanet, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the objects are registered anew: a reader registers the rest, and says so."""
    for number in range(1, 5):
        emanet("ingest", fill(drop / str(number), {f"{number}.zip": zipped(issue(number))}))
    before = registry_rows.of_sqlite(emanet.home)
    from emanet.duties import projection, rebuild_registry

    done: list[object] = []

    def twice(records: Sequence[object]) -> None:
        if len(done) == 2:
            raise StoreBroken("The machine stopped here.")
        done.append(records)
        projection.project(records)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(rebuild_registry, "project", twice)
        patch.setattr(projection, "_BATCH_LINES", 1)
        emanet("rebuild", expect=1)
    assert rows(emanet.home, "catalogue_sealedobject") == 2
    ran = emanet("status", "--json")
    assert ran.json["articles"] == 4 and "registered now: acc-00000003-" in ran.err
    assert registry_rows.of_sqlite(emanet.home) == before
    assert emanet.json("find", "made-up")["total"] == 4
