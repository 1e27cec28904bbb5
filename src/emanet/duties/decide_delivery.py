# SPDX-License-Identifier: Apache-2.0
"""Carry out a person's decision on a held delivery: release it into the archive, or refuse it."""

from __future__ import annotations

import msgspec

from emanet.duties import quarantine
from emanet.duties.desk import Desk
from emanet.duties.earlier import last_judged
from emanet.duties.means import Means
from emanet.duties.projection import reconcile
from emanet.ingest.judge import Override
from emanet.ingest.survey import Order
from emanet.ingest.tasks import examine_all
from emanet.model.delivery import Fate, Receipt, State, Verdict
from emanet.model.errors import UnknownThing, UsageError
from emanet.registry.deliveries import queries


def release(means: Means, delivery: str, reason: str) -> Receipt:
    """Accept a held delivery by hand: examined anew, sealed, registered, out of the quarantine.

    Raises UnknownThing for a delivery that is not known, UsageError for one that is not held or
    that the rules refuse whatever a person says.
    """
    with means.lock():
        reconcile(means)
        _held(delivery)
        known, drop = quarantine.drop_of(means.quarantine, delivery)
        desk = Desk(means)
        order = Order(drop, known.received, known.publisher, means.limits, means.check_schemas)
        with means.crew() as crew:
            (examined,) = examine_all([order], crew)
        if examined.package is None:
            said = examined.left.text("en") if examined.left else ""
            raise UsageError(f"{delivery} cannot be read: {said}", f"{delivery} okunamıyor: {said}")
        desk.decide(
            examined,
            overdue=True,
            override=Override(Verdict.ACCEPT, reason),
        )
        desk.flush()
        receipt = desk.receipts[0]
        if receipt.state is not State.HELD:
            quarantine.let_go(means.quarantine, delivery)
    return receipt


def refuse(means: Means, delivery: str, reason: str) -> Receipt:
    """Refuse a held or waiting delivery by hand: recorded with its digests, its bytes let go.

    Raises UnknownThing, UsageError as ``release``.
    """
    with means.lock():
        reconcile(means)
        info = _held(delivery, waiting=True)
        judged, lines = last_judged(means, info)
        receipt = msgspec.structs.replace(
            judged,
            verdict=Verdict.REFUSE,
            state=State.REFUSED,
            decided=means.now(),
            reason=reason,
            waits_until="",
        )
        desk = Desk(means)
        desk.note(receipt, tuple(msgspec.structs.replace(li, fate=Fate.REFUSED) for li in lines))
        desk.flush()
        quarantine.let_go(means.quarantine, delivery)
    return receipt


def _held(delivery: str, *, waiting: bool = False) -> queries.DeliveryInfo:
    info = queries.delivery(delivery)
    if info is None:
        raise UnknownThing(
            f"There is no delivery {delivery}.", f"{delivery} kimlikli bir teslimat yok."
        )
    if info.state is State.WAITING and not waiting:
        raise UsageError(
            f"{delivery} waits for its sibling in the drop area; it cannot be released.",
            f"{delivery} teslim alanında eşini bekliyor; serbest bırakılamaz.",
        )
    if info.state not in (State.HELD, State.WAITING):
        raise UsageError(
            f"{delivery} is not held; it is {info.state}.",
            f"{delivery} bekletilmiyor; durumu: {info.state}.",
        )
    return info
