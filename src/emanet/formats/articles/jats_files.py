# SPDX-License-Identifier: Apache-2.0
"""The files that a JATS article names: figures, media, supplements, its own PDF."""

from __future__ import annotations

import re

from lxml import etree

from emanet.formats.articles.jats_text import HREF, collapse

_NAMING = (
    "graphic",
    "inline-graphic",
    "media",
    "supplementary-material",
    "inline-supplementary-material",
    "self-uri",
)
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):")
_SIMPLE_NAME = re.compile(r"[^\s<>\"|?*]{1,255}(?: [^\s<>\"|?*]+)*")


def read_mentions(root: etree._Element) -> tuple[str, ...]:
    """Read the file names that an article points to, each once, in file order.

    Sub-articles count: a translation names its own PDF. Names come as written, often without
    extension. What lies on the network (``http:``, ``doi:`` …) or in a catalogue (``info:doi/…``)
    names no file; of a sender's own path (``file:/C:/…/a.pdf``) the last part is kept.
    Source: JATS 1.3, @xlink:href.
    """
    found: dict[str, None] = {}
    for element in root.iter(*_NAMING):
        href = element.get(HREF)
        if element.tag == "self-uri" and not href:
            href = element.text
        if href and (name := file_name(href)):
            found[name] = None
    return tuple(found)


def file_name(href: str) -> str:
    """The file that a reference names, "" when it names none."""
    text = collapse(href)
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() == "file":
        text = re.split(r"[/\\:]", text)[-1]
    elif (scheme and "." not in scheme[1]) or text.startswith(("#", "//")) or text == "NA":
        return ""
    return text if _SIMPLE_NAME.fullmatch(text) else ""
