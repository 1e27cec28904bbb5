# SPDX-License-Identifier: Apache-2.0
"""When two deliveries bring the same article, and when a newer version of it."""

from __future__ import annotations

from emanet.ingest.versions import compare
from emanet.model.article import Record
from emanet.model.delivery import Delivery, Fate, Member, Role
from emanet.model.package import Package, PackagedArticle

DOI = "10.5555/ahead.1"


def _package(*records: Record, digest: str = "a" * 64) -> Package:
    member = Member(0, "main.xml", 0, 10, digest, 0, role=Role.ARTICLE, fate=Fate.ARTICLE)
    articles = tuple(PackagedArticle(record, (0,)) for record in records)
    return Package(Delivery("d-1", "drop", (), "2026-01-01T00:00:00Z"), "", (member,), articles)


def _contents(package: Package) -> frozenset[str]:
    return frozenset(compare(package, {}).contents)


def test_the_same_file_and_place_is_a_repeat() -> None:
    package = _package(Record(doi=DOI, title="T", volume="7"))
    again = compare(package, {DOI: _contents(package)})
    assert again.repeated == {0}
    assert not again.newer
    assert again.package.members[0].fate is Fate.REPEATED


def test_a_volume_that_comes_later_makes_a_newer_version() -> None:
    ahead = _package(Record(doi=DOI, title="T"))
    placed = _package(Record(doi=DOI, title="T", volume="7", issue="2", first_page="11"))
    found = compare(placed, {DOI: _contents(ahead)})
    assert found.newer == {0}
    assert not found.repeated
    assert [f.code for f in found.findings] == ["ARTICLE-NEWER-VERSION"]


def test_articles_without_doi_that_share_a_file_stay_apart() -> None:
    package = _package(Record(title="Bir", first_page="1"), Record(title="İki", first_page="9"))
    found = compare(package, {})
    assert not found.repeated
    assert len(set(found.contents)) == 2
