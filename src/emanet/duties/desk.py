# SPDX-License-Identifier: Apache-2.0
"""The desk where examined deliveries are decided, sealed and registered, one after another.

Ingest and the release of held deliveries both come here. The desk orders; what is so is told by
``ingest.versions``, ``ingest.checks`` and ``ingest.judge``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from emanet.duties.means import Means
from emanet.duties.projection import catch_up, project
from emanet.duties.quarantine import keep
from emanet.duties.reports import Accounting
from emanet.ingest import checks, versions
from emanet.ingest.assemble import Accepted, plan
from emanet.ingest.dropbox import Drop
from emanet.ingest.judge import Judgement, Override, judge, released, settled
from emanet.ingest.parts import Examined
from emanet.ingest.reach import open_path
from emanet.model.delivery import Delivery, Fate, Receipt, State, Verdict
from emanet.model.event import Event, EventKind
from emanet.model.finding import Severity
from emanet.model.ids import normal_doi
from emanet.model.package import Package
from emanet.model.stored import MemberLine, Records
from emanet.registry.catalogue import queries
from emanet.registry.deliveries.queries import DeliveryInfo
from emanet.storage.ocfl.layout import object_id

_NOTES_MAX = 50_000
_TOLD_MAX = 100  # findings of a delivery in the report of a run; the registry has them all
_KINDS = {
    State.ACCEPTED: EventKind.DELIVERY_ACCEPTED,
    State.HELD: EventKind.DELIVERY_HELD,
    State.REFUSED: EventKind.DELIVERY_REFUSED,
    State.WAITING: EventKind.DELIVERY_WAITING,
    State.REPEATED: EventKind.DELIVERY_REPEATED,
}


class Desk:
    """Takes decisions in order, seals when an accession is full, and keeps the books of the run."""

    def __init__(self, means: Means) -> None:
        self.receipts: list[Receipt] = []
        self.accessions: list[str] = []
        self.articles = self.repeats = self.held_files = 0
        self._means = means
        self._books = dict.fromkeys(Accounting.__struct_fields__, 0)
        self._batch: list[Accepted] = []
        self._drops: dict[str, Drop] = {}
        self._batch_bytes = self._batch_members = 0
        self._contents: dict[str, set[str]] = {}
        self._known = checks.Known(queries.known_issns())
        self._notes: list[tuple[Receipt, tuple[MemberLine, ...], tuple[Event, ...]]] = []
        self._notes_lines = 0
        self._afterwards: list[Callable[[], None]] = []

    @property
    def accounting(self) -> Accounting:
        """Bytes in and bytes accounted for, until now."""
        return Accounting(**self._books)

    def decide(
        self,
        examined: Examined,
        *,
        overdue: bool = False,
        override: Override | None = None,
        repeated: bool = False,
        standing: State | None = None,
        waits_until: str = "",
    ) -> Receipt:
        """Judge one examined delivery and set in motion what follows from the verdict.

        ``overdue``: the time to wait for siblings is over. ``repeated``: it was accepted before.
        ``standing``: how it stands in the registry; when it is judged to stand so again, nothing
        is recorded anew. ``waits_until``: till when it may wait, where that was said before.
        Returns the receipt; that of an accepted delivery is
        complete only after ``flush``.
        """
        assert examined.package is not None, "a delivery that was left alone is not decided"
        package = self._named(examined.package)
        compared = versions.compare(package, self._held(package))
        findings = checks.distinct(
            (
                *examined.findings,
                *checks.against(package, self._known),
                *compared.findings,
            )
        )
        judgement = judge(
            package,
            findings,
            self._means.policy(package.delivery.publisher),
            overdue=overdue,
            repeated=repeated,
            override=override,
        )
        receipt = self._receipt(compared.package, judgement, override, waits_until)
        if judgement.verdict is Verdict.ACCEPT:
            self._accept(compared, receipt, examined.order.drop, by_hand=override is not None)
        else:
            silent = receipt.state is standing and not repeated
            self._put_aside(package, receipt, examined.order.drop, silent=silent)
        return receipt

    def _named(self, package: Package) -> Package:
        """The package with its publisher's key, by DOI prefix where nobody gave one."""
        if package.delivery.publisher:
            return package
        for article in package.articles:
            prefix = normal_doi(article.record.doi).partition("/")[0]
            if key := self._means.prefixes.get(prefix):
                delivery = msgspec.structs.replace(package.delivery, publisher=key)
                return msgspec.structs.replace(package, delivery=delivery)
        return package

    def _held(self, package: Package) -> dict[str, frozenset[str]]:
        """Contents held of a package's DOIs: in the registry, and in what waits to be sealed."""
        dois = {normal_doi(article.record.doi) for article in package.articles}
        known = {doi: set(found) for doi, found in queries.known_contents(dois - {""}).items()}
        if "" in dois:
            known[""] = set(queries.known_without_doi(versions.contents(package)))
        for doi in dois:
            known.setdefault(doi, set()).update(self._contents.get(doi, ()))
        return {doi: frozenset(found) for doi, found in known.items()}

    def _receipt(
        self,
        package: Package,
        judgement: Judgement,
        override: Override | None,
        waits_until: str,
    ) -> Receipt:
        now = self._means.now()
        waits = waits_until if judgement.state is State.WAITING else ""
        if judgement.state is State.WAITING and not waits:
            waits = self._means.later(self._means.wait_s)
        return Receipt(
            package.delivery,
            judgement.verdict,
            judgement.state,
            judgement.findings,
            package.layout,
            len(package.articles),
            decided=now,
            reason=override.reason if override else "",
            waits_until=waits,
        )

    def _accept(
        self, compared: versions.Versioned, receipt: Receipt, drop: Drop, *, by_hand: bool
    ) -> None:
        package = released(compared.package) if by_hand else compared.package
        now, agent = self._means.now(), self._means.agent
        events = list(_opening(receipt, agent))
        kind = EventKind.DELIVERY_RELEASED if by_hand else EventKind.DELIVERY_ACCEPTED
        detail = {"reason": receipt.reason} if receipt.reason else {}
        events.append(Event(now, kind, receipt.delivery.id, agent, "success", detail))
        for index, article in enumerate(package.articles):
            doi = normal_doi(article.record.doi)
            if index not in compared.repeated:
                self._contents.setdefault(doi, set()).add(compared.contents[index])
                if doi:
                    events.append(Event(now, EventKind.ARTICLE_ADDED, doi, agent))
        one = Accepted(
            package,
            receipt,
            tuple(f"{receipt.delivery.id}/{n}" for n in range(len(drop.files))),
            compared.repeated,
            tuple(events),
        )
        self._drops[receipt.delivery.id] = drop
        self._batch.append(one)
        self._batch_bytes += one.bytes
        self._batch_members += len(package.members)
        self._books["bytes_in"] += receipt.delivery.bytes
        self._books["sealed"] += one.bytes
        self._books["repeated"] += receipt.delivery.bytes - one.bytes
        self.articles += len(package.articles) - len(compared.repeated)
        self.repeats += len(compared.repeated)
        self.held_files += sum(m.fate is Fate.HELD for m in package.members)
        issns = {issn.value for article in package.articles for issn in article.record.issns}
        if not issns <= self._known.issns:
            self._known = checks.Known(self._known.issns | issns)
        targets = self._means.targets
        if self._batch_bytes >= targets.bytes or self._batch_members >= targets.members:
            self.flush()

    def _put_aside(self, package: Package, receipt: Receipt, drop: Drop, *, silent: bool) -> None:
        """Hold, refuse, let wait or acknowledge; what is held is in the quarantine first."""
        book = {
            State.HELD: "held",
            State.REFUSED: "refused",
            State.REPEATED: "repeated",
            State.WAITING: "waiting",
        }[receipt.state]
        self._books["bytes_in"] += receipt.delivery.bytes
        self._books[book] += receipt.delivery.bytes
        self.receipts.append(_in_short(receipt))
        if receipt.state is State.HELD:
            keep(self._means.quarantine, receipt.delivery, drop)
        if not silent:
            members = settled(package, receipt.verdict)
            lines = tuple(
                MemberLine(
                    m.ordinal, receipt.delivery.id, m.name, m.bytes, m.sha256, m.crc32, m.role,
                    m.fate, parent=m.parent, raw_name=m.raw_name, format=m.format,
                    language=m.language,
                )
                for m in members
            )  # fmt: skip
            self.note(receipt, lines if receipt.state is not State.REPEATED else ())

    def acknowledge(self, delivery: Delivery, info: DeliveryInfo) -> None:
        """Take note that a delivery came again whose bytes were accepted before, as ``info``."""
        receipt = Receipt(
            delivery,
            Verdict.REPEAT,
            State.REPEATED,
            layout=info.layout,
            articles=info.articles,
            accession=info.accession,
            decided=self._means.now(),
        )
        self._books["bytes_in"] += delivery.bytes
        self._books["repeated"] += delivery.bytes
        self.receipts.append(_in_short(receipt))
        self.note(receipt, ())

    def has(self, delivery: str) -> bool:
        """Whether this run has accepted the delivery and not sealed it yet."""
        return delivery in self._drops

    def after_flush(self, act: Callable[[], None]) -> None:
        """Have something done once all that was decided until now is sealed and registered."""
        self._afterwards.append(act)

    def note(self, receipt: Receipt, members: tuple[MemberLine, ...]) -> None:
        """Have a decision that brings no bytes recorded with the run's next events object."""
        agent = self._means.agent
        good = receipt.state in (State.ACCEPTED, State.REPEATED)
        outcome = "success" if good else "warning"
        detail = {"reason": receipt.reason} if receipt.reason else {}
        decided = Event(
            receipt.decided, _KINDS[receipt.state], receipt.delivery.id, agent, outcome, detail
        )
        self._notes.append((receipt, members, (*_opening(receipt, agent), decided)))
        self._notes_lines += len(members) + 3
        if self._notes_lines >= _NOTES_MAX:
            self.flush()

    def flush(self) -> None:
        """Seal and register what was decided: accepted deliveries, then the notes of the others."""
        if self._batch:
            self._seal_batch()
        if self._notes:
            self._seal_notes()
        for act in self._afterwards:
            act()
        self._afterwards = []

    def _seal_batch(self) -> None:
        archive = self._means.archive
        aip = plan(
            self._batch,
            sequence=archive.next_sequence(),
            created=self._means.now(),
            agent=self._means.agent,
            targets=self._means.targets,
        )
        sealed = archive.seal(aip, self._open)
        records = Records(
            aip.id, "acc", aip.sequence, aip.created, sealed.bytes, sealed.inventory_digest,
            aip.members, aip.articles, aip.receipts, aip.events,
        )  # fmt: skip
        project([records])
        catch_up(self._means.index)
        self.receipts += map(_in_short, aip.receipts)
        self.accessions.append(aip.id)
        self._batch, self._drops, self._contents = [], {}, {}
        self._batch_bytes = self._batch_members = 0

    def _open(self, source: str) -> BinaryIO:
        delivery, _, number = source.rpartition("/")
        return open_path(self._drops[delivery].files[int(number)])

    def _seal_notes(self) -> None:
        archive, created = self._means.archive, self._means.now()
        sequence = archive.next_sequence()
        members: list[MemberLine] = []
        for _, lines, _ in self._notes:
            base = len(members)
            members += (
                msgspec.structs.replace(
                    line,
                    ordinal=base + line.ordinal,
                    parent=None if line.parent is None else base + line.parent,
                )
                for line in lines
            )
        ids = "\n".join(receipt.delivery.id for receipt, _, _ in self._notes)
        digest = hashlib.sha256(ids.encode()).hexdigest()
        records = Records(
            object_id("evt", sequence, digest),
            "evt",
            sequence,
            created,
            0,
            "",
            members=tuple(members),
            receipts=tuple(receipt for receipt, _, _ in self._notes),
            events=tuple(event for _, _, events in self._notes for event in events),
        )
        sealed = archive.seal_events(records)
        project(
            [
                msgspec.structs.replace(
                    records, bytes=sealed.bytes, inventory_digest=sealed.inventory_digest
                )
            ]
        )
        self._notes, self._notes_lines = [], 0


def _in_short(receipt: Receipt) -> Receipt:
    """The receipt with its worst findings only: a run may make thousands, and all are kept."""
    if len(receipt.findings) <= _TOLD_MAX:
        return receipt
    worst = sorted(receipt.findings, key=lambda f: -f.severity.rank)[:_TOLD_MAX]
    return msgspec.structs.replace(receipt, findings=tuple(worst))


def _opening(receipt: Receipt, agent: str) -> tuple[Event, Event]:
    """The events before a verdict: received, examined (with findings or without)."""
    delivery: Delivery = receipt.delivery
    serious = [f for f in receipt.findings if f.severity is not Severity.INFO]
    return (
        Event(delivery.received, EventKind.DELIVERY_RECEIVED, delivery.id, agent),
        Event(
            receipt.decided,
            EventKind.DELIVERY_EXAMINED,
            delivery.id,
            agent,
            "warning" if serious else "success",
            {"findings": str(len(receipt.findings))},
        ),
    )
