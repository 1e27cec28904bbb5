# SPDX-License-Identifier: Apache-2.0
"""The rows of delivered files, the largest table of all, and of their formats."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from emanet.model.delivery import Fate, Format, Role
from emanet.model.stored import Records
from emanet.registry import bulk
from emanet.registry.catalogue.models import File, FileFormat
from emanet.registry.keys import key, span

_ROLES = {role: str(role.value) for role in Role}
_FATES = {fate: str(fate.value) for fate in Fate}
_encode = msgspec.json.Encoder().encode


def project_files(objects: Sequence[Records]) -> None:
    """Write a row for each member of these objects."""
    formats: dict[Format, int] = {}
    for sealed in objects:
        bulk.load(File, _rows(sealed, formats))
    rows = {
        pk: (pk, *map(bulk.plain, (given.label, given.mime, given.puid, given.tool)))
        for given, pk in formats.items()
    }
    known = {row[0] for row in bulk.find(FileFormat, ("id",), "id", rows)}
    bulk.load(FileFormat, [row for pk, row in rows.items() if pk not in known])


def format_key(given: Format) -> int:
    """The key of a format: a hash of what it says, the same whoever meets it first."""
    digest = hashlib.blake2b(_encode(given), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _rows(sealed: Records, formats: dict[Format, int]) -> list[bulk.Row]:
    """The rows of one object. Written out flat: it runs once for every file of the archive."""
    sequence = sealed.sequence
    first, _ = span(sequence)
    deliveries = {
        receipt.delivery.id: key(sequence, number) for number, receipt in enumerate(sealed.receipts)
    }
    plain, from_hex = bulk.plain, bytes.fromhex
    rows: list[bulk.Row] = []
    append = rows.append
    for member in sealed.members:
        given = member.format
        pk = formats.get(given)
        if pk is None:
            pk = formats[given] = format_key(given)
        article = member.article
        steps = member.steps
        append(
            (
                first | member.ordinal,
                deliveries.get(member.delivery),
                None if article is None else first | article,
                plain(member.name),
                member.raw_name or None,
                _ROLES[member.role],
                _FATES[member.fate],
                member.bytes,
                member.crc32,
                from_hex(member.sha256),
                pk,
                member.path,
                _encode(steps).decode() if steps else "",
                member.language,
            )
        )
    if rows:
        key(sequence, max(row[0] for row in rows) - first)  # refuses what cannot be numbered
    return rows
