# SPDX-License-Identifier: Apache-2.0
"""The helper that starts PostgreSQL gives a cluster of its own."""

from __future__ import annotations

import psycopg
import pytest
from tests.servers.postgres import Postgres, postgres

pytestmark = pytest.mark.server
__all__ = ["postgres"]


def test_gives_an_empty_database_each_time(postgres: Postgres) -> None:
    for _ in range(2):
        with psycopg.connect(postgres.create("trial")) as link:
            link.execute("create table t (n int)")
            link.execute("insert into t values (1)")
            assert link.execute("select count(*) from t").fetchone() == (1,)
            assert link.execute("show listen_addresses").fetchone() == ("",)
