# SPDX-License-Identifier: Apache-2.0
"""A Dask cluster as workers, reached with mutual TLS only (extra ``dask``).

Scheduler and workers are started by the operator (docs/guide/cluster.md), each worker with one
thread, for the limits of an item are those of its process.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import Executor
from types import TracebackType
from typing import Any, Self

import msgspec
from distributed import Client, KilledWorker, Security

from emanet.model.errors import WorkError


class Address(msgspec.Struct, frozen=True):
    """Where the cluster is (``tls://host:8786``) and the files that open it, all PEM."""

    scheduler: str
    ca_file: str
    cert_file: str
    key_file: str
    timeout_s: float = 30.0


class ClusterPools:
    """Executors on a Dask cluster (``Pools``); a context manager that ends the connection.

    The scheduler repeats what a dead worker was doing elsewhere and, after the fourth death of the
    same task (``distributed.scheduler.allowed-failures``), sets KilledWorker on that task alone.
    """

    died: tuple[type[BaseException], ...] = (KilledWorker,)
    names_culprit = True

    def __init__(self, address: Address) -> None:
        if not address.scheduler.startswith("tls://"):
            raise WorkError(
                f"The cluster's address must begin with tls://, not {address.scheduler}.",
                f"Kümenin adresi tls:// ile başlamalıdır: {address.scheduler}",
            )
        self._address = address
        self._client: Any = None

    @property
    def workers(self) -> int:
        """How many workers the cluster has now; connects if need be."""
        return max(len(self._connected().scheduler_info(n_workers=-1)["workers"]), 1)

    def open(self, workers: int) -> Executor:
        """Give an executor on the whole cluster, whatever ``workers`` says.

        Raises WorkError when the scheduler does not answer or no worker comes in time.
        """
        executor: Executor = self._connected().get_executor(pure=False)
        return executor

    def close(self) -> None:
        """End the connection; the cluster goes on."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _connected(self) -> Any:
        if self._client is None:
            self._client = _connect(self._address)
        return self._client


def _connect(address: Address) -> Any:
    security = Security(  # type: ignore[no-untyped-call]
        tls_ca_file=address.ca_file,
        tls_client_cert=address.cert_file,
        tls_client_key=address.key_file,
        require_encryption=True,
    )
    client: Any = None
    try:
        client = Client(  # type: ignore[no-untyped-call]
            address.scheduler, security=security, timeout=address.timeout_s, set_as_default=False
        )
        client.wait_for_workers(1, timeout=address.timeout_s)
    except (OSError, TimeoutError, ValueError) as error:
        if client is not None:
            with contextlib.suppress(OSError, TimeoutError):
                client.close()
        raise WorkError(
            f"The cluster at {address.scheduler} cannot be used: {error}",
            f"{address.scheduler} adresindeki küme kullanılamıyor: {error}",
        ) from error
    return client
