# SPDX-License-Identifier: Apache-2.0
"""Delete the database, replay, and every row is equal: the property that the registry stands on."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry_histories import Sealing, histories
from registry_rows import project, rebuilt, rows

from emanet.model.article import VersionStage
from emanet.model.errors import RegistryError
from emanet.model.ids import normal_doi
from emanet.model.stored import Records
from emanet.registry.preparing import pack, prepare, unpack

FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
FEWER = settings(FEW, max_examples=20)


@FEW
@given(history=histories(), size=st.integers(1, 6))
def test_the_cut_into_batches_does_not_matter(engine: str, history: list[Records], size: int):
    one_by_one = rebuilt(history, 1)
    assert rebuilt(history, size) == one_by_one


@FEWER
@given(history=histories(), data=st.data())
def test_replaying_what_is_there_changes_nothing(engine: str, history: list[Records], data):
    once = rebuilt(history, 2)
    some = data.draw(st.lists(st.sampled_from(history), unique_by=lambda r: r.sequence))
    project(sorted(some, key=lambda r: r.sequence))
    project(history)
    assert rows() == once


@FEWER
@given(history=histories(), size=st.integers(1, 4))
def test_a_replay_that_overlaps_goes_on_where_it_stopped(
    engine: str, history: list[Records], size: int
):
    whole = rebuilt(history, 1)
    rebuilt(history[: len(history) // 2 + 1], size)
    project(history)
    assert rows() == whole


@pytest.mark.server
@FEWER
@given(history=histories(), size=st.integers(1, 6))
def test_both_engines_hold_the_same_rows(engines, history: list[Records], size: int):
    engines("sqlite")
    on_sqlite = rebuilt(history, 1)
    engines("postgresql")
    assert rebuilt(history, size) == on_sqlite


@FEW
@given(history=histories())
def test_every_reference_leads_somewhere(engine: str, history: list[Records]):
    table = rebuilt(history, 3)
    keys = {name: {row[0] for row in found} for name, found in table.items()}
    for row in table["TitleIssn"] + table["TitleName"]:
        assert row[1] in keys["Title"]
    for row in table["Article"]:
        assert row[2] is None or row[2] in keys["Title"]
        assert row[9] in keys["Version"]
        assert row[10] in keys["Version"]
    for row in table["Version"]:
        assert row[1] in keys["Article"]
        assert row[3] in keys["SealedObject"]
    for row in table["File"]:
        assert row[1] is None or row[1] in keys["Delivery"] or row[2] is not None
        assert row[2] is None or row[2] in keys["Version"]
        assert row[10] in keys["FileFormat"]
    for row in table["Finding"]:
        assert row[1] in keys["Delivery"]
    for row in table["Relation"] + table["ArticleKey"]:
        assert row[1 if row in table["Relation"] else 2] in keys["Version"] | keys["Article"]


@FEW
@given(history=histories())
def test_the_current_version_is_the_highest_and_then_the_latest(
    engine: str, history: list[Records]
):
    table = rebuilt(history, 4)
    stage = {
        sealed.sequence << 24 | line.ordinal: line.record.stage or VersionStage.VOR
        for sealed in history
        for line in sealed.articles
    }
    versions: dict[int, list[int]] = {}
    for row in table["Version"]:
        versions.setdefault(row[1], []).append(row[0])
        assert row[2] == len(versions[row[1]])  # numbered 1, 2, 3 … by arrival
    assert len(table["Version"]) == len(stage)
    for row in table["Article"]:
        own = versions[row[0]]
        assert row[9] == max(own, key=lambda v: (list(VersionStage).index(stage[v]), v))
        assert row[10] == max(own)
        assert row[12] == len(own)


@FEW
@given(history=histories())
def test_one_doi_is_one_article_and_an_issn_one_title(engine: str, history: list[Records]):
    table = rebuilt(history, 4)
    owner: dict[str, set[int]] = {}
    for row, record in zip(
        table["Version"],
        (line.record for sealed in history for line in sealed.articles),
        strict=True,
    ):
        if normal_doi(record.doi):
            owner.setdefault(normal_doi(record.doi), set()).add(row[1])
    articles = {row[1]: row[0] for row in table["Article"] if row[1]}
    assert {doi: {pk} for doi, pk in articles.items()} == owner
    issns = [row[2] for row in table["TitleIssn"]]
    assert len(issns) == len(set(issns))
    assert "0000-0001" not in issns  # its check digit is wrong


@FEW
@given(history=histories())
def test_a_delivery_counts_the_files_it_leads_to(engine: str, history: list[Records]):
    table = rebuilt(history, 4)
    for row in table["Delivery"]:
        pk, files, held, first, last = row[0], row[9], row[10], row[18], row[19]
        own = [
            f for f in table["File"] if first is not None and first <= f[0] <= last and f[1] == pk
        ]
        assert len(own) == files
        assert sum(f[6] == "held" for f in own) == held
    whole = {sealed.id for sealed in history for _ in sealed.receipts}
    assert bool(whole) == bool(table["Delivery"])


def test_an_object_out_of_turn_is_refused(registry: str):
    first, second = Sealing(1).seal(), Sealing(2).seal()
    project([second])
    with pytest.raises(RegistryError) as caught:
        project([first])
    assert first.id in caught.value.tr
    assert [row[0] for row in rows()["SealedObject"]] == [2]


def test_an_object_twice_in_one_call_counts_once(registry: str):
    sealed = Sealing(1).deliver("d-1", loose=1).seal()
    project([sealed, sealed])
    table = rows()
    assert len(table["SealedObject"]) == len(table["Delivery"]) == 1
    assert len(table["File"]) == 2


def test_an_object_with_too_many_rows_is_refused(registry: str):
    sealed = Sealing(1).deliver("d-1", loose=1).seal()
    import msgspec

    wild = msgspec.structs.replace(sealed.members[0], ordinal=1 << 24)
    with pytest.raises(RegistryError):
        project([msgspec.structs.replace(sealed, members=(wild,))])


@FEWER
@given(history=histories(), size=st.integers(1, 6))
def test_what_another_process_prepared_gives_the_same_rows(
    engine: str, history: list[Records], size: int
):
    plain = rebuilt(history, size)
    ready = [unpack(pack(prepare(sealed))) for sealed in history]
    assert rebuilt(ready, size) == plain
    project(ready)
    assert rows() == plain


def test_preparing_knows_no_django():
    code = "import emanet.registry.preparing, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
