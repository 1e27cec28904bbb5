# SPDX-License-Identifier: Apache-2.0
"""Is this a container, and what is in it: one call for every kind, by content before name."""

from __future__ import annotations

from typing import BinaryIO

from emanet.formats.containers.entries import (
    DEFAULT_LIMITS,
    Limits,
    Listing,
    Notes,
    take,
)
from emanet.formats.containers.tar.headers import BLOCK, looks_like_tar
from emanet.formats.containers.tar.listing import list_packed_tar, list_tar, packed_head
from emanet.formats.containers.zip.recover import recover_zip
from emanet.formats.containers.zip.strict import list_zip
from emanet.model.delivery import Method
from emanet.octets import zipstruct as z

_ZIP_MARKS = (z.LOCAL_MARK, z.END_MARK, z.SPLIT_MARK, z.SPLIT_ONE_MARK)
_CODED = {b"\x1f\x8b": Method.GZIP, b"BZh": Method.BZIP2, b"\xfd7zXZ\0": Method.XZ}
_TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
# Documents that are ZIP files inside: one file to their reader, and one file to the archive.
_DOCUMENT_ENDINGS = (
    ".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".xltx", ".pptx", ".pptm", ".ppsx", ".odt", ".ods",
    ".odp", ".odg", ".odf", ".epub", ".jar", ".war", ".kmz", ".xps", ".oxps", ".cbz", ".3mf",
    ".vsdx", ".idml", ".sketch", ".ggb", ".npz", ".xpi", ".apk",
)  # fmt: skip
_DOCUMENT_MEMBERS = (b"mimetype", b"[Content_Types].xml", b"META-INF/")


def list_container(
    file: BinaryIO, name: str, size: int, limits: Limits = DEFAULT_LIMITS
) -> Listing | None:
    """List a container; None when the file is none.

    ``file`` is seekable and of ``size`` bytes; ``name`` its path inside the delivery. Content
    decides before the name: a TAR called ``.zip`` is a TAR. A file that is named as a container
    and is none is a listing with a finding. Office documents, EPUB and JAR are no containers here,
    nor is a compressed file that holds no TAR, nor an AppleDouble file (``._x.zip``). Never raises
    for bad data.
    """
    last = name.rpartition("/")[2].lower()
    if last.startswith("._"):
        return None
    head = take(file, 0, BLOCK, size)
    notes = Notes(name)
    if looks_like_tar(head, trust=last.endswith(".tar")):
        return list_tar(file, size, limits, notes)
    for mark, method in _CODED.items():
        if head.startswith(mark):
            inside = packed_head(file, size, method)
            if last.endswith(_TAR_ENDINGS) or looks_like_tar(inside, trust=False):
                return list_packed_tar(file, size, method, limits, notes)
            return None
    if _is_zip(head, last):
        return list_zip(file, size, limits, notes)
    if last.endswith(_TAR_ENDINGS):
        notes.add("TAR-NOT-TAR" if size else "TAR-TRUNCATED")
        return Listing("tar", (), notes.findings())
    return None


def recover(file: BinaryIO, size: int, place: str = "") -> Listing:
    """List a ZIP whose directory is destroyed, by its local headers; finding ``ZIP-RECOVERED``.

    Each member found was decoded and agrees with its CRC-32. Never raises for bad data.
    """
    return recover_zip(file, size, Notes(place))


def _is_zip(head: bytes, last: str) -> bool:
    if last.endswith(".zip"):
        return True
    if not head.startswith(_ZIP_MARKS) or last.endswith(_DOCUMENT_ENDINGS):
        return False
    return not head[z.LOCAL_BYTES :].startswith(_DOCUMENT_MEMBERS)
