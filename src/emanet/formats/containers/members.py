# SPDX-License-Identifier: Apache-2.0
"""One member read in full: measured, digested, and compared with what its container says of it."""

from __future__ import annotations

import msgspec

from emanet.formats.containers.entries import Entry
from emanet.model.finding import Finding
from emanet.octets.digests import Meter, Sums
from emanet.octets.steps import DecodeError, Fault, ReadAt, stream

_CODES = {
    Fault.SIZE: "CONTAINER-SIZE-LIES",
    Fault.LIMIT: "CONTAINER-SIZE-LIES",
    Fault.TRAILING: "CONTAINER-MEMBER-TRAILING",
}


class Measured(msgspec.Struct, frozen=True):
    """A member as read.

    ``sums`` are of all its plain bytes, None when they cannot be had; ``head`` is the first of
    them, as many as were asked for.
    """

    sums: Sums | None
    head: bytes
    findings: tuple[Finding, ...] = ()


def measure(read_at: ReadAt, entry: Entry, place: str, *, keep: int = 0) -> Measured:
    """Read a member to its end: size, CRC-32 and SHA-256 in one pass, in flat memory.

    ``read_at`` reads the container that the entry came from; ``place`` names the member in the
    findings; ``keep`` is how many of the first bytes to hand back. A CRC-32 that differs leaves
    the sums (of the bytes as they are) and a finding; bytes that do not decode leave none.
    """
    meter = Meter("sha256")
    head = bytearray()
    try:
        for data in stream(read_at, entry.steps, size=entry.bytes):
            meter.update(data)
            if len(head) < keep:
                head += data[: keep - len(head)]
    except DecodeError as error:
        code = _CODES.get(error.fault, "CONTAINER-MEMBER-BROKEN")
        return Measured(None, b"", (Finding(code, place, {"why": str(error)}),))
    findings: tuple[Finding, ...] = ()
    if entry.crc32 is not None and entry.crc32 != meter.crc32:
        detail = {"stated": f"{entry.crc32:08x}", "found": f"{meter.crc32:08x}"}
        findings = (Finding("CONTAINER-CRC-WRONG", place, detail),)
    return Measured(meter.sums(), bytes(head), findings)
