# SPDX-License-Identifier: Apache-2.0
"""Elsevier's delivery lists: ``dataset.xml`` and the issue's table of contents (``issue.xml``).

dataset.xml lists every file with its size (no digest) and gives what the article's own file lacks:
journal title, ISSN, volume, online date, stage and version. Of several journals in one dataset,
an item belongs to the issue listed last before it. issue.xml (root ``serial-issue``) gives the
volume, the issue, the cover date and the pages of each item.
"""

from __future__ import annotations

import re

from lxml import etree

from emanet.formats.articles.native.elements import (
    Element,
    attribute,
    child,
    children,
    date_in,
    date_text,
    every,
    issns,
    licence,
    local,
    text,
    unique,
    whole_number,
)
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import PubDate, Record, VersionStage
from emanet.model.ids import clean_doi, normal_issn
from emanet.model.package import Listed, Reading

_PII_ISSN = re.compile(r"^S(\d{4})-?(\d{3}[\dX])[(\dX]", re.IGNORECASE)
_STAGE = re.compile(r"^[SH](\d{1,6})")


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect."""
    if root == "dataset":
        return space.startswith("http://www.elsevier.com/xml/schema/transport/")
    if root == "serial-issue":
        known = space.startswith("http://www.elsevier.com/xml/si/")
        return known or "//ES//DTD serials issue" in doctype.public
    return False


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read a dataset.xml or issue.xml. Returns kind ``manifest``, records keyed by ``pii_key``."""
    root = tree.getroot()
    if local(root) == "dataset":
        return _dataset(root)
    return _issue(root)


def pii_key(pii: str) -> str:
    """A PII as it names folders: letters and digits only (``S0370269323005105``)."""
    return "".join(c for c in pii.upper() if c.isalnum())


def issn_in_pii(pii: str) -> str:
    """The ISSN that a serial item's PII begins with, "" when there is none or it is wrong."""
    found = _PII_ISSN.match(pii.strip())
    return normal_issn(found[1] + found[2]) if found else ""


def stage_of(version: str) -> VersionStage | None:
    """The standing that an Elsevier stage or version number (``S100.1``) stands for.

    S5 is the accepted manuscript before production, S100 the uncorrected proof, S200 the corrected
    proof published ahead of its issue, S250 and above the article in its issue. None when unknown.
    """
    found = _STAGE.match(version.strip().upper())
    if not found:
        return None
    number = int(found[1])
    if number < 100:
        return VersionStage.AM
    if number < 200:
        return VersionStage.P
    return VersionStage.AOP if number < 250 else VersionStage.VOR


def _dataset(root: Element) -> Reading:
    records: dict[str, Record] = {}
    listed: list[Listed] = []
    issue = Record()
    for entry in children(child(root, "dataset-content")):
        name = local(entry)
        key = pii_key(text(entry, f"{name}-unique-ids", "pii"))
        listed += _files(entry, key)
        if name == "journal-issue":
            issue = _issue_facts(child(entry, "journal-issue-properties"))
            if key:
                records[f"issue:{key}"] = issue
        elif name == "journal-item" and key:
            records[key] = _item(entry, issue)
    return Reading(
        kind="manifest",
        dialect="Elsevier dataset",
        listed=tuple(listed),
        records=records,
    )


def _files(entry: Element, key: str) -> list[Listed]:
    found = []
    for part in every(child(entry, "files-info")):
        path = text(part, "pathname")
        if path:
            size = whole_number(text(part, "filesize"))
            purpose = text(part, "purpose") or text(part, "type") or local(part)
            kind = {"ml": "XML", "web-pdf": "PDF"}.get(local(part), "ASSET")
            # A placeholder size of 1 is written for issue files that are not sent.
            known = size > 1
            found.append(
                Listed(
                    path=path,
                    bytes=size if known else -1,
                    key=key,
                    role=f"{kind} {purpose}".strip() if local(entry) == "journal-item" else "ISSUE",
                )
            )
    return found


def _span(element: Element | None, name: str) -> str:
    first, last = text(element, f"{name}-first"), text(element, f"{name}-last")
    return f"{first}-{last}" if first and last and first != last else first


def _issue_facts(properties: Element | None) -> Record:
    numbers = next(every(properties, "volume-issue-number"), None)
    issue = _span(numbers, "iss")
    supplement = text(numbers, "suppl")
    # Supplement C says that the volume has no issues; it is not part of a citation.
    if supplement and supplement.upper() != "C":
        issue = f"{issue} Suppl {supplement}".strip()
    return Record(
        journal=text(properties, "collection-title"),
        issns=issns((text(properties, "issn"),)),
        volume=_span(numbers, "vol"),
        issue=issue,
    )


def _item(entry: Element, issue: Record) -> Record:
    ids = child(entry, "journal-item-unique-ids")
    properties = child(entry, "journal-item-properties")
    own = _issue_facts(properties)
    pii = text(ids, "pii")
    online = date_in(text(properties, "online-publication-date"))
    stated = licence(" ".join(text(e) for e in every(properties) if not len(e)))
    found = issns((text(ids, "jid-aid", "issn"),)) or own.issns or issue.issns
    same = not issue.issns or not found or issue.issns[0].value == found[0].value
    named = {
        "pii": pii,
        "publisher-id": text(ids, "jid-aid", "aid"),
        "journal-id": text(ids, "jid-aid", "jid"),
    }
    return Record(
        doi=clean_doi(text(ids, "doi")),
        ids={k: v for k, v in named.items() if v},
        journal=own.journal or (issue.journal if same else ""),
        issns=found,
        publisher="Elsevier",
        volume=own.volume or (issue.volume if same else ""),
        issue=own.issue or (issue.issue if same else ""),
        first_page=text(next(every(properties, "first-page"), None)),
        last_page=text(next(every(properties, "last-page"), None)),
        elocation_id=text(ids, "jid-aid", "article-number"),
        published=online,
        dates=(PubDate("online", online),) if online else (),
        type=text(properties, "pit").lower(),
        stage=stage_of(text(entry, "version", "version-number")),
        licences=(stated,) if stated is not None and stated.url else (),
        dialect="Elsevier dataset",
    )


def _issue(root: Element) -> Reading:
    """Read ``serial-issue`` (SI 5.x): issue facts, and the pages of each included item."""
    info = child(root, "issue-info")
    numbers = child(info, "volume-issue-number")
    facts = _issue_facts(info)
    cover_words = text(next(every(root, "start-date"), None))
    digits = cover_words.replace("-", "")
    cover = date_text(digits[:4], digits[4:6], digits[6:8])
    title = text(next(every(root, "collection-title"), None))
    records = {}
    for item in every(root, "include-item"):
        pii = text(next(every(item, "pii"), None))
        if not pii:
            continue
        pages = next(every(item, "pages"), None)
        records[pii_key(pii)] = Record(
            doi=clean_doi(text(next(every(item, "doi"), None))),
            ids={"pii": pii},
            journal=title,
            issns=facts.issns,
            volume=_span(numbers, "vol") or facts.volume,
            issue=facts.issue,
            first_page=text(pages, "first-page"),
            last_page=text(pages, "last-page"),
            published=cover,
            dates=(PubDate("cover", cover),) if cover else (),
            dialect="Elsevier issue",
        )
    return Reading(
        kind="manifest",
        dialect="Elsevier issue",
        records=records,
        mentions=unique(attribute(e, "locator") for e in every(root, "link")),
    )
