# SPDX-License-Identifier: Apache-2.0
"""Questions put to the catalogue: articles, titles, files, sealed objects. Answers are values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec
from django.db.models import Count, F, Max, Min, Q

from emanet.model.finding import Finding
from emanet.model.ids import normal_doi, normal_issn
from emanet.model.search import SearchDocument, search_document
from emanet.registry import bulk
from emanet.registry.catalogue import models
from emanet.registry.catalogue.answers import (
    ArticleInfo,
    Brief,
    FileInfo,
    IssueInfo,
    NameInfo,
    ObjectInfo,
    TitleInfo,
)
from emanet.registry.catalogue.places import issue_place
from emanet.registry.catalogue.reading import (
    FILE,
    OBJECT,
    article_info,
    briefs,
    coverage,
    file_infos,
    read_record,
    title_infos,
)
from emanet.registry.words import folded


def brief(doi: str) -> Brief | None:
    """The article with this DOI (any spelling) in one line, or None."""
    found = briefs(models.Article.objects.filter(doi=normal_doi(doi) or None)[:1])
    return found[0] if found and normal_doi(doi) else None


def briefs_of(articles: Sequence[int]) -> tuple[Brief, ...]:
    """Articles by their keys, in the order given; unknown keys are left out."""
    known = {b.id: b for b in briefs(models.Article.objects.filter(id__in=articles))}
    return tuple(known[pk] for pk in articles if pk in known)


def article_by_doi(doi: str) -> ArticleInfo | None:
    """The article with this DOI (any spelling): versions, files, relations both ways; or None."""
    folded = normal_doi(doi)
    return article_info(Q(doi=folded)) if folded else None


def article_by_id(article: int) -> ArticleInfo | None:
    """The article with this key, as ``article_by_doi`` gives it; or None."""
    return article_info(Q(id=article))


def article_by_identifier(kind: str, value: str) -> ArticleInfo | None:
    """The article with another identifier: ``kind`` is ``pmid``, ``pmcid`` or ``pii``; or None."""
    bare = "".join(c for c in value.upper() if c.isalnum())
    bare = bare.removeprefix("PMC") if kind == "pmcid" else bare
    owner = models.ArticleKey.objects.filter(value=f"{kind}:{bare}").values_list("article_id")
    return article_info(Q(id__in=owner[:1]))


def articles_at(
    issn: str, *, year: int = 0, volume: str = "", issue: str = "", page: str = ""
) -> tuple[Brief, ...]:
    """The articles at a place in a title found by any of its ISSNs; at most 50, in order.

    What is not given is not compared. Cover and online year often differ: where volume and page
    are given, an article of another year is returned if none has the year asked for.
    """
    rows = models.Article.objects.filter(
        title__in=models.TitleIssn.objects.filter(issn=normal_issn(issn)).values("title_id")[:1]
    ).order_by("place", "id")
    for name, value in (("volume", volume), ("page", page), ("issue", issue)):
        if value:
            rows = rows.filter(**{name: value.strip()})
    if not year:
        return briefs(rows[:50])
    if not (volume and page):
        return briefs(rows.filter(year=year)[:50])
    found = briefs(rows[:50])
    return tuple(b for b in found if b.year == year) or found


def articles_in_issue(
    title: int,
    year: int,
    volume: str,
    issue: str,
    *,
    after: tuple[str, int] = ("", -1),
    limit: int = 100,
) -> tuple[Brief, ...]:
    """The articles of an issue (as ``browsing.issues`` names it) in order of their pages.

    ``after`` is ``place`` and ``id`` of the last article of the list before.
    """
    begins, (place, pk) = issue_place(volume, issue), after
    rows = models.Article.objects.filter(
        Q(place__gt=place) | Q(place=place, id__gt=pk),
        title=title,
        year=year,
        place__gte=max(begins, place),
        place__lt=begins[:-1] + chr(ord("!") + 1),
        volume=volume,
        issue=issue,
    )
    return briefs(rows.order_by("place", "id")[:limit])


def articles_of_title(
    title: int,
    *,
    after: tuple[int, str, int] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[Brief, ...]:
    """The articles of a title, newest first.

    ``after`` is (year, place, id) of the last one seen; ``offset`` leaves out some (it costs their
    reading: only for a few thousand).
    """
    rows = models.Article.objects.filter(title=title)
    if after is not None:
        year, place, pk = after
        rows = rows.filter(
            Q(year__lt=year) | Q(year=year, place__lt=place) | Q(year=year, place=place, id__lt=pk),
            year__lte=year,
        )
    return briefs(rows.order_by("-year", "-place", "-id")[offset : offset + limit])


def files_between(
    first: int, last: int, delivery: int, *, after: int = -1, limit: int = 100, fate: str = ""
) -> tuple[FileInfo, ...]:
    """The files of a delivery (its key), whose keys lie between two, after one, in order."""
    rows = models.File.objects.filter(
        id__range=(max(first, after + 1), last), delivery=delivery
    ).order_by("id")
    if fate:
        rows = rows.filter(fate=fate)
    return file_infos(list(rows.values_list(*FILE)[:limit]))


def known_issns() -> frozenset[str]:
    """All ISSNs of all titles."""
    return frozenset(models.TitleIssn.objects.values_list("issn", flat=True))


def title_by_issn(issn: str) -> TitleInfo | None:
    """The title with this ISSN (any of its ISSNs, any spelling), or None."""
    rows = models.TitleIssn.objects.filter(issn=normal_issn(issn)).values_list("title_id")
    return next(iter(title_infos([row[0] for row in rows]).values()), None)


def title_by_id(title: int) -> TitleInfo | None:
    """The title with this key: names (newest first), and what is kept of it; or None."""
    info = title_infos([title]).get(title)
    if info is None:
        return None
    names = models.TitleName.objects.filter(title=title).order_by("-last_year", "-id")
    history = names.values_list("name", "publisher", "first_year", "last_year")
    return _with_coverage(
        [msgspec.structs.replace(info, history=tuple(NameInfo(*row) for row in history))]
    )[0]


def find_titles(text: str, *, limit: int = 20) -> tuple[TitleInfo, ...]:
    """Titles by ISSN, or by words of a present or former name (folded), nearest first.

    Nearest is a name that is the text, then one that begins with it, then by the alphabet.
    """
    if normal_issn(text):
        found = title_by_issn(text)
        return (found,) if found else ()
    words = folded(text)
    if not words:
        return ()
    where = Q()
    for word in words.split():
        where &= Q(folded__contains=word)
    nearness: dict[int, int] = {}
    for title, name in models.TitleName.objects.filter(where).values_list("title_id", "folded"):
        step = 0 if name == words else 1 if name.startswith(words) else 2
        nearness[title] = min(step, nearness.get(title, step))
    infos = title_infos(list(nearness))
    ordered = sorted(infos.values(), key=lambda info: (nearness[info.id], info.sort_key, info.id))
    return tuple(ordered[:limit])


def list_titles(*, after: str = "", limit: int = 50) -> tuple[TitleInfo, ...]:
    """Titles A to Z by the Turkish alphabet, with how much is kept of each.

    ``after`` is the ``cursor`` of the last title of the page before; a ``sort_key`` alone starts
    the list there.
    """
    sort_key, _, pk = after.partition("|")
    seen = int(pk) if pk.isascii() and pk.isdigit() else -1
    rows = (
        models.Title.objects.filter(Q(sort_key__gt=sort_key) | Q(sort_key=sort_key, id__gt=seen))
        .filter(sort_key__gte=sort_key)  # lets both engines start in the index
        .order_by("sort_key", "id")
        .values_list("id", flat=True)[:limit]
    )
    keys = list(rows)
    infos = title_infos(keys)
    return _with_coverage([infos[key] for key in keys])


def _with_coverage(infos: Sequence[TitleInfo]) -> tuple[TitleInfo, ...]:
    kept = coverage([info.id for info in infos])
    return tuple(
        msgspec.structs.replace(info, articles=n, first_year=first, last_year=last)
        for info in infos
        for n, first, last in [kept.get(info.id, (0, 0, 0))]
    )


def issues(title: int) -> tuple[IssueInfo, ...]:
    """The issues of a title: newest year first, and within a year in their order."""
    rows = (
        models.Article.objects.filter(title=title)
        .values("year", "volume", "issue")
        .annotate(n=Count("*"), begins=Min("place"))
        .values_list("year", "volume", "issue", "n", "begins")
    )
    found = [
        IssueInfo(year, volume, issue, n, issue_place(volume, issue))
        for year, volume, issue, n, _ in rows
    ]
    return tuple(sorted(found, key=lambda info: (-info.year, info.place, info.volume, info.issue)))


def clashes(*, limit: int = 100) -> tuple[Finding, ...]:
    """Titles that an article tied together by carrying ISSNs of both, as findings, newest first."""
    rows = (
        models.TitleClash.objects.order_by("-id").values_list(
            "issn", "title__name", "title_id", "other__name", "other_id"
        )
    )[:limit]
    return tuple(
        Finding(
            "TITLE-ISSNS-CLASH",
            detail={"issn": issn, "title": title or str(pk), "other": other or str(other_pk)},
        )
        for issn, title, pk, other, other_pk in rows
    )


def known_contents(dois: Iterable[str]) -> dict[str, dict[str, int]]:
    """What is kept of these DOIs (any spelling): folded DOI to {content digest: version key}."""
    known: dict[str, dict[str, int]] = {}
    articles = bulk.find(
        models.Article, ("id", "doi"), "doi", sorted({normal_doi(doi) for doi in dois} - {""})
    )
    by_article: dict[int, str] = dict(articles)
    for pk, article, content in bulk.find(
        models.Version, ("id", "article_id", "content"), "article_id", sorted(by_article)
    ):
        known.setdefault(by_article[article], {})[bytes(content).hex()] = pk
    return known


def known_without_doi(contents: Iterable[str]) -> dict[str, int]:
    """Which of these content digests are kept as articles without DOI: digest to version key."""
    wanted = sorted({bytes.fromhex(content) for content in contents})
    rows: dict[str, int] = {}
    for first in range(0, len(wanted), 500):
        found = models.Version.objects.filter(doi="", content__in=wanted[first : first + 500])
        for pk, content in found.values_list("id", "content"):
            digest = bytes(content).hex()
            rows[digest] = min(pk, rows.get(digest, pk))
    return rows


def last_sequence() -> int:
    """The sequence of the last object that is in the registry, 0 for none."""
    return models.SealedObject.objects.aggregate(last=Max("sequence"))["last"] or 0


def objects(*, after: int = 0, limit: int = 100, kind: str = "") -> tuple[ObjectInfo, ...]:
    """Sealed objects after a sequence, in order."""
    rows = models.SealedObject.objects.filter(sequence__gt=after).order_by("sequence")
    rows = rows.filter(kind=kind) if kind else rows
    return tuple(ObjectInfo(*row) for row in rows.values_list(*OBJECT)[:limit])


def sealed_object(ref: str) -> ObjectInfo | None:
    """The sealed object with this id, or None."""
    for row in models.SealedObject.objects.filter(ref=ref).values_list(*OBJECT):
        return ObjectInfo(*row)
    return None


def audit_order(page: int = 500) -> Iterator[ObjectInfo]:
    """All sealed objects, least recently audited first (never audited before all others)."""
    at, sequence = "", -1
    while True:
        rows = models.SealedObject.objects.filter(
            Q(audited__gt=at) | Q(audited=at, sequence__gt=sequence)
        ).order_by("audited", "sequence")
        found = [ObjectInfo(*row) for row in rows.values_list(*OBJECT)[:page]]
        yield from found
        if len(found) < page:
            return
        at, sequence = found[-1].audited, found[-1].sequence


def search_documents(after: int = 0, *, page: int = 500) -> Iterator[SearchDocument]:
    """The documents of all articles to which a version came after the version ``after``.

    Each article once, by its current version, in the order in which their last versions came.
    """
    while True:
        rows = list(
            models.Version.objects.filter(id__gt=after, article__latest=F("id"))
            .order_by("id")
            .values_list(
                "id",
                "article_id",
                "article__title_id",
                "article__year",
                "article__current__record",
            )[:page]
        )
        for pk, article, title, year, record in rows:
            yield search_document(article, pk, read_record(record), journal=title or 0, year=year)
        if len(rows) < page:
            return
        after = rows[-1][0]


def dois_of_versions(versions: Collection[int]) -> dict[int, str]:
    """DOIs as displayed of article versions, by the versions' keys; "" for none."""
    return dict(bulk.find(models.Version, ("id", "doi"), "id", sorted(versions)))


def authors_of(articles: Collection[int], *, most: int = 6) -> dict[int, str]:
    """The authors of articles in one line each, by the articles' keys; after ``most``, "et al."."""
    rows = models.Article.objects.filter(id__in=articles).values_list("id", "current__record")
    lines = {}
    for pk, record in rows:
        names = [author.name for author in read_record(record).authors]
        lines[pk] = "; ".join(names[:most]) + ("; et al." if len(names) > most else "")
    return lines
