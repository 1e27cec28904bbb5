# SPDX-License-Identifier: Apache-2.0
"""Packs: stored ZIP64 files whose every offset is known before a byte is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from emanet.model.delivery import Step
from emanet.model.stored import Packed
from emanet.octets import zipstruct

MOST_NAME_BYTES = 65_535


class Layout(msgspec.Struct, frozen=True):
    """Where everything of a pack will lie.

    ``headers`` are the offsets of the local headers, ``steps`` lead to the entries' bytes, in the
    order of the entries; ``directory`` is the offset of the central directory, ``bytes`` the size
    of the whole pack.
    """

    headers: tuple[int, ...]
    steps: tuple[Step, ...]
    directory: int
    bytes: int


def layout(entries: Iterable[Packed]) -> Layout:
    """Say where the bytes of each entry of a pack will lie.

    A pack is, for each entry, a local header and the bytes as they are; then the central
    directory, its ZIP64 end record and locator, and the end record (docs/spec/format.md, Packs).
    Raises ValueError when a name is empty, used twice, too long or not valid Unicode.
    """
    offset, directory_bytes = 0, 0
    headers, steps = [], []
    for entry, name in zip(listed := tuple(entries), _names(listed), strict=True):
        headers.append(offset)
        offset += zipstruct.local_header_bytes(name)
        steps.append(Step(offset, entry.bytes))
        offset += entry.bytes
        directory_bytes += len(zipstruct.central_header(name, size=0, crc32=0, offset=0))
    end = len(zipstruct.end_of_directory(entries=0, offset=0, size=0))
    return Layout(tuple(headers), tuple(steps), offset, offset + directory_bytes + end)


def write(
    entries: Iterable[Packed], content: Callable[[Packed], Iterable[bytes]]
) -> Iterator[bytes]:
    """Give the bytes of a pack, entry by entry; ``content`` gives those of one entry.

    The pieces are as they come: small where a header stands alone. The same entries give the same
    bytes. Raises ValueError as ``layout`` does. Sizes and checksums are taken from the entries and
    are not compared here: whoever writes the pack watches the bytes go by.
    """
    listed = tuple(entries)
    offset, directory = 0, bytearray()
    for entry, name in zip(listed, _names(listed), strict=True):
        yield zipstruct.local_header(name, size=entry.bytes, crc32=entry.crc32)
        yield from content(entry)
        directory += zipstruct.central_header(
            name, size=entry.bytes, crc32=entry.crc32, offset=offset
        )
        offset += zipstruct.local_header_bytes(name) + entry.bytes
    yield bytes(directory)
    yield zipstruct.end_of_directory(entries=len(listed), offset=offset, size=len(directory))


def _names(entries: tuple[Packed, ...]) -> list[bytes]:
    names = [entry.name.encode() for entry in entries]
    if len(set(names)) != len(names):
        raise ValueError("two entries of a pack have the same name")
    if any(not 0 < len(name) <= MOST_NAME_BYTES for name in names):
        raise ValueError("an entry of a pack has no name, or one of more than 65,535 bytes")
    return names
