# SPDX-License-Identifier: Apache-2.0
"""Named characters (``&eacute;``) put in place before parsing, so that none is lost.

A parser that does not load the DTD keeps an unknown entity as a node that text walkers drop, and in
an attribute it loses it without a trace. So the references are replaced in the bytes, by numeric
ones; a named character means the same in all DTDs of the family.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html.entities import html5
from importlib.resources import files

import msgspec

PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NAME = rb"&([A-Za-z_:\x80-\xff][\w.:\x80-\xff-]*);"
_REFERENCE = re.compile(_NAME)
_TOKEN = re.compile(_NAME + rb"|<!--|<!\[CDATA\[|<\?")
_CLOSES = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_INNER = re.compile(r"&(?:#[0-9]+|#x[0-9A-Fa-f]+|([^\s;&#]+));")
_DEPTH_MAX = 16
_PUBLISHERS = {"z.euro": "€"}  # Elsevier's own name, met in its older articles


class Expanded(msgspec.Struct, frozen=True):
    """Bytes with their named characters in place; ``unknown`` are the names nobody knows.

    ``bomb`` is true when the expansion was given up because it grew too large.
    """

    data: bytes
    unknown: tuple[str, ...] = ()
    bomb: bool = False


class _TooMuch(Exception):
    pass


@cache
def table() -> Mapping[str, str]:
    """The characters of every name that the DTDs declare (``tools/make_entities.py``)."""
    text = (files("emanet.formats.xml") / "entities.txt").read_text(encoding="ascii")
    rows = (line.split() for line in text.splitlines())
    return {name: "".join(chr(int(c, 16)) for c in codes) for name, *codes in rows}


def character(name: str) -> str:
    """The text of a named character: by the DTDs' table, else by HTML 5, else "".

    The two differ in 38 names (phi, epsi, lang, ohm …), so the DTDs' meaning goes first.
    """
    return table().get(name) or html5.get(name + ";", "") or _PUBLISHERS.get(name, "")


def references(data: bytes) -> frozenset[str]:
    """The names that a file refers to, wherever they stand, beside XML's own five."""
    names = {raw.decode("utf-8", "replace") for raw in set(_REFERENCE.findall(data))}
    return frozenset(names - PREDEFINED)


def expand(data: bytes, declared: Mapping[str, str], start: int = 0) -> Expanded:
    """Replace every named reference from offset ``start`` on (after the DOCTYPE).

    Takes bytes in an encoding that keeps ASCII. ``declared`` is the replacement text of the
    entities which the document itself declares by a literal; it goes first. Comments, CDATA and
    processing instructions stay as they are. An unknown name becomes U+FFFD. What is inserted is
    bounded by a million characters and five times the file.
    """
    names = _Names(declared, budget=1_000_000 + 5 * len(data))
    parts, at = [data[:start]], start
    try:
        while token := _TOKEN.search(data, at):
            if token[1] is None:
                close = _CLOSES[token[0]]
                end = data.find(close, token.end())
                end = len(data) if end < 0 else end + len(close)
                parts.append(data[at:end])
            else:
                end = token.end()
                parts += (data[at : token.start()], names.replace(token[1], token[0]))
            at = end
    except _TooMuch:
        return Expanded(data, bomb=True)
    parts.append(data[at:])
    return Expanded(b"".join(parts), tuple(sorted(names.unknown)))


class _Names:
    """What each name is replaced by, found once; counts what is spent."""

    def __init__(self, declared: Mapping[str, str], budget: int) -> None:
        self._declared = declared
        self._budget = budget
        self._known: dict[bytes, bytes] = {}
        self.unknown: set[str] = set()

    def replace(self, raw: bytes, written: bytes) -> bytes:
        """The bytes that stand for the reference ``written``, whose name is ``raw``."""
        if raw not in self._known:
            name = raw.decode("utf-8", "replace")
            if name in PREDEFINED:
                self._known[raw] = written
            else:
                self._known[raw] = self._source(name, 0).encode("ascii", "xmlcharrefreplace")
        found = self._known[raw]
        self._spend(len(found))
        return found

    def _spend(self, count: int) -> None:
        self._budget -= count
        if self._budget < 0:
            raise _TooMuch

    def _source(self, name: str, depth: int) -> str:
        """The text of a name as XML source: markup characters written as numeric references."""
        if name not in self._declared:
            text = character(name)
            if not text:
                self.unknown.add(name)
                return "\ufffd"
            return "".join(f"&#{ord(c)};" if c in "&<>\"'" else c for c in text)
        if depth > _DEPTH_MAX:
            raise _TooMuch
        literal = self._declared[name]
        self._spend(len(literal))
        # A literal with tags stands in text only (XML 1.0, 3.1), where quotes are harmless.
        if "<" not in literal:
            literal = literal.replace('"', "&#34;").replace("'", "&#39;")

        def inner(found: re.Match[str]) -> str:
            if found[1] is None or found[1] in PREDEFINED:
                return found[0]
            return self._source(found[1], depth + 1)

        return _INNER.sub(inner, literal)
