# SPDX-License-Identifier: Apache-2.0
"""Questions about deliveries: their state, findings, the fate of every file; and the counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from django.db.models import Count, Min, Q, QuerySet, Sum

from emanet.model import finding
from emanet.model.delivery import Fate, State, Verdict
from emanet.registry.catalogue import models as catalogue
from emanet.registry.catalogue.answers import FileInfo
from emanet.registry.catalogue.queries import files_between
from emanet.registry.catalogue.reading import FILE, file_infos
from emanet.registry.deliveries import models

_detail = msgspec.json.Decoder(dict[str, str]).decode

_DELIVERY = (
    "ref",
    "name",
    "publisher",
    "received",
    "state",
    "verdict",
    "layout",
    "bytes",
    "files",
    "held_files",
    "articles",
    "accession",
    "decided",
    "reason",
    "waits_until",
    "repeats",
    "id",
)
_FINDING = ("delivery", "code", "place", "detail", "version")


class DeliveryInfo(msgspec.Struct, frozen=True):
    """A delivery by its newest receipt. ``repeats`` counts how often it came again; ``key`` leafs.

    ``findings`` is filled where one delivery is asked for, and in the problem queue (the worst).
    """

    id: str
    name: str
    publisher: str
    received: str
    state: State
    verdict: Verdict
    layout: str
    bytes: int
    files: int
    held_files: int
    articles: int
    accession: str
    decided: str
    reason: str
    waits_until: str
    repeats: int
    key: int
    findings: tuple[finding.Finding, ...] = ()


class FindingGroup(msgspec.Struct, frozen=True):
    """The findings of one code in a delivery: how many, and the first of them."""

    code: str
    count: int
    first: tuple[finding.Finding, ...]


class HeldFile(msgspec.Struct, frozen=True):
    """A file that waits for a person, of a delivery that is otherwise accepted, and why."""

    file: FileInfo
    delivery: str
    delivery_name: str
    findings: tuple[finding.Finding, ...]


class Counts(msgspec.Struct, frozen=True):
    """What the registry holds, in numbers.

    ``files`` are delivered files of all deliveries, ``bytes`` what the sealed objects take,
    ``held``, ``waiting`` and ``refused`` deliveries, ``damaged`` objects whose last audit found
    damage; ``oldest_audit`` is the moment, "" while nothing was audited; ``never_audited`` objects.
    """

    deliveries: int
    accessions: int
    articles: int
    versions: int
    titles: int
    files: int
    bytes: int
    held: int
    held_files: int
    refused: int
    waiting: int
    damaged: int
    oldest_audit: str
    never_audited: int


def list_deliveries(
    *,
    state: str | None = None,
    publisher: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> tuple[DeliveryInfo, ...]:
    """Deliveries, newest receipt first; ``before`` is the ``key`` of the last one seen."""
    rows = models.Delivery.objects.order_by("-id")
    rows = rows.filter(state=str(state)) if state else rows
    rows = rows.filter(publisher=publisher) if publisher else rows
    rows = rows.filter(id__lt=before) if before is not None else rows
    return _infos(rows[:limit])


def delivery(ref: str, *, findings: bool = True) -> DeliveryInfo | None:
    """The delivery with this id and all its findings, in their order; or None.

    Without ``findings`` they are left out: a large delivery may have very many.
    """
    rows = models.Delivery.objects.filter(ref=ref)
    for info in _infos(rows):
        found = _findings([info.key])[info.key] if findings else ()
        return msgspec.structs.replace(info, findings=tuple(found))
    return None


def finding_groups(key: int, *, each: int = 10) -> tuple[FindingGroup, ...]:
    """The findings of a delivery (its ``key``) by code, worst first, then the most frequent.

    Of each code the number, and the first ``each`` findings.
    """
    rows = _finding_span([key])
    if rows is None:
        return ()
    groups = []
    for code, count in rows.values("code").annotate(n=Count("*")).values_list("code", "n"):
        first = rows.filter(code=code).order_by("id").values_list(*_FINDING)[:each]
        groups.append(FindingGroup(code, count, tuple(_finding(row) for row in first)))
    return tuple(sorted(groups, key=lambda g: (-_severity(g.first[0]), -g.count, g.code)))


def fate_counts(ref: str) -> dict[Fate, int]:
    """How many files of a delivery met with which fate; reads a row for each file."""
    rows = models.Delivery.objects.filter(ref=ref).values_list("id", "first_file", "last_file")
    for key, first, last in rows:
        if first is not None and last is not None:
            files = catalogue.File.objects.filter(id__range=(first, last), delivery=key)
            counted = files.values("fate").annotate(n=Count("*")).values_list("fate", "n")
            return {Fate(fate): n for fate, n in sorted(counted)}
    return {}


def delivery_files(
    ref: str, *, after: int = -1, limit: int = 100, fate: Fate | None = None
) -> tuple[FileInfo, ...]:
    """The files of a delivery in their order, each with its fate.

    ``after`` is the ``id`` of the last one seen; with ``fate``, those with that fate only.
    """
    rows = models.Delivery.objects.filter(ref=ref).values_list("id", "first_file", "last_file")
    for key, first, last in rows:
        if first is not None and last is not None:
            wanted = fate.value if fate is not None else ""
            return files_between(first, last, key, after=after, limit=limit, fate=wanted)
    return ()


def versions_with_findings(ref: str) -> dict[int, tuple[finding.Finding, ...]]:
    """The findings of a delivery that touch an article version, by the version's key."""
    rows = models.Delivery.objects.filter(ref=ref).values_list("id", flat=True)
    touched: dict[int, list[finding.Finding]] = {}
    for key in rows:
        for row in _finding_rows([key]):
            if row[4] is not None:
                touched.setdefault(row[4], []).append(_finding(row))
    return {version: tuple(found) for version, found in touched.items()}


def problem_queue(
    *, before: int | None = None, limit: int = 50, findings: int = 10
) -> tuple[DeliveryInfo, ...]:
    """Deliveries that need a person, newest first: held, waiting, or with files held.

    Each with its worst findings, at most ``findings`` (0 reads none); ``before`` as in
    ``list_deliveries``.
    """
    # The condition is that of the index "delivery_problem", word for word.
    rows = models.Delivery.objects.filter(
        Q(state__in=[State.HELD.value, State.WAITING.value]) | Q(held_files__gt=0)
    ).order_by("-id")
    rows = rows.filter(id__lt=before) if before is not None else rows
    infos = _infos(rows[:limit])
    if not findings:
        return infos
    found = _findings([info.key for info in infos])
    return tuple(
        msgspec.structs.replace(
            info, findings=tuple(sorted(found[info.key], key=_severity, reverse=True)[:findings])
        )
        for info in infos
    )


def held_files(*, before: int | None = None, limit: int = 100) -> tuple[HeldFile, ...]:
    """Files with the fate ``held`` of deliveries that are not held as a whole, newest first.

    ``before`` is the ``file.id`` of the last one seen.
    """
    held = models.Delivery.objects.filter(state=State.HELD.value, held_files__gt=0).values("id")
    rows = catalogue.File.objects.filter(fate=Fate.HELD.value).exclude(delivery__in=held)
    rows = rows.filter(id__lt=before) if before is not None else rows
    columns = list(rows.order_by("-id").values_list(*FILE, "delivery")[:limit])
    keys = sorted({row[-1] for row in columns if row[-1] is not None})
    known = {
        key: (ref, name)
        for key, ref, name in models.Delivery.objects.filter(id__in=keys).values_list(
            "id", "ref", "name"
        )
    }
    found = _findings(keys)
    files = file_infos([row[:-1] for row in columns])
    return tuple(
        HeldFile(
            file,
            *known.get(row[-1], ("", "")),
            tuple(f for f in found.get(row[-1], ()) if f.place == file.name),
        )
        for file, row in zip(files, columns, strict=True)
    )


def counts() -> Counts:
    """Count what the registry holds; reads small tables only, whatever the number of files."""
    by_state = dict(
        models.Delivery.objects.values("state").annotate(n=Count("*")).values_list("state", "n")
    )
    sums = models.Delivery.objects.aggregate(files=Sum("files"))
    held_count = models.Delivery.objects.filter(held_files__gt=0).aggregate(n=Sum("held_files"))
    objects = catalogue.SealedObject.objects
    sealed = objects.aggregate(
        accessions=Count("pk", filter=Q(kind="acc")),
        articles=Sum("articles"),
        versions=Sum("versions"),
        bytes=Sum("bytes"),
        never=Count("pk", filter=Q(audited="")),
        damaged=Count("pk", filter=Q(damages__gt=0)),
    )
    oldest = objects.exclude(audited="").aggregate(at=Min("audited"))["at"]
    return Counts(
        deliveries=sum(by_state.values()),
        accessions=sealed["accessions"],
        articles=sealed["articles"] or 0,
        versions=sealed["versions"] or 0,
        titles=catalogue.Title.objects.count(),
        files=sums["files"] or 0,
        bytes=sealed["bytes"] or 0,
        held=by_state.get(State.HELD.value, 0),
        held_files=held_count["n"] or 0,
        refused=by_state.get(State.REFUSED.value, 0),
        waiting=by_state.get(State.WAITING.value, 0),
        damaged=sealed["damaged"],
        oldest_audit=oldest or "",
        never_audited=sealed["never"],
    )


def known_deliveries(refs: Iterable[str]) -> dict[str, State]:
    """Which of these delivery ids are known, and where they stand."""
    rows = models.Delivery.objects.filter(ref__in=list(refs)).values_list("ref", "state")
    return {ref: State(state) for ref, state in rows}


def accepted_like(names: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Names and sizes of accepted deliveries that bear these names: they may be the same bytes."""
    wanted = sorted(set(names))
    found: set[tuple[str, int]] = set()
    for first in range(0, len(wanted), 500):
        rows = models.Delivery.objects.filter(
            name__in=wanted[first : first + 500],
            state__in=[State.ACCEPTED.value, State.REPEATED.value],
        )
        found.update(rows.values_list("name", "bytes"))
    return frozenset(found)


def _infos(rows: QuerySet[models.Delivery]) -> tuple[DeliveryInfo, ...]:
    found: list[tuple[Any, ...]] = list(rows.values_list(*_DELIVERY))
    return tuple(
        DeliveryInfo(*(*row[:4], State(row[4]), Verdict(row[5]), *row[6:])) for row in found
    )


def _finding_span(keys: Collection[int]) -> QuerySet[models.Finding] | None:
    spans = models.Delivery.objects.filter(id__in=keys, first_finding__isnull=False)
    where = Q()
    for key, first, last in spans.values_list("id", "first_finding", "last_finding"):
        where |= Q(delivery=key, id__range=(first, last))
    return models.Finding.objects.filter(where) if where else None


def _finding_rows(keys: Collection[int]) -> list[tuple[Any, ...]]:
    rows = _finding_span(keys)
    return [] if rows is None else list(rows.order_by("id").values_list(*_FINDING))


def _findings(keys: Collection[int]) -> dict[int, list[finding.Finding]]:
    found: dict[int, list[finding.Finding]] = {key: [] for key in keys}
    for row in _finding_rows(keys):
        found[row[0]].append(_finding(row))
    return found


def _finding(row: tuple[Any, ...]) -> finding.Finding:
    _, code, place, detail, _ = row
    return finding.Finding(code, place, _detail(detail) if detail else {})


def _severity(found: finding.Finding) -> int:
    known = finding.catalogue().get(found.code)
    return known.severity.rank if known else 0
