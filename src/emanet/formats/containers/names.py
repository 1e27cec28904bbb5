# SPDX-License-Identifier: Apache-2.0
"""Names of members: decoded by trial, made safe to compare, and judged as data, never as paths."""

from __future__ import annotations

import re
import unicodedata
import zlib

from emanet.formats.containers.entries import Entry, Notes

_ODD = re.compile(rb"[^\x20-\x7e]|[\\:]|\.\.|//|(?:^|/)\./|^/")
_DRIVE = re.compile(r"^[A-Za-z]:")
# Control characters, and those that turn the direction of writing (a name that shows reversed).
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TURKISH_I = str.maketrans({"ı": "i", "\u0307": None})


def plain(raw: bytes) -> bool:
    """Whether a name is ASCII with nothing in it that asks for a second look."""
    return bool(raw) and not _ODD.search(raw)


def decode_zip(raw: bytes, *, utf8: bool, unicode_path: bytes | None) -> tuple[str, str]:
    """Decode a ZIP name; gives the text and the code of a finding, or "".

    Order: the Info-ZIP Unicode path (4.6.9) when its CRC fits the raw name; the UTF-8 flag
    (appendix D); UTF-8 by trial, for macOS writes it without the flag; else code page 437, the
    format's own, though it is often a guess. Bytes that break flagged UTF-8 show as U+FFFD.
    """
    better = _unicode_path(raw, unicode_path)
    if better is not None:
        return better, ""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        if utf8:
            return raw.decode("utf-8", "replace"), "NAME-NOT-UTF8"
        return raw.decode("cp437"), "NAME-GUESSED"
    return text, "" if utf8 or raw.isascii() else "NAME-UNFLAGGED"


def decode_tar(raw: bytes) -> tuple[str, str]:
    """Decode a TAR name: UTF-8 (POSIX pax), else with U+FFFD and a finding; as ``decode_zip``."""
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), "NAME-NOT-UTF8"


def _unicode_path(raw: bytes, block: bytes | None) -> str | None:
    if block is None or len(block) < 5 or block[0] != 1:
        return None
    if int.from_bytes(block[1:5], "little") != zlib.crc32(raw):
        return None
    try:
        return block[5:].decode("utf-8")
    except UnicodeDecodeError:
        return None


def settle(text: str, notes: Notes, *, zip_rules: bool, limit: int, raw: bytes) -> str:
    """Judge a decoded name, note what is wrong, and give the path that stands for it.

    The path has ``/`` between parts, no empty and no ``.`` parts, a final ``/`` for a folder, and
    U+2400 for NUL (which no database takes). ``zip_rules``: a backslash separates parts (APPNOTE
    4.4.17.1 knows no backslash; Windows writers use it so); in a TAR it is a letter. Traversal is
    judged for both readings, and for the raw bytes too.
    """
    shown = text[:200].replace("\0", "\u2400")
    if len(raw) > limit:
        notes.add("NAME-TOO-LONG", shown[:80], bytes=len(raw), limit=limit)
    if "\0" in text:
        notes.add("NAME-NUL", shown)
    elif _CONTROL.search(text):
        notes.add("NAME-CONTROL", shown)
    slashed = text.replace("\\", "/")
    raw_parts = raw.replace(b"\\", b"/").split(b"/")
    if ".." in slashed.split("/") or b".." in raw_parts:
        notes.add("NAME-TRAVERSAL", shown)
    elif slashed.startswith("/") or raw_parts[0] == b"" != raw or _DRIVE.match(text):
        notes.add("NAME-ABSOLUTE", shown)
    elif "\\" in text:
        notes.add("NAME-BACKSLASH", shown)
    path = (slashed if zip_rules else text).replace("\0", "\u2400")
    parts = [p for p in path.split("/") if p not in ("", ".")]
    return "/".join(parts) + ("/" if parts and path.endswith("/") else "")


def compared(name: str) -> str:
    """The form in which names clash: NFC, case-folded, with the Turkish ı and İ as i.

    What two file systems hold apart (macOS, Windows: one name; Linux: two) is one here.
    """
    if name.isascii():
        return name.lower()
    folded = unicodedata.normalize("NFC", name).casefold().translate(_TURKISH_I)
    return unicodedata.normalize("NFC", folded)


def note_clashes(entries: list[Entry], notes: Notes, duplicate: str) -> None:
    """Note names that stand twice (code ``duplicate``), or would meet on another file system.

    A folder may be named again; a file that is also a folder clashes. Names are known by their
    hashes (of 64 bits, keyed anew in each process), for a million names weigh much.
    """
    seen: dict[int, int] = {}
    folders: dict[int, int] = {}
    for number, entry in enumerate(entries):
        key = compared(entry.name).rstrip("/")
        known = seen.setdefault(hash(key), number)
        if known != number:
            other = entries[known]
            if other.directory and entry.directory:
                pass
            elif other.name.rstrip("/") == entry.name.rstrip("/"):
                notes.add(duplicate, entry.name)
            else:
                notes.add("NAME-CLASH", entry.name, other=other.name)
        parent = key.rpartition("/")[0]
        while parent and hash(parent) not in folders:
            folders[hash(parent)] = number
            parent = parent.rpartition("/")[0]
    for folder, number in folders.items():
        known = seen.get(folder, -1)
        if known >= 0 and not entries[known].directory:
            notes.add("NAME-CLASH", entries[known].name, other=entries[number].name)
