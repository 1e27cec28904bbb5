# SPDX-License-Identifier: Apache-2.0
"""Elsevier: what dataset.xml and issue.xml say of each item, and datasets spread over several tars.

Only the first part (``…A.tar``) has the dataset.xml, for all parts; so a part without it waits, and
so does a dataset whose files are not all there.
"""

from __future__ import annotations

import re

from emanet.formats.publishers.desk import Desk
from emanet.formats.publishers.tree import Kind, Node
from emanet.model.finding import Finding

_PART = re.compile(r"^(?P<stem>.*\d{6})(?P<part>[A-Z])(?P<end>\.(?:tar(?:\.gz)?|tgz|zip))$")
_DATASET, _ISSUE = "Elsevier dataset", "Elsevier issue"


def open_listed(desk: Desk) -> None:
    """Begin an article for each listed item whose PDF is there but whose XML is not."""
    unread = {(claim.place, claim.stem) for claim in desk.claims if claim.held}
    for node in _lists(desk):
        reading = node.reading
        listed = reading.listed if reading is not None else ()
        for entry in listed:
            record = reading.records.get(entry.key) if reading is not None else None
            if record is None or desk.alike(record):
                continue
            found = desk.tree.under(node.folder, entry.path)
            free = found is not None and found.kind is Kind.PDF and desk.free(found)
            if found is not None and free and (found.place, found.stem) not in unread:
                desk.open(found, record)


def apply(desk: Desk) -> None:
    """Add what the lists say of each item, and wait for the parts that are still to come."""
    lists = _lists(desk)
    _wait_for_parts(desk, lists)
    # The issue's table of contents first: it has the cover date and the pages.
    for node in sorted(lists, key=lambda n: n.reading is None or n.reading.dialect != _ISSUE):
        for key, record in node.reading.records.items() if node.reading is not None else ():
            if not key.startswith("issue:"):
                for claim in desk.alike(record):
                    if claim.record is not record:
                        claim.witnesses.append((node.path, record))
    for claim in desk.claims:
        main = desk.tree.nodes[next(iter(claim.members))]
        said = desk.record_of(claim)
        ours = main.reading is not None and main.reading.dialect.startswith("Elsevier JA")
        unlisted = said is not None and not said.journal and not claim.witnesses
        if ours and unlisted and not desk.waits:
            claim.findings.append(Finding("ELSEVIER-NOT-IN-DATASET", main.path))


def _lists(desk: Desk) -> list[Node]:
    return [
        n
        for n in desk.tree.nodes
        if n.reading is not None and n.reading.dialect in (_DATASET, _ISSUE)
    ]


def _wait_for_parts(desk: Desk, lists: list[Node]) -> None:
    parts: dict[tuple[str, str], set[str]] = {}
    for node in desk.tree.nodes:
        found = _PART.match(node.name) if node.kind is Kind.CONTAINER else None
        if found:
            parts.setdefault((found["stem"], found["end"]), set()).add(found["part"])
    if not parts:
        return
    if not any(n.reading is not None and n.reading.dialect == _DATASET for n in lists):
        desk.waits += [f"{stem}A{end}" for (stem, end), have in parts.items() if "A" not in have]
        return
    for node in lists:
        containers = [desk.tree.nodes[o].name for o in desk.tree.container_of(node)]
        own = next((m for name in containers if (m := _PART.match(name))), None)
        if own is not None and _incomplete(desk, node):
            highest = max(parts[own["stem"], own["end"]])
            if highest < "Z":
                desk.waits.append(f"{own['stem']}{chr(ord(highest) + 1)}{own['end']}")


def _incomplete(desk: Desk, node: Node) -> bool:
    listed = node.reading.listed if node.reading is not None else ()
    return any(
        desk.tree.under(node.folder, entry.path) is None
        for entry in listed
        if entry.role != "ISSUE"
    )
