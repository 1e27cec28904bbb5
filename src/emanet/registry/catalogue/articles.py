# SPDX-License-Identifier: Apache-2.0
"""Which article a version belongs to: by DOI, else other identifiers, else its place in a title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from emanet.model.article import Record, VersionStage
from emanet.model.ids import normal_doi
from emanet.registry import bulk
from emanet.registry.catalogue.models import Article, ArticleKey
from emanet.registry.catalogue.places import likeness, page_of, place
from emanet.registry.catalogue.titles import year_of
from emanet.registry.keys import Numbers, sequence_of

_COLUMNS = (
    "id",
    "doi",
    "title_id",
    "year",
    "volume",
    "issue",
    "page",
    "place",
    "likeness",
    "current_id",
    "latest",
    "rank",
    "versions",
)
_VOR = VersionStage.VOR.rank
_RANKS = {stage: stage.rank for stage in VersionStage}


@dataclass(slots=True)
class Line:
    """A version on its way into the catalogue: its key, record, folded DOI and title."""

    version: int
    record: Record
    doi: str
    title: int | None
    keys: tuple[str, ...]
    like: int


@dataclass(slots=True)
class _Article:
    id: int
    doi: str | None
    title: int | None
    year: int
    volume: str
    issue: str
    page: str
    place: str
    likeness: int
    current: int
    latest: int
    rank: int
    versions: int
    new: bool = True
    changed: bool = False

    def row(self) -> bulk.Row:
        return (
            self.id,
            self.doi,
            self.title,
            self.year,
            self.volume,
            self.issue,
            self.page,
            self.place,
            self.likeness,
            self.current,
            self.latest,
            self.rank,
            self.versions,
        )


def line(version: int, record: Record, title: int | None) -> Line:
    """Make the line of a version: what its article is recognised by, in comparable form."""
    return Line(
        version,
        record,
        bulk.plain(normal_doi(record.doi)) if record.doi else "",
        title,
        tuple(_keys(record.ids)) if record.ids else (),
        likeness(record.title),
    )


def _keys(ids: dict[str, str]) -> Iterator[str]:
    for kind in ("pmcid", "pmid", "pii"):
        value = "".join(c for c in ids.get(kind, "").upper() if c.isalnum())
        if kind == "pmcid":
            value = value.removeprefix("PMC")
        if value.strip("0"):
            yield f"{kind}:{value}"


def rank_of(stage: VersionStage | None) -> int:
    """Standing of a version; a version that says nothing counts as the version of record."""
    return _VOR if stage is None else _RANKS[stage]


class ArticleBook:
    """The articles that a batch of versions touches, read once, changed in memory, written once."""

    def __init__(self) -> None:
        self._articles: dict[int, _Article] = {}
        self._by_doi: dict[str, _Article] = {}
        self._by_key: dict[str, _Article] = {}
        self._by_page: dict[tuple[int, str, str], list[_Article]] = {}
        self._new_keys: list[bulk.Row] = []
        self._number_keys = Numbers()

    def load(self, lines: Sequence[Line]) -> None:
        """Read what is known of the articles that these versions can belong to."""
        dois = [ln.doi for ln in lines if ln.doi]
        self._remember(bulk.find(Article, _COLUMNS, "doi", dois))
        keys = {key for ln in lines for key in ln.keys}
        found = bulk.find(ArticleKey, ("value", "article_id"), "value", sorted(keys))
        by_key: dict[str, int] = dict(found)
        missing = set(by_key.values()) - self._articles.keys()
        self._remember(bulk.find(Article, _COLUMNS, "id", sorted(missing)))
        self._by_key = {key: self._articles[article] for key, article in by_key.items()}
        with_doi: set[bulk.Row] = set()
        without: set[bulk.Row] = set()
        for ln in lines:
            page = _page_key(ln)
            if page is not None and ln.doi not in self._by_doi:
                (with_doi if ln.doi else without).add(page)
        by = ("title_id", "volume", "page")
        self._remember(bulk.match(Article, _COLUMNS, by, sorted(without)))
        self._remember(bulk.match(Article, _COLUMNS, by, sorted(with_doi), "t.doi is null"))

    def _remember(self, rows: Iterable[bulk.Row]) -> None:
        for row in rows:
            if row[0] not in self._articles:
                article = _Article(*row)
                article.new = False
                self._index(article)

    def _index(self, article: _Article) -> None:
        self._articles[article.id] = article
        if article.doi:
            self._by_doi[article.doi] = article
        self._index_page(article)

    def _index_page(self, article: _Article) -> None:
        if article.title is not None and article.page:
            key = (article.title, article.volume, article.page)
            self._by_page.setdefault(key, []).append(article)

    def add(self, ln: Line) -> tuple[int, int, bool]:
        """Put a version under its article, made now if it is a new one.

        Returns the article's key, the version's number in it (from 1), and whether it is new.
        """
        article = self._match(ln)
        new = article is None
        if article is None:
            article = _new_article(ln)
            self._index(article)
        else:
            self._add_version(article, ln)
        for key in ln.keys:
            if key not in self._by_key:
                self._by_key[key] = article
                pk = self._number_keys.take(sequence_of(ln.version))
                self._new_keys.append((pk, key, article.id))
        return article.id, article.versions, new

    def _match(self, ln: Line) -> _Article | None:
        if ln.doi in self._by_doi:
            return self._by_doi[ln.doi]
        for key in ln.keys:
            found = self._by_key.get(key)
            if found is not None and not (ln.doi and found.doi):
                return found
        return self._match_page(ln)

    def _match_page(self, ln: Line) -> _Article | None:
        """Match by place; several short pieces may share a page, so the title must not differ."""
        page = _page_key(ln)
        if page is None:
            return None
        candidates = [
            article
            for article in self._by_page.get(page, ())
            if (article.title, article.volume, article.page) == page  # not moved meanwhile
            and article.issue == ln.record.issue
            and not (ln.doi and article.doi)
            and (not ln.like or not article.likeness or ln.like == article.likeness)
        ]
        return min(candidates, key=lambda article: article.id, default=None)

    def _add_version(self, article: _Article, ln: Line) -> None:
        article.versions += 1
        article.latest = ln.version
        article.changed = True
        if ln.doi and not article.doi:
            article.doi = ln.doi
            self._by_doi[ln.doi] = article
        rank = rank_of(ln.record.stage)
        if rank < article.rank:
            return
        fresh = _new_article(ln)
        article.current, article.rank = ln.version, rank
        before = (article.title, article.volume, article.page)
        article.title = fresh.title if fresh.title is not None else article.title
        article.year, article.place, article.likeness = fresh.year, fresh.place, fresh.likeness
        article.volume, article.issue, article.page = fresh.volume, fresh.issue, fresh.page
        if (article.title, article.volume, article.page) != before:
            self._index_page(article)

    def save(self) -> None:
        """Write what is new and what has changed."""
        bulk.load(Article, [a.row() for a in self._articles.values() if a.new])
        bulk.rewrite(
            Article,
            _COLUMNS[1:],
            [a.row() for a in self._articles.values() if a.changed and not a.new],
        )
        bulk.load(ArticleKey, self._new_keys)


def _page_key(ln: Line) -> tuple[int, str, str] | None:
    page = page_of(ln.record)
    if ln.title is None or not page or not (ln.record.volume or ln.record.issue):
        return None
    return ln.title, bulk.plain(ln.record.volume), bulk.plain(page)


def _new_article(ln: Line) -> _Article:
    record = ln.record
    return _Article(
        ln.version,
        ln.doi or None,
        ln.title,
        year_of(record),
        bulk.plain(record.volume),
        bulk.plain(record.issue),
        bulk.plain(page_of(record)),
        place(record),
        ln.like,
        ln.version,
        ln.version,
        rank_of(record.stage),
        1,
    )
