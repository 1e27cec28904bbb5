# SPDX-License-Identifier: Apache-2.0
"""The made-up world: valid identifiers, names of its own, a long tail that sums up."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.corpus.world.titles import World, issn, long_tail, publishers
from tools.corpus.world.words import capital, made_orcid, orcid_check
from tools.corpus.world.works import Desk

from emanet.model.ids import normal_doi, normal_issn


@given(st.integers(0, 9_999_999))
def test_every_issn_has_its_check_digit(number: int) -> None:
    assert normal_issn(issn(number)) == issn(number)


def test_known_issns() -> None:
    assert issn(317_847) == "0317-8471"  # the example of ISO 3297
    assert issn(1_050_124) == "1050-124X"


def test_orcid_of_the_standard() -> None:
    assert orcid_check("000000021825009") == "7"  # the example of ORCID's documentation
    assert orcid_check("000000021694233") == "X"
    assert made_orcid(99_999_999)[:14] == "0009-9999-9999"


@given(st.integers(0, 10**8 - 1))
def test_orcid_check_character(number: int) -> None:
    text = made_orcid(number).replace("-", "")
    total = 0
    for c in text[:-1]:
        total = (total + int(c)) * 2
    value = (total + (10 if text[-1] == "X" else int(text[-1]))) % 11
    assert value == 1  # ISO 7064 MOD 11-2


@given(st.integers(0, 100_000), st.integers(1, 400))
def test_a_long_tail_sums_to_its_total_and_falls(total: int, kinds: int) -> None:
    counts = long_tail(total, kinds)
    assert sum(counts) == total
    assert min(counts) >= 0
    assert all(a >= b - 1 for a, b in pairwise(counts))


def test_twenty_thousand_titles() -> None:
    world = World(3, titles=20_000, articles=1_000_000)
    issns = [v for t in world.titles for v in (t.issn_print, t.issn_electronic)]
    assert len(set(issns)) == 40_000
    assert len({t.name for t in world.titles}) == 20_000
    assert sum(t.articles for t in world.titles) == 1_000_000
    counts = sorted((t.articles for t in world.titles), reverse=True)
    assert sum(counts[:2000]) > 500_000  # a tenth of the titles holds more than half
    assert counts[-1] >= 1
    assert {t.publisher.key for t in world.titles} == {p.key for p in publishers()}


@pytest.mark.parametrize("seed", [1, 2])
def test_issues_hold_every_article_once(seed: int) -> None:
    world = World(seed, titles=40, articles=3000)
    for title in world.titles:
        numbers = [n for i in world.issues(title) for n in range(i.first, i.first + i.count)]
        assert numbers == list(range(title.articles))
        assert all(i.year <= 2026 and 1 <= i.month <= 12 for i in world.issues(title))


def test_works_come_from_seed_title_and_number_alone() -> None:
    world = World(5, titles=30, articles=900)
    title = max(world.titles, key=lambda t: t.articles)
    issues = world.issues(title)
    forwards = [w for i in issues for w in Desk(world).issue(i)]
    backwards = [w for i in reversed(issues) for w in reversed(Desk(world).issue(i))]
    assert forwards == backwards[::-1]
    assert len({w.doi for w in forwards}) == title.articles
    assert all(normal_doi(w.doi) for w in forwards)


def test_notices_are_about_works_of_their_title() -> None:
    world = World(11, titles=30, articles=6000)
    desk = Desk(world, paragraphs=0)
    works = [w for t in world.titles for i in world.issues(t) for w in desk.issue(i)]
    known = {w.doi for w in works}
    notices = [w for w in works if w.related]
    assert {"correction", "retraction"} == {w.kind for w in notices}
    assert all(w.related in known and w.related != w.doi for w in notices)
    order = {w.doi: w.number for w in works}
    assert any(order[w.related] > w.number for w in notices), "some come before their article"


def test_turkish_capitals() -> None:
    assert capital("ışık", "tr") == "Işık"
    assert capital("iğne", "tr") == "İğne"
    assert capital("iron", "en") == "Iron"
