# SPDX-License-Identifier: Apache-2.0
"""What the search index is fed with: one document an article, by its current version."""

from __future__ import annotations

import msgspec

from emanet.model.article import Record, Text


class SearchDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """An article as it is searched.

    ``id`` is the article's key in the registry, ``version`` the key of the version that came last
    (documents are fed in its order, so that it tells how far an index has come), ``journal`` the
    key of its title or "", ``year`` 0 when unknown.
    """

    id: int
    version: int
    titles: tuple[Text, ...]
    bodies: tuple[Text, ...] = ()
    authors: tuple[str, ...] = ()
    journal: int = 0
    year: int = 0


def search_document(
    article: int, version: int, record: Record, *, journal: int, year: int
) -> SearchDocument:
    """Give the document of an article: titles in all languages, abstracts, keywords, authors."""
    language = record.languages[0] if record.languages else ""
    title = f"{record.title} {record.subtitle}".strip()
    return SearchDocument(
        article,
        version,
        (Text(title, language), *record.translated_titles),
        (*record.abstracts, *record.keywords),
        tuple(f"{author.given} {author.family}".strip() for author in record.authors),
        journal,
        year,
    )
