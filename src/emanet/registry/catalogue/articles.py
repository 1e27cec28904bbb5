# SPDX-License-Identifier: Apache-2.0
"""Which article a version belongs to: by DOI, else other identifiers, else its place in a title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emanet.registry import bulk
from emanet.registry.catalogue.models import Article, ArticleKey
from emanet.registry.keys import Numbers, sequence_of
from emanet.registry.prepared import Line, Row

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

    def row(self) -> Row:
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


class ArticleBook:
    """The articles that a batch of versions touches, read once, changed in memory, written once."""

    def __init__(self) -> None:
        self._articles: dict[int, _Article] = {}
        self._by_doi: dict[str, _Article] = {}
        self._by_key: dict[str, _Article] = {}
        self._by_page: dict[tuple[int, str, str], list[_Article]] = {}
        self._new_keys: list[Row] = []
        self._number_keys = Numbers()

    def load(self, lines: Sequence[tuple[Line, int | None]]) -> None:
        """Read what is known of the articles that these versions, with titles, can belong to."""
        dois = [line.doi for line, _ in lines if line.doi]
        self._remember(bulk.find(Article, _COLUMNS, "doi", dois))
        keys = {key for line, _ in lines for key in line.keys}
        found = bulk.find(ArticleKey, ("value", "article_id"), "value", sorted(keys))
        by_key: dict[str, int] = dict(found)
        missing = set(by_key.values()) - self._articles.keys()
        self._remember(bulk.find(Article, _COLUMNS, "id", sorted(missing)))
        self._by_key = {key: self._articles[article] for key, article in by_key.items()}
        with_doi: set[Row] = set()
        without: set[Row] = set()
        for line, title in lines:
            page = _page_key(line, title)
            if page is not None and line.doi not in self._by_doi:
                (with_doi if line.doi else without).add(page)
        by = ("title_id", "volume", "page")
        self._remember(bulk.match(Article, _COLUMNS, by, sorted(without)))
        self._remember(bulk.match(Article, _COLUMNS, by, sorted(with_doi), "t.doi is null"))

    def _remember(self, rows: Iterable[Row]) -> None:
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

    def add(self, line: Line, title: int | None) -> tuple[int, int, bool]:
        """Put a version under its article, made now if it is a new one.

        Returns the article's key, the version's number in it (from 1), and whether it is new.
        """
        article = self._match(line, title)
        new = article is None
        if article is None:
            article = _new_article(line, title)
            self._index(article)
        else:
            self._add_version(article, line, title)
        for key in line.keys:
            if key not in self._by_key:
                self._by_key[key] = article
                pk = self._number_keys.take(sequence_of(line.version))
                self._new_keys.append((pk, key, article.id))
        return article.id, article.versions, new

    def _match(self, line: Line, title: int | None) -> _Article | None:
        if line.doi in self._by_doi:
            return self._by_doi[line.doi]
        for key in line.keys:
            found = self._by_key.get(key)
            if found is not None and not (line.doi and found.doi):
                return found
        return self._match_page(line, title)

    def _match_page(self, line: Line, title: int | None) -> _Article | None:
        """Match by place; several short pieces may share a page, so the title must not differ."""
        page = _page_key(line, title)
        if page is None:
            return None
        candidates = [
            article
            for article in self._by_page.get(page, ())
            if (article.title, article.volume, article.page) == page  # not moved meanwhile
            and article.issue == line.issue
            and not (line.doi and article.doi)
            and (not line.likeness or not article.likeness or line.likeness == article.likeness)
        ]
        return min(candidates, key=lambda article: article.id, default=None)

    def _add_version(self, article: _Article, line: Line, title: int | None) -> None:
        article.versions += 1
        article.latest = line.version
        article.changed = True
        if line.doi and not article.doi:
            article.doi = line.doi
            self._by_doi[line.doi] = article
        if line.rank < article.rank:
            return
        article.current, article.rank = line.version, line.rank
        before = (article.title, article.volume, article.page)
        article.title = title if title is not None else article.title
        article.year, article.place, article.likeness = line.year, line.place, line.likeness
        article.volume, article.issue, article.page = line.volume, line.issue, line.page
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


def _page_key(line: Line, title: int | None) -> tuple[int, str, str] | None:
    if title is None or not line.page or not (line.volume or line.issue):
        return None
    return title, line.volume, line.page


def _new_article(line: Line, title: int | None) -> _Article:
    return _Article(
        line.version,
        line.doi or None,
        title,
        line.year,
        line.volume,
        line.issue,
        line.page,
        line.place,
        line.likeness,
        line.version,
        line.version,
        line.rank,
        1,
    )
