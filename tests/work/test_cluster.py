# SPDX-License-Identifier: Apache-2.0
"""A real Dask cluster on loopback with mutual TLS: a dead worker costs a retry, not a loss."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="Dask is not installed (extra 'dask')")
pytest.importorskip("cryptography", reason="cryptography is not installed (extra 'dask')")

import psutil
import work_deeds as deeds
from certificates import Authority
from distributed import Client

from emanet.ingest.dropbox import discover
from emanet.ingest.parts import Sizes
from emanet.ingest.survey import Order
from emanet.ingest.tasks import examine_all
from emanet.model.errors import WorkError
from emanet.work.cluster import Address, ClusterPools
from emanet.work.local import LocalPools
from emanet.work.port import Limits
from emanet.work.runner import Crew, Shape, run

pytestmark = [
    pytest.mark.server,
    # Tornado and Dask leave sockets to the collector when a peer is killed; not ours to mend.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HERE = str(Path(__file__).parent)


class Cluster:
    """Scheduler and two workers as an operator starts them (docs/guide/cluster.md)."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder, "emanet-test")
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.scheduler = f"tls://127.0.0.1:{port}"
        tls = self._tls("server")
        self._processes = [
            self._start("scheduler", "--host", f"tls://127.0.0.1:{port}", "--no-show", *tls)
        ]
        for name in ("one", "two"):
            self._processes.append(
                self._start(
                    "worker", self.scheduler, "--name", name, "--nthreads", "1",
                    "--host", "tls://127.0.0.1", "--local-directory", str(folder), *tls,
                )
            )  # fmt: skip

    def _tls(self, name: str) -> list[str]:
        certificate, key = self.authority.issue(name)
        ca_file = self.authority.ca_file
        return ["--tls-ca-file", ca_file, "--tls-cert", certificate, "--tls-key", key]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{arguments[0]}-{len(list(self.folder.iterdir()))}.log").open("wb")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                env={
                    **os.environ,
                    "PYTHONPATH": HERE,
                    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
                },
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def address(self, authority: Authority | None = None) -> Address:
        certificate, key = (authority or self.authority).issue("client")
        return Address(self.scheduler, self.authority.ca_file, certificate, key, timeout_s=20)

    def stop(self) -> None:
        for process in self._processes:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()


@pytest.fixture
def crew(cluster: Cluster) -> Iterator[Crew]:
    with (
        ClusterPools(cluster.address()) as pools,
        Crew(pools, time.monotonic, limits=Limits(seconds=60.0)) as made,
    ):
        yield made


def test_work_comes_back(crew: Crew) -> None:
    got = {r.task: r.value for r in run(range(100), deeds.square, crew, shape=Shape(items=10))}
    assert got == {n: n * n for n in range(100)}


def test_a_worker_killed_from_outside_costs_a_retry(crew: Crew, tmp_path: Path) -> None:
    tasks = [(str(tmp_path), n) for n in range(60)]
    results = run(tasks, deeds.note_and_square, crew, shape=Shape(items=4))
    got = [next(results)]
    victim = int(next(tmp_path.iterdir()).name.split("-")[1])
    os.kill(victim, signal.SIGKILL)
    got += results
    assert sorted(r.value for r in got) == [n * n for n in range(60)]
    assert not any(r.failure for r in got)


def test_the_poisonous_item_alone_pays(cluster: Cluster) -> None:
    tasks = [1, -1, -4, 4, -2]
    with ClusterPools(cluster.address()) as pools:
        crew = Crew(pools, time.monotonic, limits=Limits(seconds=1.0))
        results = list(run(tasks, deeds.square_or_worse, crew, shape=Shape(items=2)))
        crew.close()
    got = {r.task: r.failure.code if r.failure else r.value for r in results}
    assert {n: v for n, v in got.items() if n > 0} == {1: 1, 4: 16}
    assert got[-1] == "WORKER-KILLED"
    assert got[-2] == "WORKER-KILLED"  # killed by its time limit, which is not told from here
    assert got[-4] == "WORKER-RAISED"


def test_deliveries_are_examined_on_the_cluster_as_they_are_here(
    crew: Crew, tmp_path: Path
) -> None:
    xml = b"<article><front><article-meta><title-group><article-title>T%d</article-title>"
    xml += b"</title-group></article-meta></front></article>"
    for number in range(3):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as packed:
            for article in range(5):
                packed.writestr(f"a{article}/article.xml", xml % article)
    orders = [Order(drop, "2026-01-01T00:00:00Z") for drop in discover([tmp_path], now=0.0)]
    there = list(examine_all(orders, crew, sizes=Sizes(whole_bytes=0, part_files=4)))
    with Crew(LocalPools(1), time.monotonic) as local:
        assert there == list(examine_all(orders, local))
    assert [len(e.package.articles) for e in there if e.package] == [5, 5, 5]


def test_strangers_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger")
    address = cluster.address(stranger)
    hasty = Address(address.scheduler, address.ca_file, address.cert_file, address.key_file, 2.0)
    with pytest.raises(WorkError, match="cannot be used"):
        ClusterPools(hasty).open(1)


def test_plain_tcp_is_refused_by_us_and_by_the_cluster(cluster: Cluster) -> None:
    plain = cluster.scheduler.replace("tls://", "tcp://")
    with pytest.raises(WorkError, match="tls://"):
        ClusterPools(Address(plain, "", "", ""))
    with pytest.raises(OSError, match="tcp://"):
        Client(plain, timeout=2, set_as_default=False)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(WorkError):
        ClusterPools(Address(f"tls://127.0.0.1:{port}", "a", "b", "c", 1.0)).open(1)
