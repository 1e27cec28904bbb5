# SPDX-License-Identifier: Apache-2.0
"""Any XML member to a reading: parsed safely, told by its root, read by its dialect, validated."""

from __future__ import annotations

from lxml import etree

from emanet.formats.articles.dialects import DIALECTS
from emanet.formats.articles.settle import settled
from emanet.formats.xml.doctype import XmlSniff
from emanet.formats.xml.flavours import label
from emanet.formats.xml.safe import parse
from emanet.formats.xml.schemas import validate as validate_schema
from emanet.model.finding import Finding
from emanet.model.ids import printable
from emanet.model.package import Reading


def read_xml(data: bytes, place: str, *, validate: bool = True) -> Reading:
    """Read one XML file of a delivery. Never raises for bad data.

    Takes its whole bytes and its path inside the delivery. Returns the reading of the first dialect
    that knows it, with the findings of parsing, validation (unless ``validate`` is False) and
    reading, in this order; a reading of kind "" when it cannot be parsed or nobody knows it.
    """
    parsed = parse(data, place)
    if parsed.tree is None:
        return Reading(findings=parsed.findings)
    name = etree.QName(parsed.tree.getroot())
    root, space = name.localname, name.namespace or ""
    dialect = next((d for d in DIALECTS if d.knows(root, space, parsed.doctype)), None)
    if dialect is None:
        seen = label(XmlSniff(root, space, parsed.doctype))
        detail = {"root": printable(root)[:80], "namespace": printable(space)[:200] or "-"}
        unknown = Finding("ARTICLE-UNKNOWN-DIALECT", place, detail)
        return Reading(dialect=seen, findings=(*parsed.findings, unknown))
    reading = settled(dialect.read(parsed.tree, parsed, place), place)
    declares = bool(parsed.doctype.root) or root == "article"
    wanted = validate and declares and bool(reading.kind)
    judged = validate_schema(parsed, place, reading.dialect) if wanted else ()
    found = (*parsed.findings, *judged, *reading.findings)
    return Reading(
        kind=reading.kind,
        dialect=reading.dialect,
        record=reading.record,
        mentions=reading.mentions,
        listed=reading.listed,
        records=reading.records,
        findings=found,
    )
