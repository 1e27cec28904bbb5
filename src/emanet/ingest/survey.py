# SPDX-License-Identifier: Apache-2.0
"""A delivery surveyed: every file listed, digested, identified and read, each byte once.

``survey_drop`` does it in one go. A large delivery is done in parts (``ingest.tasks``):
``contents`` lists, ``read_members`` reads some of the members, ``build`` puts all together; the
outcome does not depend on how it was divided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from emanet.formats.containers.entries import Limits
from emanet.formats.publishers.manifests import wants_digests
from emanet.formats.publishers.survey import Survey
from emanet.ingest.contents import Contents, contents
from emanet.ingest.dropbox import Drop
from emanet.ingest.members import Depth, Facts, examine
from emanet.ingest.reach import Found, Opener, Reach, open_path
from emanet.model.delivery import Delivery, Member, Payload, delivery_id

_EXPECTED = (
    ("md5", re.compile(r"md5|\.fil$", re.IGNORECASE)),
    ("sha1", re.compile(r"sha-?1(?!\d)", re.IGNORECASE)),
    ("sha512", re.compile(r"sha-?512", re.IGNORECASE)),
)


class Order(msgspec.Struct, frozen=True):
    """What is asked for: a drop to survey, when it was received (RFC 3339 UTC), from whom.

    ``validate``: XML against its DTD. ``opener`` opens the drop's files, in a worker.
    """

    drop: Drop
    received: str
    publisher: str = ""
    limits: Limits = Limits()
    validate: bool = True
    opener: Opener = open_path


def survey_drop(order: Order) -> Survey:
    """Survey a delivery in one go.

    Raises SourceChanged when a file of it changed meanwhile, OSError when one cannot be read.
    """
    with Reach(order.drop, order.opener, order.limits) as reach:
        return survey(order, contents(order.drop, reach, order.limits), reach)


def survey(order: Order, listed: Contents, reach: Reach) -> Survey:
    """Survey a delivery whose contents are listed; terms as ``survey_drop``."""
    depth = depth_for(listed, order)
    facts = [examine(found, reach, depth) for found in to_read(listed)]
    made = build(order, listed, facts)
    missing = still_wanted(made)
    more = [
        examine(listed.found[ordinal], reach, Depth(tuple(sorted(digests)), inside=False))
        for ordinal, digests in sorted(missing.items())
    ]
    return with_digests(made, more) if more else made


def read_members(
    order: Order, containers: Iterable[Found], members: Sequence[Found], depth: Depth
) -> list[Facts]:
    """Read some members of a delivery; ``containers`` are those that they lie in, and above."""
    with Reach(order.drop, order.opener, order.limits, containers) as reach:
        return [examine(found, reach, depth) for found in members]


def to_read(listed: Contents) -> Sequence[Found]:
    """What is to be read of a delivery: all, or the payloads alone when it is hostile."""
    if listed.hostile:
        return [found for found in listed.found if found.parent is None]
    return listed.found


def depth_for(listed: Contents, order: Order) -> Depth:
    """How far to go: with the digests that the names of its manifests let expect."""
    if listed.hostile:
        return Depth(inside=False)
    names = [found.name.rpartition("/")[2] for found in listed.found]
    digests = tuple(
        digest for digest, pattern in _EXPECTED if any(pattern.search(name) for name in names)
    )
    return Depth(digests, validate=order.validate)


def build(order: Order, listed: Contents, facts: Iterable[Facts]) -> Survey:
    """Put a survey together from its parts, whatever order they come in.

    Members that nobody read (the delivery is hostile) are left out.
    """
    known = {fact.ordinal: fact for fact in facts}
    payloads = tuple(
        Payload(found.name, known[found.ordinal].bytes, known[found.ordinal].sha256, found.raw_name)
        for found in listed.found
        if found.parent is None
    )
    delivery = Delivery(
        delivery_id(payloads), order.drop.name, payloads, order.received, order.publisher
    )
    kept = [found for found in listed.found if found.ordinal in known]
    places = {found.ordinal: index for index, found in enumerate(kept)}
    findings = list(listed.findings)
    for found in kept:
        findings += known[found.ordinal].findings
    return Survey(
        delivery,
        tuple(_member(found, known[found.ordinal], places) for found in kept),
        {places[o]: f.reading for o, f in sorted(known.items()) if f.reading is not None},
        tuple(findings),
        {places[o]: f.text for o, f in sorted(known.items()) if f.text is not None},
        {places[o]: f.extra for o, f in sorted(known.items()) if f.extra},
    )


def _member(found: Found, fact: Facts, places: Mapping[int, int]) -> Member:
    return Member(
        ordinal=places[found.ordinal],
        name=found.name,
        payload=found.payload,
        bytes=fact.bytes,
        sha256=fact.sha256,
        crc32=fact.crc32,
        parent=None if found.parent is None else places[found.parent],
        raw_name=found.raw_name,
        steps=found.steps,
        format=fact.format,
    )


def still_wanted(made: Survey) -> dict[int, set[str]]:
    """Digests that the manifests turn out to need and nobody took: ordinal to algorithms."""
    wanted = {
        ordinal: digests - made.extra.get(ordinal, {}).keys()
        for ordinal, digests in wants_digests(made).items()
    }
    return {ordinal: digests for ordinal, digests in wanted.items() if digests}


def with_digests(made: Survey, more: Iterable[Facts]) -> Survey:
    """The survey with further digests in it."""
    extra = {ordinal: dict(digests) for ordinal, digests in made.extra.items()}
    for facts in more:
        extra.setdefault(facts.ordinal, {}).update(facts.extra)
    return msgspec.structs.replace(made, extra=extra)
