# SPDX-License-Identifier: Apache-2.0
"""eLife: supplements that come by themselves, after the article (``elife_poa_e13833_ds.zip``).

Their manifest gives the article's DOI and nothing else of it. They are not an article and must not
stand in its place, so they are held until a person says what to do.
"""

from __future__ import annotations

from emanet.formats.articles.native.lists import HIGHWIRE
from emanet.formats.publishers.desk import Desk
from emanet.model.article import Record
from emanet.model.finding import Finding


def apply(desk: Desk) -> None:
    """Give supplements to their article when it is there; else say that they stand alone."""
    for node in desk.tree.nodes:
        reading = node.reading
        if reading is None or reading.dialect != HIGHWIRE:
            continue
        record = next(iter(reading.records.values()), Record())
        claims = desk.alike(record)
        files = [desk.tree.under(node.folder, entry.path) for entry in reading.listed]
        for claim in claims[:1]:
            for found in files:
                if found is not None and desk.free(found):
                    desk.give(claim, found)
        if not claims:
            desk.findings.append(
                Finding("PACKAGE-SUPPLEMENT-ALONE", node.path, {"doi": record.doi or "?"})
            )
