# SPDX-License-Identifier: Apache-2.0
"""A TAR listed strictly, from a file or from the stream inside gzip, bzip2 or xz."""

from __future__ import annotations

from typing import BinaryIO

from emanet.formats.containers.entries import Limits, Listing, Notes
from emanet.formats.containers.names import note_clashes
from emanet.formats.containers.tar.headers import BLOCK
from emanet.formats.containers.tar.source import FileSource, StreamSource
from emanet.formats.containers.tar.walk import Walker
from emanet.model.delivery import Method, Step
from emanet.model.finding import Severity
from emanet.octets.steps import UNKNOWN, DecodeError, Fault, reader, stream

_KINDS = {Method.GZIP: "tar.gz", Method.BZIP2: "tar.bz2", Method.XZ: "tar.xz"}
_CHUNK = 1 << 18


def list_tar(file: BinaryIO, size: int, limits: Limits, notes: Notes) -> Listing:
    """List a plain TAR of ``size`` bytes; what is wrong with it is noted, nothing is raised.

    Sources: POSIX.1-2017 pax (ustar and pax forms), GNU tar manual, "Basic Tar Format".
    """
    walker = Walker(FileSource(file, size), (), limits, notes)
    walker.run()
    return _listing("tar", walker, notes)


def list_packed_tar(
    file: BinaryIO, size: int, method: Method, limits: Limits, notes: Notes
) -> Listing:
    """List a TAR inside gzip, bzip2 or xz: decoded once, in flat memory, never kept.

    Decoding stops at the plain bytes allowed (``Limits.plain_allowed``). Terms as ``list_tar``.
    """
    step = Step(0, size, method)
    allowed = limits.plain_allowed(size)
    chunks = stream(reader(file), (step,), size=UNKNOWN, chunk=_CHUNK, limit=allowed)
    walker = Walker(StreamSource(chunks), (step,), limits, notes)
    try:
        walker.run()
    except DecodeError as error:
        if error.fault is Fault.LIMIT:
            notes.add("CONTAINER-TOO-LARGE", bytes=f"> {allowed}", limit=allowed)
        elif error.fault is Fault.TRAILING and walker.zeros_end:
            notes.add("TAR-TRAILING-CODED")
            walker.ended = True
        elif error.fault in (Fault.TRUNCATED, Fault.TRAILING):
            notes.add("TAR-TRUNCATED")
        else:
            notes.add("TAR-CODING-BROKEN")
    return _listing(_KINDS[method], walker, notes)


def packed_head(file: BinaryIO, size: int, method: Method) -> bytes:
    """The first decoded block, or less when there is less or it cannot be decoded."""
    head = b""
    try:
        for data in stream(reader(file), (Step(0, size, method),), size=UNKNOWN, chunk=BLOCK):
            head += data
            if len(head) >= BLOCK:
                break
    except DecodeError:
        return head
    return head[:BLOCK]


def _listing(kind: str, walker: Walker, notes: Notes) -> Listing:
    if not walker.ended or notes.worst is Severity.REFUSE:
        return Listing(kind, (), notes.findings())
    note_clashes(walker.entries, notes, "TAR-DUPLICATE")
    return Listing(kind, tuple(walker.entries), notes.findings(), walker.areas())
