# SPDX-License-Identifier: Apache-2.0
"""A TAR walked header by header: members, extended headers, and how it ends."""

from __future__ import annotations

from emanet.formats.containers.entries import Area, Entry, Limits, Notes
from emanet.formats.containers.names import decode_tar, plain, settle
from emanet.formats.containers.tar.headers import (
    BLOCK,
    OCTAL_SIZE_MOST,
    Header,
    checked,
    parse,
    pax_records,
)
from emanet.formats.containers.tar.source import Source
from emanet.model.delivery import Step

_EXTENDED_MOST = 1 << 20  # bytes of one extended header
_HEADERS_PER_MEMBER = 4  # a file may have two long names and two pax headers
_PLAIN_FILE = (b"0", b"\0", b"7")
_VOLUME_LABEL = b"V"
_SPARSE_EXTENDED = 482  # GNU: whether map blocks follow the header
_SPARSE_MORE = 504  # and whether more of them follow a map block


class Walker:
    """Reads one TAR from its source; ``entries`` grow as it goes.

    ``under`` are the steps to the TAR's own first byte. ``ended`` is true once the end of the
    archive was seen; without it, what was read is not to be trusted as whole.
    """

    def __init__(
        self, source: Source, under: tuple[Step, ...], limits: Limits, notes: Notes
    ) -> None:
        self.entries: list[Entry] = []
        self.ended = False
        self.members_end = 0
        self.zeros_end = 0
        self._source = source
        self._under = under
        self._limits = limits
        self._notes = notes
        self._headers = 0
        self._forget(0)
        self._global: dict[bytes, bytes] = {}

    def _forget(self, at: int) -> None:
        self._begin = at
        self._long_name: bytes | None = None
        self._pax: dict[bytes, bytes] = {}

    def areas(self) -> tuple[Area, ...]:
        """Areas of what was read: members, end blocks, trailing bytes."""
        ends = (
            ("members", self.members_end),
            ("end", self.zeros_end),
            ("trailing", self._source.at),
        )
        areas, at = [], 0
        for kind, end in ends:
            if end > at:
                areas.append(Area(kind, at, end - at))
                at = end
        return tuple(areas)

    def run(self) -> None:
        """Read to the end of the archive, or to the first thing that stops the reading (noted)."""
        while True:
            at = self._source.at
            block = self._source.take(BLOCK)
            if len(block) < BLOCK:
                self._notes.add("TAR-TRUNCATED")
                return
            if not block.strip(b"\0"):
                self.members_end = at
                self._finish()
                return
            header = parse(block)
            if header is None:
                self._notes.add("TAR-BROKEN", offset=at)
                return
            self._headers += 1
            if (
                len(self.entries) >= self._limits.members
                or self._headers > self._limits.members * _HEADERS_PER_MEMBER
            ):
                self._notes.add(
                    "CONTAINER-TOO-MANY", count=f"> {len(self.entries)}", limit=self._limits.members
                )
                return
            going = (
                self._extended(header) if header.type in b"xgLKX" else self._member(header, block)
            )
            if not going:
                return

    def _extended(self, header: Header) -> bool:
        """A header that speaks of the next member, or of all that follow."""
        if header.size > _EXTENDED_MOST:
            self._notes.add("TAR-HEADER-TOO-LARGE", bytes=header.size, limit=_EXTENDED_MOST)
            return False
        data = self._source.take(header.size)
        if len(data) < header.size or not self._source.skip(-header.size % BLOCK):
            self._notes.add("TAR-TRUNCATED")
            return False
        if header.type == b"L":
            self._long_name = data.rstrip(b"\0")
        elif header.type in b"xgX":
            records = pax_records(data)
            if records is None:
                self._notes.add("TAR-BROKEN", offset=self._source.at)
                return False
            (self._global if header.type == b"g" else self._pax).update(records)
        return True

    def _member(self, header: Header, block: bytes) -> bool:
        pax = self._global | self._pax
        raw = pax.get(b"path", self._long_name if self._long_name is not None else header.raw_name)
        folder = header.type == b"5" or (header.type in _PLAIN_FILE and raw.endswith(b"/"))
        name = self._name(raw, folder)
        size = self._size(header, pax, name)
        if size is None or not self._kind(header, pax, name, block):
            return False
        if header.type == b"5" or header.type in b"12346":
            size = 0  # their size field speaks of no data behind them
        data_at = self._source.at
        if not self._source.skip(size) or not self._source.skip(-size % BLOCK):
            self._notes.add("TAR-TRUNCATED")
            return False
        if name or not folder:
            if not name:
                self._notes.add("NAME-EMPTY", offset=self._begin)
            self.entries.append(
                Entry(
                    name=name,
                    raw_name=b"" if name.encode() == raw else raw,
                    steps=(*self._under, Step(data_at, size)),
                    packed=size,
                    bytes=size,
                    crc32=None,
                    directory=folder and not size,
                    header_offset=self._begin,
                    opaque=header.type == b"S" or any(k.startswith(b"GNU.sparse") for k in pax),
                )
            )
        self._forget(self._source.at)
        return True

    def _name(self, raw: bytes, folder: bool) -> str:
        if plain(raw) and len(raw) <= self._limits.name_bytes:
            name = raw.decode("ascii")
        else:
            text, code = decode_tar(raw)
            name = settle(
                text, self._notes, zip_rules=False, limit=self._limits.name_bytes, raw=raw
            )
            if code:
                self._notes.add(code, name, raw=raw[:80].hex())
        return name.rstrip("/") + "/" if folder and name else name

    def _size(self, header: Header, pax: dict[bytes, bytes], name: str) -> int | None:
        """The size that holds; two sizes that differ are two archives to two readers."""
        text = pax.get(b"size")
        if text is None:
            return header.size
        if not text.isdigit() or len(text) > 20:
            self._notes.add("TAR-BROKEN", offset=self._begin)
            return None
        size = int(text)
        if size != header.size and size <= OCTAL_SIZE_MOST:
            self._notes.add("TAR-SIZE-LIES", name, pax=size, header=header.size)
            return None
        return size

    def _kind(self, header: Header, pax: dict[bytes, bytes], name: str, block: bytes) -> bool:
        """Judge the type letter; whether to go on."""
        kind = header.type
        if kind in b"12":
            self._notes.add("TAR-LINK", name)
        elif kind in b"346":
            self._notes.add("TAR-DEVICE", name)
        elif kind == b"M":
            self._notes.add("TAR-SPLIT")
            return False
        elif kind == b"S":
            self._notes.add("TAR-SPARSE", name)
            more = block[_SPARSE_EXTENDED]
            while more:
                block = self._source.take(BLOCK)
                if len(block) < BLOCK:
                    self._notes.add("TAR-TRUNCATED")
                    return False
                more = block[_SPARSE_MORE]
        elif any(key.startswith(b"GNU.sparse") for key in pax):
            self._notes.add("TAR-SPARSE", name)
        elif kind not in (*_PLAIN_FILE, b"5", _VOLUME_LABEL):
            self._notes.add("TAR-TYPE", name, type=kind.decode("latin-1"))
        return True

    def _finish(self) -> None:
        """After the first block of zeros: at least one more, and zeros to the end."""
        chunk_bytes = 128 * BLOCK
        self.zeros_end = self._source.at
        zeros = 1
        while data := self._source.take(chunk_bytes):
            filled = data.lstrip(b"\0")
            if filled:
                first = (len(data) - len(filled)) // BLOCK * BLOCK
                self.zeros_end = self._source.at - len(data) + first
                self._trailing(data[first:])
                break
            zeros += len(data) // BLOCK
            self.zeros_end = self._source.at
        else:
            if zeros < 2:
                self._notes.add("TAR-END-SHORT")
        self.ended = True

    def _trailing(self, data: bytes) -> None:
        """Bytes behind the end: a header among them begins an archive that others will read."""
        if checked(data[:BLOCK]):
            self._notes.add("TAR-CONCATENATED", offset=self.zeros_end)
            return
        self.ended = True
        while self._source.take(1 << 16):
            pass
        self._notes.add("TAR-TRAILING", bytes=self._source.at - self.zeros_end)
