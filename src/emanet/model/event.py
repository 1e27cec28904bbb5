# SPDX-License-Identifier: Apache-2.0
"""Events: a closed vocabulary ``subject:part:action``, mapped to PREMIS 3 event types."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class EventKind(StrEnum):
    """Everything that can happen to what the archive keeps."""

    DELIVERY_RECEIVED = "delivery:files:received"
    DELIVERY_EXAMINED = "delivery:content:examined"
    DELIVERY_ACCEPTED = "delivery:verdict:accepted"
    DELIVERY_HELD = "delivery:verdict:held"
    DELIVERY_REFUSED = "delivery:verdict:refused"
    DELIVERY_RELEASED = "delivery:verdict:released"
    DELIVERY_WAITING = "delivery:siblings:awaited"
    DELIVERY_REPEATED = "delivery:repeat:acknowledged"
    ARTICLE_ADDED = "article:version:added"
    ACCESSION_SEALED = "accession:bytes:sealed"
    ACCESSION_VERIFIED = "accession:bytes:verified"
    ACCESSION_DAMAGED = "accession:bytes:damaged"
    REGISTRY_REBUILT = "registry:rows:rebuilt"

    @property
    def premis(self) -> str:
        """The PREMIS 3 event type (Library of Congress eventType vocabulary)."""
        return _PREMIS[self]


_PREMIS = {
    EventKind.DELIVERY_RECEIVED: "transfer",
    EventKind.DELIVERY_EXAMINED: "validation",
    EventKind.DELIVERY_ACCEPTED: "appraisal",
    EventKind.DELIVERY_HELD: "quarantine",
    EventKind.DELIVERY_REFUSED: "deaccession",
    EventKind.DELIVERY_RELEASED: "unquarantine",
    EventKind.DELIVERY_WAITING: "quarantine",
    EventKind.DELIVERY_REPEATED: "appraisal",
    EventKind.ARTICLE_ADDED: "accession",
    EventKind.ACCESSION_SEALED: "ingestion end",
    EventKind.ACCESSION_VERIFIED: "fixity check",
    EventKind.ACCESSION_DAMAGED: "fixity check",
    EventKind.REGISTRY_REBUILT: "recovery",
}


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened: when (RFC 3339 UTC), what, to which subject, by which agent.

    ``subject`` is a delivery id, accession id or DOI; ``outcome`` a PREMIS outcome word
    (``success``, ``warning``, ``fail``); ``detail`` anything more, as text.
    """

    at: str
    kind: EventKind
    subject: str
    agent: str
    outcome: str = "success"
    detail: dict[str, str] = {}
