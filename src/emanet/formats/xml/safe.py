# SPDX-License-Identifier: Apache-2.0
"""Parsing XML from strangers: nothing fetched, nothing expanded beyond measure, nothing lost.

The parser loads no DTD, resolves no external entity, opens no network and keeps libxml2's limits
on depth, text and amplification. It never recovers: a recovered tree is silently cut. What can be
mended without guessing (undeclared well-known prefixes, named characters, blanks before the XML
declaration, NULs behind the end) is mended in memory, with a finding; the bytes kept are the bytes
delivered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from lxml import etree

from emanet.formats.xml import entities
from emanet.formats.xml.doctype import (
    Doctype,
    Prolog,
    misnamed,
    plain,
    scan,
    without_declaration,
)
from emanet.model.finding import Finding
from emanet.model.ids import printable

BYTES_MAX = 512 << 20
_CARRIED_BYTES = 1 << 20
# A file as base64 in an element that says so (OJS keeps PDFs in its XML).
_CARRIED = re.compile(
    rb"(<\w[^<>]{0,500}\sencoding=[\"']base64[\"'][^<>]{0,500}>)[A-Za-z0-9+/=\s]++(?=</)"
)
NAMESPACES = {
    "mml": "http://www.w3.org/1998/Math/MathML",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "ali": "http://www.niso.org/schemas/ali/1.0/",
    "xi": "http://www.w3.org/2001/XInclude",
    "oasis": "http://www.niso.org/standards/z39-96/ns/oasis-exchange/table",
    # Elsevier's DTDs declare these themselves, so its older files do not.
    "ce": "http://www.elsevier.com/xml/common/dtd",
    "sa": "http://www.elsevier.com/xml/common/struct-aff/dtd",
    "sb": "http://www.elsevier.com/xml/common/struct-bib/dtd",
    "tb": "http://www.elsevier.com/xml/common/table/dtd",
    "cals": "http://www.elsevier.com/xml/common/cals/dtd",
}
_UNDEFINED = re.compile(r"Namespace prefix (\S+)")
_PARAMETER = re.compile(rb"<!ENTITY\s+%\s+(\S+)\s+SYSTEM\s")
_AWAY = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:|[/\\])|(?:^|[/\\])\.\.(?:[/\\]|$)")
_KNOWN_DTD = re.compile(
    r"^https?://(?:jats\.nlm|dtd\.nlm|www\.ncbi\.nlm)\.nih\.gov/", re.IGNORECASE
)
_ROUNDS_MAX = 8
_ENCODING_TYPES = {"ERR_INVALID_ENCODING", "ERR_UNSUPPORTED_ENCODING", "ERR_UNKNOWN_ENCODING"}
_HTML = re.compile(rb"<(?:!doctype\s+)?html\b", re.IGNORECASE)


class Parsed(msgspec.Struct, frozen=True):
    """The outcome of parsing: the tree (None when it cannot be used), what was declared, findings.

    No Entity node is left in the tree: named characters are text. Nor are comments and processing
    instructions; files that the document carries inside itself (base64) are left out.
    """

    tree: etree._ElementTree | None = None
    doctype: Doctype = Doctype()
    findings: tuple[Finding, ...] = ()


class _Fault(msgspec.Struct, frozen=True):
    """One message of the parser: libxml2's name for it, its words, line and column."""

    kind: str
    message: str
    line: int
    column: int


def parse(data: bytes, place: str) -> Parsed:
    """Parse a whole XML file without trusting it.

    Takes its bytes in any encoding and the name it goes by in findings. Never raises for bad data:
    the tree is None when the file is empty, no XML, not well-formed, or hostile (entity bombs,
    external entities, nesting deeper than 256), and a finding says why. Source: XML 1.0 (fifth
    edition) and the limits of libxml2 2.14.
    """
    text = plain(data)
    findings: list[Finding] = []
    trimmed = text.lstrip(b" \t\r\n")
    if not trimmed:
        return Parsed(findings=(Finding("XML-EMPTY", place),))
    if len(trimmed) < len(text) and trimmed.startswith(b"<?xml"):
        findings.append(Finding("XML-LEADING-SPACE", place))
    text = _CARRIED.sub(rb"\1", trimmed) if len(trimmed) > _CARRIED_BYTES else trimmed
    if len(text) > BYTES_MAX:
        return Parsed(findings=(Finding("XML-TOO-BIG", place, {"why": f"{len(text)} bytes"}),))
    if text.endswith((b"\0", b"\x1a")):
        text = text.rstrip(b"\0\x1a \t\r\n")
        findings.append(Finding("XML-PADDED", place))
    if (declared := misnamed(text)) is not None:
        findings.append(Finding("XML-ENCODING-MISNAMED", place, {"declared": declared}))
        text = without_declaration(text)
    prolog = scan(text)
    if not text.startswith(b"<"):
        return Parsed(findings=(Finding("XML-NOT-XML", place, {"what": "no tag"}),))
    work = _Work(text, prolog, place, findings)
    tree = work.run()
    return Parsed(tree, prolog.named, tuple(work.findings))


class _Work:
    """One file on its way to a tree: parse, look at what failed, mend, parse again."""

    def __init__(
        self, text: bytes, prolog: Prolog, place: str, findings: Iterable[Finding]
    ) -> None:
        self._text = text
        self._prolog = prolog
        self._place = place
        self._added: set[str] = set()
        self._expanded = False
        self.findings = list(findings)

    def run(self) -> etree._ElementTree | None:
        """The tree, or None with the reason among the findings."""
        names = entities.references(self._text)
        for _ in range(_ROUNDS_MAX):
            tree, faults = _parse_once(self._text)
            if tree is None:
                if not self._mend(faults):
                    return None
            elif names and not self._expanded:
                if self._hostile(tree, names) or not self._expand(_literals(tree)):
                    return None
            elif self._hostile(tree, names):
                return None
            else:
                return tree
        self._say("XML-NOT-WELL-FORMED", **_where(faults[0]))
        return None

    def _say(self, code: str, **detail: str) -> bool:
        self.findings.append(Finding(code, self._place, detail))
        return False

    def _mend(self, faults: list[_Fault]) -> bool:
        """Mend what may be mended; False when the file must be given up."""
        kinds = {f.kind for f in faults}
        if kinds == {"NS_ERR_UNDEFINED_NAMESPACE"}:
            return self._declare_prefixes(faults)
        spare = {"ERR_UNDECLARED_ENTITY", "NS_ERR_UNDEFINED_NAMESPACE"}
        if kinds <= spare and not self._expanded:
            names = sorted({f.message.split("'")[1] for f in faults if "ENTITY" in f.kind})
            self._say("XML-ENTITY-UNDECLARED", names=_some(names))
            return self._expand({})
        return self._give_up(faults)

    def _declare_prefixes(self, faults: list[_Fault]) -> bool:
        found = {m[1] for f in faults if (m := _UNDEFINED.match(f.message))}
        wanted = sorted(found - self._added)
        start = self._prolog.root
        if start < 0 or not wanted or any(p not in NAMESPACES for p in wanted):
            return self._give_up(faults)
        end = re.compile(rb"<[^\s/>]+").match(self._text, start)
        if end is None:
            return self._give_up(faults)
        declarations = "".join(f' xmlns:{p}="{NAMESPACES[p]}"' for p in wanted).encode()
        self._text = self._text[: end.end()] + declarations + self._text[end.end() :]
        self._added.update(wanted)
        self._say("XML-NAMESPACE-MISSING", prefixes=", ".join(wanted))
        return True

    def _expand(self, declared: dict[str, str]) -> bool:
        self._expanded = True
        done = entities.expand(self._text, declared, self._prolog.doctype[1])
        if done.bomb:
            return self._say("XML-ENTITY-BOMB")
        if done.unknown:
            self._say("XML-ENTITY-UNKNOWN", names=_some(done.unknown))
        self._text = done.data
        return True

    def _hostile(self, tree: etree._ElementTree, names: frozenset[str]) -> bool:
        """Whether the document reaches for something outside itself; says so."""
        system = self._prolog.named.system
        if system and not self._prolog.named.public and _AWAY.search(system):
            self._dtd_elsewhere(system)
        dtd: Any = tree.docinfo.internalDTD if self._prolog.subset != (0, 0) else None
        if dtd is None:
            return False
        subset = self._text[slice(*self._prolog.subset)]
        found = (raw.decode("utf-8", "replace") for raw in _PARAMETER.findall(subset))
        parameters = {name for name in found if f"%{name};".encode() in subset}
        for entity in dtd.iterentities():
            if entity.system_url is None or entity.content is not None:
                continue  # a literal, or unparsed (NDATA: a figure's name, never opened)
            name, system = str(entity.name), str(entity.system_url)
            if name in names or (name in parameters and _AWAY.search(system)):
                self._outside(name, system)
                return True
        return False

    def _dtd_elsewhere(self, system: str) -> None:
        code = "XML-DTD-EXTERNAL"
        known = any(f.code == code for f in self.findings)
        if not known and not _KNOWN_DTD.search(system):
            self._say(code, system=printable(system)[:200])

    def _outside(self, name: str, system: str) -> None:
        code = "XML-ENTITY-EXTERNAL" if _AWAY.search(system) else "XML-ENTITY-ELSEWHERE"
        self._say(code, name=printable(name), system=printable(system)[:200])

    def _give_up(self, faults: list[_Fault]) -> bool:
        fault = next((f for f in faults if not f.kind.startswith("NS_")), faults[0])
        where = _where(fault)
        if fault.kind == "ERR_ENTITY_LOOP" or "amplification" in fault.message:
            return self._say("XML-ENTITY-BOMB")
        if fault.kind == "ERR_ENTITY_IS_EXTERNAL":
            self._outside(fault.message.split("'")[1], self._system_of(fault.message))
            return False
        if fault.kind == "ERR_RESOURCE_LIMIT":
            deep = "depth" in fault.message
            return self._say("XML-TOO-DEEP" if deep else "XML-TOO-BIG", why=where["message"])
        if fault.kind in _ENCODING_TYPES:
            return self._say("XML-ENCODING", **where)
        if _HTML.search(self._text[:1024]):
            return self._say("XML-NOT-XML", what="HTML")
        return self._say("XML-NOT-WELL-FORMED", **where)

    def _system_of(self, message: str) -> str:
        """The address that the subset gives the entity which the parser's message names."""
        name = re.escape(message.split("'")[1].encode())
        pattern = rb"<!ENTITY\s+" + name + rb"""\s+(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+"""
        found = re.search(pattern + rb"""["']([^"']*)""", self._text[slice(*self._prolog.subset)])
        return found[1].decode("utf-8", "replace") if found else "?:"


def _parse_once(text: bytes) -> tuple[etree._ElementTree | None, list[_Fault]]:
    # Comments and instructions inside a text would cut it in two: what stands behind would be lost
    # to whoever reads the text before it.
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.ElementTree(etree.fromstring(text, parser)), []
    except etree.XMLSyntaxError as error:
        log = [
            _Fault(e.type_name, e.message, e.line, e.column)
            for e in parser.error_log
            if e.level_name != "WARNING"
        ]
        faults = log or [_Fault("ERR_UNKNOWN", str(error), error.lineno or 0, error.offset or 0)]
        return None, faults


def _literals(tree: etree._ElementTree) -> dict[str, str]:
    """The entities that the document declares by a literal: name to replacement text."""
    dtd: Any = tree.docinfo.internalDTD
    if dtd is None:
        return {}
    return {
        str(e.name): str(e.content)
        for e in dtd.iterentities()
        if e.content is not None and e.system_url is None
    }


def _where(fault: _Fault) -> dict[str, str]:
    return {
        "line": str(fault.line),
        "column": str(fault.column),
        "message": printable(fault.message)[:200],
    }


def _some(names: Iterable[str]) -> str:
    listed = [printable(n)[:40] for n in names]
    return ", ".join(listed[:8]) + (f" (+{len(listed) - 8})" if len(listed) > 8 else "")
