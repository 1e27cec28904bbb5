# SPDX-License-Identifier: Apache-2.0
"""Events and audits of a sealed object as rows."""

from __future__ import annotations

import msgspec

from emanet.model.stored import Records
from emanet.registry.keys import key, subject_key
from emanet.registry.prepared import ActivityRows
from emanet.registry.words import plain

_encode = msgspec.json.Encoder().encode


def activity_rows(sealed: Records) -> ActivityRows:
    """The rows of an object's events and audits, numbered in their order."""
    sequence = sealed.sequence
    return ActivityRows(
        tuple(
            (
                key(sequence, number),
                event.at,
                str(event.kind.value),
                subject_key(event.subject),
                plain(event.agent),
                event.outcome,
                _encode(event.detail).decode() if event.detail else "",
            )
            for number, event in enumerate(sealed.events)
        ),
        tuple(
            (
                key(sequence, number),
                audit.object,
                audit.at,
                audit.bytes,
                _encode(audit.damages).decode() if audit.damages else "",
            )
            for number, audit in enumerate(sealed.audits)
        ),
        tuple((audit.object, audit.at, len(audit.damages)) for audit in sealed.audits),
    )
