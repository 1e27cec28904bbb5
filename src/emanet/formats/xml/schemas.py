# SPDX-License-Identifier: Apache-2.0
"""Validation of JATS and NLM articles against the bundled schemas: a warning, never a gate.

Publishers order the parts of a figure their own way and invent attribute values; some 20 of 500
real articles are not valid and none of them is worse for it.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

from lxml import etree

from emanet.formats.xml.bundle import SCHEME, Inside, contents, public_ids
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.finding import Finding
from emanet.model.ids import printable

ERRORS_SHOWN_MAX = 3
_RNG = "{http://relaxng.org/ns/structure/1.0}"
_TAG_SETS = ("archiving", "publishing", "articleauthoring")


class Schema(Protocol):
    """What a compiled schema does: judge a tree, and remember what it found."""

    error_log: etree._ListErrorLog

    def validate(self, etree: etree._ElementTree) -> bool:
        """Whether the tree is valid."""
        ...


def choose(doctype: Doctype, dtd_version: str) -> str:
    """Choose the bundled schema of an article, "" when there is none.

    By public identifier; else by the end of the system identifier (``1.2/JATS-….dtd``), its file
    name with the version; else by ``@dtd-version`` alone, where Archiving, the widest tag set,
    stands for all. Returns a path in the bundle.
    """
    public = doctype.public.upper()
    for known, path in public_ids().items():
        if public == known.upper():
            return path
    if public:
        return ""
    return _by_system(doctype.system, dtd_version) or _by_version(dtd_version)


def _by_system(system: str, dtd_version: str) -> str:
    paths = sorted(set(public_ids().values()))
    folder, _, name = system.replace("\\", "/").rpartition("/")
    same = [p for p in paths if name and p.rpartition("/")[2] == name]
    if not same:
        return ""
    above = folder.split("/")
    exact = [p for p in same if p.split("/")[1:3] == above[-2:] or p.split("/")[2] == above[-1]]
    by_version = [p for p in same if p.split("/")[2] == dtd_version]
    found = exact or by_version or (same if len(same) == 1 else [])
    return found[0] if found else ""


def _by_version(dtd_version: str) -> str:
    """The schema of a version when nothing else is known."""
    folders = (dtd_version, f"{dtd_version}-mathml3")
    found = [p for p in sorted(set(public_ids().values())) if p.split("/")[2] in folders]
    for tag_set in _TAG_SETS:
        inside = [p for p in found if p.split("/")[1] == tag_set and "oasis" not in p]
        mathml3 = [p for p in inside if "mathml3" in p]
        if inside:
            return (mathml3 or inside)[0]
    return ""


@cache
def schema(path: str) -> Schema:
    """Compile a bundled schema, once a process (10-20 ms for a DTD). Nothing outside is read.

    Takes a path that ``choose`` gave. Character modules are left out: the tree holds no entities.
    """
    if path.endswith(".rng"):
        grammar: Schema = etree.RelaxNG(etree.ElementTree(_flat(path, frozenset())))
        return grammar
    parser = etree.XMLParser(load_dtd=True, no_network=True, resolve_entities=False)
    parser.resolvers.add(Inside(contents(), characters=False))
    stub = f'<!DOCTYPE article SYSTEM "{SCHEME}{path}"><article/>'
    tree = etree.ElementTree(etree.fromstring(stub.encode(), parser, base_url=SCHEME))
    dtd: Schema | None = tree.docinfo.externalDTD
    if dtd is None:
        raise KeyError(path)
    return dtd


def _flat(path: str, overridden: frozenset[str]) -> etree._Element:
    """A RELAX NG grammar with its includes put in place (libxml2 would open them as files).

    RELAX NG 4.7: an include is its grammar without what the include itself defines anew.
    """
    root = etree.fromstring(contents()[path])
    folder = path.rpartition("/")[0]
    for define in list(root.iter(_RNG + "define")):
        if define.get("name", "") in overridden:
            _parent(define).remove(define)
    for include in list(root.iter(_RNG + "include")):
        own = frozenset(d.get("name", "") for d in include.iter(_RNG + "define"))
        inner = _flat(f"{folder}/{include.get('href')}", overridden | own)
        block = etree.Element(_RNG + "div", nsmap=inner.nsmap)  # type: ignore[arg-type]
        for name, value in inner.attrib.items():
            block.set(name, value)
        block.extend([*inner, *include])
        _parent(include).replace(include, block)
    return root


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    if parent is None:
        raise ValueError("a grammar's root has no parent")
    return parent


def validate(parsed: Parsed, place: str, named: str = "") -> tuple[Finding, ...]:
    """Validate a parsed article against the schema it names.

    ``named`` is what to call the file's kind when there is no schema for it. Returns XML-INVALID
    with the first errors, XML-NO-SCHEMA when the bundle has no schema for it, or nothing.
    Source: JATS (Z39.96) and NLM document type definitions.
    """
    if parsed.tree is None:
        return ()
    root = parsed.tree.getroot()
    version = (root.get("dtd-version") or "").strip()
    path = choose(parsed.doctype, version) if root.tag == "article" else ""
    if not path:
        kind = named or parsed.doctype.public or parsed.doctype.system or version or str(root.tag)
        return (Finding("XML-NO-SCHEMA", place, {"named": printable(kind)[:200]}),)
    judge = schema(path)
    if judge.validate(parsed.tree):
        return ()
    log = list(judge.error_log)
    shown = [f"{e.line}: {_short(e.message)}" for e in log[:ERRORS_SHOWN_MAX]]
    detail = {"schema": path, "count": str(len(log)), "errors": "; ".join(shown)}
    return (Finding("XML-INVALID", place, detail),)


def _short(message: str) -> str:
    """A message without the long list of all that would have been allowed."""
    said, cut, _ = message.partition(", expecting ")
    return (said + (", children not as declared" if cut else ""))[:200]
