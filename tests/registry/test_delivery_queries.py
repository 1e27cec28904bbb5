# SPDX-License-Identifier: Apache-2.0
"""The way of a delivery as the registry tells it: held, released, refused, repeated; and counts."""

from __future__ import annotations

import msgspec
from registry_histories import Sealing
from registry_rows import project, rows

from emanet.model.article import Record
from emanet.model.delivery import Fate, Role, State, Verdict
from emanet.model.event import EventKind
from emanet.model.finding import Finding
from emanet.model.stored import Damage
from emanet.registry.activity import queries as activity
from emanet.registry.deliveries import queries

CLASH = "TITLE-ISSNS-CLASH"


def held(sequence: int, ref: str, loose: int = 2) -> Sealing:
    """An object that records a held delivery."""
    return Sealing(sequence, "evt").deliver(
        ref,
        state=State.HELD,
        loose=loose,
        fate=Fate.HELD,
        findings=(Finding(CLASH, f"{ref}.zip/loose0", {"issn": "1", "title": "A", "other": "B"}),),
    )


def test_a_held_delivery_stands_in_the_queue_with_its_findings(registry: str):
    project([held(1, "d-1").seal()])
    (problem,) = queries.problem_queue()
    assert (problem.id, problem.state, problem.verdict) == ("d-1", State.HELD, Verdict.HOLD)
    assert problem.held_files == 2
    assert [f.code for f in problem.findings] == [CLASH]
    assert queries.problem_queue(before=problem.key) == ()
    assert queries.held_files() == ()  # the delivery as a whole is held
    files = queries.delivery_files("d-1")
    assert [(f.name, f.fate, f.locator) for f in files] == [
        ("d-1.zip", Fate.PACKAGING, None),
        ("d-1.zip/loose0", Fate.HELD, None),
        ("d-1.zip/loose1", Fate.HELD, None),
    ]
    assert queries.delivery_files("d-1", after=files[0].id, limit=1) == files[1:2]
    assert queries.delivery_files("d-1", fate=Fate.HELD) == files[1:]
    assert queries.delivery_files("d-9") == ()


def test_a_released_delivery_is_told_once_by_its_accession(registry: str):
    project([held(1, "d-1").seal()])
    record = Record(doi="10.1234/a", title="A")
    released = Sealing(2).deliver(
        "d-1",
        (record,),
        loose=1,
        reason="checked by hand",
        findings=(Finding(CLASH, "d-1.zip/0/a.pdf"), Finding("CODE-OF-YESTERDAY")),
    )
    project([released.seal()])
    one = queries.delivery("d-1")
    assert one is not None
    assert (one.state, one.reason, one.accession) == (
        State.ACCEPTED,
        "checked by hand",
        released.ref,
    )
    assert (one.files, one.held_files, one.articles, one.bytes) == (4, 0, 1, 1000)
    assert [f.code for f in one.findings] == [CLASH, "CODE-OF-YESTERDAY"]
    assert queries.versions_with_findings("d-1") == {2 << 24: (one.findings[0],)}
    assert queries.problem_queue() == ()
    fates = [f.fate for f in queries.delivery_files("d-1")]
    assert fates == [Fate.PACKAGING, Fate.ARTICLE, Fate.ARTICLE, Fate.UNCLAIMED]
    table = rows()
    assert len(table["Delivery"]) == 1
    assert len(table["File"]) == 4  # what was held is not told twice
    assert len(table["Finding"]) == 2
    assert [row[3] for row in table["Finding"]] == ["info", "info"]


def test_a_delivery_refused_by_hand_keeps_its_files_as_refused(registry: str):
    project([held(1, "d-1").seal()])
    refusal = Sealing(2, "evt").deliver("d-1", state=State.REFUSED, reason="not ours").seal()
    assert refusal.members == ()
    project([refusal])
    one = queries.delivery("d-1")
    assert one is not None
    assert (one.state, one.reason, one.files, one.held_files) == (
        State.REFUSED,
        "not ours",
        3,
        0,
    )
    assert [f.fate for f in queries.delivery_files("d-1")] == [
        Fate.PACKAGING,
        Fate.REFUSED,
        Fate.REFUSED,
    ]
    assert one.findings == ()
    assert queries.counts().refused == 1


def test_a_repeat_is_counted_and_changes_nothing_else(registry: str):
    project([Sealing(1).deliver("d-1", (Record(doi="10.1234/a"),)).seal()])
    before = queries.delivery("d-1")
    repeat = Sealing(2, "evt").deliver("d-1", state=State.REPEATED, loose=2, fate=Fate.REPEATED)
    project([repeat.seal()])
    project([repeat.seal()])
    project([Sealing(3, "evt").deliver("d-1", state=State.REPEATED).seal()])
    after = queries.delivery("d-1")
    assert before is not None and after is not None
    assert msgspec.structs.replace(after, repeats=0) == before
    assert after.repeats == 2
    assert len(rows()["File"]) == 3


def test_the_same_bytes_under_other_names_are_a_delivery_of_their_own(registry: str):
    other = Sealing(1, "evt").deliver("d-2", state=State.REPEATED, loose=1, fate=Fate.REPEATED)
    project([other.seal()])
    one = queries.delivery("d-2")
    assert one is not None and (one.state, one.files) == (State.REPEATED, 2)


def test_held_files_of_an_accepted_delivery_name_their_reasons(registry: str):
    finding = Finding(CLASH, "d-1.zip/loose1", {"issn": "1", "title": "A", "other": "B"})
    partly = Sealing(1).deliver("d-1", loose=2, fate=Fate.HELD, findings=(finding,))
    project([partly.seal(), held(2, "d-2").seal()])
    second, first = queries.held_files()
    assert (first.file.name, first.delivery, first.delivery_name, first.findings) == (
        "d-1.zip/loose0",
        "d-1",
        "drop d-1",
        (),
    )
    assert second.findings == (finding,)
    assert second.file.locator is not None and second.file.role is Role.OTHER
    assert queries.held_files(before=second.file.id) == (first,)
    assert [problem.id for problem in queries.problem_queue()] == ["d-2", "d-1"]


def test_deliveries_are_listed_newest_first(registry: str):
    states = [State.ACCEPTED, State.HELD, State.WAITING, State.REFUSED]
    for sequence, state in enumerate(states, start=1):
        project([Sealing(sequence).deliver(f"d-{sequence}", state=state, loose=1).seal()])
    listed = queries.list_deliveries()
    assert [d.id for d in listed] == ["d-4", "d-3", "d-2", "d-1"]
    assert queries.list_deliveries(limit=2) == listed[:2]
    assert queries.list_deliveries(before=listed[1].key) == listed[2:]
    assert queries.list_deliveries(state=State.HELD) == listed[2:3]
    assert queries.list_deliveries(state="held") == listed[2:3]
    assert queries.list_deliveries(publisher="p") == listed
    assert queries.list_deliveries(publisher="q") == ()
    assert queries.known_deliveries(["d-1", "d-3", "d-9"]) == {
        "d-1": State.ACCEPTED,
        "d-3": State.WAITING,
    }
    assert queries.delivery("d-9") is None


def test_the_counts_count(registry: str):
    assert queries.counts() == queries.Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "", 0)
    record = Record(doi="10.1234/a", journal="J", publisher="P")
    accession = Sealing(1).deliver("d-1", (record, record), loose=1, fate=Fate.HELD)
    waiting = Sealing(3, "evt").deliver("d-3", state=State.WAITING)
    damaged = Sealing(4, "evt").audit(accession.ref, "2026-03-05T00:00:00Z", Damage("x", "Y"))
    project([s.seal() for s in (accession, held(2, "d-2"), waiting, damaged)])
    assert queries.counts() == queries.Counts(
        deliveries=3,
        accessions=1,
        articles=1,
        versions=2,
        titles=1,
        files=9,
        bytes=4000 + 1 + 2 + 3 + 4,
        held=1,
        held_files=3,
        refused=0,
        waiting=1,
        damaged=1,
        oldest_audit="2026-03-05T00:00:00Z",
        never_audited=3,
    )


def test_events_and_audits_are_told_of_their_subjects(registry: str):
    accession = Sealing(1).deliver("d-1", (Record(doi="10.1234/AbC"),))
    project([accession.seal()])
    audit = Sealing(2, "evt").audit(accession.ref, "2026-03-05T00:00:00Z")
    audit.audit(accession.ref, "2026-03-06T00:00:00Z", Damage("v1/content/x", "Y", 3, "n", "d", 7))
    project([audit.seal()])
    told = activity.events(["https://doi.org/10.1234/abc"[16:], "d-1"])
    assert [(e.kind, e.subject) for e in told] == [
        (EventKind.ARTICLE_ADDED, "10.1234/abc"),
        (EventKind.DELIVERY_RECEIVED, "d-1"),
    ]
    newest, older = activity.audits(accession.ref)
    assert newest.at == "2026-03-06T00:00:00Z"
    assert newest.damages == (Damage("v1/content/x", "Y", 3, "n", "d", 7),)
    assert older.damages == ()
