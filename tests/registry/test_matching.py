# SPDX-License-Identifier: Apache-2.0
"""Corners of matching: each told record by record and in one call, with the same rows."""

from __future__ import annotations

from typing import Any

import pytest
from registry_histories import Sealing
from registry_rows import rebuilt

from emanet.model.article import Issn, Record, VersionStage

A, B = Issn("0028-0836"), Issn("1476-4687")
PLACE = {"issns": (A,), "journal": "J", "volume": "5", "issue": "2", "first_page": "10"}


def told(*records: Record) -> dict[str, list[tuple[Any, ...]]]:
    """The rows after these records, one an object; they must not depend on the cut into calls."""
    sealed = [
        Sealing(number).deliver(f"d-{number}", (record,)).seal()
        for number, record in enumerate(records, start=1)
    ]
    one_by_one = rebuilt(sealed, 1)
    assert rebuilt(sealed, len(sealed)) == one_by_one
    assert rebuilt(sealed, 2) == one_by_one
    return one_by_one


def articles(table: dict[str, list[tuple[Any, ...]]]) -> list[int]:
    """Which object brought the article that each version belongs to, in order of arrival."""
    return [row[1] >> 24 for row in table["Version"]]


def titles(table: dict[str, list[tuple[Any, ...]]]) -> list[int]:
    """Which object brought the title that each article belongs to."""
    return [row[2] >> 24 for row in table["Article"]]


def test_an_article_that_moved_is_found_where_it_stands_now(registry: str):
    ahead = Record(doi="10.1234/a", title="T", issns=(A,), stage=VersionStage.AOP)
    paged = Record(doi="10.1234/a", title="T", **PLACE)
    without = Record(title="T", **PLACE)
    assert articles(told(ahead, paged, without)) == [1, 1, 1]


def test_and_no_longer_where_it_stood(registry: str):
    first = Record(doi="10.1234/a", title="T", **PLACE)
    moved = Record(doi="10.1234/a", title="T", **PLACE | {"first_page": "11"})
    assert articles(told(first, moved, Record(title="T", **PLACE))) == [1, 1, 3]


@pytest.mark.parametrize("other", ["issue", "volume", "first_page", "title", "issns"])
def test_another_place_or_title_is_another_article(registry: str, other: str):
    given = {"title": "T", **PLACE}
    changed = given | {other: "7" if other != "issns" else (B,), "journal": "J"}
    if other == "issns":
        changed["journal"] = "K"
    assert articles(told(Record(**given), Record(**changed), Record(**given))) == [1, 2, 1]


def test_a_title_that_is_missing_does_not_contradict(registry: str):
    assert articles(told(Record(title="T", **PLACE), Record(**PLACE))) == [1, 1]


def test_two_pages_alike_go_to_the_older(registry: str):
    one = Record(doi="10.1234/a", title="T", **PLACE)
    two = Record(doi="10.1234/b", title="T", **PLACE)
    assert articles(told(two, one, Record(title="T", **PLACE))) == [1, 2, 1]


def test_a_doi_that_comes_late_sticks(registry: str):
    place = Record(title="T", **PLACE)
    late = Record(doi="10.1234/a", title="T", **PLACE)
    moved = Record(doi="10.1234/A", title="Other title")
    table = told(place, late, moved)
    assert articles(table) == [1, 1, 1]
    assert [row[1] for row in table["Article"]] == ["10.1234/a"]


def test_a_key_does_not_join_two_dois(registry: str):
    one = Record(doi="10.1234/a", ids={"pmid": "7"})
    two = Record(doi="10.1234/b", ids={"pmid": "7"})
    neither = Record(ids={"pmid": "7"})
    assert articles(told(one, two, neither)) == [1, 2, 1]


def test_without_volume_and_issue_a_page_is_no_place(registry: str):
    bare = Record(title="T", issns=(A,), journal="J", first_page="10")
    assert articles(told(bare, bare)) == [1, 2]


def test_a_name_gained_meanwhile_changes_whom_it_means(registry: str):
    table = told(
        Record(title="1", issns=(A,), journal="Old", publisher="P"),
        Record(title="2", journal="New", publisher="P"),
        Record(title="3", journal="New", publisher="P"),
        Record(title="4", issns=(A,), journal="New", publisher="P"),
        Record(title="5", journal="New", publisher="P"),
    )
    assert titles(table) == [1, 2, 2, 1, 1]


def test_a_title_takes_an_issn_once_and_then_stands_by_it(registry: str):
    table = told(
        Record(title="1", journal="J", publisher="P"),
        Record(title="2", issns=(A,), journal="J", publisher="P"),
        Record(title="3", issns=(B,), journal="J", publisher="P"),
        Record(title="4", journal="J", publisher="P"),
    )
    assert titles(table) == [1, 1, 3, 1]


def test_of_two_names_in_one_year_the_younger_is_shown(registry: str):
    def named(name: str, year: str) -> Record:
        return Record(title=name + year, issns=(A,), journal=name, publisher="P", published=year)

    def shown(*records: Record) -> str:
        (title,) = told(*records)["Title"]
        return str(title[1])

    assert shown(named("First", "2020"), named("Second", "2020")) == "Second"
    assert shown(named("First", "2020"), named("Second", "2020"), named("First", "2020")) == (
        "Second"
    )
    assert shown(named("First", "2020"), named("Second", "2019")) == "First"
    assert shown(named("First", ""), named("Second", "2019"), named("First", "2021")) == "First"


def test_a_medium_said_once_is_kept(registry: str):
    table = told(
        Record(title="1", issns=(Issn("0028-0836"),)),
        Record(title="2", issns=(Issn("0028-0836", "electronic"),)),
        Record(title="3", issns=(Issn("0028-0836", "print"),)),
    )
    assert [row[3] for row in table["TitleIssn"]] == ["electronic"]


def test_most_issns_win_and_then_age(registry: str):
    c = Issn("0140-6736")
    table = told(
        Record(title="1", issns=(A,), journal="One"),
        Record(title="2", issns=(B, c), journal="Two"),
        Record(title="3", issns=(A, B, c), journal="Three"),
        Record(title="4", issns=(c, A), journal="Four"),
    )
    assert titles(table) == [1, 2, 2, 1]
    clashes = [(row[1] >> 24, row[2] >> 24, row[4]) for row in table["TitleClash"]]
    assert clashes == [(2, 1, "0028-0836"), (1, 2, "0140-6736")]
