# SPDX-License-Identifier: Apache-2.0
"""The rows of a sealed object as far as the object alone determines them, as plain tuples.

What depends on the rows before (which article, which title, which number) is filled in when they
are written. Preparing takes most of the time of a projection and touches no database, so that it
can be done elsewhere; tuples of plain values travel between processes faster than structs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Row = tuple[Any, ...]


class Line(NamedTuple):
    """A version of an article on its way into the catalogue.

    ``doi`` and ``keys`` in comparable form ("" and () for none); ``issns`` (value, medium), valid
    ones only; ``rest`` the columns of the version's row after article and number.
    """

    version: int
    doi: str
    keys: tuple[str, ...]
    likeness: int
    issns: tuple[tuple[str, str], ...]
    journal: str
    publisher: str
    name_key: str
    year: int
    volume: str
    issue: str
    page: str
    place: str
    rank: int
    rest: Row


class CatalogueRows(NamedTuple):
    """The catalogue's part: ``head`` is the object's row but for the articles it is first to bring.

    ``files``, ``formats`` and ``relations`` are whole rows.
    """

    head: Row
    lines: tuple[Line, ...]
    files: tuple[Row, ...]
    formats: tuple[Row, ...]
    relations: tuple[Row, ...]


class Statement(NamedTuple):
    """What one receipt says of its delivery: ``columns`` from ``ref`` to ``waits_until``.

    ``first_file`` and ``last_file`` are None when the object has no member lines of the delivery.
    """

    id: int
    ref: str
    state: str
    columns: Row
    first_file: int | None
    last_file: int | None
    findings: tuple[Row, ...]


class ActivityRows(NamedTuple):
    """Events and audits, whole rows; ``newest``: object, moment, number of damages by audit."""

    events: tuple[Row, ...]
    audits: tuple[Row, ...]
    newest: tuple[tuple[str, str, int], ...]


class Prepared(NamedTuple):
    """All of one object."""

    sequence: int
    id: str
    catalogue: CatalogueRows
    deliveries: tuple[Statement, ...]
    activity: ActivityRows
