# SPDX-License-Identifier: Apache-2.0
"""Manifests written as XML: MECA (NISO RP-30) and HighWire's list of supplements (eLife).

Both name files and say little of the article; kind ``manifest``.
"""

from __future__ import annotations

from lxml import etree

from emanet.formats.articles.native.elements import (
    Element,
    attribute,
    child,
    children,
    every,
    local,
    text,
)
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Record
from emanet.model.ids import clean_doi
from emanet.model.package import Listed, Reading

MECA = "MECA manifest"
HIGHWIRE = "HighWire supplements"


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect."""
    if root == "manifest":
        return "manuscriptexchange.org" in space or "//MECA//" in doctype.public
    return root == "datasupp"


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read a manifest; ``place`` is its path. Kind ``manifest``."""
    root = tree.getroot()
    return _meca(root) if local(root) == "manifest" else _highwire(root)


def _meca(root: Element) -> Reading:
    listed = []
    for item in children(root, "item"):
        kind = attribute(item, "item-type") or attribute(item, "type")
        for instance in children(item, "instance"):
            path = attribute(instance, "href")
            if path and "://" not in path:
                listed.append(Listed(path=path, key=attribute(item, "id"), role=kind))
    return Reading(kind="manifest", dialect=MECA, listed=tuple(listed))


def _highwire(root: Element) -> Reading:
    resource = child(root, "resource")
    doi = clean_doi(text(resource)) if attribute(resource, "type") == "doi" else ""
    listed = [Listed(path=text(name), role="supplement") for name in every(root, "filename")]
    return Reading(
        kind="manifest",
        dialect=HIGHWIRE,
        listed=tuple(entry for entry in listed if entry.path),
        records={"": Record(doi=doi, dialect=HIGHWIRE)} if doi else {},
    )
