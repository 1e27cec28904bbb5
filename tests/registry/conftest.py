# SPDX-License-Identifier: Apache-2.0
"""The engines that the registry's tests run on: SQLite in a file, and a real PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.servers.postgres import Postgres, postgres

from emanet.bootstrap.django_settings import DatabaseSettings, configure

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

configure(DatabaseSettings(sqlite=":memory:"))  # tables cannot be imported before

Engine = Callable[[str], None]
__all__ = ["postgres"]


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The address of an empty database in a PostgreSQL of our own."""
    postgres.create("registry")
    return f"postgresql://postgres@/registry?host={postgres.socket}"


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Engine:
    """Points the process at the engine named, with the tables made and empty."""
    file = tmp_path_factory.mktemp("registry") / "registry.sqlite"

    def use(name: str) -> None:
        from django.db import connection

        from emanet.registry import schema

        if name == "sqlite":
            configure(DatabaseSettings(sqlite=str(file)))
        else:
            configure(DatabaseSettings(url=request.getfixturevalue("postgres_url")))
        schema.create()
        if name == "sqlite":  # no power cut here, and other tests want the disk
            connection.cursor().execute("PRAGMA synchronous=OFF")
        schema.empty()

    if request.config.pluginmanager.hasplugin("django"):
        request.getfixturevalue("django_db_blocker").unblock()
    return use


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)], scope="module"
)
def engine(request: pytest.FixtureRequest, engines: Engine) -> Iterator[str]:
    """Each engine in turn, empty."""
    engines(request.param)
    yield request.param


@pytest.fixture
def registry(engine: str, engines: Engine) -> str:
    """Each engine in turn, emptied for every test."""
    engines(engine)
    return engine
