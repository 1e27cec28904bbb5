# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue to the values that queries answer with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from django.db.models import Count, Max, Min, Q, QuerySet

from emanet.model.article import Issn, Record, Relation, VersionStage
from emanet.model.delivery import Fate, Format, Role, Step
from emanet.model.stored import Locator
from emanet.registry import bulk
from emanet.registry.catalogue import models
from emanet.registry.catalogue.answers import (
    ArticleInfo,
    Brief,
    FileInfo,
    ObjectInfo,
    RelatedInfo,
    TitleInfo,
    VersionInfo,
)
from emanet.registry.keys import key, sequence_of

read_record = msgspec.json.Decoder(Record).decode
_steps = msgspec.json.Decoder(tuple[Step, ...]).decode
_numbers = msgspec.json.Decoder(list[int]).decode

BRIEF = (
    "id",
    "current__doi",
    "current__title",
    "current__journal",
    "current__publisher",
    "year",
    "volume",
    "issue",
    "page",
    "current__published",
    "current__type",
    "current__stage",
    "current__language",
    "current__licence",
    "current__open_access",
    "current__object__ref",
    "place",
)
FILE = (
    "id",
    "name",
    "role",
    "fate",
    "bytes",
    "sha256",
    "crc32",
    "format_id",
    "path",
    "steps",
    "version",
    "raw_name",
    "language",
)
OBJECT = (
    "ref",
    "sequence",
    "kind",
    "created",
    "bytes",
    "digest",
    "files",
    "versions",
    "audited",
    "damages",
)
# Relations that lead on to further notices; a bare "related to" would lead anywhere.
_CHAINED = frozenset(Relation) - {Relation.OTHER, Relation.TRANSLATES}


def briefs(rows: QuerySet[models.Article]) -> tuple[Brief, ...]:
    """The articles of a query, in its order, each in one line."""
    return tuple(Brief(*row) for row in rows.values_list(*BRIEF))


def title_infos(titles: Collection[int]) -> dict[int, TitleInfo]:
    """Titles by their keys, with their ISSNs in order of arrival."""
    if not titles:
        return {}
    issns: dict[int, list[Issn]] = {}
    for title, issn, medium in (
        models.TitleIssn.objects.filter(title__in=titles)
        .order_by("id")
        .values_list("title_id", "issn", "medium")
    ):
        issns.setdefault(title, []).append(Issn(issn, medium))
    return {
        pk: TitleInfo(pk, name, publisher, tuple(issns.get(pk, ())), sort_key)
        for pk, name, publisher, sort_key in models.Title.objects.filter(id__in=titles).values_list(
            "id", "name", "publisher", "sort_key"
        )
    }


def coverage(titles: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """For each title: how many articles, first and last year of them (0 while unknown)."""
    rows = (
        models.Article.objects.filter(title__in=titles)
        .values("title_id")
        .annotate(n=Count("*"), first=Min("year", filter=Q(year__gt=0)), last=Max("year"))
        .values_list("title_id", "n", "first", "last")
    )
    return {title: (n, first or 0, last or 0) for title, n, first, last in rows}


def article_info(where: Q) -> ArticleInfo | None:
    """The one article that ``where`` picks, with all that belongs to it; or None."""
    row = models.Article.objects.filter(where).values_list("id", "doi", "title_id", "current_id")
    for pk, doi, title, current in row[:1]:
        titles = title_infos([title] if title is not None else [])
        return ArticleInfo(
            pk,
            doi or "",
            titles.get(title) if title is not None else None,
            _versions(pk, current),
            related(pk, doi or ""),
        )
    return None


def _versions(article: int, current: int) -> tuple[VersionInfo, ...]:
    rows = list(
        models.Version.objects.filter(article=article)
        .order_by("id")
        .values_list(
            "id",
            "number",
            "stage",
            "record",
            "content",
            "members",
            "delivery",
            *(f"object__{name}" for name in OBJECT),
        )
    )
    wanted = {row[0]: [key(sequence_of(row[0]), n) for n in _numbers(row[5])] for row in rows}
    found = {file.id: file for file in _files_of([pk for keys in wanted.values() for pk in keys])}
    return tuple(
        VersionInfo(
            pk,
            number,
            pk == current,
            VersionStage(stage) if stage else None,
            read_record(record),
            bytes(content).hex(),
            ObjectInfo(*sealed),
            delivery,
            tuple(found[file] for file in wanted[pk] if file in found),
        )
        for pk, number, stage, record, content, _, delivery, *sealed in rows
    )


def _files_of(keys: Sequence[int]) -> tuple[FileInfo, ...]:
    return file_infos(sorted(bulk.find(models.File, FILE, "id", keys)))


def file_infos(rows: Sequence[tuple[Any, ...]]) -> tuple[FileInfo, ...]:
    """Rows of files, columns as ``FILE`` lists them, as values."""
    formats = {
        pk: Format(label, mime, puid, tool)
        for pk, label, mime, puid, tool in models.FileFormat.objects.filter(
            id__in={row[7] for row in rows}
        ).values_list("id", "label", "mime", "puid", "tool")
    }
    sequences = {sequence_of(row[0]) for row in rows}
    refs = dict(
        models.SealedObject.objects.filter(sequence__in=sequences).values_list("sequence", "ref")
    )
    return tuple(
        FileInfo(
            pk,
            name,
            Role(role),
            Fate(fate),
            size,
            bytes(sha256).hex(),
            crc32,
            formats[file_format],
            Locator(refs[sequence_of(pk)], path, _steps(steps) if steps else ()) if path else None,
            version,
            bytes(raw_name or b""),
            language,
        )
        for (
            pk,
            name,
            role,
            fate,
            size,
            sha256,
            crc32,
            file_format,
            path,
            steps,
            version,
            raw_name,
            language,
        ) in rows
    )


def related(article: int, doi: str, *, depth: int = 6, most: int = 200) -> tuple[RelatedInfo, ...]:
    """What is related to an article, said by it or of it, whichever came first, and along chains.

    Takes the article's key and folded DOI. All versions count: a relation once stated is not
    undone by a version that forgets it. ``depth`` and ``most`` bound the walk.
    """
    found: list[RelatedInfo] = []
    edges: set[tuple[int, str, str]] = set()
    reached = {article}
    layer = {article: doi}
    for step in range(1, depth + 1):
        further: dict[int, str] = {}
        rows = _relation_rows(layer)
        dois = _dois({row[0] for row in rows})
        ends = _ends({row[2] for row in rows} | set(dois.values()))
        for speaker, relation, to_doi, given, source, citation in rows:
            edge = (speaker, relation, to_doi or citation)
            if edge in edges:
                continue
            edges.add(edge)
            forward = speaker in layer
            by, other = dois.get(speaker, ""), to_doi
            if not forward:
                by, other = to_doi, dois.get(speaker, "")
            pk, title = ends.get(other, (None, ""))
            if pk is None and not forward:  # it has no DOI itself
                pk = speaker
            found.append(
                RelatedInfo(
                    Relation(relation), by, other, forward, pk, title, step, given, source, citation
                )
            )
            if pk is not None and pk not in reached and Relation(relation) in _CHAINED:
                further[pk] = other
        reached.update(further)
        layer = further
        if not layer or len(found) >= most:
            break
    return tuple(found[:most])


def _relation_rows(layer: dict[int, str]) -> list[tuple[int, str, str, str, str, str]]:
    said_of = [doi for doi in layer.values() if doi]
    return list(
        models.Relation.objects.filter(Q(version__article__in=layer) | Q(to_doi__in=said_of))
        .order_by("id")
        .values_list("version__article_id", "relation", "to_doi", "given", "source", "citation")
    )


def _dois(articles: Collection[int]) -> dict[int, str]:
    rows = models.Article.objects.filter(id__in=articles).values_list("id", "doi")
    return {pk: doi or "" for pk, doi in rows}


def _ends(dois: Iterable[str]) -> dict[str, tuple[int, str]]:
    wanted = [doi for doi in dois if doi]
    rows = models.Article.objects.filter(doi__in=wanted).values_list("doi", "id", "current__title")
    return {doi: (pk, title) for doi, pk, title in rows if doi}
