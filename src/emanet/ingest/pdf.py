# SPDX-License-Identifier: Apache-2.0
"""Whether a PDF can be read: it opens, has pages, has text, is what its name says."""

from __future__ import annotations

import pypdfium2
import pypdfium2.raw as pdfium

from emanet.formats.sniff import sniff
from emanet.model.finding import Finding

_PAGES_LOOKED_AT = 2
_TEXT_PER_PAGE = 40  # characters; a scan has none, or a stamp of the download
_END_BYTES = 2048


def check(source: bytes | str, head: bytes, end: bytes, name: str) -> tuple[Finding, ...]:
    """Examine a file that is named or looks like a PDF; gives what is wrong with it.

    ``source`` are its bytes or a path that opens them, ``head`` and ``end`` its first and last few
    thousand bytes. What PDFium cannot open counts as broken (ISO 32000-1, 7.5).
    """
    form = sniff(head, name)
    if form is not None and form.mime in ("text/html", "application/xhtml+xml"):
        return (Finding("PDF-IS-HTML", name),)
    if b"%PDF-" not in head[:1024]:
        what = form.label if form is not None else "–"
        return (Finding("PDF-NOT-PDF", name, {"found": what}),)
    findings: list[Finding] = []
    if b"%%EOF" not in end[-_END_BYTES:]:
        findings.append(Finding("PDF-END-MISSING", name))
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            return (*findings, Finding("PDF-LOCKED", name))
        return (*findings, Finding("PDF-BROKEN", name, {"why": _why(error)}))
    try:
        if pdfium.FPDF_GetSecurityHandlerRevision(document) != -1:
            findings.append(Finding("PDF-ENCRYPTED", name))
        return (*findings, *_pages(document, name))
    finally:
        document.close()


def _pages(document: pypdfium2.PdfDocument, name: str) -> list[Finding]:
    count = len(document)
    if not count:
        return [Finding("PDF-NO-PAGES", name)]
    looked_at = min(count, _PAGES_LOOKED_AT)
    letters = 0
    for index in range(looked_at):
        try:
            page = document[index]
        except pypdfium2.PdfiumError as error:
            detail = {"page": str(index + 1), "why": _why(error)}
            return [Finding("PDF-PAGE-BROKEN", name, detail)]
        text = page.get_textpage()
        letters += text.count_chars()
        text.close()
        page.close()
    if letters < _TEXT_PER_PAGE * looked_at:
        return [Finding("PDF-NO-TEXT", name, {"pages": str(count)})]
    return []


def _why(error: pypdfium2.PdfiumError) -> str:
    return str(error).removeprefix("Failed to load document (PDFium: ").rstrip(").")
