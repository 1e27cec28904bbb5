# SPDX-License-Identifier: Apache-2.0
"""A ZIP whose directory is destroyed, listed from its local headers; each member proven by CRC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from emanet.formats.containers.entries import DEFAULT_LIMITS, Entry, Listing, Notes, take
from emanet.formats.containers.names import decode_zip, settle
from emanet.formats.containers.zip.locals import descriptor_lengths
from emanet.model.delivery import Method, Step
from emanet.octets import zipstruct as z
from emanet.octets.engine import CodecError, crc32, deflate

_CHUNK = 1 << 18
_SECRET = z.FLAG_ENCRYPTED | z.FLAG_STRONG | z.FLAG_MASKED


_WORK = 16  # how many times its own size a file may cost in headers that prove nothing
_TRIAL = 4096  # what one trial costs beside the bytes it reads, in bytes


class _Work:
    """What may still be read in vain; a file of false headers must not take for ever."""

    def __init__(self, size: int) -> None:
        self.left = _WORK * size + (64 << 20)


class _Found(NamedTuple):
    """Plain bytes counted and summed, and where the coded ones end."""

    plain: int
    crc32: int
    end: int


def recover_zip(file: BinaryIO, size: int, notes: Notes) -> Listing:
    """List the members that can be proven, in the order of the file.

    A local header is believed when its data decode and fit the CRC-32 of the header or of the data
    descriptor behind them; then the search goes on behind it, so that a ZIP stored inside is not
    taken apart. Headers that do not prove themselves are counted in ``ZIP-RECOVERED``. Deflated
    members with a descriptor are inflated to their end; stored ones are followed to the descriptor
    that fits. Links cannot be told from files: that stood in the directory.
    """
    entries: list[Entry] = []
    lost = 0
    at = 0
    work = _Work(size)
    while work.left > 0 and (at := _search(file, size, at, z.LOCAL_MARK)) >= 0:
        allowed = work.left
        work.left -= _TRIAL
        proven = _member(file, size, at, work, notes)
        if proven is None:
            lost += 1
            at += 4
        else:
            entries.append(proven[0])
            at = proven[1]
            work.left = allowed
        if len(entries) > DEFAULT_LIMITS.members:
            notes.add("CONTAINER-TOO-MANY", count=len(entries), limit=DEFAULT_LIMITS.members)
            break
    notes.add("ZIP-RECOVERED", members=len(entries), lost=lost)
    return Listing("zip", tuple(entries), notes.findings())


def _search(file: BinaryIO, size: int, at: int, mark: bytes) -> int:
    while at < size:
        data = take(file, at, 1 << 20, size)
        found = data.find(mark)
        if found >= 0:
            return at + found
        if len(data) < len(mark) or at + len(data) >= size:
            return -1
        at += len(data) - len(mark) + 1
    return -1


def _member(
    file: BinaryIO, size: int, at: int, work: _Work, notes: Notes
) -> tuple[Entry, int] | None:
    """The member whose local header stands at ``at`` and where it ends; None when unproven."""
    fixed = take(file, at, z.LOCAL_BYTES, size)
    if len(fixed) < z.LOCAL_BYTES:
        return None
    local = z.parse_local(fixed)
    data_at = at + z.LOCAL_BYTES + local.name_bytes + local.extra_bytes
    if data_at > size or local.flags & _SECRET or local.method not in (z.STORED, z.DEFLATED):
        return None
    rest = take(file, at + z.LOCAL_BYTES, local.name_bytes + local.extra_bytes, size)
    raw, blocks = rest[: local.name_bytes], z.extras(rest[local.name_bytes :]) or {}
    plain, packed = local.plain, local.packed
    if z.FULL32 in (plain, packed) and z.ZIP64_EXTRA in blocks:
        numbers = iter(z.zip64_numbers(blocks[z.ZIP64_EXTRA]))
        plain = next(numbers, plain) if plain == z.FULL32 else plain
        packed = next(numbers, packed) if packed == z.FULL32 else packed
    unknown = bool(local.flags & z.FLAG_DESCRIPTOR)
    if local.method == z.DEFLATED:
        found = _inflated(file, size, work, data_at)
    elif unknown:
        found = _stored_to_descriptor(file, size, work, data_at)
    else:
        found = _stored(file, size, work, data_at, packed)
    if found is None:
        return None
    end = found.end
    length = found.end - data_at
    if unknown:
        tail = take(file, end, 24, size)
        forms = descriptor_lengths(tail, found.crc32, length, found.plain)
        if not forms:
            return None
        end += _best_form(file, size, end, forms)
    elif (found.plain, length, found.crc32) != (plain, packed, local.crc32):
        return None
    return _entry(local, raw, blocks, at, data_at, length, found, notes), end


def _entry(
    local: z.Local,
    raw: bytes,
    blocks: dict[int, bytes],
    at: int,
    data_at: int,
    length: int,
    found: _Found,
    notes: Notes,
) -> Entry:
    text, code = decode_zip(
        raw, utf8=bool(local.flags & z.FLAG_UTF8), unicode_path=blocks.get(z.UNICODE_PATH_EXTRA)
    )
    limit = DEFAULT_LIMITS.name_bytes
    name = settle(text, notes, zip_rules=True, limit=limit, raw=raw)
    if code:
        notes.add(code, name, raw=raw[:80].hex())
    method = Method.DEFLATE if local.method == z.DEFLATED else Method.STORED
    return Entry(
        name=name,
        raw_name=b"" if name.encode() == raw else raw,
        steps=(Step(data_at, length, method),),
        packed=length,
        bytes=found.plain,
        crc32=found.crc32,
        directory=raw.endswith(b"/") and not found.plain,
        header_offset=at,
    )


def _best_form(file: BinaryIO, size: int, end: int, forms: list[int]) -> int:
    """Of the descriptor forms that fit, the one with a ZIP mark or the file's end behind it."""
    for length in forms:
        if end + length == size or take(file, end + length, 2, size) == b"PK":
            return length
    return forms[0]


def _pieces(file: BinaryIO, size: int, work: _Work, at: int, end: int) -> Iterator[bytes]:
    while at < end and work.left > 0:
        data = take(file, at, min(_CHUNK, end - at), size)
        if not data:
            return
        work.left -= len(data)
        yield data
        at += len(data)


def _inflated(file: BinaryIO, size: int, work: _Work, at: int) -> _Found | None:
    engine, plain, crc, fed = deflate(), 0, 0, 0
    try:
        for data in _pieces(file, size, work, at, size):
            fed += len(data)
            while True:
                out = engine.decompress(data, 1 << 20)
                data = b""
                plain += len(out)
                # No Deflate stream grows beyond 1,032 times: so this stays within what was fed.
                work.left -= len(out) // 128
                crc = crc32(out, crc)
                if engine.eof or engine.needs_input or work.left <= 0:
                    break
            if engine.eof:
                return _Found(plain, crc, at + fed - len(engine.unused_data))
    except CodecError:
        return None
    return None


def _stored(file: BinaryIO, size: int, work: _Work, at: int, length: int) -> _Found | None:
    if at + length > size:
        return None
    crc = 0
    for data in _pieces(file, size, work, at, at + length):
        crc = crc32(data, crc)
    return _Found(length, crc, at + length)


def _stored_to_descriptor(file: BinaryIO, size: int, work: _Work, at: int) -> _Found | None:
    """Stored bytes of unknown length: up to the first marked descriptor that fits them."""
    crc, summed, place = 0, at, at
    while work.left > 0 and (place := _search(file, size, place, z.DESCRIPTOR_MARK)) >= 0:
        work.left -= _TRIAL
        for data in _pieces(file, size, work, summed, place):
            crc = crc32(data, crc)
        summed = place
        length = place - at
        if descriptor_lengths(take(file, place, 24, size), crc, length, length):
            return _Found(length, crc, place)
        place += 4
    work.left -= size - summed
    return None
