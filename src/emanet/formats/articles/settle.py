# SPDX-License-Identifier: Apache-2.0
"""What holds for readings of every dialect: identifiers are judged, what is missing is told."""

from __future__ import annotations

import msgspec

from emanet.formats.articles.identifiers import read_doi, read_issn
from emanet.model.article import Issn, Record
from emanet.model.finding import Finding
from emanet.model.package import Reading

MISSING = frozenset(
    (
        "ARTICLE-TITLE-MISSING",
        "ARTICLE-JOURNAL-MISSING",
        "ARTICLE-DATE-MISSING",
        "ARTICLE-DOI-MISSING",
        "ARTICLE-ISSN-MISSING",
    )
)
"""What ``missing`` can say; another witness of the article may know better."""


def missing(record: Record, place: str) -> tuple[Finding, ...]:
    """What an article should say of itself and does not; a malformed identifier is not missing."""
    wanted = (
        ("ARTICLE-TITLE-MISSING", record.title),
        ("ARTICLE-JOURNAL-MISSING", record.journal),
        ("ARTICLE-DATE-MISSING", record.published),
        ("ARTICLE-DOI-MISSING", record.doi or record.ids.get("doi", "")),
        ("ARTICLE-ISSN-MISSING", record.issns or record.ids.get("issn", "")),
    )
    return tuple(Finding(code, place) for code, value in wanted if not value)


def settled(reading: Reading, place: str) -> Reading:
    """The reading with the DOIs and ISSNs of its records judged.

    A good one is brought to its form; one that is none goes to the record's other identifiers, as
    given (``doi``, ``issn``), with a finding. Source: DOI Handbook 2.2; ISO 3297, section 5.
    """
    findings: dict[str, Finding] = {}
    records = {}
    for key, record in reading.records.items():
        records[key] = _identified(record, place, findings)
    single = reading.record
    if single is not None:
        single = _identified(single, place, findings)
    if not findings and records == reading.records and single == reading.record:
        return reading
    return msgspec.structs.replace(
        reading,
        record=single,
        records=records,
        findings=(*reading.findings, *findings.values()),
    )


def _identified(record: Record, place: str, findings: dict[str, Finding]) -> Record:
    ids = dict(record.ids)
    doi, wrong = read_doi(record.doi, place)
    if wrong:
        ids.setdefault("doi", record.doi)
    issns: dict[str, Issn] = {}
    for given in record.issns:
        issn, bad = read_issn(given.value, given.medium, place)
        if issn is not None:
            issns.setdefault(issn.value, issn)
        elif bad:
            ids.setdefault("issn", given.value)
        wrong = (*wrong, *bad)
    findings.update((f"{f.code} {f.detail}", f) for f in wrong)
    return msgspec.structs.replace(record, doi=doi, ids=ids, issns=tuple(issns.values()))
