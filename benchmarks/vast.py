# SPDX-License-Identifier: Apache-2.0
"""A catalogue of millions of articles made by SQL alone, for lookups and not for reading."""

from __future__ import annotations

from typing import NamedTuple

import synthetic
from django.db import connection

AN_OBJECT = 250
TITLES = 20_000
_PAGES = 9_973  # a prime, so that pages do not follow the titles

# Key, title, year, volume and page of the n-th article, in SQL that both engines understand.
_ID = f"(((n / {AN_OBJECT}) + 1) * 16777216 + n % {AN_OBJECT})"
_TITLE = f"((n * 7919 % {TITLES}) + 1)"
_YEAR = f"(1990 + n / {TITLES} % 36)"
_VOLUME = f"cast({_YEAR} - 1980 as text)"
_PAGE = f"cast(n * 31 % {_PAGES} as text)"
_DOI = "('10.5000/j.' || n)"


class Made(NamedTuple):
    """What an article is looked up by."""

    doi: str
    issn: str
    year: int
    volume: str
    page: str


def article(n: int) -> Made:
    """The n-th article."""
    title, year = n * 7919 % TITLES, 1990 + n // TITLES % 36
    return Made(
        f"10.5000/j.{n}",
        synthetic.issn(2 * title + n % 2),
        year,
        str(year - 1980),
        str(n * 31 % _PAGES),
    )


def fill(articles: int) -> None:
    """Fill the empty tables; indexes but those of constraints are made afterwards."""
    from emanet.registry import bulk
    from emanet.registry.catalogue import models

    titles = range(1, TITLES + 1)
    bulk.load(models.Title, [(n, f"J{n}", "P", f"j{n}", f"{n:05d}", "") for n in titles])
    bulk.load(
        models.TitleIssn,
        [
            (2 * n + medium, n, synthetic.issn(2 * (n - 1) + medium), "", "")
            for n in titles
            for medium in (0, 1)
        ],
    )
    tables = (models.Article, models.Version)
    with connection.schema_editor() as editor:
        for table in tables:
            for index in table._meta.indexes:
                editor.remove_index(table, index)
    _run(articles // AN_OBJECT + 1, _OBJECTS)
    _run(articles, _VERSIONS)
    _run(articles, _ARTICLES)
    with connection.schema_editor() as editor:
        for table in tables:
            for index in table._meta.indexes:
                editor.add_index(table, index)
    with connection.cursor() as cursor:
        cursor.execute("analyze")


_OBJECTS = """insert into catalogue_sealedobject(sequence, ref, kind, created, bytes, digest, files,
    versions, articles, audited, damages)
    select n + 1, 'acc-' || n, 'acc', '', 1, '', 1, 1, 1, '', 0 from s"""
_VERSIONS = f"""insert into catalogue_version(id, article_id, number, object_id, delivery, doi,
    title, journal, publisher, volume, issue, first_page, elocation_id, year, published, type,
    stage, language, licence, open_access, content, members, record)
    select {_ID}, {_ID}, 1, n / {AN_OBJECT} + 1, 'd-0123456789abcdef', {_DOI},
    'The title of an article as long as they are, number ' || n, 'Journal', 'Press', {_VOLUME}, '1',
    {_PAGE}, '', {_YEAR}, '2020-01-01', 'research-article', '', 'en', '', {{true}}, {{empty}}, '[]',
    '{{{{}}}}' from s"""
_ARTICLES = f"""insert into catalogue_article(id, doi, title_id, year, volume, issue, page, place,
    likeness, current_id, latest, rank, versions)
    select {_ID}, {_DOI}, {_TITLE}, {_YEAR}, {_VOLUME}, '1', {_PAGE}, {_VOLUME} || '!1!' || {_PAGE},
    n, {_ID}, {_ID}, 5, 1 from s"""


def _run(count: int, insert: str) -> None:
    if connection.vendor == "sqlite":
        series = f"""with recursive s(n) as
            (select 0 union all select n + 1 from s where n < {count - 1})"""
        words = {"true": "1", "empty": "x''"}
    else:
        series = f"with s(n) as (select generate_series(0::bigint, {count - 1}))"
        words = {"true": "true", "empty": "''::bytea"}
    with connection.cursor() as cursor:
        cursor.execute(f"{series} {insert.format(**words)}")
