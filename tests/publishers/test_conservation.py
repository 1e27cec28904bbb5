# SPDX-License-Identifier: Apache-2.0
"""Whatever is delivered: members in are members out, each with exactly one fate, bytes kept."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from emanet.formats.publishers.survey import Survey
from emanet.formats.publishers.understand import understand
from emanet.model.article import Record
from emanet.model.delivery import Delivery, Fate, Format, Member
from emanet.model.finding import Finding
from emanet.model.package import Listed, Reading

_FOLDERS = ("", "a", "a/xml", "a/pdf", "b", "b/c", "__MACOSX/a", "x.xml.zip", "x.pdf.zip")
_NAMES = (
    "main.xml", "main.pdf", "main_nlm.xml", "main.xml.Meta", "main.crossref.xml", "gr1.jpg",
    "main-en.pdf", "other.xml", "other.pdf", "._main.pdf", ".DS_Store", "dataset.xml", "x.sgml",
    "manifest.txt", "checkmd5.fil", "data.csv", "inner.zip", "123A.tar", "sub/",
)  # fmt: skip
_KINDS = ("article", "header", "metadata", "issue", "manifest", "", "broken", "none")
_MIMES = ("application/octet-stream", "application/pdf", "application/xml", "image/jpeg")


@st.composite
def readings(draw: st.DrawFn) -> Reading | None:
    """A reading of any kind, its identifiers few so that they collide."""
    kind = draw(st.sampled_from(_KINDS))
    if kind == "none":
        return None
    if kind == "broken":
        return Reading(findings=(Finding("XML-NOT-WELL-FORMED"),))
    record = Record(
        doi=draw(st.sampled_from(("", "10.5555/a", "10.5555/B", "junk"))),
        title=draw(st.sampled_from(("", "Işık", "Light"))),
        ids={"pii": draw(st.sampled_from(("", "S1", "S2")))},
        volume=draw(st.sampled_from(("", "1"))),
    )
    mentions = draw(st.lists(st.sampled_from(("gr1", "other.pdf", "none.tif", "../x")), max_size=3))
    if kind == "manifest":
        paths = draw(st.lists(st.sampled_from(("a/main.xml", "main.pdf", "/etc/x")), max_size=3))
        listed = tuple(Listed(p, bytes=draw(st.sampled_from((-1, 3)))) for p in paths)
        return Reading("manifest", "Elsevier dataset", None, (), listed, {"S1": record})
    records = {"k": record, "l": Record(doi="10.5555/l")} if kind in ("metadata", "issue") else {}
    only = record if kind != "issue" else None
    return Reading(kind, draw(st.sampled_from(("JATS", "Elsevier JA"))), only, tuple(mentions),
                   records=records)  # fmt: skip


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    """A delivery of up to a dozen files, some of them containers of the next ones."""
    members: list[Member] = []
    found: dict[int, Reading] = {}
    texts: dict[int, bytes] = {}
    for ordinal in range(draw(st.integers(0, 12))):
        parents = [m.ordinal for m in members if m.name.endswith((".zip", ".tar"))]
        parent = draw(st.sampled_from([None, *parents]))
        inside = f"{members[parent].name}/" if parent is not None else ""
        folder = draw(st.sampled_from(_FOLDERS))
        name = inside + (f"{folder}/" if folder else "") + draw(st.sampled_from(_NAMES))
        mime = draw(st.sampled_from(_MIMES))
        size = draw(st.integers(0, 9))
        members.append(
            Member(ordinal, name, 0, size, f"{ordinal:064d}", 0, parent, format=Format("", mime))
        )
        reading = draw(readings())
        if reading is not None and name.endswith((".xml", ".Meta")):
            found[ordinal] = reading
        if name.endswith((".txt", ".fil")):
            texts[ordinal] = b"0" * 32 + b"  main.pdf\n"
    return Survey(Delivery("d", "d", (), ""), tuple(members), found, (), texts)


@given(surveys())
@settings(max_examples=300, deadline=None)
def test_members_in_are_members_out(survey: Survey) -> None:
    package = understand(survey)
    assert len(package.members) == len(survey.members)
    assert sum(m.bytes for m in package.members) == sum(m.bytes for m in survey.members)
    owned: dict[int, int] = {}
    for number, article in enumerate(package.articles):
        for ordinal in article.members:
            owned.setdefault(ordinal, number)
    for before, after in zip(survey.members, package.members, strict=True):
        assert (before.ordinal, before.name, before.sha256) == (
            after.ordinal,
            after.name,
            after.sha256,
        )
        assert after.article == owned.get(after.ordinal)
        if after.article is None:
            assert after.fate is not Fate.ARTICLE
        else:
            assert after.fate in (Fate.ARTICLE, Fate.HELD)
    for finding in (*package.findings, *(f for a in package.articles for f in a.findings)):
        assert finding.text("en") and finding.text("tr")
    if not package.articles:
        assert all(m.fate is not Fate.UNCLAIMED for m in package.members)


@given(surveys())
@settings(max_examples=60, deadline=None)
def test_it_is_a_function_of_the_survey(survey: Survey) -> None:
    assert understand(survey) == understand(survey)
