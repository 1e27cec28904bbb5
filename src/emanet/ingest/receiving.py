# SPDX-License-Identifier: Apache-2.0
"""Telling a delivery by its bytes alone, before anything is read of what is in it."""

from __future__ import annotations

from emanet.ingest.reach import check_unchanged
from emanet.ingest.survey import Order
from emanet.model.delivery import Delivery, Payload, delivery_id
from emanet.model.errors import SourceChanged
from emanet.octets.digests import Meter

_CHUNK = 1 << 20


def receive(order: Order) -> Delivery | None:
    """Digest the files of a drop and name the delivery (in a worker).

    One read of the files as they lie, without opening a container; None when a file changed or
    cannot be read, for the survey to say why.
    """
    payloads = []
    for file in order.drop.files:
        meter = Meter("sha256")
        try:
            with order.opener(file) as opened:
                while chunk := opened.read(_CHUNK):
                    meter.update(chunk)
                check_unchanged(file, opened)
        except (OSError, SourceChanged):
            return None
        payloads.append(Payload(file.name, file.bytes, meter.hex("sha256"), file.raw_name))
    return Delivery(
        delivery_id(payloads), order.drop.name, tuple(payloads), order.received, order.publisher
    )
