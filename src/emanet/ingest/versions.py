# SPDX-License-Identifier: Apache-2.0
"""Versions of articles: which are held already with the same bytes, which are newer. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from emanet.model.delivery import Fate
from emanet.model.finding import Finding
from emanet.model.ids import normal_doi
from emanet.model.package import Package, content_digest


class Versioned(msgspec.Struct, frozen=True):
    """A package with its articles compared to what is held.

    ``contents`` are the digests of the articles' contents, ``repeated`` the indexes of the articles
    held already with the same bytes, ``newer`` those whose DOI is held with other bytes.
    """

    package: Package
    contents: tuple[str, ...]
    repeated: frozenset[int]
    newer: frozenset[int]
    findings: tuple[Finding, ...] = ()


def contents(package: Package) -> tuple[str, ...]:
    """The digest of each article's content (``model.package.content_digest``), in order."""
    return tuple(
        content_digest([package.members[ordinal] for ordinal in article.members], article.record)
        for article in package.articles
    )


def compare(package: Package, held: Mapping[str, frozenset[str]]) -> Versioned:
    """Compare a package with what is held.

    ``held`` gives, by DOI in its form for comparison, the content digests held; under "" those of
    articles without DOI. An article with the same digest is repeated: the files that belong to it
    alone get the fate REPEATED. One whose DOI is held with other bytes is a newer version beside
    it. Within the delivery the first counts as held for those after it.
    """
    digests = contents(package)
    seen: dict[str, set[str]] = {}
    repeated: set[int] = set()
    newer: set[int] = set()
    findings: list[Finding] = []
    for index, (article, digest) in enumerate(zip(package.articles, digests, strict=True)):
        doi = normal_doi(article.record.doi)
        known = held.get(doi, frozenset()) | seen.get(doi, set())
        if digest in known:
            repeated.add(index)
        elif doi and known:
            newer.add(index)
            place = package.members[article.members[0]].name if article.members else ""
            findings.append(Finding("ARTICLE-NEWER-VERSION", place, {"doi": doi}))
        seen.setdefault(doi, set()).add(digest)
    return Versioned(
        _repeat(package, repeated), digests, frozenset(repeated), frozenset(newer), tuple(findings)
    )


def _repeat(package: Package, repeated: set[int]) -> Package:
    if not repeated:
        return package
    shared = {
        ordinal
        for index, article in enumerate(package.articles)
        if index not in repeated
        for ordinal in article.members
    }
    again = {
        ordinal
        for index in repeated
        for ordinal in package.articles[index].members
        if ordinal not in shared
    }
    members = tuple(
        msgspec.structs.replace(m, fate=Fate.REPEATED)
        if m.ordinal in again and m.fate is Fate.ARTICLE
        else m
        for m in package.members
    )
    return msgspec.structs.replace(package, members=members)
