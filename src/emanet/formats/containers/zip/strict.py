# SPDX-License-Identifier: Apache-2.0
"""A ZIP listed strictly: directory against local headers, and every byte accounted for once."""

from __future__ import annotations

from typing import BinaryIO

from emanet.formats.containers.entries import Area, Entry, Limits, Listing, Notes
from emanet.formats.containers.names import note_clashes
from emanet.formats.containers.zip.ends import Ends, find_ends, holds, note_outside
from emanet.formats.containers.zip.locals import follow
from emanet.formats.containers.zip.walk import Record, walk
from emanet.model.delivery import Method, Step
from emanet.octets import zipstruct as z

_SECRET = z.FLAG_ENCRYPTED | z.FLAG_STRONG | z.FLAG_MASKED


def list_zip(file: BinaryIO, size: int, limits: Limits, notes: Notes) -> Listing:
    """List a ZIP of ``size`` bytes; what is wrong with it is noted, nothing is raised.

    The order of checks is the order of harm: structure first, names last, and the first finding
    that refuses ends the reading. Source: APPNOTE 6.3.10, section 4.3.
    """
    ends = find_ends(file, size, notes)
    if ends is not None:
        note_outside(file, size, notes, ends)
    records = None
    if ends is not None and not notes.stopped:
        records = walk(file, size, ends, limits, notes)
    if ends is None or records is None or notes.stopped:
        return Listing("zip", (), notes.findings())
    placed = _place_all(file, size, records, ends, notes)
    if placed is None:
        return Listing("zip", (), notes.findings())
    entries, runs = placed
    areas = _account(file, size, runs + _fixed(size, ends), notes)
    if areas is None:
        return Listing("zip", (), notes.findings())
    note_clashes(entries, notes, "ZIP-DUPLICATE")
    return Listing("zip", tuple(entries), notes.findings(), areas)


def _place_all(
    file: BinaryIO, size: int, records: list[Record], ends: Ends, notes: Notes
) -> tuple[list[Entry], list[Area]] | None:
    """Entries in the directory's order, and the runs of bytes they fill; None when unsound.

    Members are followed in the order of the file; each must end before the next one begins. With a
    million members memory counts: neighbours share an area.
    """
    order = sorted(range(len(records)), key=lambda n: records[n].offset)
    entries: list[Entry | None] = [None] * len(records)
    runs: list[Area] = []
    begin = end = -1
    for place, number in enumerate(order):
        record = records[number]
        follows, other = ends.directory, "-"
        if place + 1 < len(order):
            neighbour = records[order[place + 1]]
            if neighbour.offset < follows:
                follows, other = neighbour.offset, neighbour.name
        if record.offset >= follows:
            notes.add("ZIP-OVERLAP", record.name, other=other)
            return None
        found = follow(file, size, record, follows, notes)
        if found is None:
            continue
        data_at, after = found
        if after > follows:
            notes.add("ZIP-OVERLAP", record.name, other=other)
            return None
        entries[number] = _entry(record, data_at)
        if record.offset != end:
            if end >= 0:
                runs.append(Area("members", begin, end - begin))
            begin = record.offset
        end = after
    if end >= 0:
        runs.append(Area("members", begin, end - begin))
    sound = [entry for entry in entries if entry is not None]
    return (sound, runs) if len(sound) == len(records) and not notes.stopped else None


def _entry(record: Record, data_at: int) -> Entry:
    opaque = record.method not in (z.STORED, z.DEFLATED) or bool(
        record.flags & (_SECRET | z.FLAG_PATCHED)
    )
    # Some writers call an empty member deflated and write no byte of it.
    coded = not opaque and record.method == z.DEFLATED and record.packed > 0
    return Entry(
        name=record.name,
        raw_name=record.raw_name,
        steps=(Step(data_at, record.packed, Method.DEFLATE if coded else Method.STORED),),
        packed=record.packed,
        bytes=record.packed if opaque else record.plain,
        crc32=None if opaque else record.crc32,
        directory=record.folder,
        header_offset=record.offset,
        opaque=opaque,
    )


def _account(
    file: BinaryIO, size: int, claimed: list[Area], notes: Notes
) -> tuple[Area, ...] | None:
    """Areas that cover the file from first byte to last; None when they do not fit.

    What nothing claims is looked into: a ZIP mark there is content that this directory hides.
    """
    areas: list[Area] = []
    at = 0
    for area in claimed:
        if area.offset > at:
            _note_unclaimed(file, size, at, area.offset - at, notes)
            areas.append(Area("gap" if areas else "prefix", at, area.offset - at))
        elif area.offset < at:
            notes.add("ZIP-END-LIES", what=area.kind)
            return None
        at = area.offset + area.length
        if area.length:
            areas.append(area)
    return tuple(areas)


def _fixed(size: int, ends: Ends) -> list[Area]:
    fixed = [Area("directory", ends.directory, ends.directory_bytes)]
    if ends.end64_bytes:
        fixed.append(Area("end64", ends.end64, ends.end64_bytes))
        fixed.append(Area("locator64", ends.end - z.LOCATOR64_BYTES, z.LOCATOR64_BYTES))
    comment = ends.end + z.END_BYTES
    trailing = comment + ends.comment_bytes
    fixed.append(Area("end", ends.end, z.END_BYTES))
    fixed.append(Area("comment", comment, ends.comment_bytes))
    fixed.append(Area("trailing", trailing, size - trailing))
    return fixed


def _note_unclaimed(file: BinaryIO, size: int, at: int, length: int, notes: Notes) -> None:
    if holds(file, size, at, length, (z.END_MARK, z.CENTRAL_MARK)):
        notes.add("ZIP-CONCATENATED")
    elif holds(file, size, at, length, (z.LOCAL_MARK,)):
        notes.add("ZIP-UNLISTED", offset=at, bytes=length)
    else:
        notes.add("ZIP-GAP" if at else "ZIP-PREFIX", offset=at, bytes=length)
