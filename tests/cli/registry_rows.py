# SPDX-License-Identifier: Apache-2.0
"""All rows of an archive's registry, table by table, read past everything of ours but the names."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]


def of_sqlite(home: Path) -> Rows:
    """Every row of every table of the registry in ``home``, sorted."""
    with closing(sqlite3.connect(home / "registry.sqlite3")) as link:
        names = [
            name
            for (name,) in link.execute("select name from sqlite_master where type = 'table'")
            if not name.startswith(("sqlite_", "django_"))
        ]
        return {name: _sorted(link.execute(f'select * from "{name}"').fetchall()) for name in names}


def of_postgres(dsn: str) -> Rows:
    """The same from PostgreSQL."""
    import psycopg

    with psycopg.connect(dsn) as link:
        found = link.execute(
            "select table_name from information_schema.tables where table_schema = 'public'"
        ).fetchall()
        names = [name for (name,) in found if not name.startswith("django_")]
        return {
            name: _sorted(link.execute(f'select * from "{name}"').fetchall())  # type: ignore[arg-type]
            for name in names
        }


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)
