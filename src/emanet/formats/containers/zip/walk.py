# SPDX-License-Identifier: Apache-2.0
"""The central directory of a ZIP, walked in flat memory, one record at a time."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from emanet.formats.containers.entries import Limits, Notes, take
from emanet.formats.containers.names import decode_zip, plain, settle
from emanet.formats.containers.zip.ends import Ends
from emanet.octets import zipstruct as z

_WINDOW = 1 << 20
_RECORD_MOST = z.CENTRAL_BYTES + 3 * z.FULL16
_DEFLATE_MOST = 1032  # no Deflate stream expands further (two bits for 258 bytes)
_DIRECTORY_BYTES_PER_MEMBER = 1024  # beyond, the directory itself is the load


class Record(msgspec.Struct, frozen=True, gc=False):
    """A central directory record, resolved: offsets from the file's first byte.

    ``raw_name`` is b"" when it is the UTF-8 of ``name``.
    """

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc32: int
    packed: int
    plain: int
    offset: int
    folder: bool


def walk(
    file: BinaryIO, size: int, ends: Ends, limits: Limits, notes: Notes
) -> list[Record] | None:
    """Read the directory; None when reading must stop (noted).

    Nothing is made for more members than allowed: a count beyond the limit stops before the walk,
    a directory that goes on beyond its count stops in it.
    """
    if ends.entries > limits.members:
        notes.add("CONTAINER-TOO-MANY", count=ends.entries, limit=limits.members)
        return None
    if ends.directory_bytes > limits.members * _DIRECTORY_BYTES_PER_MEMBER:
        notes.add("CONTAINER-TOO-MANY", count=ends.entries, limit=limits.members)
        return None
    records: list[Record] = []
    claimed = 0
    for central, raw, extra, at in _raw_records(file, size, ends):
        if central is None:
            notes.add("ZIP-DIRECTORY-BROKEN", offset=at)
            return None
        if len(records) >= limits.members:
            notes.add("CONTAINER-TOO-MANY", count=f"> {len(records)}", limit=limits.members)
            return None
        record = _resolve(central, raw, extra, ends.base, limits, notes)
        if record is None:
            return None
        records.append(record)
        claimed += record.plain
    if claimed > limits.plain_allowed(size):
        notes.add("CONTAINER-TOO-LARGE", bytes=claimed, limit=limits.plain_allowed(size))
        return None
    if len(records) != ends.entries:
        wrapped = ends.entries == len(records) & z.FULL16
        code = "ZIP-COUNT-WRAPPED" if wrapped else "ZIP-COUNT-LIES"
        notes.add(code, stated=ends.entries, found=len(records))
    return records


def _raw_records(
    file: BinaryIO, size: int, ends: Ends
) -> Iterator[tuple[z.Central | None, bytes, bytes, int]]:
    """Records as ``(fixed part, name, extra field, offset)``; no fixed part for a broken one."""
    at, end = ends.directory, ends.directory + ends.directory_bytes
    window, start = b"", at
    while at < end:
        if at - start + _RECORD_MOST > len(window) and start + len(window) < end:
            start = at
            window = take(file, start, min(_WINDOW, end - start), size)
        here = at - start
        if len(window) - here < z.CENTRAL_BYTES or window[here : here + 4] != z.CENTRAL_MARK:
            yield None, b"", b"", at
            return
        central = z.parse_central(window, here)
        name_at = here + z.CENTRAL_BYTES
        extra_at = name_at + central.name_bytes
        after = extra_at + central.extra_bytes + central.comment_bytes
        if after > len(window):
            yield None, b"", b"", at
            return
        extra = window[extra_at : extra_at + central.extra_bytes]
        yield central, window[name_at:extra_at], extra, at
        at = start + after


def _resolve(
    central: z.Central, raw: bytes, extra: bytes, base: int, limits: Limits, notes: Notes
) -> Record | None:
    blocks = z.extras(extra) if extra else {}
    if plain(raw) and len(raw) <= limits.name_bytes and not _has_path(blocks):
        name = raw.decode("ascii")
    else:
        name = _name(central, raw, blocks or {}, limits, notes)
    if blocks is None:
        notes.add("ZIP-EXTRA-BROKEN", name)
    numbers = _numbers(central, blocks or {})
    if numbers is None:
        notes.add("ZIP-NUMBER-MISSING", name)
        return None
    plain_bytes, packed, offset = numbers
    if central.disk and central.disk != z.FULL16:
        notes.add("ZIP-SPLIT")
        return None
    _note_kind(central, name, plain_bytes, packed, notes)
    folder = raw[-1:] in (b"/", b"\\") and plain_bytes == 0
    if raw[-1:] == b"/" and plain_bytes:
        notes.add("ZIP-FOLDER-DATA", name)
        name = name.rstrip("/")
    if not name.strip("/"):
        notes.add("NAME-EMPTY", offset=offset + base)
    return Record(
        name, b"" if name.encode() == raw else raw, central.flags, central.method, central.crc32,
        packed, plain_bytes, offset + base, folder,
    )  # fmt: skip


def _has_path(blocks: dict[int, bytes] | None) -> bool:
    return blocks is not None and z.UNICODE_PATH_EXTRA in blocks


def _name(
    central: z.Central, raw: bytes, blocks: dict[int, bytes], limits: Limits, notes: Notes
) -> str:
    text, code = decode_zip(
        raw,
        utf8=bool(central.flags & z.FLAG_UTF8),
        unicode_path=blocks.get(z.UNICODE_PATH_EXTRA),
    )
    name = settle(text, notes, zip_rules=True, limit=limits.name_bytes, raw=raw)
    if code:
        notes.add(code, name, raw=raw[:80].hex())
    return name


def _numbers(central: z.Central, blocks: dict[int, bytes]) -> tuple[int, int, int] | None:
    """Plain size, packed size and offset, from ZIP64 where the old field is full (4.5.3)."""
    stated = [central.plain, central.packed, central.offset]
    if z.FULL32 not in stated:
        return central.plain, central.packed, central.offset
    block = blocks.get(z.ZIP64_EXTRA)
    if block is None:
        # Without the block the number is the number: 4 GiB less a byte.
        return central.plain, central.packed, central.offset
    numbers = iter(z.zip64_numbers(block))
    for place, number in enumerate(stated):
        if number == z.FULL32:
            wide = next(numbers, None)
            if wide is None:
                return None
            stated[place] = wide
    return stated[0], stated[1], stated[2]


def _note_kind(central: z.Central, name: str, plain_bytes: int, packed: int, notes: Notes) -> None:
    """Note links, devices, secrets, unknown methods and sizes that cannot be."""
    kind = stat.S_IFMT(central.external >> 16)
    if kind == stat.S_IFLNK:
        notes.add("ZIP-LINK", name)
    elif kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK):
        notes.add("ZIP-DEVICE", name)
    if central.flags & (z.FLAG_ENCRYPTED | z.FLAG_STRONG | z.FLAG_MASKED):
        notes.add("ZIP-ENCRYPTED", name)
    elif central.method not in (z.STORED, z.DEFLATED) or central.flags & z.FLAG_PATCHED:
        notes.add("ZIP-METHOD", name, method=z.METHODS.get(central.method, str(central.method)))
    elif (central.method == z.STORED and plain_bytes != packed) or (
        plain_bytes > packed * _DEFLATE_MOST
    ):
        notes.add("ZIP-SIZE-LIES", name, plain=plain_bytes, packed=packed)
