# SPDX-License-Identifier: Apache-2.0
"""Receipts of a sealed object as rows of deliveries and findings."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import msgspec

from emanet.model import finding
from emanet.model.delivery import Fate, Receipt, State
from emanet.model.stored import Records
from emanet.registry.keys import Numbers, key
from emanet.registry.prepared import Row, Statement
from emanet.registry.words import plain

_encode = msgspec.json.Encoder().encode


class _Members(NamedTuple):
    """What the member lines of one object say of one delivery: how many, and their keys."""

    files: int
    held: int
    first: int
    last: int


def delivery_rows(sealed: Records) -> tuple[Statement, ...]:
    """What each receipt of an object states, in their order; findings numbered through them."""
    if not sealed.receipts:
        return ()
    members = _members(sealed)
    versions = _versions(sealed)
    numbers = Numbers()
    statements = []
    for number, receipt in enumerate(sealed.receipts):
        pk = key(sealed.sequence, number)
        own = members.get(receipt.delivery.id)
        findings = _finding_rows(sealed, receipt, pk, versions, numbers)
        statements.append(
            Statement(
                pk,
                receipt.delivery.id,
                str(receipt.state.value),
                _columns(sealed, receipt, own),
                own.first if own else None,
                own.last if own else None,
                findings,
            )
        )
    return tuple(statements)


def _columns(sealed: Records, receipt: Receipt, own: _Members | None) -> Row:
    delivery = receipt.delivery
    accession = receipt.accession
    if not accession and sealed.kind == "acc" and receipt.state is State.ACCEPTED:
        accession = sealed.id
    return (
        delivery.id,
        plain(delivery.name),
        plain(delivery.publisher),
        delivery.received,
        str(receipt.state.value),
        str(receipt.verdict.value),
        plain(receipt.layout),
        delivery.bytes,
        own.files if own else 0,
        own.held if own else 0,
        receipt.articles,
        accession,
        receipt.decided,
        plain(receipt.reason),
        receipt.waits_until,
    )


def _finding_rows(
    sealed: Records,
    receipt: Receipt,
    pk: int,
    versions: dict[tuple[str, str], int],
    numbers: Numbers,
) -> tuple[Row, ...]:
    known = finding.catalogue()
    rows: list[Row] = []
    for found in receipt.findings:
        explained = known.get(found.code)  # a code of an older program may be gone
        severity = explained.severity if explained else finding.Severity.INFO
        rows.append(
            (
                numbers.take(sealed.sequence),
                pk,
                found.code,
                str(severity.value),
                plain(found.place),
                _encode(found.detail).decode() if found.detail else "",
                versions.get((receipt.delivery.id, found.place)),
            )
        )
    return tuple(rows)


def _members(sealed: Records) -> dict[str, _Members]:
    """Count the member lines of each delivery (they lie together, but need not)."""
    counted: dict[str, _Members] = {}
    for delivery, run in groupby(sealed.members, attrgetter("delivery")):
        lines = list(run)
        ordinals = [member.ordinal for member in lines]
        held = [member.fate for member in lines].count(Fate.HELD)
        first, last = key(sealed.sequence, min(ordinals)), key(sealed.sequence, max(ordinals))
        if delivery in counted:
            known = counted[delivery]
            counted[delivery] = _Members(
                known.files + len(lines),
                known.held + held,
                min(known.first, first),
                max(known.last, last),
            )
        else:
            counted[delivery] = _Members(len(lines), held, first, last)
    return counted


def _versions(sealed: Records) -> dict[tuple[str, str], int]:
    """Which article version the files are of that findings speak of."""
    wanted = {
        (receipt.delivery.id, found.place)
        for receipt in sealed.receipts
        for found in receipt.findings
        if found.place
    }
    if not wanted:
        return {}
    return {
        (member.delivery, member.name): key(sealed.sequence, member.article)
        for member in sealed.members
        if member.article is not None and (member.delivery, member.name) in wanted
    }
