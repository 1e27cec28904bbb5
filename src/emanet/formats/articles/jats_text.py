# SPDX-License-Identifier: Apache-2.0
"""Text out of JATS elements: plain, or with safe inline HTML; blocks apart, formulas once."""

from __future__ import annotations

import re
from html import escape

from lxml import etree

Element = etree._Element
Drop = frozenset[str]

MML = "{http://www.w3.org/1998/Math/MathML}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
HREF = "{http://www.w3.org/1999/xlink}href"


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


NOTHING: Drop = frozenset()
NOTES: Drop = frozenset({"fn", "xref", "fn-group", "x", "email", "inline-graphic", "graphic"})
"""What stands in a title or keyword without being part of it."""
FIGURES: Drop = frozenset(
    {"fig", "fig-group", "table-wrap", "media", "graphic", "inline-graphic", "object-id", "fn"}
)
"""What stands in an abstract without being its words."""

_BLOCKS = _names(
    "p title sec list list-item def-list def-item term def label disp-quote disp-formula"
    " verse-line disp-formula-group boxed-text statement attrib speech subtitle break abstract"
    " caption institution addr-line td th tr"
)
_FORMULAS = frozenset(("alternatives", "inline-formula", "disp-formula"))
_IMAGES = frozenset(("graphic", "inline-graphic", "media"))
_INLINE = {
    "italic": "i",
    "bold": "b",
    "sup": "sup",
    "sub": "sub",
    "monospace": "code",
    "underline": "u",
    "strike": "s",
}
_TEX_BODY = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_TEX_DELIMITERS = re.compile(r"^(\$\$?|\\\[|\\\()(.*?)(\$\$?|\\\]|\\\))$", re.DOTALL)
_MATH_KEPT = _names(
    "math mrow mi mn mo ms mtext mspace msub msup msubsup munder mover munderover mfrac msqrt"
    " mroot mfenced mtable mtr mtd mstyle mpadded mphantom mmultiscripts mprescripts none"
)
_MATH_ATTRIBUTE = re.compile(r"[A-Za-z-]{1,32}|[()\[\]{}|]{1,2}")


def collapse(text: str) -> str:
    """Text with every run of white space as one blank."""
    return " ".join(text.split())


def plain(element: Element | None, drop: Drop = NOTHING) -> str:
    """The words of an element: blocks a blank apart, inline parts joined, one form of a formula.

    ``drop`` names elements to leave out with all they hold. None gives "".
    """
    if element is None:
        return ""
    if not len(element):
        return collapse(element.text or "")
    out: list[str] = []
    _words(element, out, drop)
    return collapse("".join(out))


def _words(element: Element, out: list[str], drop: Drop) -> None:
    tag = element.tag
    if not isinstance(tag, str) or tag in drop:
        return
    if tag.startswith(MML):
        out.append(_math_words(element))
        return
    if tag == "tex-math":
        out.append(tex(element.text or ""))
        return
    block = tag in _BLOCKS
    if block:
        out.append(" ")
    if element.text:
        out.append(element.text)
    for child in _parts(element):
        _words(child, out, drop)
        if child.tail:
            out.append(child.tail)
    if block:
        out.append(" ")


def _parts(element: Element) -> list[Element]:
    """The children, of the alternatives of a formula only the best one."""
    children = list(element)
    if element.tag not in _FORMULAS or len(children) < 2:
        return children
    tags = [c.tag for c in children]
    for best in (MML + "math", "textual-form", "tex-math"):
        if best in tags:
            unwanted = {MML + "math", "textual-form", "tex-math"} | _IMAGES
            kept = tags.index(best)
            return [c for i, c in enumerate(children) if i == kept or c.tag not in unwanted]
    return children[:1] if element.tag == "alternatives" else children


def tex(source: str) -> str:
    """A TeX formula between dollar signs, without the document around it."""
    body = _TEX_BODY.search(source)
    text = (body[1] if body else source).strip()
    inside = _TEX_DELIMITERS.match(text)
    return f"${(inside[2] if inside else text).strip()}$" if text else ""


def _math_words(element: Element) -> str:
    """A formula in one line: the tokens in their order, a root and a fraction bar written out."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    name = tag.removeprefix(MML)
    if name in ("annotation", "annotation-xml"):
        return ""
    if not len(element):
        return collapse(element.text or "")
    inner = [_math_words(c) for c in element]
    if name == "msqrt":
        return "√" + (inner[0] if len(inner) == 1 else f"({''.join(inner)})")
    if name == "mfrac":
        return "/".join(inner)
    return "".join(inner)


_MATH_TOKENS = frozenset(("mi", "mn", "mo", "ms", "mtext"))


def html(element: Element | None, drop: Drop = NOTES) -> str:
    """The element as safe inline HTML, or "" when it holds no markup worth keeping.

    Only ``i b sup sub code u s`` and MathML without prefix and with harmless attributes come out;
    everything else gives its words, escaped.
    """
    if element is None or not len(element):
        return ""
    out: list[str] = []
    _markup(element, out, drop)
    written = collapse("".join(out))
    return written if "<" in written else ""


def _markup(element: Element, out: list[str], drop: Drop) -> None:
    tag = element.tag
    if not isinstance(tag, str) or tag in drop:
        return
    if tag == MML + "math":
        _math_markup(element, out)
        return
    if tag == "tex-math":
        out.append(escape(tex(element.text or ""), quote=False))
        return
    name = _INLINE.get(tag, "")
    block = " " if tag in _BLOCKS else ""
    out.append(f"<{name}>" if name else block)
    out.append(escape(element.text or "", quote=False))
    for child in _parts(element):
        _markup(child, out, drop)
        out.append(escape(child.tail or "", quote=False))
    out.append(f"</{name}>" if name else block)


def _math_markup(element: Element, out: list[str]) -> None:
    tag = element.tag
    if not isinstance(tag, str):
        return
    name = tag.removeprefix(MML)
    if name == "semantics":
        for child in list(element)[:1]:
            _math_markup(child, out)
        return
    if name not in _MATH_KEPT:
        return
    kept = "".join(
        f' {key}="{escape(value)}"'
        for key in ("mathvariant", "display", "open", "close")
        if (value := element.get(key)) and _MATH_ATTRIBUTE.fullmatch(value)
    )
    out.append(f"<{name}{kept}>")
    out.append(escape(collapse(element.text or ""), quote=False))
    for child in element:
        if name in _MATH_TOKENS:  # holds words only; elements in it are HTML to a browser
            out.append(escape(_math_words(child), quote=False))
        else:
            _math_markup(child, out)
    out.append(f"</{name}>")


def language(element: Element | None) -> str:
    """The language of an element as written on it or the nearest element around it, else ""."""
    while element is not None:
        if written := element.get(LANG):
            return written.strip()
        element = element.getparent()
    return ""
