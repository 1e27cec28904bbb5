# SPDX-License-Identifier: Apache-2.0
"""Sealed records to rows of the catalogue: the only hand that writes them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max

from emanet.model.errors import RegistryError
from emanet.model.stored import Records
from emanet.registry import bulk
from emanet.registry.catalogue.articles import ArticleBook
from emanet.registry.catalogue.models import File, FileFormat, Relation, SealedObject, Version
from emanet.registry.catalogue.rows import catalogue_rows
from emanet.registry.catalogue.titles import TitleBook
from emanet.registry.keys import sequence_of
from emanet.registry.prepared import CatalogueRows, Prepared, Row


def project(objects: Sequence[Records | Prepared]) -> None:
    """Bring sealed objects into the catalogue.

    Takes objects in ascending sequence; those that are there already are passed over, so that the
    same call may be repeated. The rows depend on the sequence alone, not on how it is cut into
    calls. The caller opens the transaction, and calls the projections of deliveries and activity
    after this one with the same objects. Raises RegistryError when an object comes out of turn:
    the rows would not be those of a rebuild.
    """
    bulk.check_engine()
    fresh = [
        sealed.catalogue if isinstance(sealed, Prepared) else catalogue_rows(sealed)
        for sealed in _unseen(objects)
    ]
    if not fresh:
        return
    new_articles = _project_articles(fresh)
    bulk.load(
        SealedObject,
        [(*rows.head, new_articles.get(rows.head[0], 0), "", 0) for rows in fresh],
    )
    for rows in fresh:
        bulk.load(File, rows.files)
    formats = {row[0]: row for rows in fresh for row in rows.formats}
    known = {row[0] for row in bulk.find(FileFormat, ("id",), "id", formats)}
    bulk.load(FileFormat, [row for pk, row in formats.items() if pk not in known])


def _unseen(objects: Sequence[Records | Prepared]) -> list[Records | Prepared]:
    """The objects not yet in the catalogue; raises RegistryError when one comes out of turn."""
    if not objects:
        return []
    last = SealedObject.objects.aggregate(last=Max("sequence"))["last"]
    reached = -1 if last is None else last
    sequences = [sealed.sequence for sealed in objects]
    known = {row[0] for row in bulk.find(SealedObject, ("sequence",), "sequence", sequences)}
    fresh = []
    for sealed in objects:
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


def _project_articles(objects: Sequence[CatalogueRows]) -> dict[int, int]:
    """Write titles, articles, versions and relations; returns new articles by sequence."""
    lines = [(line, rows.head[3]) for rows in objects for line in rows.lines]
    if not lines:
        return {}
    titles, articles = TitleBook(), ArticleBook()
    titles.load([line for line, _ in lines])
    known = [(line, titles.resolve(line, seen)) for line, seen in lines]
    articles.load(known)
    versions: list[Row] = []
    new_articles: dict[int, int] = {}
    for line, title in known:
        owner, number, new = articles.add(line, title)
        versions.append((line.version, owner, number, *line.rest))
        if new:
            sequence = sequence_of(line.version)
            new_articles[sequence] = new_articles.get(sequence, 0) + 1
    titles.save()
    articles.save()
    bulk.load(Version, versions)
    bulk.load(Relation, [row for rows in objects for row in rows.relations])
    return new_articles
