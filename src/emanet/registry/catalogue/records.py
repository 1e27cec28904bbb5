# SPDX-License-Identifier: Apache-2.0
"""Sealed records to rows of the catalogue: the only hand that writes them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db.models import Max

from emanet.model.article import Record
from emanet.model.errors import RegistryError
from emanet.model.ids import normal_doi
from emanet.model.stored import ArticleLine, Records
from emanet.registry import bulk
from emanet.registry.catalogue.articles import ArticleBook, Line, line
from emanet.registry.catalogue.files import project_files
from emanet.registry.catalogue.models import Relation, SealedObject, Version
from emanet.registry.catalogue.titles import TitleBook, year_of
from emanet.registry.keys import Numbers, key

_encode = msgspec.json.Encoder().encode


def project(records: Sequence[Records]) -> None:
    """Bring sealed objects into the catalogue.

    Takes objects in ascending sequence; those that are there already are passed over, so that the
    same call may be repeated. The rows depend on the sequence alone, not on how it is cut into
    calls. The caller opens the transaction, and calls the projections of deliveries and activity
    after this one with the same objects. Raises RegistryError when an object comes out of turn:
    the rows would not be those of a rebuild.
    """
    bulk.check_engine()
    fresh = unseen(records)
    if not fresh:
        return
    new_articles = _project_articles(fresh)
    bulk.load(
        SealedObject,
        [
            (
                sealed.sequence,
                sealed.id,
                sealed.kind,
                sealed.created,
                sealed.bytes,
                sealed.inventory_digest,
                len(sealed.members),
                len(sealed.articles),
                new_articles.get(sealed.sequence, 0),
                "",
                0,
            )
            for sealed in fresh
        ],
    )
    project_files(fresh)


def unseen(records: Sequence[Records]) -> list[Records]:
    """The objects not yet in the catalogue; raises RegistryError when one comes out of turn."""
    if not records:
        return []
    last = SealedObject.objects.aggregate(last=Max("sequence"))["last"]
    reached = -1 if last is None else last
    sequences = [sealed.sequence for sealed in records]
    known = {row[0] for row in bulk.find(SealedObject, ("sequence",), "sequence", sequences)}
    fresh = []
    for sealed in records:
        if sealed.sequence in known:
            continue
        if sealed.sequence <= reached:
            raise RegistryError(
                f"Object {sealed.id} comes after object {reached}, which was sealed later.",
                f"{sealed.id} nesnesi, daha sonra mühürlenen {reached} nesnesinden sonra geliyor.",
            )
        reached = sealed.sequence
        known.add(reached)
        fresh.append(sealed)
    return fresh


def _project_articles(objects: Sequence[Records]) -> dict[int, int]:
    """Write titles, articles, versions and relations; returns new articles by sequence."""
    lines = [
        (sealed, article, key(sealed.sequence, article.ordinal))
        for sealed in objects
        for article in sealed.articles
    ]
    if not lines:
        return {}
    titles, articles = TitleBook(), ArticleBook()
    titles.load(article.record for _, article, _ in lines)
    known = [
        line(version, article.record, titles.resolve(version, article.record, sealed.created))
        for sealed, article, version in lines
    ]
    articles.load(known)
    versions: list[bulk.Row] = []
    relations: list[bulk.Row] = []
    numbers = Numbers()
    new_articles: dict[int, int] = {}
    for (sealed, article, _), ln in zip(lines, known, strict=True):
        owner, number, new = articles.add(ln)
        versions.append(_version_row(sealed, article, ln, owner, number))
        for related in article.record.related:
            relations.append(
                (
                    numbers.take(sealed.sequence),
                    ln.version,
                    related.relation.value,
                    bulk.plain(normal_doi(related.doi)),
                    bulk.plain(related.given),
                    bulk.plain(related.source),
                    bulk.plain(related.citation),
                )
            )
        if new:
            new_articles[sealed.sequence] = new_articles.get(sealed.sequence, 0) + 1
    titles.save()
    articles.save()
    bulk.load(Version, versions)
    bulk.load(Relation, relations)
    return new_articles


def _version_row(
    sealed: Records, article: ArticleLine, ln: Line, owner: int, number: int
) -> bulk.Row:
    record, plain = article.record, bulk.plain
    return (
        ln.version,
        owner,
        number,
        sealed.sequence,
        article.delivery,
        plain(record.doi) if ln.doi else "",
        plain(record.title),
        plain(record.journal),
        plain(record.publisher),
        plain(record.volume),
        plain(record.issue),
        plain(record.first_page),
        plain(record.elocation_id),
        year_of(record),
        plain(record.published),
        plain(record.type),
        record.stage.value if record.stage is not None else "",
        plain(record.languages[0]) if record.languages else "",
        _licence(record),
        record.open_access,
        bytes.fromhex(article.content),
        _encode(article.members).decode(),
        _encode(record).decode(),
    )


def _licence(record: Record) -> str:
    """The licence in one line: the address of the first that has one, else the first's words."""
    for licence in record.licences:
        if licence.url:
            return bulk.plain(licence.url)
    return bulk.plain(record.licences[0].words) if record.licences else ""
