# SPDX-License-Identifier: Apache-2.0
"""Whether a PDF can be read: it opens, has pages, has text, is what its name says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Importing the package starts the library. Its helpers are passed by: for a document without pages
# they report whatever error was the last one before.
import pypdfium2  # noqa: F401
import pypdfium2.raw as pdfium

from emanet.formats.sniff import sniff
from emanet.model.finding import Finding

_PAGES_LOOKED_AT = 2
_TEXT_PER_PAGE = 40  # characters; a scan has none, or a stamp of the download
_END_BYTES = 2048
_WHY = {
    pdfium.FPDF_ERR_UNKNOWN: "unknown error",
    pdfium.FPDF_ERR_FILE: "file error",
    pdfium.FPDF_ERR_FORMAT: "format error",
    pdfium.FPDF_ERR_SECURITY: "unknown encryption",
    pdfium.FPDF_ERR_PAGE: "page error",
}


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
    with _opened(source) as document:
        if not document:
            findings.append(_why_closed(name))
        else:
            if pdfium.FPDF_GetSecurityHandlerRevision(document) != -1:
                findings.append(Finding("PDF-ENCRYPTED", name))
            findings += _pages(document, name)
    return tuple(findings)


@contextmanager
def _opened(source: bytes | str) -> Iterator[Any]:
    """The document's handle, false when it does not open; ``source`` stays alive meanwhile."""
    if isinstance(source, str):
        document = pdfium.FPDF_LoadDocument(source.encode() + b"\0", None)
    else:
        document = pdfium.FPDF_LoadMemDocument64(source, len(source), None)
    try:
        yield document
    finally:
        if document:
            pdfium.FPDF_CloseDocument(document)


def _why_closed(name: str) -> Finding:
    error = pdfium.FPDF_GetLastError()
    if error == pdfium.FPDF_ERR_PASSWORD:
        return Finding("PDF-LOCKED", name)
    return Finding("PDF-BROKEN", name, {"why": _WHY.get(error, f"error {error}")})


def _pages(document: Any, name: str) -> list[Finding]:
    count = pdfium.FPDF_GetPageCount(document)
    if count < 1:
        return [Finding("PDF-NO-PAGES", name)]
    looked_at = min(count, _PAGES_LOOKED_AT)
    letters = 0
    for index in range(looked_at):
        page = pdfium.FPDF_LoadPage(document, index)
        if not page:
            return [Finding("PDF-PAGE-BROKEN", name, {"page": str(index + 1)})]
        text = pdfium.FPDFText_LoadPage(page)
        if text:
            letters += max(pdfium.FPDFText_CountChars(text), 0)
            pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)
    if letters < _TEXT_PER_PAGE * looked_at:
        return [Finding("PDF-NO-TEXT", name, {"pages": str(count)})]
    return []
