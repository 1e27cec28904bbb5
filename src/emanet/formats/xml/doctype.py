# SPDX-License-Identifier: Apache-2.0
"""What stands before and in the first tag of an XML file, read without parsing it.

Nothing here follows, opens or expands anything, so hostile bytes cost no more than a scan.
"""

from __future__ import annotations

import codecs
import re

import msgspec

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_BOM = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"), (b"<\0\0\0", "utf-32-le"))
_SPACE = b" \t\r\n"
_DECLARATION = re.compile(rb"<\?xml(?=[ \t\r\n])[^>]{0,256}?\?>")
_ENCODING = re.compile(rb"""[ \t\r\n]encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_WIDE = re.compile(rb"(?:utf-?(?:16|32)|ucs-?[24]|iso-10646-ucs-[24])(?:-?[lb]e)?", re.IGNORECASE)
_DOCTYPE = re.compile(
    rb"""<!DOCTYPE\s+(?P<root>[^\s>\[]+)
    (?:\s+PUBLIC\s+(?:"(?P<p1>[^"]*)"|'(?P<p2>[^']*)')(?:\s*(?:"(?P<s1>[^"]*)"|'(?P<s2>[^']*)'))?
    |\s+SYSTEM\s+(?:"(?P<s3>[^"]*)"|'(?P<s4>[^']*)'))?\s*(?P<end>[\[>])""",
    re.VERBOSE | re.IGNORECASE,
)
_START = re.compile(rb"<([A-Za-z_\x80-\xff][\w.\x80-\xff-]*)(?::([\w.\x80-\xff-]+))?")
_ATTRIBUTE = re.compile(rb"""\s+([\w.:\x80-\xff-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_SUBSET_TOKEN = re.compile(rb"""["'\]]|<!--|<\?""")


class Doctype(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document type declaration; identifiers with white space trimmed and collapsed."""

    root: str = ""
    public: str = ""
    system: str = ""


class XmlSniff(msgspec.Struct, frozen=True, omit_defaults=True):
    """The beginning of an XML file: local ``root`` name, its ``namespace``, and the declarations.

    ``attributes`` are those of the root tag as far as they were seen, by their written names.
    ``encoding`` is as declared, "" when it is not.
    """

    root: str
    namespace: str = ""
    doctype: Doctype = Doctype()
    attributes: dict[str, str] = {}
    encoding: str = ""

    @property
    def dtd_version(self) -> str:
        """``@dtd-version`` of the root (JATS and NLM), "" when absent."""
        return self.attributes.get("dtd-version", "").strip()


class Prolog(msgspec.Struct, frozen=True):
    """Where the parts before the root lie: offsets into the bytes that were scanned.

    ``declaration`` ends the XML declaration (0 when there is none); the document type declaration
    spans ``doctype`` (start, end), its internal subset ``subset``; ``root`` is the offset of the
    root tag, -1 when it was not reached.
    """

    declaration: int = 0
    doctype: tuple[int, int] = (0, 0)
    subset: tuple[int, int] = (0, 0)
    root: int = -1
    named: Doctype = Doctype()


def plain(data: bytes) -> bytes:
    """Give the bytes in an encoding that keeps ASCII: UTF-16 and UTF-32 become UTF-8.

    Takes a whole file or its beginning; a UTF-8 byte order mark is taken off. A declaration that
    names the old encoding is taken out with it. Bytes that do not decode are given back as they
    are, for the parser to name the fault.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data[3:]
    encoding, skip = "", 0
    for mark, name in _BOMS:
        if data.startswith(mark):
            encoding, skip = name, len(mark)
            break
    else:
        encoding = next((name for start, name in _NO_BOM if data.startswith(start)), "")
    if not encoding:
        return data
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(data[skip:]).encode("utf-8")
    except UnicodeError:
        return data
    return without_declaration(text)


def misnamed(data: bytes) -> str | None:
    """The encoding of two or four bytes a character that a UTF-8 file declares, None without one.

    Takes bytes that ``plain`` has prepared. A declaration that can be read byte by byte is itself
    the proof that it is wrong; some programs write it before UTF-8.
    """
    found = _DECLARATION.match(data)
    coded = _ENCODING.search(found[0]) if found else None
    if coded is None or not _WIDE.fullmatch(coded[1]):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return _text(coded[1])


def without_declaration(data: bytes) -> bytes:
    """The bytes without their XML declaration."""
    found = _DECLARATION.match(data)
    return data[found.end() :] if found else data


def scan(data: bytes) -> Prolog:
    """Find the parts before the root tag, in bytes that ``plain`` has prepared.

    Comments and processing instructions are stepped over; what is cut off or is no XML ends the
    scan, and what was found until then is given.
    """
    found = _DECLARATION.match(data)
    prolog = Prolog(declaration=found.end() if found else 0)
    at = prolog.declaration
    while True:
        while data[at : at + 1] in (b" ", b"\t", b"\r", b"\n"):
            at += 1
        if data.startswith(b"<!--", at):
            at = data.find(b"-->", at + 4) + 3
        elif data.startswith(b"<?", at):
            at = data.find(b"?>", at + 2) + 2
        elif (kind := _DOCTYPE.match(data, at)) and not prolog.named.root:
            prolog = _declared(data, at, kind, prolog)
            at = prolog.doctype[1]
        else:
            seen = _START.match(data, at)
            return msgspec.structs.replace(prolog, root=at) if seen else prolog
        if at < 4:
            return prolog


def _declared(data: bytes, at: int, kind: re.Match[bytes], prolog: Prolog) -> Prolog:
    named = Doctype(
        root=_text(kind["root"]),
        public=_text(kind["p1"] or kind["p2"] or b""),
        system=_text(kind["s1"] or kind["s2"] or kind["s3"] or kind["s4"] or b""),
    )
    end, subset = kind.end(), (0, 0)
    if kind["end"] == b"[":
        close = _subset_end(data, kind.end())
        subset = (kind.end(), close if close >= 0 else len(data))
        end = data.find(b">", close) + 1 if close >= 0 else 0
    return msgspec.structs.replace(prolog, named=named, doctype=(at, end), subset=subset)


def _subset_end(data: bytes, at: int) -> int:
    """The offset of the ``]`` that closes the internal subset, -1 when there is none."""
    while token := _SUBSET_TOKEN.search(data, at):
        mark = token[0]
        if mark == b"]":
            return token.start()
        close = {b"<!--": b"-->", b"<?": b"?>"}.get(mark, mark)
        at = data.find(close, token.end())
        if at < 0:
            return -1
        at += len(close)
    return -1


def sniff(head: bytes) -> XmlSniff | None:
    """Say what XML file begins with these bytes, or None when it is none.

    Takes the first few thousand bytes, in any encoding. A file whose root tag lies beyond them is
    still known by its document type declaration.
    """
    data = plain(head).lstrip(_SPACE)
    prolog = scan(data)
    declared = _DECLARATION.match(data)
    coded = _ENCODING.search(declared[0]) if declared else None
    encoding = _text(coded[1]) if coded else ""
    if prolog.root < 0:
        if not prolog.named.root:
            return None
        root = prolog.named.root.rpartition(":")[2]
        return XmlSniff(root=root, doctype=prolog.named, encoding=encoding)
    start = _START.match(data, prolog.root)
    assert start is not None
    first, second = _text(start[1]), _text(start[2] or b"")
    prefix, root = (first, second) if second else ("", first)
    attributes: dict[str, str] = {}
    at = start.end()
    while seen := _ATTRIBUTE.match(data, at):
        attributes[_text(seen[1])] = _text(seen[2] if seen[2] is not None else seen[3])
        at = seen.end()
    namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
    if not (declared or prolog.named.root or _tag_goes_on(data, at)):
        return None
    return XmlSniff(root, namespace, prolog.named, attributes, encoding)


def _tag_goes_on(data: bytes, at: int) -> bool:
    """Whether what follows the last attribute can stand in a tag, or the bytes end there."""
    rest = data[at : at + 80].lstrip(_SPACE)
    return not rest or rest[:1] in b">/" or b"=" in rest


def _text(raw: bytes) -> str:
    return " ".join(raw.decode("utf-8", "replace").split())
