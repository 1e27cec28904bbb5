# SPDX-License-Identifier: Apache-2.0
"""The shared real material, taken in once a session by the command as people run it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from tests.cli.driver import Emanet, archive, let_crew_go


@pytest.fixture(scope="session", autouse=True)
def ready(request: pytest.FixtureRequest) -> Iterator[None]:
    """Databases are open to these tests (pytest-django shuts them); workers go home at the end."""
    if request.config.pluginmanager.hasplugin("django"):
        blocker = request.getfixturevalue("django_db_blocker")
        if blocker is not None:
            blocker.unblock()
    yield
    let_crew_go()


@dataclass
class Taken:
    """An archive, the drop area that went into it, and what the ingest reported."""

    emanet: Emanet
    drop: Path
    report: dict[str, Any]
    _views: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The storage root."""
        return self.emanet.home / "root"

    @cached_property
    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery as ``deliveries ID --json`` shows it."""
        ids = [row["id"] for row in self.emanet.json("deliveries", "--limit", "10000")]
        return [self.emanet.json("deliveries", one) for one in ids]

    @cached_property
    def files(self) -> dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]:
        """The delivery and the entry of every file delivered, by the file's SHA-256."""
        found: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = defaultdict(list)
        for delivery in self.deliveries:
            for entry in delivery["files"]:
                found[entry["sha256"]].append((delivery, entry))
        return found

    @cached_property
    def articles(self) -> list[dict[str, Any]]:
        """Every article version, as the index lines of the root give it, its files added."""
        found = []
        for place in sorted(self.root.glob("*/*acc-*/v1/content")):
            members = {line["ordinal"]: line for line in lines(place / "members.jsonl")}
            for line in lines(place / "articles.jsonl"):
                files = [members[ordinal] for ordinal in line["members"]]
                found.append({**line, "files": files})
        return found


def lines(path: Path) -> list[dict[str, Any]]:
    """The values of an index file, its heading left out."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.fixture(scope="session")
def real(jats: Path, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """All of the real material, taken in once."""
    emanet = archive(tmp_path_factory.mktemp("real") / "archive")
    emanet.spawn("init", emanet.home)
    report = emanet.spawn("ingest", jats, "--json", expect=3).json
    return Taken(emanet, jats, report)
