# SPDX-License-Identifier: Apache-2.0
"""Formats told from their first bytes, where PRONOM is blind or too coarse for journals.

PRONOM wants ``<?xml`` at the start and knows no JATS, so most article files are unknown to it; a
bare tar and an AppleDouble file are too. The content decides, never the extension.
"""

from __future__ import annotations

import re

from emanet.formats.xml.doctype import plain
from emanet.formats.xml.doctype import sniff as sniff_xml
from emanet.formats.xml.flavours import label
from emanet.model.delivery import Format

TOOL = "emanet"
HEAD_BYTES = 8192
"""How much of a file to hand in: the root tag of every article seen lies within."""

_MAGIC: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\0\x05\x16\x07", "AppleDouble", "multipart/appledouble"),
    (0, b"\0\x05\x16\0", "AppleSingle", "application/applefile"),
    (0, b"\0\0\0\x01Bud1", "Finder folder settings (.DS_Store)", "application/octet-stream"),
    (257, b"ustar\0", "tar (POSIX)", "application/x-tar"),
    (257, b"ustar  \0", "tar (GNU)", "application/x-tar"),
    (0, b"PK\x03\x04", "ZIP", "application/zip"),
    (0, b"PK\x05\x06", "ZIP (empty)", "application/zip"),
    (0, b"\x1f\x8b\x08", "gzip", "application/gzip"),
    (0, b"BZh", "bzip2", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "xz", "application/x-xz"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG", "image/png"),
    (0, b"\xff\xd8\xff", "JPEG", "image/jpeg"),
    (0, b"GIF87a", "GIF 87a", "image/gif"),
    (0, b"GIF89a", "GIF 89a", "image/gif"),
    (0, b"II*\0", "TIFF", "image/tiff"),
    (0, b"MM\0*", "TIFF", "image/tiff"),
    (0, b"%!PS-Adobe", "PostScript", "application/postscript"),
    (0, b"BagIt-Version:", "BagIt declaration", "text/plain"),
)
_PDF = re.compile(rb"%PDF-(\d\.\d)")
_HTML = re.compile(
    rb"^\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_MIMES = {"HTML": "text/html", "XHTML": "application/xhtml+xml", "SVG": "image/svg+xml"}


def sniff(head: bytes, name: str) -> Format | None:
    """Tell the format of a file from its beginning, or None when it is none of those known here.

    Takes the first ``HEAD_BYTES`` bytes (fewer for a shorter file) and the file's name, which only
    tells an old-style tar (no magic) from anything else. The PRONOM id is left empty. Sources:
    POSIX.1 ustar, RFC 1740 (AppleDouble), ISO 32000-1 7.5.2, and the dialects' own declarations.
    """
    for offset, magic, words, mime in _MAGIC:
        if head.startswith(magic, offset):
            return Format(words, mime, tool=TOOL)
    if found := _PDF.search(head[:1024]):
        return Format(f"PDF {found[1].decode()}", "application/pdf", tool=TOOL)
    if _old_tar(head, name):
        return Format("tar (before POSIX)", "application/x-tar", tool=TOOL)
    text = plain(head)
    if _HTML.match(text[:4096]) and b"http://www.w3.org/1999/xhtml" not in text[:2048]:
        return Format("HTML", "text/html", tool=TOOL)
    seen = sniff_xml(head)
    if seen is None:
        return None
    words = label(seen)
    return Format(words, _MIMES.get(words.split(" ")[0], "application/xml"), tool=TOOL)


def _old_tar(head: bytes, name: str) -> bool:
    """A tar of the seventh edition: no magic, but a header whose checksum is right."""
    if not name.lower().endswith(".tar") or len(head) < 512:
        return False
    block = head[:512]
    try:
        given = int(block[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return given == sum(block) - sum(block[148:156]) + 8 * 32
