# SPDX-License-Identifier: Apache-2.0
"""Every command with wrong input: exit codes, clear messages in the user's language."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.cli.driver import EMANET, Emanet, archive
from tests.cli.material import fill, issue, zipped

WRONG = [
    ("nonsense",),
    ("ingest",),
    ("ingest", "--publisher"),
    ("ingest", "{drop}/nothing-here"),
    ("ingest", "{drop}", "--publisher", "nobody"),
    ("deliveries", "d-0000000000000000"),
    ("deliveries", "--state", "lost"),
    ("deliveries", "--limit", "0"),
    ("deliveries", "one", "two"),
    ("deliveries", "release"),
    ("deliveries", "release", "d-0000000000000000"),
    ("deliveries", "release", "d-0000000000000000", "--reason", "  "),
    ("deliveries", "release", "d-0000000000000000", "--reason", "because"),
    ("deliveries", "refuse", "d-0000000000000000", "--reason", "because"),
    ("find",),
    ("find", "word", "--limit", "-1"),
    ("show",),
    ("show", "10.5555/nothing"),
    ("show", "no DOI at all"),
    ("get", "10.5555/nothing", "-o", "{drop}"),
    ("export", "10.5555/nothing"),
    ("export", "10.5555/nothing", "-o", "{drop}"),
    ("export", "acc-00000009-0123456789ab", "-o", "{drop}"),
    ("export", "acc-../../etc/passwd", "-o", "{drop}"),
    ("verify", "acc-00000009-0123456789ab"),
    ("verify", "--budget", "a while"),
    ("serve", "--bind", "nowhere"),
    ("init",),
    ("init", "{drop}", "--digest", "md5"),
    ("init", "{home}"),
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_usage_is_2_and_says_why(emanet: Emanet, drop: Path, words: tuple[str, ...]) -> None:
    given = [word.format(drop=drop, home=emanet.home) for word in words]
    ran = emanet(*given, expect=2)
    assert ran.out == "" and len(ran.err.strip().splitlines()) >= 1
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "words", [("status",), ("find", "word"), ("ingest", "{drop}"), ("verify",), ("rebuild",)]
)
def test_a_home_that_is_none(tmp_path: Path, drop: Path, words: tuple[str, ...]) -> None:
    ran = archive(tmp_path / "no-such-home")(*[w.format(drop=drop) for w in words], expect=2)
    assert "emanet init" in ran.err
    assert not (tmp_path / "no-such-home").exists()


def test_all_commands_have_help(emanet: Emanet) -> None:
    top = emanet("--help").out
    for command in (
        "init", "ingest", "status", "deliveries", "find", "show", "get", "verify", "rebuild",
        "export", "serve",
    ):  # fmt: skip
        assert re.search(rf"\b{command}\b", top)
        assert emanet(command, "--help").out.strip()


CONFIGURATIONS = [
    ("[nonsense]\n", "nonsense"),
    ("[ingest]\ntarget_bytes = 1\n", "target_bytes"),
    ("[ingest]\nno_such = 1\n", "no_such"),
    ("[work]\nkind = 'slaves'\n", "kind"),
    ("[work]\nkind = 'dask'\n", "tls_ca"),
    ("[publishers.x]\nhold = ['NO-SUCH-FINDING']\n", "NO-SUCH-FINDING"),
    ("[database]\nurl = 'mysql://somewhere/x'\n", "postgresql://"),
    ("= 5\n", "TOML"),
]


@pytest.mark.parametrize(("text", "names"), CONFIGURATIONS, ids=[n for _, n in CONFIGURATIONS])
def test_a_wrong_setting_is_named(emanet: Emanet, drop: Path, text: str, names: str) -> None:
    fill(drop, {"a.zip": zipped(issue(1))})
    emanet.settle("\n" + text)
    ran = emanet.spawn("ingest", drop, expect=2)
    assert names in ran.err and "Traceback" not in ran.err
    assert not list((emanet.home / "root").glob("*/*acc*"))


def test_a_wrong_variable_is_named(emanet: Emanet) -> None:
    ran = emanet("status", expect=2, EMANET_INGEST__WAIT_HOURS="soon")
    assert "ingest.wait_hours" in ran.err
    assert emanet("status", EMANET_ARCHIVE__NAME="Deneme").out.count("Deneme") == 1


def test_the_message_is_in_the_user_s_language(emanet: Emanet) -> None:
    for environment in ({"EMANET_LANG": "tr"}, {"EMANET_LANG": "", "LANG": "tr_TR.UTF-8"}):
        ran = emanet("show", "10.5555/nothing", expect=2, LC_ALL="", LC_MESSAGES="", **environment)
        assert "bu arşivde yok" in ran.err
    assert "is not held here" in emanet("show", "10.5555/nothing", expect=2).err
    assert "bu arşivde yok" in emanet("--lang", "tr", "show", "10.5555/nothing", expect=2).err


def test_a_new_archive(tmp_path: Path) -> None:
    emanet = archive(tmp_path / "new" / "archive")
    made = emanet.json("init", emanet.home, "--name", 'The "National" \\ Archive')
    assert made == {"home": str(emanet.home), "created": True}
    status = emanet.json("status")
    assert status["archive"] == 'The "National" \\ Archive'
    assert all(not value for name, value in status.items() if name != "archive")
    assert (emanet.home / "secret").stat().st_mode & 0o777 == 0o600
    assert "kuruldu" in archive(tmp_path / "tr", EMANET_LANG="tr")("init", tmp_path / "tr").out


def test_who_keeps_the_archive_stands_in_its_objects(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"a.zip": zipped(issue(1))})
    emanet("ingest", drop)
    more = {"EMANET_ARCHIVE__KEEPER": "Ulusal Arşiv", "EMANET_ARCHIVE__MAIL": "arsiv@example.org"}
    emanet("ingest", fill(drop, {"b.zip": zipped(issue(2))}), **more)
    found = [
        json.loads(path.read_text())["versions"]["v1"]["user"]
        for path in sorted((emanet.home / "root").glob("*/*acc-*/inventory.json"), key=_number)
    ]
    assert [user["name"] for user in found] == ["Emanet", "Ulusal Arşiv"]
    assert found[1]["address"] == "mailto:arsiv@example.org"


def _number(path: Path) -> str:
    return path.parent.name.partition("-")[2]


def test_nothing_there_yet(emanet: Emanet, drop: Path) -> None:
    assert emanet.json("deliveries") == []
    assert emanet.json("find", "anything") == {"total": 0, "hits": [], "behind": False}
    report = emanet.json("ingest", drop)
    assert report["receipts"] == [] and report["accessions"] == []
    assert emanet.json("verify")["damaged"] == []
    assert emanet.json("rebuild")["objects"] == 0


def test_a_name_is_not_markup(emanet: Emanet, drop: Path) -> None:
    """A delivery may be called what it likes: the table shows it as it is."""
    fill(drop, {"[red]x[/red].zip": zipped(issue(1))})
    assert "[red]x[/red].zip" in emanet("ingest", drop).out
    assert "[red]x[/red].zip" in emanet("deliveries").out


def test_the_program_itself(tmp_path: Path, drop: Path) -> None:
    """The same as a process of its own, as people run it."""
    emanet = archive(tmp_path / "archive")
    assert EMANET.exists()
    emanet.spawn("init", emanet.home)
    fill(drop, {"a.zip": zipped(issue(1, 2)), "b.zip": b"PK\x03\x04 no ZIP at all"})
    assert emanet.spawn("ingest", drop, expect=3).err == ""
    assert emanet.spawn("status", "--json").json["articles"] == 2
    assert emanet.spawn("show", "10.5555/nothing", expect=2).out == ""


def test_the_pages_are_served_until_stopped(emanet: Emanet, drop: Path) -> None:
    fill(drop, {"a.zip": zipped(issue(1))})
    emanet("ingest", drop)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    serving = subprocess.Popen(
        [EMANET, "-C", emanet.home, "serve", "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        page = _page(f"http://127.0.0.1:{port}/en/article/10.5555/made.1", serving)
        assert "A made-up article" in page
    finally:
        serving.send_signal(signal.SIGINT)
        _, said = serving.communicate(timeout=30)
    assert serving.returncode == 0 and f":{port}/" in said and "Traceback" not in said


def _page(url: str, serving: subprocess.Popen[str]) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end and serving.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return f"{error.code} {error.read().decode()}"
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the pages did not come up")
