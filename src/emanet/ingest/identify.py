# SPDX-License-Identifier: Apache-2.0
"""Which format a file has: by its content, from PRONOM's signatures and from our own sniffing.

Our sniffing goes first where PRONOM is blind (XML that begins with its DOCTYPE, the dialects of
journals, AppleDouble, old tars) and where its answer needs no second opinion (containers, XML: one
id whatever the dialect). All else is asked of Siegfried, by content alone: the file's name is not
shown to it, so that the answer is the same wherever the bytes come from.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec
import pygfried

from emanet.formats.sniff import sniff
from emanet.model.delivery import Format
from emanet.model.finding import Finding

_OWN_PUIDS = {
    "application/xml": "fmt/101",
    "image/svg+xml": "fmt/91",
    "application/zip": "x-fmt/263",
    "application/x-tar": "x-fmt/265",
    "application/gzip": "x-fmt/266",
    "application/x-bzip2": "x-fmt/268",
    "application/x-xz": "fmt/1098",
    "multipart/appledouble": "fmt/966",
}
_TEXT_ENDINGS = {  # what plain text is by its name, when that is all there is to go by
    "csv": ("x-fmt/18", "Comma Separated Values", "text/csv"),
    "tsv": ("x-fmt/13", "Tab-Separated Values", "text/tab-separated-values"),
    "json": ("fmt/817", "JSON Data Interchange Format", "application/json"),
}
_ENDINGS = {
    "nxml": r"application/xml",
    "jats": r"application/xml",
    "meta": r"application/xml",
    "scoap": r"application/xml",
    "svg": r"image/svg\+xml",
    "htm": r"text/html|application/xhtml\+xml|application/xml",
    "html": r"text/html|application/xhtml\+xml|application/xml",
    "jpg": r"image/jpeg",
    "jpeg": r"image/jpeg",
    "png": r"image/png",
    "gif": r"image/gif",
    "tif": r"image/tiff.*",
    "tiff": r"image/tiff.*",
    "eps": r"application/postscript|image/x-eps|application/eps.*",
    "zip": r"application/zip",
    "tar": r"application/x-tar",
    "tgz": r"application/gzip",
    "gz": r"application/gzip",
    "doc": r"application/msword|application/rtf|text/rtf|application/vnd\..*",
    "docx": r"application/vnd\.openxml.*",
    "xlsx": r"application/vnd\.openxml.*",
}
_XML = {"application/xml", "image/svg+xml", "application/xhtml+xml"}
# Asked for when this module is loaded, for Siegfried's runtime then takes the address space it will
# use: before a worker's limit on memory is drawn, not out of some item's share.
_SIEGFRIED = f"siegfried {pygfried.version()}"
UNKNOWN_MIME = "application/octet-stream"
APPLEDOUBLE = "multipart/appledouble"
ZIP = "application/zip"
EMPTY = Format("empty file", UNKNOWN_MIME, tool="emanet")


@cache
def _scanner() -> Any:
    return pygfried.Scanner()


@cache
def _tool(details: str) -> str:
    version = re.search(r"SignatureFile_(V\d+)", details)
    return f"{_SIEGFRIED} {version[1] if version else details}"


def ending(name: str) -> str:
    """The extension of a file name in lower case, without the dot, or ""."""
    last = name.rpartition("/")[2]
    return last.rpartition(".")[2].lower() if "." in last[1:] else ""


def is_xml(form: Format) -> bool:
    """Whether a file of this format is to be read as XML."""
    return form.mime in _XML


def quick(head: bytes, name: str) -> Format | None:
    """The format when the first bytes settle it, so that PRONOM need not be asked; else None."""
    form = sniff(head, name)
    if form is None or form.mime not in _OWN_PUIDS:
        return None
    return msgspec.structs.replace(form, puid=_OWN_PUIDS[form.mime])


def identify(path: str, head: bytes, name: str) -> Format:
    """Ask Siegfried for a file's format; gives it with the tool that says so and its version.

    ``path`` opens the bytes (``/proc/self/fd/N`` will do), ``head`` are the first of them, ``name``
    its name in the delivery. A format nobody knows has the label "" and the general media type.
    """
    answer = _scanner().identify(path, True)
    tool = _tool(answer["identifiers"][0]["details"])
    matches = [m for m in answer["files"][0]["matches"] if m["id"] != "UNKNOWN"]
    if matches and not all("text only" in m["warning"] for m in matches):
        match = matches[0]
        label = " ".join(part for part in (match["format"], match["version"]) if part)
        return Format(label, match["mime"] or UNKNOWN_MIME, match["id"], tool)
    if own := sniff(head, name):
        return own
    if matches and (text := _TEXT_ENDINGS.get(ending(name))):
        return Format(text[1], text[2], text[0], f"{tool}, name")
    if matches:
        return Format(
            matches[0]["format"], matches[0]["mime"] or "text/plain", matches[0]["id"], tool
        )
    return Format("", UNKNOWN_MIME, "", tool)


def clash(form: Format, name: str, size: int) -> Finding | None:
    """A finding when the content is not what the name promises (content wins).

    Takes the format found, the name and the size in bytes. What is named XML or PDF has checks of
    its own.
    """
    if not size:
        return None if ending(name) in ("xml", "pdf") else Finding("FILE-EMPTY", name)
    promised = _ENDINGS.get(ending(name))
    if promised is None or re.fullmatch(promised, form.mime):
        return None
    return Finding("FORMAT-CLASH", name, {"found": form.label or form.mime, "named": ending(name)})
