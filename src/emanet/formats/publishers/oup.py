# SPDX-License-Identifier: Apache-2.0
"""Oxford University Press: one issue in four ZIPs (XML, PDF, images, archival PDF).

The files are joined by stem across them (layouts.toml); here it is said which of them must come.
"""

from __future__ import annotations

import re

from emanet.formats.publishers.desk import Desk
from emanet.formats.publishers.tree import Kind

_PART = re.compile(
    r"^(?P<stem>.+?)(?P<part>\.xml\.zip|\.pdf\.zip|\.img\.zip|_archival\.zip)$", re.IGNORECASE
)
_REQUIRED = (".xml.zip", ".pdf.zip")
_IMAGES = ".img.zip"


def apply(desk: Desk) -> None:
    """Wait for the XML and the PDFs; for the images when an article names one that is not there.

    The archival PDFs are a second form of what is there: nothing waits for them.
    """
    issues: dict[str, set[str]] = {}
    for node in desk.tree.nodes:
        found = _PART.match(node.name) if node.kind is Kind.CONTAINER else None
        if found:
            issues.setdefault(found["stem"], set()).add(found["part"].lower())
    for stem, parts in issues.items():
        if not parts & set(_REQUIRED):
            continue
        desk.waits += [stem + part for part in _REQUIRED if part not in parts]
        if _IMAGES not in parts and _images_missing(desk, stem):
            desk.waits.append(stem + _IMAGES)


def _images_missing(desk: Desk, stem: str) -> bool:
    start = f"{stem}.xml.zip/"
    return any(
        finding.code == "PACKAGE-MENTIONED-ABSENT" and start in finding.place
        for claim in desk.claims
        for finding in claim.findings
    )
