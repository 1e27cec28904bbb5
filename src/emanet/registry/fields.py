# SPDX-License-Identifier: Apache-2.0
"""Columns that behave alike on both engines: keys of text, compared by bytes, and numbered keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:  # generic for the type checker only
    _Text: TypeAlias = models.TextField[Any, Any]
    _Number: TypeAlias = models.BigIntegerField[Any, Any]
else:
    _Text = models.TextField
    _Number = models.BigIntegerField


class KeyField(_Text):
    """Text compared byte by byte.

    SQLite does so anyway; PostgreSQL does with the collation ``C``, whatever the language the
    database was created with (an index in a language's order is slower, and breaks when the
    system's locale data change).
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """``text``, on PostgreSQL with the collation ``C``."""
        return 'text COLLATE "C"' if connection.vendor == "postgresql" else "text"


class NumberField(_Number):
    """A primary key that the program gives: 64 bits.

    SQLite takes ``integer primary key`` alone for its row number; any other type gets an index of
    its own beside the table, which doubles the cost of the row.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """``bigint``, on SQLite ``integer``."""
        return "bigint" if connection.vendor == "postgresql" else "integer"
