# SPDX-License-Identifier: Apache-2.0
"""The workers of an archive: local processes, or a Dask cluster, by the configuration."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from emanet.bootstrap.config import Config
from emanet.model.errors import ConfigError
from emanet.work.local import LocalPools
from emanet.work.port import Limits
from emanet.work.runner import Crew


@contextmanager
def open_crew(config: Config) -> Iterator[Crew]:
    """Open the workers the configuration asks for; raises ConfigError, WorkError."""
    limits = Limits(
        seconds=float(config.ingest.item_seconds_max),
        memory_bytes=config.ingest.item_memory_mb_max << 20,
    )
    work = config.work
    if work.kind == "processes":
        pools = LocalPools(work.workers or len(os.sched_getaffinity(0)))
        with Crew(pools, time.monotonic, limits=limits) as crew:
            yield crew
        return
    if not (work.address and work.tls_ca and work.tls_cert and work.tls_key):
        raise ConfigError(
            "A cluster needs address, tls_ca, tls_cert and tls_key in [work].",
            "Küme için [work] bölümünde address, tls_ca, tls_cert ve tls_key gerekir.",
        )
    try:
        from emanet.work.cluster import Address, ClusterPools  # the extra may be absent
    except ImportError as error:
        raise ConfigError(
            "A cluster needs the extra 'dask', which is not installed.",
            "Küme için 'dask' eki gerekli; kurulu değil.",
        ) from error
    address = Address(work.address, work.tls_ca, work.tls_cert, work.tls_key)
    with ClusterPools(address) as cluster, Crew(cluster, time.monotonic, limits=limits) as crew:
        yield crew
