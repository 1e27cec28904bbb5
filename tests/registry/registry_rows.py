# SPDX-License-Identifier: Apache-2.0
"""The registry as plain rows, and the projection as the duties call it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from emanet.model.stored import Records
from emanet.registry import schema
from emanet.registry.activity import records as activity
from emanet.registry.catalogue import records as catalogue
from emanet.registry.deliveries import records as deliveries
from emanet.registry.prepared import Prepared


def project(records: Sequence[Records | Prepared]) -> None:
    """All three projections, in one transaction."""
    with transaction.atomic():
        catalogue.project(records)
        deliveries.project(records)
        activity.project(records)


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order of the keys."""
    return {
        model.__name__: [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in model.objects.order_by("pk").values_list(
                *(f.attname for f in model._meta.concrete_fields)
            )
        ]
        for model in schema.tables()
    }


def rebuilt(records: Sequence[Records | Prepared], size: int) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of a registry remade from nothing, so many objects at a time."""
    schema.empty()
    for first in range(0, len(records), size):
        project(records[first : first + size])
    return rows()
