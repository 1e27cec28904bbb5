# SPDX-License-Identifier: Apache-2.0
"""Take in what lies in the drop area: examine, judge, seal, register; nothing there is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from emanet.duties import quarantine
from emanet.duties.desk import Desk
from emanet.duties.earlier import last_judged
from emanet.duties.means import Means
from emanet.duties.projection import reconcile
from emanet.duties.reports import IngestReport, Left
from emanet.ingest.dropbox import Drop, discover
from emanet.ingest.judge import Override
from emanet.ingest.parts import Examined
from emanet.ingest.receiving import receive
from emanet.ingest.survey import Order
from emanet.ingest.tasks import examine_all
from emanet.model.delivery import Fate, Receipt, State, Verdict
from emanet.model.errors import UsageError
from emanet.model.finding import Finding
from emanet.registry.deliveries import queries
from emanet.work.ahead import ahead
from emanet.work.progress import Meter, Progress
from emanet.work.runner import Crew, run

_OPEN_MAX = 1_000  # waiting, and held, deliveries that are looked through


def ingest(
    means: Means,
    paths: Iterable[Path],
    *,
    publisher: str = "",
    progress: Callable[[Progress], None],
) -> IngestReport:
    """Take in the deliveries at ``paths``, files or folders used as drop areas.

    ``publisher`` is a key of the configuration, "" to recognise it by DOI prefix. A delivery that
    was accepted before is acknowledged; one that is incomplete waits; one whose files are still
    being written is left alone and named. Interrupted at any point, the same call finishes it.
    Raises UsageError for a path or publisher that is not there, StorageError, WorkError.
    """
    if publisher and publisher not in means.policies:
        raise UsageError(
            f"There is no [publishers.{publisher}] in emanet.toml.",
            f"emanet.toml içinde [publishers.{publisher}] yok.",
        )
    started = means.ticks()
    with means.lock():
        registered = reconcile(means)
        drops = discover(paths, now=means.clock().timestamp(), rules=means.drop_rules)
        desk, left = Desk(means), [_busy(drop) for drop in drops if drop.busy]
        ready = [drop for drop in drops if not drop.busy]
        orders = [
            Order(drop, means.now(), publisher, means.limits, means.check_schemas) for drop in ready
        ]
        meter = Meter(
            progress,
            means.ticks,
            total=len(ready),
            bytes_total=sum(drop.bytes for drop in ready),
        )
        with means.crew() as crew:
            orders = _acknowledge(desk, orders, crew, meter)
            # Workers go on examining while the desk seals.
            for examined in ahead(examine_all(orders, crew, meter=meter), 12, stop=crew.stop):
                if examined.left is not None:
                    left.append(Left(examined.order.drop.name, examined.left))
                else:
                    _decide(means, desk, examined)
        desk.flush()
        _join(means, desk)
        desk.flush()
        meter.finish()
    return IngestReport(
        receipts=tuple(desk.receipts),
        accessions=tuple(desk.accessions),
        articles=desk.articles,
        repeats=desk.repeats,
        held_files=desk.held_files,
        accounting=desk.accounting,
        seconds=means.ticks() - started,
        registered=registered,
        left=tuple(left),
    )


def _acknowledge(desk: Desk, orders: list[Order], crew: Crew, meter: Meter) -> list[Order]:
    """Acknowledge what was accepted before, by its bytes alone; gives the orders that are left.

    Only what has the name and size of an accepted delivery is digested for this.
    """
    known = queries.accepted_like(order.drop.name for order in orders)
    alike = [order for order in orders if (order.drop.name, order.drop.bytes) in known]
    done: set[int] = set()
    for result in run(alike, receive, crew, weigh=lambda order: order.drop.bytes):
        delivery = result.value
        if delivery is None:
            continue
        info = queries.delivery(delivery.id)
        if info is not None and info.state in (State.ACCEPTED, State.REPEATED):
            desk.acknowledge(delivery, info)
            meter.add(1, delivery.bytes)
            done.add(id(result.task))
    return [order for order in orders if id(order) not in done]


def _busy(drop: Drop) -> Left:
    return Left(drop.name, Finding("DROP-BUSY", drop.name, {"names": ", ".join(drop.busy[:5])}))


def _decide(means: Means, desk: Desk, examined: Examined) -> None:
    """Bring one delivery before the desk, with what is known of it from earlier runs."""
    package = examined.package
    assert package is not None
    if examined.order.drop.missing and not package.waits_for:
        waits = ", ".join(examined.order.drop.missing)
        package = msgspec.structs.replace(package, waits_for=waits)
        examined = msgspec.structs.replace(examined, package=package)
    delivery = package.delivery.id
    if desk.has(delivery):
        desk.decide(examined, repeated=True)
        return
    known = queries.known_deliveries([delivery]).get(delivery)
    earlier = queries.delivery(delivery) if known in (State.WAITING, State.REFUSED) else None
    overdue = bool(earlier and earlier.waits_until and earlier.waits_until <= means.now())
    receipt = desk.decide(
        examined,
        overdue=overdue,
        repeated=known in (State.ACCEPTED, State.REPEATED),
        standing=known,
        override=_refused_by_hand(earlier),
        waits_until=earlier.waits_until if earlier and not overdue else "",
    )
    if known is State.HELD and receipt.state is not State.HELD:
        desk.after_flush(lambda: quarantine.let_go(means.quarantine, delivery))


def _refused_by_hand(earlier: queries.DeliveryInfo | None) -> Override | None:
    """A person's refusal of the same bytes stands; a refusal by rule is judged anew."""
    if earlier is None or earlier.state is not State.REFUSED or not earlier.reason:
        return None
    return Override(Verdict.REFUSE, earlier.reason)


def _join(means: Means, desk: Desk) -> None:
    """Close the case of deliveries that waited or were held, and came again as part of another."""
    owners = {
        payload.sha256: receipt
        for receipt in desk.receipts
        if receipt.state in (State.ACCEPTED, State.REPEATED)
        for payload in receipt.delivery.payloads
    }
    for state in (State.WAITING, State.HELD) if owners else ():
        for info in queries.list_deliveries(state=state, limit=_OPEN_MAX):
            first = queries.delivery_files(info.id, limit=1)
            if first and first[0].sha256 in owners:
                _close(means, desk, info, owners)


def _close(
    means: Means, desk: Desk, info: queries.DeliveryInfo, owners: Mapping[str, Receipt]
) -> None:
    judged, lines = last_judged(means, info)
    found = [owners.get(payload.sha256) for payload in judged.delivery.payloads]
    whole = found[0]
    if whole is None or any(receipt is not whole for receipt in found):
        return
    desk.note(
        msgspec.structs.replace(
            judged,
            verdict=Verdict.ACCEPT,
            state=State.ACCEPTED,
            findings=(),
            articles=0,
            accession=_accession(whole),
            decided=means.now(),
            reason=f"Joined with its siblings as {whole.delivery.id}.",
            waits_until="",
        ),
        tuple(msgspec.structs.replace(line, fate=Fate.REPEATED) for line in lines),
    )
    desk.after_flush(lambda: quarantine.let_go(means.quarantine, info.id))


def _accession(receipt: Receipt) -> str:
    """Where a delivery lies; of one that is acknowledged again the registry tells."""
    if receipt.accession:
        return receipt.accession
    known = queries.delivery(receipt.delivery.id)
    return known.accession if known else ""
