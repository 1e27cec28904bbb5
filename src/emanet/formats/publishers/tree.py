# SPDX-License-Identifier: Apache-2.0
"""A delivery's files as a tree of names: where each lies, what stem it has, what kind it is.

``place`` is the folder in which a file is looked for by its siblings: its folder without the parts
that divide an article's files by kind (``xml/``, ``pdf/``, ``Markup/``, ``….pdf.zip/``). So the
JATS file and the PDF of parallel trees, or of an issue in four ZIPs, lie in one place.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

import msgspec

from emanet.formats.publishers.layouts import layouts
from emanet.formats.publishers.survey import Survey
from emanet.model.delivery import Format, Member
from emanet.model.package import Reading

_CONTAINERS = frozenset(
    (
        "application/zip",
        "application/x-tar",
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
    )
)
_IMAGES = frozenset(
    (".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".eps", ".svg", ".bmp", ".webp", ".wmf")
)
# Names such as gr1.jpg stand in every article of a large delivery: search no further than this.
_SEARCH_MAX = 256
_NUMBERED = re.compile(r"\.(?:xml|sgml?)\.\d{1,3}$")
_UNKNOWN = frozenset(("application/octet-stream", ""))


class Kind(StrEnum):
    """What a file is, as far as its place in a package depends on it."""

    CONTAINER = "container"
    JUNK = "junk"
    FOLDER = "folder"  # a directory entry of a container
    XML = "xml"
    SGML = "sgml"
    PDF = "pdf"
    IMAGE = "image"
    MANIFEST = "manifest"
    OTHER = "other"


class Node(msgspec.Struct, frozen=True):
    """One file: path, folder and name as the member has them; ``place`` and ``stem`` to join by.

    Those two are in NFC, case folded.
    """

    ordinal: int
    path: str
    folder: str
    name: str
    place: str
    stem: str
    kind: Kind
    parent: int | None
    reading: Reading | None = None


def fold_name(name: str) -> str:
    """A name as it is compared: NFC, case folded."""
    return unicodedata.normalize("NFC", name).casefold()


def stem_of(name: str) -> str:
    """The stem that a file name shares with its article's other files, case folded.

    The known endings of several parts go first (``_nlm.xml``, ``.crossref.xml``, ``.xml.0``), else
    one extension; a name that begins with a dot keeps it.
    """
    folded = _NUMBERED.sub("", fold_name(name))
    for ending in layouts().names.endings:
        if folded.endswith(ending) and len(folded) > len(ending):
            return folded[: -len(ending)]
    cut = folded.rfind(".")
    return folded[:cut] if cut > 0 else folded


@cache
def _is_kind(part: str) -> bool:
    return part in layouts().names.kinds


def place_of(folder: str) -> str:
    """The place of a folder: case folded, parts that only say the kind of file taken out."""
    kept = []
    for part in fold_name(folder).split("/"):
        found = layouts().names.containers.match(part)
        if found:
            kept.append(found["issue"])
        elif part and not _is_kind(part):
            kept.append(part)
    return "/".join(kept)


def extension(name: str) -> str:
    """The last extension with its dot, lower case, "" when there is none."""
    cut = name.rfind(".")
    return name[cut:].lower() if cut > 0 else ""


class Tree:
    """All files of a survey, with the ways to find them."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.parents = {m.parent for m in survey.members if m.parent is not None}
        self._places: dict[str, str] = {}
        self.nodes = tuple(self._node(m) for m in survey.members)
        self.by_path = {fold_name(n.path): n for n in self.nodes}
        self.by_name: dict[str, list[Node]] = {}
        self.by_stem: dict[str, list[Node]] = {}
        self._by_tail: dict[str, list[Node]] = {}
        self._named: dict[tuple[str, str], list[Node]] = {}
        self._stemmed: dict[tuple[str, str], list[Node]] = {}
        for node in self.nodes:
            if node.kind not in (Kind.JUNK, Kind.FOLDER, Kind.CONTAINER):
                self._index(node)
        self.manifests: dict[int | None, list[Node]] = {}
        for node in self.nodes:
            if node.kind is Kind.MANIFEST:
                self.manifests.setdefault(node.parent, []).append(node)
        self._sorted = sorted((n.path, n.ordinal) for n in self.nodes)
        self._all_places = sorted({n.place for n in self.nodes})

    def _index(self, node: Node) -> None:
        name = fold_name(node.name)
        tail = "/".join(fold_name(node.path).rsplit("/", 2)[-2:])
        self.by_name.setdefault(name, []).append(node)
        self.by_stem.setdefault(node.stem, []).append(node)
        self._by_tail.setdefault(tail, []).append(node)
        self._named.setdefault((node.place, name), []).append(node)
        self._stemmed.setdefault((node.place, node.stem), []).append(node)

    def _node(self, member: Member) -> Node:
        path = member.name
        folder, _, name = path.rstrip("/").rpartition("/")
        if folder not in self._places:
            self._places[folder] = place_of(folder)
        reading = self.survey.readings.get(member.ordinal)
        kind = self._kind(member, path, name, reading)
        return Node(
            ordinal=member.ordinal,
            path=path,
            folder=folder,
            name=name,
            place=self._places[folder],
            stem=stem_of(name),
            kind=kind,
            parent=member.parent,
            reading=reading,
        )

    def _kind(self, member: Member, path: str, name: str, reading: Reading | None) -> Kind:
        names = layouts().names
        if member.ordinal in self.parents:
            return Kind.CONTAINER
        if path.endswith("/"):
            return Kind.FOLDER
        if _is_junk(path, name, member.format):
            return Kind.JUNK
        if reading is not None and reading.kind == "manifest":
            return Kind.MANIFEST
        if reading is not None and reading.kind:
            return Kind.XML
        if names.manifests.search(path):
            return Kind.MANIFEST
        if names.sgml.search(name):
            return Kind.SGML
        if reading is not None and (reading.dialect or reading.findings):
            return Kind.XML
        mime = member.format.mime
        if mime == "application/pdf" or (mime in _UNKNOWN and extension(name) == ".pdf"):
            return Kind.PDF
        if mime in _CONTAINERS and member.parent is None:
            return Kind.CONTAINER
        image = mime.startswith("image/") or mime == "application/postscript"
        if image or (mime in _UNKNOWN and extension(name) in _IMAGES):
            return Kind.IMAGE
        return Kind.OTHER

    def container_of(self, node: Node) -> tuple[int, ...]:
        """The containers that a file lies in, innermost first."""
        found = []
        parent = node.parent
        while parent is not None:
            found.append(parent)
            parent = self.nodes[parent].parent
        return tuple(found)

    def under(self, base: str, path: str) -> Node | None:
        """The file that a manifest in folder ``base`` calls ``path``, wherever the delivery has it.

        First below ``base`` itself; a path with folders in it also as the only file whose path ends
        so (a list in the first of two tars names files of the second).
        """
        wanted = fold_name(path)
        exact = self.by_path.get(f"{fold_name(base)}/{wanted}" if base else wanted)
        if exact is not None and exact.kind is not Kind.FOLDER:
            return exact
        if "/" not in wanted:
            return None
        tail = "/".join(wanted.rsplit("/", 2)[-2:])
        found = [n for n in self._by_tail.get(tail, ()) if fold_name(n.path).endswith("/" + wanted)]
        return found[0] if len(found) == 1 else None

    def below(self, prefix: str) -> Iterator[Node]:
        """The files whose path begins with ``prefix``, in the order of their paths."""
        at = bisect_left(self._sorted, (prefix, -1))
        while at < len(self._sorted) and self._sorted[at][0].startswith(prefix):
            yield self.nodes[self._sorted[at][1]]
            at += 1

    def near(self, place: str, key: str, *, by_stem: bool = False) -> list[Node]:
        """The files of a name (or stem) at a place; none there: at the places below it."""
        index = self._stemmed if by_stem else self._named
        here = index.get((place, key))
        if here:
            return here
        everywhere = (self.by_stem if by_stem else self.by_name).get(key, [])
        prefix = f"{place}/" if place else ""
        if len(everywhere) <= _SEARCH_MAX:
            return [n for n in everywhere if n.place.startswith(prefix)]
        found: list[Node] = []
        start = bisect_left(self._all_places, prefix)
        for lower in self._all_places[start : start + _SEARCH_MAX]:
            if not lower.startswith(prefix):
                break
            found += index.get((lower, key), ())
        return found


def _is_junk(path: str, name: str, known: Format) -> bool:
    if known.label.startswith(("AppleDouble", "AppleSingle", "Finder folder")):
        return True
    unknown = known.mime in _UNKNOWN
    if layouts().names.junk.search(path):
        return unknown or known.mime == "multipart/appledouble"
    return name.startswith("._") and unknown
