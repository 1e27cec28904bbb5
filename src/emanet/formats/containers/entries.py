# SPDX-License-Identifier: Apache-2.0
"""The nouns of containers: limits, entries, areas, listings; and the notebook of findings."""

from __future__ import annotations

from collections import Counter
from typing import BinaryIO

import msgspec

from emanet.model.delivery import Step
from emanet.model.finding import Finding, Severity, explain

NOTES_PER_CODE = 50  # a hostile directory must not turn into a million findings


class Limits(msgspec.Struct, frozen=True):
    """How much a container may hold.

    ``members`` entries; ``plain_bytes`` in all, uncoded; ``nesting`` containers one in another and
    ``nested_bytes`` for one inner container (both for the caller that descends); ``name_bytes`` a
    name. A container is hollow when its members claim more than ``hollow_bytes`` *and* more than
    ``hollow_ratio`` times its own size; the ratio alone refuses nothing, for an honest TIFF reaches
    78 and a blank one 1,000.
    """

    members: int = 1_000_000
    plain_bytes: int = 1 << 41
    nesting: int = 4
    name_bytes: int = 4096
    nested_bytes: int = 4 << 30
    hollow_bytes: int = 8 << 30
    hollow_ratio: int = 250

    def plain_allowed(self, size: int) -> int:
        """Plain bytes that a container of ``size`` bytes may hold before it is hollow or huge."""
        return min(self.plain_bytes, max(self.hollow_bytes, self.hollow_ratio * size))


DEFAULT_LIMITS = Limits()


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One member of a container, in the container's own order.

    ``name`` is the path inside the container, as read or guessed; ``raw_name`` the bytes as they
    stand there, b"" when they are the UTF-8 of ``name``. ``steps`` lead from the container's first
    byte to the plain bytes. ``packed`` is the coded length, ``bytes`` the plain one, ``crc32`` that
    of the plain bytes (None: not stated). ``header_offset`` is that of its header: in the file for
    ZIP, in the decoded stream for a compressed TAR. ``opaque``: it cannot be decoded (encrypted,
    an unknown method, sparse); then ``steps`` and ``bytes`` are those of the coded bytes as stored.
    """

    name: str
    raw_name: bytes
    steps: tuple[Step, ...]
    packed: int
    bytes: int
    crc32: int | None
    directory: bool
    header_offset: int
    opaque: bool = False


class Area(msgspec.Struct, frozen=True, array_like=True):
    """A run of bytes and what it is.

    ZIP: ``prefix``, ``members``, ``gap``, ``directory``, ``end64``, ``locator64``, ``end``,
    ``comment``, ``trailing``. TAR: ``members``, ``end``, ``trailing``, ``rest`` (not looked at).
    """

    kind: str
    offset: int
    length: int


class Listing(msgspec.Struct, frozen=True):
    """What a container holds, and what is wrong with it.

    ``kind`` is ``zip``, ``tar``, ``tar.gz``, ``tar.bz2`` or ``tar.xz``. ``areas`` cover the
    container (the decoded stream, for a compressed TAR) from its first byte to its last, each byte
    once; they are empty when a finding of severity hold or refuse stopped the reading.
    """

    kind: str
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    areas: tuple[Area, ...] = ()


class Notes:
    """Collects findings about one container; ``place`` is its path inside the delivery."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._found: list[Finding] = []
        self._counts: Counter[str] = Counter()
        self._worst = Severity.INFO

    def add(self, code: str, member: str | None = None, **detail: str | int) -> None:
        """Note a finding about the container, or about the member of that name in it."""
        self._counts[code] += 1
        if self._counts[code] > NOTES_PER_CODE:
            return
        severity = explain(code).severity
        self._worst = max(self._worst, severity, key=lambda s: s.rank)
        place = self.place if member is None else f"{self.place}/{member}"
        self._found.append(Finding(code, place, {k: str(v) for k, v in detail.items()}))

    @property
    def worst(self) -> Severity:
        """The worst severity noted so far."""
        return self._worst

    @property
    def stopped(self) -> bool:
        """Whether a finding of severity refuse was noted."""
        return self._worst is Severity.REFUSE

    def findings(self) -> tuple[Finding, ...]:
        """All that was noted; of a code noted too often, the first 50 and a count of the rest."""
        more = [
            Finding("CONTAINER-MORE", self.place, {"code": code, "count": str(n - NOTES_PER_CODE)})
            for code, n in self._counts.items()
            if n > NOTES_PER_CODE
        ]
        return tuple(self._found + more)


def take(file: BinaryIO, offset: int, length: int, size: int) -> bytes:
    """Up to ``length`` bytes at ``offset`` of a file of ``size`` bytes; fewer past its end."""
    length = min(length, size - offset)
    if offset < 0 or length <= 0:
        return b""
    file.seek(offset)
    data = file.read(length)
    # A raw file may give less than it holds.
    while len(data) < length and (more := file.read(length - len(data))):
        data += more
    return data
