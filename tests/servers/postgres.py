# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL for tests: a cluster of its own on a private socket, started once a session."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.servers.processes import die_with_parent, once

USER = "postgres"
STARTING_SECONDS = STOPPING_SECONDS = 30
PORT = 5432
"""Names the socket file only: the server listens on no network address."""


@dataclass(frozen=True)
class Postgres:
    """A running cluster: its socket folder, and the programs' folder."""

    socket: Path
    programs: Path

    def dsn(self, database: str = "postgres") -> str:
        """How libpq and psycopg reach a database of it."""
        return f"host={self.socket} port={PORT} user={USER} dbname={database}"

    def create(self, database: str) -> str:
        """Make a database anew (an old one of this name goes); its dsn."""
        for sql in (
            f'drop database if exists "{database}" with (force)',
            f'create database "{database}"',
        ):
            _run([self.programs / "psql", "-q", "-d", self.dsn(), "-c", sql])
        return self.dsn(database)

    def django(self, database: str) -> dict[str, object]:
        """The entry for Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": str(self.socket),
            "PORT": str(PORT),
            "USER": USER,
            "NAME": database,
        }


def programs() -> Path | None:
    """The folder that holds initdb and pg_ctl, the newest of several; None if absent."""
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return max(found, key=_version, default=None)


def _version(folder: Path) -> int:
    """15 for /usr/lib/postgresql/15/bin."""
    number = re.search(r"(\d+)/bin$", str(folder))
    return int(number[1]) if number else 0


def account() -> str | None:
    """The account that must run the server: None for our own; "" when there is none (root only)."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return ""
    return USER


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """A cluster in ``folder`` (of short path), without fsync, stopped at the end."""
    where, owner = programs(), account()
    if where is None or owner == "":
        raise RuntimeError("no PostgreSQL server here")
    if owner:
        shutil.chown(folder, owner, owner)
    # The socket folder must be open to root and to the owner of the server alike.
    folder.chmod(0o755)
    data = folder / "data"
    _run([where / "initdb", "-D", data, "-A", "trust", "-U", USER, "--no-sync", "-E", "UTF8",
          "--locale=C"], owner)  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [where / "postgres", "-D", data, "-k", folder, "-p", str(PORT),
             "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off"],
            user=owner, group=owner, extra_groups=[] if owner else None, cwd="/",
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGQUIT),
        )  # fmt: skip
    try:
        up = Postgres(folder, where)
        _wait(up, server, folder / "log")
        yield up
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: its data is thrown away
        server.wait(STOPPING_SECONDS)


def _wait(up: Postgres, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTING_SECONDS
    ask = [up.programs / "pg_isready", "-q", "-h", up.socket, "-p", str(PORT)]
    while time.monotonic() < end and server.poll() is None:
        if subprocess.run(ask, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not come up: {log.read_text(errors='replace')[-2000:]}")


def _run(command: list[str | Path], owner: str | None = None) -> None:
    """Run a program to its end, as ``owner`` if given; its words go into the error."""
    done = subprocess.run(
        command, user=owner, group=owner, extra_groups=[] if owner else None, cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')}")


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """One cluster for the whole session; the test is skipped where PostgreSQL is not installed."""
    if programs() is None:
        pytest.skip("no PostgreSQL here (Debian: apt-get install postgresql)")
    if account() == "":
        pytest.skip("PostgreSQL refuses to run as root, and there is no account postgres")
    return once("pg", running)
