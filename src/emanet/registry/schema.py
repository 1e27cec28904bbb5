# SPDX-License-Identifier: Apache-2.0
"""The tables as a whole: made, emptied, and checked to be of this program's age."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from emanet.model.errors import RegistryError
from emanet.registry import bulk

APPS = ("catalogue", "deliveries", "activity")

_FILLING = {
    "sqlite": (
        ("pragma cache_size=-131072", "pragma wal_autocheckpoint=16384"),
        (
            "pragma analysis_limit=1000",
            "analyze",
            "pragma wal_checkpoint(truncate)",
            "pragma wal_autocheckpoint=1000",
            "pragma cache_size=-65536",
        ),
    ),
    "postgresql": (("set synchronous_commit=off",), ("reset synchronous_commit", "analyze")),
}


def tables() -> tuple[type[models.Model], ...]:
    """All tables of the registry, each app's in the order of its module."""
    return tuple(model for label in APPS for model in apps.get_app_config(label).get_models())


def create() -> None:
    """Make the tables, or bring them to this program's age.

    Raises RegistryError when the database cannot be reached or written.
    """
    with _plain_errors():
        bulk.check_engine()
        call_command("migrate", verbosity=0, interactive=False)


def check() -> None:
    """Raise RegistryError unless the database can be reached and has this program's tables.

    Older and newer are told apart: an older one is brought up by ``create`` or remade by a
    rebuild; a newer one belongs to a newer program.
    """
    with _plain_errors():
        bulk.check_engine()
        executor = MigrationExecutor(connection)
        known = {node for node in executor.loader.graph.nodes if node[0] in APPS}
        applied = {node for node in executor.loader.applied_migrations if node[0] in APPS}
    if not applied:
        raise RegistryError("The registry has no tables yet.", "Kütüğün tabloları henüz yok.")
    if applied - known:
        raise RegistryError(
            "The registry was made by a newer Emanet than this one.",
            "Kütük, bundan daha yeni bir Emanet ile kurulmuş.",
        )
    if known - applied:
        raise RegistryError(
            "The registry was made by an older Emanet than this one.",
            "Kütük, bundan daha eski bir Emanet ile kurulmuş.",
        )


def remake() -> None:
    """Make the tables anew and empty, whatever was there: older, newer, damaged or in use.

    SQLite's file is deleted and made again; on PostgreSQL the registry's tables are dropped, and
    nothing else of the database. Raises RegistryError when the database cannot be reached.
    """
    bulk.check_engine()
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and name != ":memory:":
        connection.close()
        for end in ("", "-wal", "-shm"):
            Path(f"{name}{end}").unlink(missing_ok=True)
    else:
        with _plain_errors(), transaction.atomic():
            _drop_tables()
    create()


def _drop_tables() -> None:
    quote = connection.ops.quote_name
    there = set(connection.introspection.table_names())
    more = " cascade" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for table in there:
            if table.split("_")[0] in APPS:
                cursor.execute(f"drop table {quote(table)}{more}")
        if "django_migrations" in there:
            cursor.execute("delete from django_migrations where app in (%s, %s, %s)", APPS)


def empty() -> None:
    """Take out every row of the registry, in one transaction; the tables stay."""
    with _plain_errors(), transaction.atomic():
        bulk.empty(tables())


@contextmanager
def bulk_filling() -> Iterator[None]:
    """What helps while very many rows go in; afterwards the planner is told what is there.

    Collecting garbage is put off (records are many small values without circles, and looking at
    them again and again costs more than making them), SQLite gets 128 MB of cache and copies its
    log back less often, PostgreSQL answers a commit before it is on disk. None of it matters
    to what the rows are; a run that dies is begun again.
    """
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    begin, end = _FILLING[connection.vendor]
    try:
        _run(begin)
        yield
        _run(end)
    except BaseException:
        connection.close()  # and with it the settings above
        raise
    finally:
        gc.set_threshold(*before)


def _run(statements: tuple[str, ...]) -> None:
    with _plain_errors(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what the database driver raises into RegistryError."""
    try:
        yield
    except DatabaseError as error:
        first = next(iter(str(error).strip().splitlines()), "")
        raise RegistryError(
            f"The registry's database does not answer: {first}",
            f"Kütüğün veritabanı yanıt vermiyor: {first}",
        ) from error
