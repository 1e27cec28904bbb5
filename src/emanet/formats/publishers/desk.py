# SPDX-License-Identifier: Apache-2.0
"""The desk on which a delivery is sorted: articles in the making, and who owns which file."""

from __future__ import annotations

from collections.abc import Iterator

from emanet.formats.publishers.merge import same_article
from emanet.formats.publishers.tree import Node, Tree
from emanet.model.article import Record, VersionStage
from emanet.model.finding import Finding, Severity
from emanet.model.ids import normal_doi


class Claim:
    """An article in the making.

    ``place`` and ``stem`` are where its own file stands. ``readings`` are the ordinals whose
    readings speak of it, its own file first; ``record`` is given where a file holds several
    articles or only a manifest speaks. ``witnesses`` are further records with their paths.
    ``held``: it cannot be catalogued, its files wait with it.
    """

    def __init__(self, place: str, stem: str, record: Record | None = None) -> None:
        self.place = place
        self.stem = stem
        self.record = record
        self.readings: list[int] = []
        self.members: dict[int, None] = {}
        self.witnesses: list[tuple[str, Record]] = []
        self.stage: VersionStage | None = None
        self.findings: list[Finding] = []
        self.held = False

    def has(self, ordinal: int) -> bool:
        """Whether the file is among the claim's members."""
        return ordinal in self.members


class Desk:
    """All claims of one delivery, and what is said of the delivery as a whole.

    ``owner`` maps an ordinal to the first claim that took it. ``held`` are files held by
    themselves, ``waits`` the siblings that must come first. ``packaging`` (a bag's tag files) is
    nobody's.
    """

    def __init__(self, tree: Tree, packaging: frozenset[int] = frozenset()) -> None:
        self.tree = tree
        self.packaging = packaging
        self.claims: list[Claim] = []
        self.owner: dict[int, Claim] = {}
        self.held: set[int] = set()
        self.findings: list[Finding] = []
        self.waits: list[str] = []
        self._known: dict[str, list[Claim]] = {}

    def open(self, node: Node, record: Record | None = None) -> Claim:
        """Begin an article with its own file; ``record`` where the reading has not just one."""
        claim = Claim(node.place, node.stem, record)
        self.claims.append(claim)
        self.give(claim, node)
        said = record or (node.reading.record if node.reading is not None else None)
        if node.reading is not None and node.reading.kind:
            claim.readings.append(node.ordinal)
        for key in _keys(said) if said is not None else ():
            self._known.setdefault(key, []).append(claim)
        return claim

    def give(self, claim: Claim, node: Node) -> None:
        """Give a file to an article; the first to get it owns it."""
        claim.members[node.ordinal] = None
        self.owner.setdefault(node.ordinal, claim)

    def free(self, node: Node) -> bool:
        """Whether nobody has taken the file, and it is neither packaging nor held by itself."""
        taken = node.ordinal in self.owner or node.ordinal in self.packaging
        return not taken and node.ordinal not in self.held

    def alike(self, record: Record) -> list[Claim]:
        """The articles with the DOI of a record, else with its PII or OAI identifier.

        An OAI identifier does not join two DOIs. A PII does, so that the contradiction is told;
        nothing is filled from such a witness.
        """
        for key in _keys(record):
            found = self._known.get(key, [])
            if key.startswith("oai:"):
                found = [c for c in found if self.may_be(c, record)]
            if found:
                return found
        return []

    def may_be(self, claim: Claim, record: Record) -> bool:
        """Whether a record may speak of a claim's article (no two DOIs, no two PIIs)."""
        said = self.record_of(claim)
        return said is None or same_article(said, record)

    def record_of(self, claim: Claim) -> Record | None:
        """What the claim's own file says, None when nothing could be read."""
        if claim.record is not None:
            return claim.record
        for ordinal in claim.readings:
            reading = self.tree.nodes[ordinal].reading
            if reading is not None and reading.record is not None:
                return reading.record
        return None


def _keys(record: Record) -> Iterator[str]:
    doi = normal_doi(record.doi)
    if doi:
        yield f"doi:{doi}"
    for kind in ("pii", "oai"):
        value = "".join(c for c in record.ids.get(kind, "").upper() if c.isalnum())
        if value:
            yield f"{kind}:{value}"


def is_broken(node: Node) -> bool:
    """Whether an XML file could not be read (it has a finding of severity problem or worse)."""
    reading = node.reading
    if reading is None or reading.kind:
        return False
    return any(f.severity.rank >= Severity.PROBLEM.rank for f in reading.findings)
