# SPDX-License-Identifier: Apache-2.0
"""Growth by configuration alone: a bucket, PostgreSQL and a Dask cluster, each for real.

The same deliveries go through each; what comes out is the same as on folder, SQLite and processes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config
from tests.cli import registry_rows
from tests.cli.driver import Emanet, archive
from tests.cli.material import article, fill, issue, pdf, zipped
from tests.servers.postgres import Postgres, postgres
from tests.servers.seaweed import Seaweed, seaweed
from tests.work.certificates import Authority

import bagit

pytestmark = pytest.mark.server
__all__ = ["postgres", "seaweed"]

DOI = "10.5555/made.1"


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A good delivery, a newer version in another, one that is held, one that is refused."""
    return fill(
        tmp_path / "drop",
        {
            "a.zip": zipped(issue(1, 2, 3)),
            "b.zip": zipped({"a1.xml": article(1, edition=2)}),
            "large.zip": zipped({**issue(7), "a7/data.csv": os.urandom(9 << 20)}),
            "notes.zip": zipped({"n.txt": b"nothing", "l.csv": b"a;b"}),
            "evil.zip": zipped({"../x.xml": article(9)}),
        },
    )


def goes_through(emanet: Emanet, drop: Path) -> dict[str, Any]:
    """Ingest, again, status, show, find, get, export, verify, release, rebuild; what was said."""
    report = emanet.json("ingest", drop, expect=3, EMANET_INGEST__WHOLE_BYTES=str(1 << 20))
    states = {r["delivery"]["name"]: r["state"] for r in report["receipts"]}
    assert states == {
        "a.zip": "accepted", "b.zip": "accepted", "large.zip": "accepted",
        "notes.zip": "held", "evil.zip": "refused",
    }  # fmt: skip
    again = emanet.json("ingest", drop, expect=3)
    assert again["accessions"] == [] and again["articles"] == 0
    out = drop.parent / "out"
    emanet("get", DOI, "-o", out / "second")
    emanet("get", DOI, "--version", "1", "-o", out / "first")
    assert {p.read_bytes() for p in (out / "second").iterdir()} == {article(1, edition=2)}
    assert {p.read_bytes() for p in (out / "first").iterdir()} == {article(1), pdf("Article 1.")}
    emanet("get", "10.5555/made.7", "-o", out / "large")
    (made,) = emanet.json("export", report["accessions"][0], "-o", out / "bags")
    assert bagit.Bag(made["path"]).validate()
    assert emanet.json("verify")["damaged"] == []
    held = emanet.json("deliveries", "--state", "held")[0]["id"]
    assert emanet.json("deliveries", "release", held, "--reason", "seen")["state"] == "accepted"
    status = emanet.json("status")
    shown = emanet.json("show", DOI)
    emanet("rebuild")
    assert emanet.json("status") == status and emanet.json("show", DOI) == shown
    assert emanet.json("find", "made-up")["total"] == 4
    return {
        "status": {k: v for k, v in status.items() if k not in ("oldest_audit", "bytes")},
        "files": [(f["path"], f["role"], f["sha256"], f["format"]) for f in shown["files"]],
        "versions": [(v["number"], v["stage"], v["content"]) for v in shown["versions"]],
        "states": states,
    }


@pytest.fixture
def embedded(tmp_path: Path, drop: Path) -> dict[str, Any]:
    """What folder, SQLite and processes come to."""
    copy = Path(shutil.copytree(drop, tmp_path / "first" / "drop"))
    return goes_through(archive(tmp_path / "embedded").init(), copy)


# ---------------------------------------------------------------- a bucket


def bucket_of(seaweed: Seaweed, name: str) -> Any:
    client = boto3.client(
        "s3", endpoint_url=seaweed.url, region_name="us-east-1",
        aws_access_key_id=seaweed.admin.access, aws_secret_access_key=seaweed.admin.secret,
        config=Config(s3={"addressing_style": "path"}),
    )  # fmt: skip
    client.create_bucket(Bucket=name)
    return client


def in_bucket(seaweed: Seaweed, home: Path, bucket: str) -> Emanet:
    """An archive whose storage root is a bucket: settings in the file, secrets in variables."""
    emanet = archive(
        home,
        EMANET_STORAGE__KIND="s3",
        EMANET_STORAGE__ENDPOINT=seaweed.url,
        EMANET_STORAGE__BUCKET=bucket,
        EMANET_STORAGE__ROOT="national/root",
        EMANET_STORAGE__ACCESS_KEY=seaweed.admin.access,
        EMANET_STORAGE__SECRET_KEY=seaweed.admin.secret,
    )
    return emanet.init()


def test_a_bucket(seaweed: Seaweed, tmp_path: Path, drop: Path, embedded: dict[str, Any]) -> None:
    client = bucket_of(seaweed, "growth")
    emanet = in_bucket(seaweed, tmp_path / "home", "growth")
    assert goes_through(emanet, drop) == embedded
    assert not (emanet.home / "root").exists(), "no byte of the root lies here"
    keys = [o["Key"] for o in client.list_objects_v2(Bucket="growth")["Contents"]]
    assert "national/root/0=ocfl_1.1" in keys
    assert not [key for key in keys if ".staging/" in key]

    # One byte of an article flipped in the bucket, past everything of ours.
    key = next(k for k in keys if k.endswith("pack-0001.zip") and "acc-00000001" in k)
    data = bytearray(client.get_object(Bucket="growth", Key=key)["Body"].read())
    data[data.index(b"PK\x03\x04", 100) + 400] ^= 1
    client.put_object(Bucket="growth", Key=key, Body=bytes(data))
    (line,) = emanet.json("verify", expect=3)["damaged"]
    assert line["damages"] and line["object"].startswith("acc-00000001-")


def test_a_bucket_that_is_not_there_or_not_ours(seaweed: Seaweed, tmp_path: Path) -> None:
    emanet = archive(
        tmp_path / "home", EMANET_STORAGE__KIND="s3", EMANET_STORAGE__ENDPOINT=seaweed.url,
        EMANET_STORAGE__BUCKET="nowhere", EMANET_STORAGE__ACCESS_KEY=seaweed.admin.access,
        EMANET_STORAGE__SECRET_KEY=seaweed.admin.secret,
    )  # fmt: skip
    done = emanet.spawn("init", emanet.home, expect=2)
    assert "nowhere" in done.err and "Traceback" not in done.err
    bucket_of(seaweed, "foreign")
    reader = {
        **emanet.environment, "EMANET_STORAGE__BUCKET": "foreign",
        "EMANET_STORAGE__ACCESS_KEY": seaweed.reader.access,
        "EMANET_STORAGE__SECRET_KEY": seaweed.reader.secret,
    }  # fmt: skip
    done = Emanet(emanet.home, reader).spawn("init", emanet.home, expect=1)
    assert "Traceback" not in done.err and seaweed.reader.secret not in done.err


def test_killed_while_it_writes_to_a_bucket(seaweed: Seaweed, tmp_path: Path, drop: Path) -> None:
    """An object without root inventory is invisible, and the next run takes it away."""
    client = bucket_of(seaweed, "killed")
    emanet = in_bucket(seaweed, tmp_path / "home", "killed")
    running = subprocess.Popen(
        [Path(sys.executable).with_name("emanet"), "-C", emanet.home, "ingest", drop],
        env={**os.environ, **emanet.environment}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 60
    while time.monotonic() < end and running.poll() is None:
        found = client.list_objects_v2(Bucket="killed", Prefix="national/root.staging/")
        if found.get("KeyCount"):
            break
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert emanet.json("status", expect=None) is not None
    report = emanet.json("ingest", drop, expect=3)
    assert {r["state"] for r in report["receipts"]} <= {"accepted", "held", "refused", "repeated"}
    assert emanet.json("status")["articles"] == 4 and emanet.json("verify")["damaged"] == []
    left = client.list_objects_v2(Bucket="killed", Prefix="national/root.staging/")
    assert left.get("KeyCount", 0) == 0


# ---------------------------------------------------------------- PostgreSQL


def test_postgresql(
    postgres: Postgres, tmp_path: Path, drop: Path, embedded: dict[str, Any]
) -> None:
    dsn = postgres.create("emanet_growth")
    url = f"postgresql://postgres@/emanet_growth?host={postgres.socket}"
    emanet = archive(tmp_path / "home", EMANET_DATABASE__URL=url).init()
    assert not (emanet.home / "registry.sqlite3").exists()
    assert goes_through(emanet, drop) == embedded
    rows = registry_rows.of_postgres(dsn)
    assert len(rows["catalogue_article"]) == 4
    # Back to the embedded one by the same settings file: rebuilt, it says the same.
    back = archive(emanet.home)
    back("rebuild")
    assert {n: len(r) for n, r in registry_rows.of_sqlite(back.home).items()} == {
        name: len(of) for name, of in rows.items()
    }


def test_a_database_that_does_not_answer(tmp_path: Path, drop: Path) -> None:
    emanet = archive(tmp_path / "home").init()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"postgresql://nobody:secret@127.0.0.1:{port}/none"
    for words in (["status"], ["ingest", drop]):
        done = emanet.spawn(*words, expect=1, EMANET_DATABASE__URL=url)
        assert "database" in done.err and "Traceback" not in done.err and "secret" not in done.err


# ---------------------------------------------------------------- a cluster


class Cluster:
    """A scheduler and a worker with mutual TLS, started as docs/guide/cluster.md says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = Authority(folder, "emanet-test")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.address = f"tls://127.0.0.1:{port}"
        certificate, key = self.authority.issue("server")
        tls = ["--tls-ca-file", self.authority.ca_file, "--tls-cert", certificate, "--tls-key", key]
        self._processes = [
            self._start("scheduler", "--host", self.address, "--no-show", *tls),
            self._start(
                "worker", self.address, "--nthreads", "1", "--host", "tls://127.0.0.1",
                "--local-directory", str(folder), *tls,
            ),
        ]  # fmt: skip

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{words[0]}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"],
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def worked_s(self) -> float:
        """Seconds of processor time that the worker has used (with its nanny's children)."""
        worker = psutil.Process(self._processes[1].pid)
        family = [worker, *worker.children(recursive=True)]
        return sum(sum(process.cpu_times()[:2]) for process in family)

    def stop(self) -> None:
        """End it at once."""
        for process in self._processes:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="Dask is not installed (extra 'dask')")
    pytest.importorskip("cryptography", reason="cryptography is not installed (extra 'dask')")
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.stop()


def test_a_cluster(cluster: Cluster, tmp_path: Path, drop: Path) -> None:
    """As a process of its own: workers are the cluster's, and only they read what was delivered."""
    certificate, key = cluster.authority.issue("client")
    emanet = archive(tmp_path / "home").init()
    emanet.settle(
        f"""
[work]
kind = "dask"
address = "{cluster.address}"
tls_ca = "{cluster.authority.ca_file}"
tls_cert = "{certificate}"
tls_key = "{key}"
"""
    )
    emanet.spawn("ingest", fill(tmp_path / "x", {"x.zip": zipped(issue(20))}))  # all is loaded now
    before = cluster.worked_s()
    report = emanet.spawn("ingest", drop, "--json", expect=3).json
    assert cluster.worked_s() > before, "the cluster's worker did it"
    states = {r["delivery"]["name"]: r["state"] for r in report["receipts"]}
    assert sorted(states.values()) == ["accepted"] * 3 + ["held", "refused"]
    assert emanet.json("status")["articles"] == 5
    assert emanet.json("verify")["damaged"] == []
    out = tmp_path / "out"
    emanet("get", "10.5555/made.7", "-o", out)
    data = (out / "data.csv").read_bytes()
    shown = emanet.json("show", "10.5555/made.7")["files"]
    assert hashlib.sha256(data).hexdigest() in {f["sha256"] for f in shown}
    same = archive(tmp_path / "same").init()
    other = same.json("ingest", drop, expect=3)
    told = [
        sorted(json.dumps(_lasting(receipt), sort_keys=True) for receipt in r["receipts"])
        for r in (report, other)
    ]
    assert told[0] == told[1], "the answer does not depend on who did the work"


def _lasting(receipt: dict[str, Any]) -> dict[str, Any]:
    """A receipt without its moments and the accession's id."""
    kept = {k: v for k, v in receipt.items() if k not in ("decided", "accession")}
    delivery = {k: v for k, v in receipt["delivery"].items() if k != "received"}
    return {**kept, "delivery": delivery}
