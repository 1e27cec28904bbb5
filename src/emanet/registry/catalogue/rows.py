# SPDX-License-Identifier: Apache-2.0
"""A sealed object as rows of the catalogue, as far as the object alone determines them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from emanet.model.article import Issn, Record, VersionStage
from emanet.model.delivery import Fate, Format, Role
from emanet.model.ids import normal_doi, normal_issn
from emanet.model.stored import ArticleLine, Records
from emanet.registry.catalogue.places import likeness, page_of, place, year_of
from emanet.registry.keys import Numbers, key, span
from emanet.registry.prepared import CatalogueRows, Line, Row
from emanet.registry.words import name_key, plain

_ROLES = {role: str(role.value) for role in Role}
_FATES = {fate: str(fate.value) for fate in Fate}
_RANKS = {stage: stage.rank for stage in VersionStage}
_encode = msgspec.json.Encoder().encode


def catalogue_rows(sealed: Records) -> CatalogueRows:
    """All that one object says to the catalogue.

    Raises RegistryError when it has more files than keys can number.
    """
    formats: dict[Format, int] = {}
    files = _files(sealed, formats)
    head = (
        sealed.sequence,
        sealed.id,
        sealed.kind,
        sealed.created,
        sealed.bytes,
        sealed.inventory_digest,
        len(sealed.members),
        len(sealed.articles),
    )
    return CatalogueRows(
        head,
        tuple(_line(sealed.sequence, article) for article in sealed.articles),
        files,
        tuple(
            (pk, *map(plain, (given.label, given.mime, given.puid, given.tool)))
            for given, pk in formats.items()
        ),
        _relations(sealed),
    )


def rank_of(stage: VersionStage | None) -> int:
    """Standing of a version; a version that says nothing counts as the version of record."""
    return _RANKS[VersionStage.VOR if stage is None else stage]


def format_key(given: Format) -> int:
    """The key of a format: a hash of what it says, the same whoever meets it first."""
    digest = hashlib.blake2b(_encode(given), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _files(sealed: Records, formats: dict[Format, int]) -> tuple[Row, ...]:
    """The rows of the members. Written out flat: it runs once for every file of the archive."""
    sequence = sealed.sequence
    first, _ = span(sequence)
    deliveries = {
        receipt.delivery.id: key(sequence, number) for number, receipt in enumerate(sealed.receipts)
    }
    from_hex = bytes.fromhex
    rows: list[Row] = []
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
        key(sequence, max(member.ordinal for member in sealed.members))  # or raises
    return tuple(rows)


def _line(sequence: int, article: ArticleLine) -> Line:
    record = article.record
    doi = plain(normal_doi(record.doi)) if record.doi else ""
    volume, issue, page = plain(record.volume), plain(record.issue), plain(page_of(record))
    journal, publisher, year = plain(record.journal), plain(record.publisher), year_of(record)
    rest = (
        sequence,
        article.delivery,
        plain(record.doi) if doi else "",
        plain(record.title),
        journal,
        publisher,
        volume,
        issue,
        plain(record.first_page),
        plain(record.elocation_id),
        year,
        plain(record.published),
        plain(record.type),
        str(record.stage.value) if record.stage is not None else "",
        plain(record.languages[0]) if record.languages else "",
        _licence(record),
        record.open_access,
        bytes.fromhex(article.content),
        _encode(article.members).decode(),
        _encode(record).decode(),
    )
    return Line(
        key(sequence, article.ordinal),
        doi,
        tuple(_keys(record.ids)) if record.ids else (),
        likeness(record.title),
        _issns(record.issns),
        journal,
        publisher,
        name_key(journal, publisher),
        year,
        volume,
        issue,
        page,
        place(record),
        rank_of(record.stage),
        rest,
    )


@lru_cache(maxsize=8192)
def _issns(given: tuple[Issn, ...]) -> tuple[tuple[str, str], ...]:
    """The valid ISSNs with their medium, each once."""
    media: dict[str, str] = {}
    for issn in given:
        value = normal_issn(issn.value)
        if value:
            media[value] = issn.medium or media.get(value, "")
    return tuple(media.items())


def _keys(ids: dict[str, str]) -> Iterator[str]:
    for kind in ("pmcid", "pmid", "pii"):
        value = "".join(c for c in ids.get(kind, "").upper() if c.isalnum())
        if kind == "pmcid":
            value = value.removeprefix("PMC")
        if value.strip("0"):
            yield f"{kind}:{value}"


def _relations(sealed: Records) -> tuple[Row, ...]:
    numbers = Numbers()
    return tuple(
        (
            numbers.take(sealed.sequence),
            key(sealed.sequence, article.ordinal),
            str(related.relation.value),
            plain(normal_doi(related.doi)),
            plain(related.given),
            plain(related.source),
            plain(related.citation),
        )
        for article in sealed.articles
        for related in article.record.related
    )


def _licence(record: Record) -> str:
    """The licence in one line: the address of the first that has one, else the first's words."""
    for licence in record.licences:
        if licence.url:
            return plain(licence.url)
    return plain(record.licences[0].words) if record.licences else ""
