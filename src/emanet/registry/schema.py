# SPDX-License-Identifier: Apache-2.0
"""The tables as a whole: made, emptied, and checked to be of this program's age."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from emanet.model.errors import RegistryError
from emanet.registry import bulk

APPS = ("catalogue", "deliveries", "activity")


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
        raise RegistryError("The registry has no tables yet.", "Kataloğun tabloları henüz yok.")
    if applied - known:
        raise RegistryError(
            "The registry was made by a newer Emanet than this one.",
            "Katalog, bundan daha yeni bir Emanet ile kurulmuş.",
        )
    if known - applied:
        raise RegistryError(
            "The registry was made by an older Emanet than this one.",
            "Katalog, bundan daha eski bir Emanet ile kurulmuş.",
        )


def empty() -> None:
    """Take out every row of the registry, in one transaction; the tables stay."""
    with _plain_errors(), transaction.atomic():
        bulk.empty(tables())


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what the database driver raises into RegistryError."""
    try:
        yield
    except DatabaseError as error:
        first = next(iter(str(error).strip().splitlines()), "")
        raise RegistryError(
            f"The registry's database does not answer: {first}",
            f"Kataloğun veritabanı yanıt vermiyor: {first}",
        ) from error
