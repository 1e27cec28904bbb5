# SPDX-License-Identifier: Apache-2.0
"""Checks of a package, the verdict on it, and versions: pure rules, by example and property."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_material import WHEN

from emanet.formats.publishers.survey import Survey
from emanet.ingest import checks, versions
from emanet.ingest.checks import Known, against, distinct, examine, mark_held
from emanet.ingest.judge import Override, Policy, judge, released, settled
from emanet.model.article import Issn, Record
from emanet.model.delivery import Delivery, Fate, Member, Payload, Role, State, Verdict
from emanet.model.finding import Finding, Severity, catalogue
from emanet.model.package import Package, PackagedArticle

DELIVERY = Delivery("d-1", "x", (Payload("x", 1, "00"),), WHEN)
REFUSE = Finding("NAME-TRAVERSAL", "x")
HOLD = Finding("CONTAINER-CRC-WRONG", "x")
PROBLEM = Finding("PDF-BROKEN", "a.pdf")
WARNING = Finding("FILE-EMPTY", "x")
RELEASE = Override(Verdict.ACCEPT, "looked at")


def member(ordinal: int, name: str, role: Role = Role.ARTICLE, article: int | None = 0) -> Member:
    fate = Fate.ARTICLE if article is not None else Fate.UNCLAIMED
    sha = f"{ordinal:064x}"
    return Member(ordinal, name, ordinal, 5, sha, 1, role=role, fate=fate, article=article)


def package(**more: object) -> Package:
    """One article of an XML and a PDF, and a loose file."""
    members = (
        member(0, "a.xml"),
        member(1, "a.pdf", Role.PDF),
        member(2, "list.csv", Role.OTHER, None),
    )
    record = Record(doi="10.5555/A.1", title="A", issns=(Issn("2049-3630"),))
    return Package(DELIVERY, "generic", members, (PackagedArticle(record, (0, 1)),), **more)


@pytest.mark.parametrize(
    ("findings", "more", "verdict", "state", "because"),
    [
        ([], {}, Verdict.ACCEPT, State.ACCEPTED, ()),
        ([WARNING], {}, Verdict.ACCEPT, State.ACCEPTED, ()),
        ([PROBLEM], {}, Verdict.ACCEPT, State.ACCEPTED, ()),
        ([HOLD, HOLD], {}, Verdict.HOLD, State.HELD, (HOLD.code,)),
        ([HOLD, REFUSE], {}, Verdict.REFUSE, State.REFUSED, (REFUSE.code,)),
        ([HOLD], {"override": RELEASE}, Verdict.ACCEPT, State.ACCEPTED, ()),
        ([REFUSE], {"override": RELEASE}, Verdict.REFUSE, State.REFUSED, (REFUSE.code,)),
        ([], {"override": Override(Verdict.REFUSE, "no")}, Verdict.REFUSE, State.REFUSED, ()),
        ([REFUSE], {"repeated": True}, Verdict.REPEAT, State.REPEATED, ()),
    ],
)
def test_the_verdict(findings, more, verdict, state, because) -> None:
    got = judge(package(), findings, Policy(), **more)
    assert (got.verdict, got.state, got.because) == (verdict, state, because)
    assert got.findings == tuple(findings)


def test_a_delivery_waits_for_its_sibling_until_it_is_overdue() -> None:
    waits = package(waits_for="x.pdf.zip")
    awaited = Finding("PACKAGE-SIBLING-AWAITED", "", {"name": "x.pdf.zip"})
    assert judge(waits, [awaited], Policy()).state is State.WAITING
    assert judge(waits, [awaited], Policy(), overdue=True).state is State.HELD
    assert judge(waits, [awaited], Policy(), override=RELEASE).state is State.ACCEPTED
    lenient = Policy(accept=("PACKAGE-SIBLING-AWAITED",))
    assert judge(waits, [awaited], lenient, overdue=True).state is State.ACCEPTED


@pytest.mark.parametrize(
    ("policy", "finding", "verdict"),
    [
        (Policy(hold=(WARNING.code,)), WARNING, Verdict.HOLD),
        (Policy(refuse=(WARNING.code,)), WARNING, Verdict.REFUSE),
        (Policy(accept=(HOLD.code,)), HOLD, Verdict.ACCEPT),
        (Policy(accept=(REFUSE.code,)), REFUSE, Verdict.REFUSE),
        (Policy(hold=(REFUSE.code,)), REFUSE, Verdict.REFUSE),
        (Policy(accept_partial=False), PROBLEM, Verdict.HOLD),
        (Policy(accept_partial=False, accept=(PROBLEM.code,)), PROBLEM, Verdict.ACCEPT),
    ],
)
def test_what_was_agreed_with_the_publisher(policy, finding, verdict) -> None:
    assert judge(package(), [finding], policy).verdict is verdict


_FINDINGS = st.lists(st.sampled_from(sorted(catalogue())).map(Finding), max_size=6)


@given(_FINDINGS, st.sampled_from([None, RELEASE]))
def test_the_worst_finding_decides(findings: list[Finding], override: Override | None) -> None:
    got = judge(package(), findings, Policy(), override=override)
    worst = max((f.severity.rank for f in findings), default=0)
    if worst == Severity.REFUSE.rank:
        assert got.verdict is Verdict.REFUSE
    elif worst == Severity.HOLD.rank and override is None:
        assert got.verdict is Verdict.HOLD
    else:
        assert got.verdict is Verdict.ACCEPT
    assert judge(package(), reversed(findings), Policy(), override=override).verdict is got.verdict


def test_nothing_understood_is_held_and_nothing_but_junk_refused() -> None:
    empty = msgspec.structs.replace(package(), articles=())
    got = judge(empty, [], Policy())
    assert (got.verdict, got.because) == (Verdict.HOLD, ("DELIVERY-NO-ARTICLE",))
    said = Finding("PACKAGE-NOT-UNDERSTOOD")
    assert judge(empty, [said], Policy()).findings == (said,)
    junk = Package(DELIVERY, "", (member(0, ".DS_Store", Role.JUNK, None),))
    got = judge(junk, [], Policy())
    assert (got.verdict, got.because) == (Verdict.REFUSE, ("DELIVERY-ONLY-JUNK",))
    for finding in (*got.findings, Finding("DELIVERY-NO-ARTICLE")):
        assert finding.text("en") and finding.text("tr")


def test_a_release_leaves_nothing_waiting() -> None:
    held = mark_held(package(), [PROBLEM])
    assert held.members[1].fate is Fate.HELD
    assert [m.fate for m in released(held).members] == [
        Fate.ARTICLE,
        Fate.UNCLAIMED,
        Fate.UNCLAIMED,
    ]


@pytest.mark.parametrize(
    ("verdict", "fate"),
    [(Verdict.HOLD, Fate.HELD), (Verdict.REFUSE, Fate.REFUSED), (Verdict.REPEAT, Fate.REPEATED)],
)
def test_a_verdict_on_the_whole_gives_each_file_its_fate(verdict: Verdict, fate: Fate) -> None:
    members = settled(package(), verdict)
    assert [(m.fate, m.article) for m in members] == [(fate, None)] * 3
    assert settled(package(), Verdict.ACCEPT) == package().members


# ---------------------------------------------------------------- checks


def test_a_bad_file_is_held_and_its_article_kept() -> None:
    held = mark_held(package(), [PROBLEM])
    assert held.articles[0].members == (0,)
    assert (held.members[1].fate, held.members[1].article) == (Fate.HELD, None)
    assert held.members[0] == package().members[0]
    assert mark_held(package(), [WARNING]) == package()


def test_an_article_without_a_readable_file_waits() -> None:
    both = [PROBLEM, Finding("XML-NOT-WELL-FORMED", "a.xml")]
    held = mark_held(package(), both)
    assert held.articles == ()
    assert [m.fate for m in held.members] == [Fate.HELD, Fate.HELD, Fate.UNCLAIMED]


def test_articles_are_numbered_anew_when_one_before_them_goes() -> None:
    first = package()
    members = (*first.members, member(3, "b.xml", article=1), member(4, "b.tif", Role.FIGURE, 1))
    two = msgspec.structs.replace(
        first,
        members=members,
        articles=(*first.articles, PackagedArticle(Record(title="B"), (3, 4))),
    )
    held = mark_held(two, [PROBLEM, Finding("XML-ENCODING", "a.xml")])
    assert [a.record.title for a in held.articles] == ["B"]
    assert [m.article for m in held.members] == [None, None, None, 0, 0]
    figure = mark_held(two, [Finding("XML-ENCODING", "b.xml")])
    assert figure.members[4].fate is Fate.HELD  # a figure alone is no article
    assert [a.record.title for a in figure.articles] == ["A"]


def test_titles_nobody_announced() -> None:
    assert against(package(), Known()) == ()
    assert against(package(), Known(frozenset({"2049-3630"}))) == ()
    (said,) = against(package(), Known(frozenset({"1234-5679"})))
    assert said.code == "TITLE-UNKNOWN"
    assert said.detail["issn"] == "2049-3630"
    assert said.text("tr") and "?" not in said.text("en")


def test_each_finding_is_said_once() -> None:
    again = Finding("FILE-EMPTY", "x")
    other = Finding("FILE-EMPTY", "y")
    assert distinct([WARNING, other, again, WARNING]) == (WARNING, other)
    survey = Survey(DELIVERY, package().members, findings=(WARNING,))
    told = package(findings=(PROBLEM, WARNING))
    assert examine(told, survey, Known()) == (WARNING, PROBLEM)


def test_names_that_would_meet_elsewhere() -> None:
    members = (member(0, "Ş.xml"), member(1, "S\u0327.XML"), member(2, "t.xml"))
    survey = Survey(DELIVERY, members)
    found = examine(Package(DELIVERY, "", members), survey, Known())
    assert [(f.code, f.place, f.detail["other"]) for f in found] == [
        ("NAME-CLASH", "S\u0327.XML", "Ş.xml")
    ]


def test_all_held() -> None:
    held = checks.hold_all(package())
    assert {m.fate for m in held.members} == {Fate.HELD}
    assert held.articles == ()


# ---------------------------------------------------------------- versions


def test_new_repeated_and_newer() -> None:
    (content,) = versions.contents(package())
    new = versions.compare(package(), {})
    assert (new.repeated, new.newer, new.package) == (frozenset(), frozenset(), package())
    again = versions.compare(package(), {"10.5555/a.1": frozenset({content, "other"})})
    assert again.repeated == {0}
    assert [m.fate for m in again.package.members] == [
        Fate.REPEATED,
        Fate.REPEATED,
        Fate.UNCLAIMED,
    ]
    newer = versions.compare(package(), {"10.5555/a.1": frozenset({"other"})})
    assert (newer.repeated, newer.newer) == (frozenset(), {0})
    assert [f.code for f in newer.findings] == ["ARTICLE-NEWER-VERSION"]
    assert "10.5555/a.1" in newer.findings[0].text("tr")


def test_the_same_article_twice_in_one_delivery() -> None:
    one = package()
    members = (*one.members, member(3, "c.xml", article=1), member(4, "c.pdf", Role.PDF, 1))
    twin = PackagedArticle(one.articles[0].record, (3, 4))
    same = tuple(
        msgspec.structs.replace(m, sha256=members[i].sha256)
        for m, i in zip(members, (0, 1, 2, 0, 1), strict=True)
    )
    for files, repeated, newer in ((members, frozenset(), {1}), (same, {1}, frozenset())):
        both = msgspec.structs.replace(one, members=files, articles=(*one.articles, twin))
        got = versions.compare(both, {})
        assert (got.repeated, got.newer) == (repeated, newer)
        assert got.package.members[0].fate is Fate.ARTICLE


def test_a_file_shared_with_a_new_article_is_not_repeated() -> None:
    one = package()
    shared = PackagedArticle(Record(doi="10.5555/other"), (0, 2))
    both = msgspec.structs.replace(one, articles=(*one.articles, shared))
    content = versions.contents(both)[0]
    got = versions.compare(both, {"10.5555/a.1": frozenset({content})})
    assert [m.fate for m in got.package.members[:2]] == [Fate.ARTICLE, Fate.REPEATED]


def test_without_doi_the_content_alone_tells() -> None:
    bare = msgspec.structs.replace(
        package(), articles=(PackagedArticle(Record(title="A"), (0, 1)),)
    )
    (content,) = versions.contents(bare)
    assert versions.compare(bare, {"": frozenset({content})}).repeated == {0}
    assert versions.compare(bare, {"": frozenset({"other"})}).newer == frozenset()
