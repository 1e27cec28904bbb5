# SPDX-License-Identifier: Apache-2.0
"""The registry's age and engine, and the settings made from values."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, connections
from registry_histories import Sealing
from registry_rows import project, rows

from emanet.bootstrap.django_settings import (
    DatabaseSettings,
    WebSettings,
    configure,
    database_values,
    values,
)
from emanet.model.errors import ConfigError, RegistryError
from emanet.registry import schema


def test_migrations_are_up_to_date_with_the_tables(registry: str):
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_registry_of_this_age_passes(registry: str):
    schema.check()


@pytest.mark.parametrize("change", ["older", "newer", "none"])
def test_a_registry_of_another_age_is_refused(registry: str, change: str):
    with connection.cursor() as cursor:
        if change == "older":
            cursor.execute("delete from django_migrations where app='activity'")
        elif change == "newer":
            cursor.execute(
                "insert into django_migrations(app, name, applied) "
                "values('catalogue', '0999_from_the_future', '2030-01-01')"
            )
        else:
            cursor.execute("create table kept as select * from django_migrations")
            cursor.execute("delete from django_migrations")
    try:
        with pytest.raises(RegistryError) as caught:
            schema.check()
        assert caught.value.tr != caught.value.en
        words = {"older": "older", "newer": "newer", "none": "no tables"}
        assert words[change] in caught.value.en
    finally:
        with connection.cursor() as cursor:
            if change == "older":
                cursor.execute(
                    "insert into django_migrations(app, name, applied) "
                    "values('activity', '0001_initial', '2030-01-01')"
                )
            elif change == "newer":
                cursor.execute("delete from django_migrations where name='0999_from_the_future'")
            else:
                cursor.execute("insert into django_migrations select * from kept")
                cursor.execute("drop table kept")
    schema.check()


def test_emptied_means_empty(registry: str):
    project([Sealing(1).deliver("d-1", loose=1).seal()])
    assert any(rows().values())
    schema.empty()
    assert not any(rows().values())


def test_a_database_that_does_not_answer_is_our_error(engines, tmp_path):
    configure(DatabaseSettings(sqlite=str(tmp_path / "missing" / "registry.sqlite")))
    try:
        with pytest.raises(RegistryError, match="does not answer"):
            schema.check()
    finally:
        engines("sqlite")


def test_another_engine_is_refused(engines, monkeypatch):
    engines("sqlite")
    monkeypatch.setattr(connections["default"], "vendor", "oracle")
    for act in (schema.check, schema.create, schema.remake, lambda: project([Sealing(1).seal()])):
        with pytest.raises(RegistryError, match="oracle"):
            act()


def test_two_registries_after_another_in_one_process(engines, tmp_path):
    engines("sqlite")
    project([Sealing(1).seal()])
    configure(DatabaseSettings(sqlite=str(tmp_path / "second.sqlite")))
    schema.create()
    assert rows()["SealedObject"] == []
    engines("sqlite")


def test_addresses_become_settings():
    full = database_values(
        DatabaseSettings(url="postgresql://u%40x:p%2F@db.example:5433/name?sslmode=require")
    )
    assert (full["USER"], full["PASSWORD"], full["HOST"], full["PORT"], full["NAME"]) == (
        "u@x",
        "p/",
        "db.example",
        "5433",
        "name",
    )
    assert full["OPTIONS"] == {"sslmode": "require"}
    socket = database_values(DatabaseSettings(url="postgres:///emanet?host=/run/postgresql"))
    assert (socket["HOST"], socket["NAME"], socket["OPTIONS"]) == ("/run/postgresql", "emanet", {})


@pytest.mark.parametrize("url", ["", "mysql://x/y", "postgresql://host", "postgresql:///"])
def test_an_address_that_leads_nowhere_is_refused(url: str):
    with pytest.raises(ConfigError):
        database_values(DatabaseSettings(url=url))


def test_the_pages_bring_their_policy():
    chosen = values(DatabaseSettings(sqlite=":memory:"), WebSettings(secret_key="k"))
    assert chosen["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["default-src"] == ["'self'"]
    assert {code for code, _ in chosen["LANGUAGES"]} == {"tr", "en"}
    assert "emanet.web" in chosen["INSTALLED_APPS"]


def test_the_pages_cannot_come_in_later(engines):
    with pytest.raises(ConfigError):
        configure(DatabaseSettings(sqlite=":memory:"), WebSettings(secret_key="k"))


def test_a_process_is_set_up_from_values_alone(tmp_path):
    """In a process of its own, as a command runs: no settings module, no environment."""
    code = (
        "import sys; from emanet.bootstrap.django_settings import DatabaseSettings, configure\n"
        "configure(DatabaseSettings(sqlite=sys.argv[1]))\n"
        "from emanet.registry import schema; schema.create(); schema.check()\n"
        "from django.db import connection; c = connection.cursor()\n"
        "print(c.execute('pragma journal_mode').fetchone()[0],\n"
        "      c.execute('pragma synchronous').fetchone()[0])\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "r.sqlite")],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert done.stdout.split() == ["wal", "2"]


@pytest.mark.parametrize("harm", ["rows", "older"])
def test_a_registry_is_remade_whatever_was_there(registry: str, harm: str):
    project([Sealing(1).deliver("d-1", loose=1).seal()])
    if harm == "older":
        with connection.cursor() as cursor:
            cursor.execute("drop table activity_audit")
            cursor.execute("delete from django_migrations where app='catalogue'")
    schema.remake()
    schema.check()
    assert not any(rows().values())
    project([Sealing(1).deliver("d-1", loose=1).seal()])


def test_a_damaged_file_is_our_error_and_remade(engines):
    engines("sqlite")
    connection.close()
    Path(connection.settings_dict["NAME"]).write_bytes(b"not a database" * 1000)
    with pytest.raises(RegistryError, match="does not answer"):
        schema.check()
    schema.remake()
    schema.check()


def test_filling_in_bulk_leaves_things_as_they_were(registry: str):
    before = gc.get_threshold()
    with pytest.raises(RuntimeError), schema.bulk_filling():
        assert gc.get_threshold() != before
        raise RuntimeError
    assert gc.get_threshold() == before
    with schema.bulk_filling():
        project([Sealing(1).deliver("d-1", loose=1).seal()])
    assert len(rows()["File"]) == 2
    with connection.cursor() as cursor:
        if registry == "sqlite":
            assert cursor.execute("pragma wal_autocheckpoint").fetchone() == (1000,)
            assert cursor.execute("select count(*) from sqlite_stat1").fetchone()[0] > 0
        else:
            cursor.execute("show synchronous_commit")
            assert cursor.fetchone() == ("on",)
