# SPDX-License-Identifier: Apache-2.0
"""The last step of understanding: records made of their witnesses, roles and fates given out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import msgspec

from emanet.formats.articles.jats_dates import NOT_PUBLICATION
from emanet.formats.articles.settle import MISSING, missing
from emanet.formats.publishers.desk import Claim, Desk
from emanet.formats.publishers.layouts import GENERIC, layouts
from emanet.formats.publishers.merge import disagreements, fill, same_article
from emanet.formats.publishers.tree import Kind, Node, Tree
from emanet.model.article import Record, VersionStage
from emanet.model.delivery import Fate, Member, Role
from emanet.model.finding import Finding, Severity
from emanet.model.ids import normal_doi
from emanet.model.package import Package, PackagedArticle

_WITNESSES = ("header", "metadata")
_ONLINE = re.compile(r"^epub|electronic|online")
# What stands where an article ahead of print has no volume yet (SciELO writes 00, others words).
_NO_PLACE = re.compile(r"0+|n/?a|ahead.*|(?:in press|online first|early view)", re.IGNORECASE)
_ORDER = (Role.ARTICLE, Role.METADATA, Role.PDF, Role.FIGURE, Role.SUPPLEMENT, Role.OTHER)


def package(desk: Desk) -> Package:
    """Make the package of a sorted desk."""
    tree = desk.tree
    finished = [(claim, _record(desk, claim)) for claim in desk.claims]
    good = [(c, r) for c, r in finished if r is not None and not c.held]
    good.sort(key=lambda pair: next(iter(pair[0].members)))
    index: dict[int, int] = {}
    for number, (claim, _) in enumerate(good):
        for ordinal in claim.members:
            index.setdefault(ordinal, number)
    understood = bool(good)
    members = tuple(_member(desk, n, index, good, understood) for n in tree.nodes)
    articles = tuple(_article(desk, claim, record, members) for claim, record in good)
    hints = _hints(tree)
    labels = [_label(tree, claim, hints) for claim, _ in good]
    findings = [*desk.findings]
    catalogued = {id(claim) for claim, _ in good}
    for claim, _ in finished:
        if id(claim) not in catalogued:
            findings += _of_a_held(claim, index)
    for node in tree.nodes:
        if node.ordinal not in index:
            findings += _said_by(node)
    findings += _on_the_whole(desk, articles, members, labels)
    ranked = [layout.name for layout in layouts().layouts] + [GENERIC]
    return Package(
        delivery=tree.survey.delivery,
        layout="+".join(name for name in ranked if name in labels),
        members=members,
        articles=articles,
        findings=tuple(findings),
        waits_for=", ".join(desk.waits),
    )


def _of_a_held(claim: Claim, index: dict[int, int]) -> list[Finding]:
    """Its findings; a deposit that serves other articles is not itself at fault for this one."""
    shared = any(ordinal in index for ordinal in claim.members)
    doi = claim.record.doi if claim.record is not None else ""
    return [
        Finding("PACKAGE-RECORD-ALONE", f.place, {"doi": doi or "–"})
        if shared and f.code == "PACKAGE-METADATA-ALONE"
        else f
        for f in claim.findings
    ]


def _record(desk: Desk, claim: Claim) -> Record | None:
    """The record of a claim out of all its witnesses; None (and held) when it cannot be one."""
    record = desk.record_of(claim)
    if record is None:
        claim.held = True
        return None
    main = desk.tree.nodes[next(iter(claim.members))]
    said: list[tuple[str, Record]] = []
    for ordinal in claim.readings[1:]:
        node = desk.tree.nodes[ordinal]
        if node.reading is not None and node.reading.record is not None:
            said.append((node.path, node.reading.record))
    for place, other in (*said, *claim.witnesses):
        claim.findings += disagreements(record, other, place)
        if same_article(record, other):
            record = fill(record, other)
    record = msgspec.structs.replace(record, stage=_stage(desk, claim, record))
    alone = main.reading is not None and main.reading.kind in _WITNESSES
    if alone and not _has_content(desk, claim):
        claim.findings.append(Finding("PACKAGE-METADATA-ALONE", main.path))
        claim.held = True
    elif not _identified(record):
        claim.findings.append(Finding("PACKAGE-ARTICLE-UNIDENTIFIED", main.path))
        claim.held = True
    return record


def _has_content(desk: Desk, claim: Claim) -> bool:
    for ordinal in claim.members:
        node = desk.tree.nodes[ordinal]
        known = node.reading is not None and node.reading.kind in _WITNESSES
        if not known and ordinal not in desk.held:
            return True
    return False


def _identified(record: Record) -> bool:
    ids = any(record.ids.get(kind) for kind in ("pii", "pmid", "pmcid"))
    return bool(normal_doi(record.doi) or record.title or ids)


def _stage(desk: Desk, claim: Claim, record: Record) -> VersionStage | None:
    """The version: as the XML or a list says, else as the names say, else ahead of print inferred.

    An article with an online date but no volume, issue, page or number is ahead of its issue.
    """
    if record.stage is not None or claim.stage is not None:
        return record.stage or claim.stage
    nodes = [desk.tree.nodes[o] for o in claim.members]
    for node in nodes:
        if node.kind in (Kind.XML, Kind.PDF):
            for pattern, stage in layouts().stages:
                if pattern.search(node.path):
                    return stage
    pdfs = [n for n in nodes if n.kind is Kind.PDF]
    manuscript = layouts().names.manuscript
    if pdfs and all(manuscript.search(n.name) for n in pdfs):
        return VersionStage.AM
    places = (record.volume, record.issue, record.first_page, record.elocation_id)
    if any(place and not _NO_PLACE.fullmatch(place) for place in places):
        return None
    return VersionStage.AOP if any(_is_online(d.kind) for d in record.dates) else None


def _is_online(kind: str) -> bool:
    """Whether a date of this kind says when the article itself went online."""
    folded = kind.casefold()
    other = folded.startswith((*NOT_PUBLICATION, "issue-", "epub-ppub"))
    return not other and _ONLINE.search(folded) is not None


def _article(
    desk: Desk, claim: Claim, record: Record, members: tuple[Member, ...]
) -> PackagedArticle:
    ordered = sorted(claim.members, key=lambda o: _rank(desk.tree.nodes[o], members[o], claim))
    findings: list[Finding] = []
    for ordinal in claim.members:
        if desk.owner[ordinal] is claim:
            findings += _said_by(desk.tree.nodes[ordinal])
    findings = _with_what_is_missing(desk, claim, record, findings)
    return PackagedArticle(record, tuple(ordered), (*findings, *claim.findings))


def _with_what_is_missing(
    desk: Desk, claim: Claim, record: Record, findings: list[Finding]
) -> list[Finding]:
    """The findings without what another witness made good, and with what no file says at all.

    Nothing is added while siblings are awaited, nor where it was told already, and why.
    """
    lacks = {f.code: f for f in missing(record, desk.tree.nodes[next(iter(claim.members))].path)}
    kept = [f for f in findings if f.code not in MISSING or f.code in lacks]
    told = {f.code for f in (*kept, *claim.findings)}
    if "ELSEVIER-NOT-IN-DATASET" in told:
        told.add("ARTICLE-JOURNAL-MISSING")
    added = () if desk.waits else (f for code, f in lacks.items() if code not in told)
    return [*kept, *added]


def _said_by(node: Node) -> tuple[Finding, ...]:
    """The findings of a file's reading; what an XML parser says of junk or SGML is no news."""
    if node.reading is None or node.kind in (Kind.JUNK, Kind.SGML):
        return ()
    return node.reading.findings


def _rank(node: Node, member: Member, claim: Claim) -> tuple[int, bool, bool, bool, int]:
    """Main file first: by role, then the file with the article's own name before all others."""
    second = "archival" in node.path.casefold()
    own = member.language or node.stem != claim.stem
    main = claim.readings[:1] == [node.ordinal]
    return _ORDER.index(member.role), not main, bool(own), second, node.ordinal


def _member(
    desk: Desk,
    node: Node,
    index: dict[int, int],
    good: list[tuple[Claim, Record]],
    understood: bool,
) -> Member:
    member = desk.tree.survey.members[node.ordinal]
    replace = msgspec.structs.replace
    fixed = {
        Kind.JUNK: (Role.JUNK, Fate.IGNORED),
        Kind.FOLDER: (Role.OTHER, Fate.PACKAGING),
        Kind.MANIFEST: (Role.MANIFEST, Fate.PACKAGING),
    }
    if node.kind is Kind.CONTAINER:
        opened = node.ordinal in desk.tree.parents
        return replace(member, role=Role.CONTAINER, fate=Fate.PACKAGING if opened else Fate.HELD)
    if node.kind in fixed:
        role, fate = fixed[node.kind]
        return replace(member, role=role, fate=fate)
    if node.ordinal in desk.packaging:
        return replace(member, role=Role.MANIFEST, fate=Fate.PACKAGING)
    number = index.get(node.ordinal)
    if number is not None:
        claim = good[number][0]
        return replace(
            member,
            role=_role(node, claim),
            fate=Fate.HELD if node.ordinal in desk.held else Fate.ARTICLE,
            article=number,
            language=_language(node, claim),
        )
    held = node.ordinal in desk.held or node.ordinal in desk.owner or not understood
    return replace(member, role=_role(node, None), fate=Fate.HELD if held else Fate.UNCLAIMED)


def _role(node: Node, claim: Claim | None) -> Role:
    plain = {Kind.PDF: Role.PDF, Kind.IMAGE: Role.FIGURE}
    if node.kind in plain:
        return plain[node.kind]
    reading = node.reading
    if reading is not None and reading.kind in ("article", "issue", "header", "metadata"):
        first = claim is None or claim.readings[:1] == [node.ordinal]
        return Role.ARTICLE if first and reading.kind not in _WITNESSES else Role.METADATA
    if node.kind is Kind.SGML or claim is None:
        return Role.OTHER
    return Role.SUPPLEMENT


def _language(node: Node, claim: Claim) -> str:
    if node.kind not in (Kind.PDF, Kind.IMAGE) or node.stem == claim.stem:
        return ""
    found = layouts().names.language.search(node.stem)
    return found["language"] if found else ""


def _hints(tree: Tree) -> dict[int | None, frozenset[str]]:
    """The layouts that a container's manifests speak for, by the container's ordinal."""
    found: dict[int | None, frozenset[str]] = {}
    for parent, nodes in tree.manifests.items():
        dialects = {n.reading.dialect for n in nodes if n.reading is not None}
        texts = {tree.survey.texts.get(n.ordinal, b"")[:200] for n in nodes}
        words = [t.decode("utf-8", "replace") for t in texts]
        names = (
            layout.name
            for layout in layouts().layouts
            if _matches(layout.manifest, dialects) or _matches(layout.text, words)
        )
        found[parent] = frozenset(names)
    return found


def _matches(pattern: re.Pattern[str] | None, values: Iterable[str]) -> bool:
    return pattern is not None and any(pattern.search(value) for value in values)


def _label(tree: Tree, claim: Claim, hints: dict[int | None, frozenset[str]]) -> str:
    nodes = [tree.nodes[o] for o in claim.members]
    dialects = [n.reading.dialect for n in nodes if n.reading is not None and n.reading.kind]
    paths = [n.path for n in nodes if n.kind is Kind.XML]
    hinted = frozenset[str]().union(*(hints.get(n.parent, ()) for n in nodes))
    for layout in layouts().layouts:
        by_name = _matches(layout.dialect, dialects) or _matches(layout.path, paths)
        if by_name or layout.name in hinted:
            return layout.name
    return GENERIC


def _on_the_whole(
    desk: Desk,
    articles: tuple[PackagedArticle, ...],
    members: tuple[Member, ...],
    labels: list[str],
) -> list[Finding]:
    findings: list[Finding] = []
    if not articles:
        # A delivery that is refused was not looked into.
        hostile = any(f.severity is Severity.REFUSE for f in desk.tree.survey.findings)
        reasons = hostile or any(f.severity.rank >= Severity.HOLD.rank for f in desk.findings)
        if not reasons and any(m.fate is not Fate.IGNORED for m in members):
            findings.append(Finding("PACKAGE-NOT-UNDERSTOOD"))
        return findings
    if GENERIC in labels:
        findings.append(Finding("PACKAGE-GENERIC", "", {"count": str(labels.count(GENERIC))}))
    dois = Counter(d for a in articles if (d := normal_doi(a.record.doi)))
    for doi, count in dois.items():
        if count > 1:
            findings.append(Finding("PACKAGE-DOI-TWICE", "", {"doi": doi, "count": str(count)}))
    unclaimed = [m.name for m in members if m.fate is Fate.UNCLAIMED]
    if unclaimed:
        names = ", ".join(unclaimed[:5]) + (" …" if len(unclaimed) > 5 else "")
        detail = {"count": str(len(unclaimed)), "names": names}
        findings.append(Finding("PACKAGE-UNCLAIMED", "", detail))
    return findings
