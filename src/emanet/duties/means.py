# SPDX-License-Identifier: Apache-2.0
"""The means by which duties do their work: everything built once, by bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from emanet.access.search import SearchIndex
from emanet.formats.containers.entries import Limits
from emanet.ingest.assemble import Targets
from emanet.ingest.dropbox import DropRules
from emanet.ingest.judge import Policy
from emanet.storage.archive import Archive
from emanet.storage.stores.posix import PosixStore
from emanet.work.runner import Crew


@dataclass(frozen=True)
class Means:
    """What duties work with.

    ``reopen`` opens the archive in another process, for reading. ``clock`` gives the present moment
    (UTC), ``ticks`` seconds that only rise. ``crew`` opens the workers, a context manager. ``lock``
    holds the archive for one writer; ``unfinished`` tells whether one is at work or did not end
    well. ``policies`` are by the publisher's key, "" the default; ``prefixes`` lead from a DOI
    prefix to a key. ``wait_s`` is how long a delivery may wait for its sibling.
    """

    name: str
    home: Path
    archive: Archive
    reopen: Callable[[], Archive]
    quarantine: PosixStore
    index: SearchIndex
    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    crew: Callable[[], AbstractContextManager[Crew]]
    lock: Callable[[], AbstractContextManager[None]]
    unfinished: Callable[[], bool]
    agent: str
    limits: Limits
    drop_rules: DropRules
    targets: Targets
    policies: Mapping[str, Policy]
    wait_s: float
    prefixes: Mapping[str, str]
    check_schemas: bool

    def now(self) -> str:
        """The present moment as RFC 3339 UTC, to the second."""
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    def later(self, seconds: float) -> str:
        """The moment so many seconds from now, as ``now`` gives it."""
        at = self.clock() + timedelta(seconds=seconds)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def policy(self, publisher: str) -> Policy:
        """What was agreed with a publisher, else the default."""
        return self.policies.get(publisher, self.policies[""])
