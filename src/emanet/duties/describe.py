# SPDX-License-Identifier: Apache-2.0
"""Answer for what is kept: status, an article with its its trail, a delivery with every fate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from emanet.duties import projection
from emanet.duties.means import Means
from emanet.duties.reports import (
    ArticleView,
    DeliveryView,
    FileFate,
    FileView,
    Found,
    Hit,
    RelatedView,
    VersionView,
)
from emanet.model.article import Relation
from emanet.model.errors import UnknownThing
from emanet.model.ids import normal_doi, normal_issn
from emanet.registry.activity import queries as activity
from emanet.registry.catalogue import answers
from emanet.registry.catalogue import queries as catalogue
from emanet.registry.deliveries import queries as deliveries

_INVERSE = {
    Relation.CORRECTS: "corrected-by",
    Relation.RETRACTS: "retracted-by",
    Relation.CONCERNS: "concern-expressed-by",
    Relation.ADDS_TO: "added-to-by",
    Relation.COMMENTS: "commented-on-by",
    Relation.REPLIES: "replied-to-by",
    Relation.TRANSLATES: "translated-as",
    Relation.CORRECTED_BY: "corrects",
    Relation.RETRACTED_BY: "retracts",
    Relation.OTHER: "related-to",
}
_FILES_PAGE = 5_000
_ISSN_HITS_MAX = 10_000


def describe_status(means: Means) -> dict[str, int | str | None]:
    """Count what the archive holds; ``oldest_audit`` is None while nothing was audited."""
    counts: dict[str, int | str | None] = msgspec.structs.asdict(deliveries.counts())
    counts["oldest_audit"] = counts["oldest_audit"] or None
    return {"archive": means.name, **counts}


def describe_article(means: Means, doi: str, *, number: int = 0) -> ArticleView:
    """Give an article by DOI in any spelling; ``number`` picks a version, 0 the current one.

    Raises UnknownThing when the DOI, or that version of it, is not held.
    """
    found = catalogue.article_by_doi(doi)
    if found is None:
        what = doi if normal_doi(doi) else f"{doi!r}"
        raise UnknownThing(f"{what} is not held here.", f"{what} bu arşivde yok.")
    return _view(found, number)


def describe_record(means: Means, number: int) -> ArticleView:
    """Give an article by the number of its record; raises UnknownThing when there is none."""
    found = catalogue.article_by_id(number)
    if found is None:
        raise UnknownThing(f"There is no record {number}.", f"{number} numaralı künye yok.")
    return _view(found, 0)


def _view(found: answers.ArticleInfo, number: int) -> ArticleView:
    chosen = next((v for v in found.versions if v.number == number), None)
    if number and chosen is None:
        raise UnknownThing(
            f"{found.doi} has no version {number}; it has {len(found.versions)}.",
            f"{found.doi} makalesinin {number}. sürümü yok; {len(found.versions)} sürümü var.",
        )
    version = chosen or found.current
    record = version.record
    licence = next(iter(record.licences), None)
    subjects = [found.doi] if found.doi else []
    for one in found.versions:
        subjects += [one.delivery, one.object.ref]
    return ArticleView(
        doi=record.doi or found.doi,
        title=record.title,
        journal=record.journal,
        issn=tuple(issn.value for issn in record.issns),
        volume=record.volume,
        issue=record.issue,
        first_page=record.first_page,
        last_page=record.last_page,
        elocation_id=record.elocation_id,
        published=record.published,
        type=record.type,
        version=version.stage.value if version.stage else "",
        language=record.languages,
        authors=tuple(author.name for author in record.authors),
        licence=(licence.url or licence.words) if licence else "",
        open_access=record.open_access,
        publisher=record.publisher,
        related=tuple(_related(item) for item in found.related),
        accession=version.object.ref,
        files=tuple(_file(file) for file in version.files),
        events=activity.events(subjects),
        delivery=version.delivery,
        number=version.number,
        title_html=record.title_html,
        subtitle=record.subtitle,
        translated_titles=record.translated_titles,
        abstracts=record.abstracts,
        keywords=record.keywords,
        people=record.authors,
        licences=record.licences,
        dates=record.dates,
        ids=record.ids,
        dialect=record.dialect,
        versions=tuple(
            VersionView(
                v.number,
                v.stage.value if v.stage else "",
                v.record.published,
                v.delivery,
                v.object.ref,
                v.current,
                v.content,
            )
            for v in found.versions
        ),
    )


def _related(item: answers.RelatedInfo) -> RelatedView:
    relation = item.relation.value if item.forward else _INVERSE[item.relation]
    via = item.by if item.depth > 1 else ""
    return RelatedView(
        relation,
        item.doi,
        item.given,
        item.id is not None,
        item.title,
        via,
        item.citation,
        item.id or 0,
    )


def _file(file: answers.FileInfo) -> FileView:
    return FileView(
        file.name,
        file.role.value,
        file.bytes,
        file.sha256,
        file.format.label,
        file.format.puid,
        file.language,
    )


def describe_delivery(delivery: str) -> DeliveryView:
    """Give a delivery by id with the fate of every file; raises UnknownThing."""
    info = deliveries.delivery(delivery)
    if info is None:
        raise UnknownThing(
            f"There is no delivery {delivery}.", f"{delivery} kimlikli bir teslimat yok."
        )
    files: list[answers.FileInfo] = []
    after = -1
    while page := deliveries.delivery_files(delivery, after=after, limit=_FILES_PAGE):
        files += page
        after = page[-1].id
    dois = catalogue.dois_of_versions({f.version for f in files if f.version is not None})
    return DeliveryView(
        info,
        tuple(
            FileFate(
                f.name,
                f.bytes,
                f.sha256,
                f.role.value,
                f.fate.value,
                f.format.label,
                dois.get(f.version, "") if f.version is not None else "",
            )
            for f in files
        ),
    )


def find_articles(means: Means, words: list[str], *, limit: int = 20, offset: int = 0) -> Found:
    """Find articles by a DOI, an ISSN, or words of title, abstract and authors.

    Takes the words as typed; gives one page of hits, best first.
    """
    text = " ".join(words).strip()
    if normal_doi(text):
        brief = catalogue.brief(text)
        return Found(1, _hits((brief,), {})) if brief else Found(0, ())
    if normal_issn(text):
        title = catalogue.title_by_issn(text)
        if title is None:
            return Found(0, ())
        rows = catalogue.articles_of_title(
            title.id, limit=limit, offset=min(offset, _ISSN_HITS_MAX)
        )
        known = catalogue.title_by_id(title.id)
        return Found(known.articles if known else 0, _hits(rows, {}))
    found = means.index.search(text, limit=limit, offset=offset)
    scores = {hit.id: hit.score for hit in found.hits}
    briefs = catalogue.briefs_of(list(scores))
    return Found(found.total, _hits(briefs, scores), projection.behind(means.index))


def _hits(briefs: Sequence[answers.Brief], scores: Mapping[int, float]) -> tuple[Hit, ...]:
    authors = catalogue.authors_of([brief.id for brief in briefs])
    return tuple(
        Hit(
            brief.id,
            brief.doi,
            brief.title,
            brief.journal,
            authors.get(brief.id, ""),
            brief.volume,
            brief.issue,
            brief.published,
            brief.type,
            brief.language,
            brief.open_access,
            brief.accession,
            scores.get(brief.id, 1.0),
        )
        for brief in briefs
    )
