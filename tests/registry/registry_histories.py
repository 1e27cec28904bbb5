# SPDX-License-Identifier: Apache-2.0
"""Histories of an archive: sealed records by hand and by chance, from small pools."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from hypothesis import strategies as st

from emanet.model.article import (
    Author,
    Issn,
    Licence,
    Record,
    Related,
    Relation,
    Text,
    VersionStage,
)
from emanet.model.delivery import (
    Delivery,
    Fate,
    Format,
    Method,
    Payload,
    Receipt,
    Role,
    State,
    Step,
    Verdict,
)
from emanet.model.event import Event, EventKind
from emanet.model.finding import Finding
from emanet.model.package import content_digest
from emanet.model.stored import ArticleLine, AuditLine, Damage, MemberLine, Records

AT = "2026-03-01T10:00:{:02d}Z"
PDF = Format("Acrobat PDF 1.7", "application/pdf", "fmt/276", "siegfried")
XML = Format("JATS Archiving 1.2", "application/xml", "", "emanet")


def sha(text: str) -> str:
    """A SHA-256 in hex, of anything."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Sealing:
    """One sealed object in the making."""

    sequence: int
    kind: str = "acc"
    members: list[MemberLine] = field(default_factory=list)
    articles: list[ArticleLine] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    audits: list[AuditLine] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """The object's id."""
        return f"{self.kind}-{self.sequence:08d}-{sha(str(self.sequence))[:12]}"

    def deliver(
        self,
        ref: str,
        records: tuple[Record, ...] = (),
        *,
        state: State = State.ACCEPTED,
        loose: int = 0,
        fate: Fate = Fate.UNCLAIMED,
        findings: tuple[Finding, ...] = (),
        contents: tuple[str, ...] = (),
        reason: str = "",
    ) -> Sealing:
        """Add a delivery: two files for each record, ``loose`` files besides with ``fate``."""
        container = self._member(ref, f"{ref}.zip", Role.CONTAINER, Fate.PACKAGING)
        if not records and not loose:
            self.members.pop()
        for number, record in enumerate(records):
            line = len(self.articles)
            own = [
                self._member(ref, f"{ref}.zip/{number}/{name}", role, Fate.ARTICLE, line, container)
                for name, role in (("a.xml", Role.ARTICLE), ("a.pdf", Role.PDF))
            ]
            content = contents[number] if contents else content_digest(own, record)
            # the main file first, whatever the order of arrival
            members = tuple(m.ordinal for m in reversed(own))
            self.articles.append(ArticleLine(line, ref, record, members, content))
            self.events.append(
                Event(AT.format(1), EventKind.ARTICLE_ADDED, record.doi or ref, "emanet test")
            )
        for number in range(loose):
            self._member(ref, f"{ref}.zip/loose{number}", Role.OTHER, fate, None, container)
        verdict = {
            State.ACCEPTED: Verdict.ACCEPT,
            State.REFUSED: Verdict.REFUSE,
            State.REPEATED: Verdict.REPEAT,
        }.get(state, Verdict.HOLD)
        self.receipts.append(
            Receipt(
                Delivery(
                    ref, f"drop {ref}", (Payload(f"{ref}.zip", 1000, sha(ref)),), AT.format(0), "p"
                ),
                verdict,
                state,
                findings,
                "generic",
                len(records),
                self.ref if state is State.ACCEPTED else "",
                AT.format(2),
                reason,
            )
        )
        self.events.append(Event(AT.format(2), EventKind.DELIVERY_RECEIVED, ref, "emanet test"))
        return self

    def _member(
        self,
        ref: str,
        name: str,
        role: Role,
        fate: Fate,
        article: int | None = None,
        parent: int | None = None,
    ) -> int | MemberLine:
        ordinal = len(self.members)
        kept = self.kind == "acc"
        line = MemberLine(
            ordinal,
            ref,
            name,
            100 + ordinal,
            sha(f"{self.sequence} {name}"),
            ordinal,
            role,
            fate,
            "containers/pack-0001.zip" if kept else "",
            (Step(64, 1000), Step(ordinal, 50, Method.DEFLATE)) if kept else (),
            parent if isinstance(parent, int) else None,
            article,
            b"\xff" if ordinal % 3 == 2 else b"",
            PDF if role is Role.PDF else XML,
            "tr" if ordinal % 4 == 3 else "",
        )
        self.members.append(line)
        return ordinal if article is None else line

    def audit(self, ref: str, at: str, *damages: Damage) -> Sealing:
        """Add the audit of another object."""
        self.audits.append(AuditLine(ref, at, 1000, damages))
        return self

    def seal(self) -> Records:
        """The records of the object."""
        return Records(
            self.ref,
            self.kind,
            self.sequence,
            AT.format(self.sequence % 60),
            1000 + self.sequence,
            sha(f"inventory {self.sequence}") * 2,
            tuple(self.members),
            tuple(self.articles),
            tuple(self.receipts),
            tuple(self.events),
            tuple(self.audits),
        )


ISSNS = ("0028-0836", "1476-4687", "0140-6736", "1234-5679")
DOIS = ("", "", "10.1234/A", "10.1234/a", "10.1234/b", "10.1234/C.1", "https://doi.org/10.1234/B")
TITLES = ("", "Işık hızı", "IŞIK HIZI", "On light", "Correction")

records = st.builds(
    Record,
    doi=st.sampled_from((*DOIS, "no doi")),
    ids=st.dictionaries(
        st.sampled_from(("pmid", "pmcid", "pii")), st.sampled_from(("1", "PMC2", "S-3", "0"))
    ),
    title=st.sampled_from(TITLES),
    journal=st.sampled_from(("", "Işık Dergisi", "IŞIK DERGİSİ", "Light", "Nul\0 Journal")),
    issns=st.lists(
        st.builds(Issn, st.sampled_from((*ISSNS, "0000-0001")), st.sampled_from(("", "print"))),
        max_size=3,
    ).map(tuple),
    publisher=st.sampled_from(("", "Press", "Other Press")),
    volume=st.sampled_from(("", "1", "12")),
    issue=st.sampled_from(("", "2", "Suppl 2")),
    first_page=st.sampled_from(("", "5", "R45")),
    elocation_id=st.sampled_from(("", "e77")),
    published=st.sampled_from(("", "1999", "2020-05", "2021-01-31")),
    type=st.just("research-article"),
    stage=st.sampled_from((None, *VersionStage)),
    languages=st.sampled_from(((), ("tr",), ("en", "tr"))),
    authors=st.just((Author("Şimşek", "Gökhan"),)),
    abstracts=st.sampled_from(((), (Text("Işığın hızı", "tr"),))),
    licences=st.sampled_from(((), (Licence(words="all rights"), Licence("https://cc", open=True)))),
    related=st.lists(
        st.builds(Related, st.sampled_from(Relation), st.sampled_from(DOIS)), max_size=2
    ).map(tuple),
)
findings = st.lists(
    st.builds(
        Finding,
        st.sampled_from(("TITLE-ISSNS-CLASH", "CODE-OF-YESTERDAY")),
        st.sampled_from(("", "d-1.zip/0/a.xml", "d-2.zip/0/a.pdf")),
        st.sampled_from(({}, {"issn": "1"})),
    ),
    max_size=3,
).map(tuple)
REFS = ("d-1", "d-2", "d-3", "d-4")


@st.composite
def objects(draw: st.DrawFn, sequence: int, earlier: list[Records]) -> Records:
    """One sealed object that may touch anything in the pools, and the objects before it."""
    kind = draw(st.sampled_from(("acc", "acc", "evt")))
    sealing = Sealing(sequence, kind)
    for ref in draw(st.lists(st.sampled_from(REFS), max_size=3, unique=True)):
        if kind == "acc":
            sealing.deliver(
                ref,
                tuple(draw(st.lists(records, max_size=3))),
                loose=draw(st.integers(0, 2)),
                fate=draw(st.sampled_from((Fate.UNCLAIMED, Fate.HELD, Fate.IGNORED))),
                findings=draw(findings),
            )
        else:
            state = draw(st.sampled_from([s for s in State if s is not State.ACCEPTED]))
            fate = {State.HELD: Fate.HELD, State.REPEATED: Fate.REPEATED}.get(state, Fate.REFUSED)
            loose = draw(st.integers(0, 2))
            sealing.deliver(ref, state=state, loose=loose, fate=fate, findings=draw(findings))
    if earlier and kind == "evt":
        for before in draw(st.lists(st.sampled_from(earlier), max_size=2)):
            at = AT.format(draw(st.integers(0, 59)))
            damaged = draw(st.booleans())
            sealing.audit(before.id, at, *([Damage("v1/content/x", "X")] if damaged else []))
    return sealing.seal()


@st.composite
def histories(draw: st.DrawFn) -> list[Records]:
    """A whole history: objects in ascending sequence, with gaps."""
    sealed: list[Records] = []
    sequence = 0
    for _ in range(draw(st.integers(1, 6))):
        sequence += draw(st.integers(1, 3))
        sealed.append(draw(objects(sequence, sealed)))
    return sealed
