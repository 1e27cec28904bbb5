# SPDX-License-Identifier: Apache-2.0
"""Manifests checked both ways: what they list against what is there, sizes and digests too.

Manifests are XML (Elsevier's dataset.xml, MECA, HighWire) or text (IOP's manifest.txt, lists of
checksums). Bags have rules of their own (``formats.bagit``), applied here to those of a delivery.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

import msgspec

from emanet.formats import bagit
from emanet.formats.publishers.survey import Survey
from emanet.formats.publishers.tree import Kind, Node, Tree
from emanet.model.finding import Finding
from emanet.model.package import Listed

FINDINGS_MAX = 50
"""Findings of one code for one manifest or bag; beyond it one more says how many there are."""

_IOP = re.compile(
    r"^\s*[\w:-]+\s*,\s*(?P<count>\d{1,12})\s*,\s*Type\s+\w+\s*,\s*(?P<rest>.*)$", re.S
)
_SUM = re.compile(r"^\\?(?P<digest>[0-9a-fA-F]{32,128})\s+[ *]?(?P<path>\S.*)$")
_BSD_SUM = re.compile(r"^(?:MD5|SHA\d+) ?\((?P<path>.+)\) ?= ?(?P<digest>[0-9a-fA-F]{32,128})$")
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_OUT = re.compile(r"^(?:[A-Za-z]:|[/\\~])|(?:^|/)\.\.(?:/|$)")


class Checklist(msgspec.Struct, frozen=True):
    """What one manifest lists.

    ``node`` is the manifest's ordinal, ``base`` the folder that its paths start from. ``closed``:
    the manifest means to list every file at or below ``base``. ``counted`` is the number of files
    it claims, -1 when it does not say. ``broken`` counts its lines that could not be read.
    """

    node: int
    base: str
    listed: tuple[Listed, ...]
    closed: bool = True
    counted: int = -1
    broken: int = 0


def checklists(tree: Tree) -> tuple[Checklist, ...]:
    """All manifests of a delivery, bags aside, in the order of their files."""
    found = []
    bags = {n.folder for n in _declarations(tree)}
    for node in tree.nodes:
        reading = node.reading
        if node.kind is not Kind.MANIFEST:
            continue
        if reading is not None and reading.kind == "manifest" and reading.listed:
            closed = not reading.dialect.startswith("HighWire")
            found.append(Checklist(node.ordinal, node.folder, reading.listed, closed))
        elif node.ordinal in tree.survey.texts and node.folder not in bags:
            text = tree.survey.texts[node.ordinal].decode("utf-8", "replace")
            checklist = _from_text(node, text.removeprefix("\ufeff"))
            if checklist is not None:
                found.append(checklist)
    return tuple(found)


def _from_text(node: Node, text: str) -> Checklist | None:
    iop = _IOP.match(text)
    if iop:
        paths = [p.strip() for p in re.split(r"[,\r\n]+", iop["rest"]) if p.strip()]
        listed = tuple(Listed(path=p) for p in paths)
        return Checklist(node.ordinal, node.folder, listed, counted=int(iop["count"]))
    sums, broken = [], 0
    for line in text.splitlines():
        found = _SUM.match(line) or _BSD_SUM.match(line)
        if found and len(found["digest"]) in _BY_LENGTH:
            algorithm = _BY_LENGTH[len(found["digest"])]
            path = found["path"].strip().removeprefix("./")
            entry = {"path": path, algorithm: found["digest"].lower()}
            sums.append(msgspec.convert(entry, Listed))
        elif line.strip() and not line.lstrip().startswith("#"):
            broken += 1
    if not sums or broken > len(sums):
        return None
    # checkmd5.fil lists its own folder; a file of sums beside one other file lists that alone.
    closed = node.name.lower().endswith(".fil") or len(sums) > 1
    return Checklist(node.ordinal, node.folder, tuple(sums), closed, broken=broken)


def wants_digests(survey: Survey) -> dict[int, set[str]]:
    """The digests besides SHA-256 that manifests and bags need: ordinal to algorithms.

    Takes a survey whose ``texts`` and ``readings`` are complete; its ``extra`` is to be filled with
    what is asked for here.
    """
    tree = Tree(survey)
    wanted: dict[int, set[str]] = {}
    for checklist in checklists(tree):
        for entry in checklist.listed:
            node = _resolve(tree, checklist, entry.path)
            if node is not None:
                algorithms = {a for a in ("md5", "sha1", "sha512") if getattr(entry, a)}
                if algorithms:
                    wanted.setdefault(node.ordinal, set()).update(algorithms)
    for declaration in _declarations(tree):
        files = _bag_files(tree, declaration)
        texts = _bag_texts(tree, files)
        for path, algorithms in bagit.read_bag(texts).wanted().items():
            node = files.get(path)
            if node is not None and algorithms - {"sha256"}:
                wanted.setdefault(node.ordinal, set()).update(algorithms - {"sha256"})
    return wanted


def _resolve(tree: Tree, checklist: Checklist, path: str) -> Node | None:
    path = path.replace("\\", "/").removeprefix("./")
    return None if _OUT.search(path) else tree.under(checklist.base, path)


def compare(tree: Tree, checklist: Checklist) -> tuple[Finding, ...]:
    """Check one manifest both ways; findings name the listed file, or the manifest itself."""
    place = tree.nodes[checklist.node].path
    base = f"{checklist.base}/" if checklist.base else ""
    book = _Book(place)
    there: set[int] = set()
    for entry in checklist.listed:
        detail = {"manifest": place, "path": entry.path}
        if _OUT.search(entry.path.replace("\\", "/")):
            book.note("PACKAGE-MANIFEST-PATH-OUTSIDE", place, detail)
            continue
        node = _resolve(tree, checklist, entry.path)
        if node is None:
            part = entry.role == "ISSUE"
            code = "PACKAGE-MANIFEST-MISSING-PART" if part else "PACKAGE-MANIFEST-MISSING-FILE"
            book.note(code, base + entry.path, detail)
            continue
        there.add(node.ordinal)
        book.all(_fixity(tree, node, entry, place))
    if checklist.counted >= 0 and checklist.counted != len(checklist.listed):
        counts = {"given": str(checklist.counted), "found": str(len(checklist.listed))}
        book.note("PACKAGE-MANIFEST-COUNT", place, counts)
    if checklist.broken:
        book.note("PACKAGE-MANIFEST-LINES", place, {"count": str(checklist.broken)})
    if checklist.closed and there:
        for node in _below(tree, checklist, there):
            if node.ordinal not in there:
                book.note("PACKAGE-NOT-IN-MANIFEST", node.path, {"manifest": place})
    return book.findings()


def _fixity(tree: Tree, node: Node, entry: Listed, place: str) -> Iterable[Finding]:
    member = tree.survey.members[node.ordinal]
    if entry.bytes >= 0 and entry.bytes != member.bytes:
        sizes = {"manifest": place, "given": str(entry.bytes), "found": str(member.bytes)}
        yield Finding("PACKAGE-MANIFEST-SIZE", node.path, sizes)
    known = tree.survey.extra.get(node.ordinal, {}) | {"sha256": member.sha256}
    for algorithm in ("md5", "sha1", "sha256", "sha512"):
        given, actual = getattr(entry, algorithm), known.get(algorithm)
        if given and actual and given.lower() != actual.lower():
            what = {"manifest": place, "algorithm": algorithm, "given": given, "found": actual}
            yield Finding("PACKAGE-MANIFEST-DIGEST", node.path, what)


def _below(tree: Tree, checklist: Checklist, there: set[int]) -> Iterable[Node]:
    """The files that a closed manifest should list: beside those it lists, or below its folder."""
    own = tree.nodes[checklist.node]
    beside = f"{checklist.base}/" if checklist.base else ""
    prefixes = {own.parent: beside}
    for ordinal in there:
        parent = tree.nodes[ordinal].parent
        if parent is not None and parent != own.parent:
            prefixes[parent] = f"{tree.nodes[parent].path}/"
    for parent, prefix in prefixes.items():
        listed_here = any(tree.nodes[o].parent == parent for o in there)
        for node in tree.below(prefix) if listed_here else ():
            quiet = node.kind in (Kind.JUNK, Kind.FOLDER, Kind.MANIFEST)
            if node.parent == parent and node.ordinal != own.ordinal and not quiet:
                yield node


class _Book:
    """Findings by code, no more than FINDINGS_MAX of each; ``place`` is the manifest's or bag's."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._notes: dict[str, list[Finding]] = {}

    def note(self, code: str, place: str, detail: dict[str, str]) -> None:
        self._notes.setdefault(code, []).append(Finding(code, place, detail))

    def all(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._notes.setdefault(finding.code, []).append(finding)

    def findings(self) -> tuple[Finding, ...]:
        kept: list[Finding] = []
        for code, notes in self._notes.items():
            kept += notes[:FINDINGS_MAX]
            if len(notes) > FINDINGS_MAX:
                detail = {"code": code, "count": str(len(notes) - FINDINGS_MAX)}
                kept.append(Finding("CONTAINER-MORE", self._place, detail))
        return tuple(kept)


def _declarations(tree: Tree) -> list[Node]:
    """The bagit.txt of every bag in the delivery."""
    return [
        n
        for n in tree.by_name.get("bagit.txt", ())
        if tree.survey.texts.get(n.ordinal, b"").lstrip(b"\xef\xbb\xbf").startswith(b"BagIt-")
    ]


def _bag_files(tree: Tree, declaration: Node) -> dict[str, Node]:
    """The files of one bag by their paths inside it; a container in it is one file."""
    prefix = f"{declaration.folder}/" if declaration.folder else ""
    return {
        n.path.removeprefix(prefix): n
        for n in tree.below(prefix)
        if n.parent == declaration.parent and n.kind is not Kind.FOLDER
    }


def _bag_texts(tree: Tree, files: dict[str, Node]) -> dict[str, bytes]:
    texts = tree.survey.texts
    return {
        path: texts[node.ordinal]
        for path, node in files.items()
        if bagit.is_tag_file(path) and node.ordinal in texts
    }


def bags(tree: Tree) -> tuple[tuple[Finding, ...], frozenset[int]]:
    """Judge every bag of a delivery: the findings, and the ordinals of all bags' tag files."""
    findings: list[Finding] = []
    tags: set[int] = set()
    for declaration in _declarations(tree):
        files = _bag_files(tree, declaration)
        sizes = {p: tree.survey.members[n.ordinal].bytes for p, n in files.items()}
        known = {
            path: tree.survey.extra.get(node.ordinal, {})
            | {"sha256": tree.survey.members[node.ordinal].sha256}
            for path, node in files.items()
        }
        prefix = f"{declaration.folder}/" if declaration.folder else ""
        asked = partial(_known_digest, known)
        book = _Book(declaration.path)
        book.all(bagit.examine(sizes, _bag_texts(tree, files), asked, prefix))
        findings += book.findings()
        tags |= {n.ordinal for p, n in files.items() if bagit.is_tag_file(p)}
    return tuple(findings), frozenset(tags)


def _known_digest(known: dict[str, dict[str, str]], path: str, algorithm: str) -> str | None:
    return known[path].get(algorithm)
