# SPDX-License-Identifier: Apache-2.0
"""The indexes of an object as JSON Lines: a head line with schema and tool, then a value a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from emanet.model.delivery import Receipt
from emanet.model.errors import DamageError
from emanet.model.event import Event
from emanet.model.stored import ArticleLine, AuditLine, MemberLine

MEMBERS = "members.jsonl"
ARTICLES = "articles.jsonl"
DELIVERIES = "deliveries.jsonl"
EVENTS = "events.jsonl"
AUDITS = "audits.jsonl"

Line = MemberLine | ArticleLine | Receipt | Event | AuditLine
T = TypeVar("T", bound=Line)

TYPES: dict[str, type[Line]] = {
    ARTICLES: ArticleLine,
    MEMBERS: MemberLine,
    DELIVERIES: Receipt,
    EVENTS: Event,
    AUDITS: AuditLine,
}
"""The index files an object may hold, and what a line of each is."""

CHUNK = 1 << 20
BROKEN = (msgspec.MsgspecError, UnicodeDecodeError)


class Head(msgspec.Struct, frozen=True):
    """Line 1 of an index: ``schema`` names what the lines are, ``tool`` who wrote them."""

    schema: str
    tool: str


def schema(name: str) -> str:
    """The schema of an index by its file name: ``members.jsonl`` is ``emanet-members-1``."""
    return f"emanet-{name.removesuffix('.jsonl')}-1"


def encode(name: str, values: Iterable[Line], tool: str) -> Iterator[bytes]:
    """Give the bytes of the index ``name`` in pieces of about one MiB."""
    encoder = msgspec.json.Encoder()
    held = bytearray(encoder.encode(Head(schema(name), tool)))
    held += b"\n"
    for value in values:
        held += encoder.encode(value)
        held += b"\n"
        if len(held) >= CHUNK:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def decode(name: str, chunks: Iterable[bytes], kind: type[T], place: str) -> Iterator[T]:
    """Read an index back, a value a line; ``place`` is named in the error.

    Raises DamageError when the head is not that of ``name`` or a line is not what it should be.
    """
    decoder = msgspec.json.Decoder(kind)
    numbered = enumerate(_lines(chunks), 1)
    try:
        _, first = next(numbered, (0, b""))
        head = msgspec.json.decode(first, type=Head)
        if head.schema != schema(name):
            raise DamageError(
                f"{place} holds {head.schema}, not {schema(name)}.",
                f"{place} {schema(name)} değil, {head.schema} içeriyor.",
            )
        number = 1
        for number, line in numbered:  # noqa: B007 (named in the error below)
            yield decoder.decode(line)
    except BROKEN as error:
        raise DamageError(
            f"{place} cannot be read: {error}", f"{place} okunamıyor: {error}"
        ) from None


def salvage(chunks: Iterable[bytes], kind: type[T]) -> Iterator[T]:
    """Read what can still be read of a damaged index: lines that are no value are left out."""
    decoder = msgspec.json.Decoder(kind)
    for line in _lines(chunks):
        try:
            yield decoder.decode(line)
        except BROKEN:
            continue


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    if rest:
        yield rest
