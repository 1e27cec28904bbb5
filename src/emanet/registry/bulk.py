# SPDX-License-Identifier: Apache-2.0
"""The fast ways in and out of a table: many rows at a time, on SQLite and PostgreSQL alike.

Values are what the driver takes as it is: int, str, bytes, bool or None. Tables hold no other
kinds, so that no value needs Django's conversion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from django.db import connection, models, transaction

from emanet.model.errors import RegistryError
from emanet.registry.prepared import Row

# A column's type as PostgreSQL's catalogue of types calls it, for binary COPY.
_PG_TYPES = {
    "bigint": "int8",
    "integer": "int4",
    "smallint": "int2",
    "boolean": "bool",
    "text": "text",
    "bytea": "bytea",
}


def columns(model: type[models.Model]) -> tuple[str, ...]:
    """The column names of a table, in the order in which ``load`` takes values."""
    return tuple(str(field.column) for field in model._meta.concrete_fields)


def load(model: type[models.Model], rows: Sequence[Row]) -> int:
    """Insert rows, values in the order of ``columns(model)``; returns how many.

    PostgreSQL takes them by binary COPY, SQLite by one prepared statement; in the caller's
    transaction, or in one of its own. A key that exists already raises IntegrityError.
    """
    if not rows:
        return 0
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ",".join(quote(name) for name in columns(model))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            blanks = ",".join(["%s"] * len(columns(model)))
            cursor.executemany(f"insert into {table}({names}) values({blanks})", rows)
        else:
            _copy(cursor, f"copy {table}({names}) from stdin (format binary)", model, rows)
    return len(rows)


def _copy(cursor: Any, statement: str, model: type[models.Model], rows: Sequence[Row]) -> None:
    with cursor.copy(statement) as copy:
        copy.set_types([_pg_type(field) for field in model._meta.concrete_fields])
        write = copy.write_row
        for row in rows:
            write(row)


def _pg_type(field: models.Field[Any, Any]) -> str:
    return _PG_TYPES[(field.db_type(connection) or "").split(" ")[0]]


def rewrite(model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Change rows: each is the primary key and then the new values of the columns ``names``."""
    if not rows:
        return
    quote = connection.ops.quote_name
    table, pk = quote(model._meta.db_table), quote(_pk(model))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sets = ",".join(f"{quote(name)}=%s" for name in names)
            cursor.executemany(
                f"update {table} set {sets} where {pk}=%s", [(*row[1:], row[0]) for row in rows]
            )
        else:
            sets = ",".join(f"{quote(name)}=v.c{i}" for i, name in enumerate(names))
            source = _unnest(model, (_pk(model), *names))
            given = ",".join(["k", *(f"c{i}" for i in range(len(names)))])
            cursor.execute(
                f"update {table} t set {sets} from {source} v({given}) where t.{pk}=v.k",
                [list(column) for column in zip(*rows, strict=True)],
            )


def find(
    model: type[models.Model], wanted: tuple[str, ...], by: str, values: Iterable[Any]
) -> Iterator[Row]:
    """Give the columns ``wanted`` of all rows whose column ``by`` is among ``values``.

    Values are int or str. One statement, whatever their number; order undefined.
    """
    listed = list(values)
    if not listed:
        return iter(())
    quote = connection.ops.quote_name
    names = ",".join(quote(name) for name in wanted)
    start = f"select {names} from {quote(model._meta.db_table)} where {quote(by)}"
    if connection.vendor == "sqlite":
        return _fetch(f"{start} in (select value from json_each(%s))", [_json(listed)])
    return _fetch(f"{start} = any(%s)", [listed])


def match(
    model: type[models.Model],
    wanted: tuple[str, ...],
    by: tuple[str, ...],
    values: Sequence[Row],
    condition: str = "",
) -> Iterator[Row]:
    """Give the columns ``wanted`` of all rows whose columns ``by`` together are among ``values``.

    ``condition`` is SQL that holds for the rows besides, for the sake of a partial index.
    """
    if not values:
        return iter(())
    quote = connection.ops.quote_name
    names = ",".join(f"t.{quote(name)}" for name in wanted)
    table = quote(model._meta.db_table)
    more = f" and {condition}" if condition else ""
    parameters: list[Any]
    if connection.vendor == "sqlite":
        on = " and ".join(
            f"t.{quote(name)}=json_extract(j.value,'$[{i}]')" for i, name in enumerate(by)
        )
        source, parameters = "json_each(%s) j", [_json(values)]
        # "cross join" keeps SQLite's planner from walking the table and the list within it
        statement = f"select {names} from {source} cross join {table} t where {on}{more}"
    else:
        on = " and ".join(f"t.{quote(name)}=j.c{i}" for i, name in enumerate(by))
        source = f"{_unnest(model, by)} j({','.join(f'c{i}' for i in range(len(by)))})"
        parameters = [list(column) for column in zip(*values, strict=True)]
        statement = f"select {names} from {source} join {table} t on {on}{more}"
    return _fetch(statement, parameters)


def empty(tables: Sequence[type[models.Model]]) -> None:
    """Take all rows out of the tables."""
    quote = connection.ops.quote_name
    names = [quote(model._meta.db_table) for model in tables]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in names:
                cursor.execute(f"delete from {name}")
        else:
            cursor.execute(f"truncate {','.join(names)}")


def check_engine() -> None:
    """Raise RegistryError when the database is neither SQLite nor PostgreSQL."""
    if connection.vendor not in ("sqlite", "postgresql"):
        raise RegistryError(
            f"The registry runs on SQLite or PostgreSQL, not on {connection.vendor}.",
            f"Kütük SQLite ya da PostgreSQL ile çalışır, {connection.vendor} ile değil.",
        )


def _unnest(model: type[models.Model], names: tuple[str, ...]) -> str:
    fields = {field.column: field for field in model._meta.concrete_fields}
    return f"unnest({','.join(f'%s::{_pg_type(fields[name])}[]' for name in names)})"


def _pk(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _json(values: Any) -> str:
    return msgspec.json.encode(values).decode()


def _fetch(statement: str, parameters: Sequence[Any]) -> Iterator[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(2000):
            yield from rows
