# SPDX-License-Identifier: Apache-2.0
"""What was sealed of a delivery when it was last judged: its receipt, and its files' lines."""

from __future__ import annotations

import msgspec

from emanet.duties.means import Means
from emanet.model.delivery import Receipt
from emanet.model.stored import MemberLine
from emanet.registry.catalogue import queries as catalogue
from emanet.registry.deliveries.queries import DeliveryInfo
from emanet.registry.keys import sequence_of


def last_judged(means: Means, info: DeliveryInfo) -> tuple[Receipt, tuple[MemberLine, ...]]:
    """Give the receipt and the member lines of a delivery, numbered from 0.

    Raises DamageError when the object that holds them cannot be read.
    """
    (sealed,) = catalogue.objects(after=sequence_of(info.key) - 1, limit=1)
    records = means.archive.records(sealed.ref)
    receipt = next(r for r in records.receipts if r.delivery.id == info.id)
    lines = [line for line in records.members if line.delivery == info.id]
    base = lines[0].ordinal if lines else 0
    return receipt, tuple(
        msgspec.structs.replace(
            line,
            ordinal=line.ordinal - base,
            parent=None if line.parent is None else line.parent - base,
        )
        for line in lines
    )
