# SPDX-License-Identifier: Apache-2.0
"""Sealed records made ready for the registry, in any process: no database, and no Django.

``prepare`` here and ``project`` there give the same rows as ``project`` of the records themselves.
"""

from __future__ import annotations

import marshal

from emanet.model.stored import Records
from emanet.registry.activity.rows import activity_rows
from emanet.registry.catalogue.rows import catalogue_rows
from emanet.registry.deliveries.rows import delivery_rows
from emanet.registry.prepared import ActivityRows, CatalogueRows, Line, Prepared, Statement

_FORM = 4  # of marshal: the same from Python 3.4 on


def prepare(sealed: Records) -> Prepared:
    """All that the object alone determines of its rows."""
    return Prepared(
        sealed.sequence,
        sealed.id,
        catalogue_rows(sealed),
        delivery_rows(sealed),
        activity_rows(sealed),
    )


def pack(prepared: Prepared) -> bytes:
    """Bytes to hand to another process of this program; not for keeping."""
    catalogue = prepared.catalogue
    return marshal.dumps(
        (
            prepared.sequence,
            prepared.id,
            tuple(catalogue._replace(lines=tuple(tuple(line) for line in catalogue.lines))),  # type: ignore[misc]
            tuple(tuple(statement) for statement in prepared.deliveries),
            tuple(prepared.activity),
        ),
        _FORM,
    )


def unpack(packed: bytes) -> Prepared:
    """What ``pack`` packed."""
    sequence, ref, catalogue, deliveries, activity = marshal.loads(packed)
    head, lines, *rest = catalogue
    return Prepared(
        sequence,
        ref,
        CatalogueRows(head, tuple(Line._make(line) for line in lines), *rest),
        tuple(Statement._make(statement) for statement in deliveries),
        ActivityRows._make(activity),
    )
