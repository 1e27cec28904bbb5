# SPDX-License-Identifier: Apache-2.0
"""Walking XML by local names: elements, text without loss, dates, licences, in any namespace.

Publishers put their elements into several namespaces, the wrong one or none (Hindawi's MARC fields,
Elsevier files whose DTD declares the prefixes), so names are compared without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape, unescape

from lxml import etree

from emanet.model.article import Issn, Licence
from emanet.model.ids import fold, normal_issn

Element = etree._Element

_CREATIVE = re.compile(r"https?:\s?//(?:www\.)?creativecommons\.org/[^\s<>\"'),;]+", re.IGNORECASE)
_OPEN_URL = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/", re.IGNORECASE)
_OPEN_WORD = re.compile(
    r"\bCC[ -](BY(?:[ -](?:NC|ND|SA))*|0|ZERO)(?:[ -]?(\d\.\d))?\b"
    r"|creative commons attribution(?:-[a-z]+)*|public domain",
    re.IGNORECASE,
)
_MONTHS = {
    fold(name): number
    for number, names in enumerate(
        (
            "january jan ocak",
            "february feb şubat",
            "march mar mart",
            "april apr nisan",
            "may mayıs",
            "june jun haziran",
            "july jul temmuz",
            "august aug ağustos",
            "september sep sept eylül",
            "october oct ekim",
            "november nov kasım",
            "december dec aralık",
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_TEXT = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_ORCID = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.IGNORECASE)

_PDF_NAME = re.compile(r"(?:^|[/\\])([^/\\?#\s]+\.pdf)$", re.IGNORECASE)

_HTML_TAG = re.compile(
    r"</?(?:jats:)?(p|br|div|li|ul|ol|table|tr|td|th|h[1-6]|sec|title|span|i|b|em|strong|u|sub|sup"
    r"|small|a|font|italic|bold)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_HTML_ENTITY = re.compile(r"&(?:#\w{1,9}|[A-Za-z][A-Za-z0-9]{1,40});")
_HTML_BLOCKS = frozenset(
    ("p", "br", "div", "li", "ul", "ol", "table", "tr", "td", "th", "sec", "title")
) | {f"h{n}" for n in range(1, 7)}

_THREE_LETTERS = {
    "tur": "tr", "eng": "en", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr", "spa": "es",
    "por": "pt", "ita": "it", "ell": "el", "gre": "el", "ara": "ar", "rus": "ru", "per": "fa",
    "fas": "fa", "aze": "az", "dut": "nl", "nld": "nl", "pol": "pl", "jpn": "ja", "chi": "zh",
    "zho": "zh", "kor": "ko", "ukr": "uk", "rum": "ro", "ron": "ro", "bul": "bg", "alb": "sq",
    "sqi": "sq", "kur": "ku",
}  # fmt: skip

Drop = frozenset[str]
NOTHING: Drop = frozenset()


def local(element: Element) -> str:
    """The element's name without namespace, "" for comments and processing instructions."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2]


def namespace(element: Element) -> str:
    """The namespace of the element's name, "" when it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def children(element: Element | None, *names: str) -> list[Element]:
    """The children with one of these local names (all elements when none is given)."""
    if element is None:
        return []
    return [c for c in element if local(c) and (not names or local(c) in names)]


def child(element: Element | None, *path: str) -> Element | None:
    """The first element down a path of local names, None when a step is missing."""
    for name in path:
        if element is None:
            return None
        element = next((c for c in element if local(c) == name), None)
    return element


def every(element: Element | None, *names: str) -> Iterator[Element]:
    """All descendants with one of these local names, the element itself included, in order.

    Without names: all elements.
    """
    if element is not None:
        for node in element.iter(etree.Element):
            if not names or local(node) in names:
                yield node


def attribute(element: Element | None, name: str) -> str:
    """The attribute with this local name, whatever its namespace; "" when absent."""
    if element is None:
        return ""
    value = element.get(name)
    if value is None:
        value = next((str(v) for k, v in element.items() if _bare(str(k)) == name), "")
    return str(value).strip()


def _bare(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def language(element: Element | None) -> str:
    """``xml:lang`` of the element or the nearest ancestor that has one, "" when unknown."""
    while element is not None:
        value = attribute(element, "lang")
        if value:
            return value
        element = element.getparent()
    return ""


def language_tag(code: str) -> str:
    """A language of three letters (ISO 639-2, as MARC and Dublin Core have it) by its two."""
    return _THREE_LETTERS.get(code.lower(), code)


class Flow:
    """How the text of a format runs: which elements break it, which are dropped, which stand for
    characters, which are kept as inline markup (local name to HTML name).
    """

    def __init__(
        self,
        *,
        blocks: Iterable[str] = (),
        dropped: Iterable[str] = (),
        inline: dict[str, str] | None = None,
        stands_for: Callable[[Element], str] | None = None,
    ) -> None:
        self.blocks = frozenset(blocks)
        self.dropped = frozenset(dropped)
        self.inline = inline or {}
        self.stands_for = stands_for

    def plain(self, element: Element | None) -> str:
        """The text of an element: white space collapsed, a space between blocks, nothing lost."""
        if element is None:
            return ""
        return " ".join("".join(self._pieces(element, html=False)).split())

    def plain_of(self, elements: Iterable[Element]) -> str:
        """The texts of several elements, one after the other."""
        return " ".join(filter(None, map(self.plain, elements)))

    def html(self, element: Element | None) -> str:
        """The same text as HTML with its inline markup, "" when there is no markup in it."""
        if element is None:
            return ""
        text = " ".join("".join(self._pieces(element, html=True)).split())
        return text if "<" in text else ""

    def _pieces(self, element: Element, *, html: bool) -> Iterator[str]:
        yield escape(element.text or "", quote=False) if html else element.text or ""
        for node in element:
            name = local(node)
            if not name:
                # An entity that the reader of XML could not replace keeps its written form.
                yield node.text or "" if node.tag is etree.Entity else ""
            elif name not in self.dropped:
                breaks = " " if name in self.blocks else ""
                tag = self.inline.get(name, "") if html else ""
                yield breaks + (f"<{tag}>" if tag else "")
                if self.stands_for is not None:
                    stand_in = self.stands_for(node)
                    yield escape(stand_in, quote=False) if html else stand_in
                yield from self._pieces(node, html=html)
                yield (f"</{tag}>" if tag else "") + breaks
            tail = node.tail or ""
            yield escape(tail, quote=False) if html else tail


PLAIN = Flow()


def without_tags(words: str) -> str:
    """Text in which HTML was written as text (``&lt;p&gt;``), without its tags and entities.

    Only tags that HTML has are taken for such; a sign of less than is none.
    """
    if not _HTML_TAG.search(words) and not _HTML_ENTITY.search(words):
        return words
    bare = _HTML_TAG.sub(lambda m: " " if m[1].lower() in _HTML_BLOCKS else "", words)
    return " ".join(_HTML_ENTITY.sub(lambda m: unescape(m[0]), bare).split())


def text(element: Element | None, *path: str) -> str:
    """The plain text at the end of a path of local names, "" when there is none."""
    return PLAIN.plain(child(element, *path) if path else element)


def date_text(year: str, month: str = "", day: str = "") -> str:
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` from parts as written, "" when there is no year.

    A month may be a number or an English or Turkish word; a part that is no date is left out.
    """
    year = year.strip()
    if not re.fullmatch(r"\d{4}", year):
        return ""
    word = fold(month.strip().rstrip("."))
    number = whole_number(word) if word.isdecimal() else _MONTHS.get(word, 0)
    if not 1 <= number <= 12:
        return year
    days = whole_number(day.strip())
    if not 1 <= days <= 31:
        return f"{year}-{number:02d}"
    return f"{year}-{number:02d}-{days:02d}"


def whole_number(digits: str) -> int:
    """The number that digits write, -1 for anything else and for more than 18 of them."""
    return int(digits) if digits.isdecimal() and len(digits) <= 18 else -1


def date_in(words: str) -> str:
    """The date at the head of a text such as ``2023-09-12T22:57:41Z`` or ``2014-3``, "" if none."""
    found = _DAY_TEXT.match(words.strip())
    return date_text(found[1], found[2] or "", found[3] or "") if found else ""


def display_date(words: str) -> str:
    """The date of words such as ``August 2022`` or ``15 January 2023``, "" when there is none."""
    year = re.search(r"\b(\d{4})\b", words)
    if not year:
        return ""
    month = next((w for w in re.findall(r"[^\W\d_]+", words) if fold(w) in _MONTHS), "")
    day = re.search(r"\b(\d{1,2})\b", words.replace(year[1], ""))
    return date_text(year[1], month, day[1] if day else "")


def orcid_in(words: str) -> str:
    """The ORCID found in a text (address, ``ORCID-…`` or bare), "" when there is none."""
    found = _ORCID.search(words)
    return found[1].upper() if found else ""


def issns(values: Iterable[str], medium: str = "") -> tuple[Issn, ...]:
    """ISSNs as given (judged later, ``articles.settle``); those that are good in their form."""
    return tuple(Issn(normal_issn(v) or v, medium) for v in unique(values))


def licence(words: str = "", url: str = "", starts: str = "") -> Licence | None:
    """A licence from its words and address; None when both are empty.

    Only a Creative Commons or public domain licence is ``open``; "open access" alone opens nothing
    (NISO RP-22-2015).
    """
    words = " ".join(words.split())
    if not url:
        found = _CREATIVE.search(words)
        url = found[0].replace(" ", "").rstrip(".") if found else ""
    if not words and not url:
        return None
    is_open = bool(_OPEN_URL.search(url) or (not url and _OPEN_WORD.search(words)))
    return Licence(url=url.strip(), words=words, starts=starts, open=is_open)


def pdfs_named(addresses: Iterable[str]) -> tuple[str, ...]:
    """The names of the PDFs that addresses end in (``https://…/view/12345.pdf``)."""
    found = (_PDF_NAME.search(address.strip()) for address in addresses)
    return unique(name[1] for name in found if name)


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The items without repetition and without empty ones, in order."""
    return tuple(dict.fromkeys(i for i in items if i))
