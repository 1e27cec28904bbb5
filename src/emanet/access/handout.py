# SPDX-License-Identifier: Apache-2.0
"""Handing out files bit for bit: each is compared with its digest while it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from emanet.model.errors import DamageError, UsageError
from emanet.model.stored import Locator
from emanet.octets.digests import crc32
from emanet.storage.archive import Archive

_LONGEST = 200
_FORBIDDEN = dict.fromkeys(map(ord, '\\:*?"<>|'), "_") | dict.fromkeys(range(32), "_") | {127: "_"}


class File(msgspec.Struct, frozen=True):
    """A file to be handed out: its name in the delivery, size, digests, and where it lies."""

    name: str
    bytes: int
    sha256: str
    crc32: int
    locator: Locator


def chunks(archive: Archive, file: File) -> Iterator[bytes]:
    """The bytes of a file in pieces; DamageError at the end when they are not what was sealed."""
    digest, crc = hashlib.sha256(), 0
    for chunk in archive.stream(file.locator, file.bytes):
        digest.update(chunk)
        crc = crc32(chunk, crc)
        yield chunk
    if digest.hexdigest() != file.sha256 or crc != file.crc32:
        raise DamageError(
            f"{file.name} is not what was sealed.", f"{file.name} mühürlenen dosya değil."
        )


def write(archive: Archive, files: Iterable[File], folder: Path) -> Iterator[tuple[File, Path]]:
    """Write files into a folder, made when missing; gives each with its path when it is whole.

    Names are made safe (``safe_names``). Raises UsageError when a file is there already or cannot
    be written, DamageError for bytes that are not what was sealed; the file at hand is then taken
    away again.
    """
    listed = tuple(files)
    for file, name in zip(listed, safe_names(file.name for file in listed), strict=True):
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                try:
                    for chunk in chunks(archive, file):
                        out.write(chunk)
                except BaseException:
                    path.unlink()
                    raise
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {error.strerror}.",
                f"{path} yazılamıyor: {error.strerror}.",
            ) from error
        yield file, path


def safe_names(names: Iterable[str], *, shorten: bool = True) -> list[str]:
    """Give each name a relative path that is safe on any disk and unlike all others.

    Takes names as publishers gave them, container names included; the folders that all begin with
    are left off, unless ``shorten`` is false. No part is empty, ``.`` or ``..`` or holds control
    characters or a character that some system forbids; parts are cut at 200 bytes; a name that is
    taken (cases apart alone count as taken) gets a number.
    """
    listed = list(names)
    cut = _shared(listed) if shorten else 0
    files: set[str] = set()
    folders: set[str] = set()
    made = []
    for name in listed:
        parts = [_part(part) for part in name[cut:].split("/") if part not in ("", ".", "..")]
        path = ""
        for number, part in enumerate(parts or ["file"], 1):
            last = number >= len(parts)
            path = _free(path, part, (files, folders) if last else (files,))
            (files if last else folders).add(path.lower())
            path += "" if last else "/"
        made.append(path)
    return made


def _free(before: str, part: str, taken: tuple[set[str], ...]) -> str:
    """The path of a part behind ``before`` (which ends with a slash), numbered when it is taken."""
    stem, dot, end = part.partition(".") if not part.startswith(".") else (part, "", "")
    path, number = before + part, 1
    while any(path.lower() in names for names in taken):
        number += 1
        path = f"{before}{stem}~{number}{dot}{end}"
    return path


def _part(part: str) -> str:
    """One part of a path, safe on any disk."""
    part = part.translate(_FORBIDDEN).encode("utf-8", "replace").decode()
    while len(part.encode()) > _LONGEST:
        part = part[1:]  # the end tells more: it has the kind of the file
    return part.rstrip(". ") or "_"


def _shared(names: list[str]) -> int:
    """Length of the folders that all names begin with, the last slash included."""
    if not names:
        return 0
    first = names[0]
    cut = first.rfind("/") + 1
    while cut and not all(name.startswith(first[:cut]) for name in names):
        cut = first.rfind("/", 0, cut - 1) + 1
    return cut
