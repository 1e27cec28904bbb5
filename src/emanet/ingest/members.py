# SPDX-License-Identifier: Apache-2.0
"""One member of a delivery, read once: digests, format, and what is written in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from emanet.formats.articles.read import read_xml
from emanet.formats.publishers.survey import wants_text
from emanet.formats.sniff import HEAD_BYTES
from emanet.ingest import identify, pdf
from emanet.ingest.reach import Found, Reach
from emanet.model.delivery import Format, RawBytes
from emanet.model.finding import Finding
from emanet.model.package import Reading
from emanet.octets.digests import Meter, Sums
from emanet.octets.steps import DecodeError, Fault, stream

HOLD_BYTES = 16 << 20  # a member up to this size is held in memory while it is examined
XML_BYTES_MAX = 64 << 20
CARRYING_BYTES_MAX = 512 << 20  # XML that holds its articles' files as base64
_DECODE_CODES = {
    Fault.SIZE: "CONTAINER-SIZE-LIES",
    Fault.LIMIT: "CONTAINER-SIZE-LIES",
    Fault.TRAILING: "CONTAINER-MEMBER-TRAILING",
}


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was learnt of one member.

    ``sha256`` is "" when its bytes cannot be had. ``reading`` is there for XML, ``text`` for small
    manifests that are not XML, ``extra`` for digests asked for besides SHA-256.
    """

    ordinal: int
    bytes: int
    sha256: str = ""
    crc32: int = 0
    format: Format = Format()
    reading: Reading | None = None
    text: RawBytes | None = None
    extra: dict[str, str] = {}
    findings: tuple[Finding, ...] = ()


class Depth(msgspec.Struct, frozen=True):
    """How far to go: digests besides SHA-256; whether to look inside; whether to validate XML."""

    digests: tuple[str, ...] = ()
    inside: bool = True
    validate: bool = True


def examine(found: Found, reach: Reach, depth: Depth) -> Facts:
    """Read one member to its end and say what it is.

    Its size, CRC-32 and SHA-256 are those of the bytes as they come, each byte once. A CRC or size
    that its container states wrongly is a finding, never an error. Raises SourceChanged and OSError
    of the drop area.
    """
    meter = Meter("sha256", *depth.digests)
    with _holder(found) as holder:
        try:
            read_at, steps = reach.member(found)
            for chunk in stream(read_at, steps, size=found.bytes):
                meter.update(chunk)
                holder.take(chunk)
        except DecodeError as error:
            code = _DECODE_CODES.get(error.fault, "CONTAINER-MEMBER-BROKEN")
            finding = Finding(code, found.name, {"why": str(error)})
            return Facts(found.ordinal, found.bytes, findings=(finding,))
        sums = meter.sums()
        findings = _crc(found, sums)
        extra = {name: meter.hex(name) for name in depth.digests}
        facts = Facts(
            found.ordinal, sums.bytes, sums.sha256, sums.crc32, extra=extra, findings=findings
        )
        if not depth.inside or found.opaque:
            return facts
        return _look_inside(found, facts, holder, depth)


def _crc(found: Found, sums: Sums) -> tuple[Finding, ...]:
    if found.opaque or found.crc32 is None or found.crc32 == sums.crc32:
        return ()
    detail = {"stated": f"{found.crc32:08x}", "found": f"{sums.crc32:08x}"}
    return (Finding("CONTAINER-CRC-WRONG", found.name, detail),)


def _look_inside(found: Found, facts: Facts, holder: _Holder, depth: Depth) -> Facts:
    name, form = found.name, _format(found, holder)
    ending = identify.ending(name)
    findings = list(facts.findings)
    reading = text = None
    if form.mime == identify.APPLEDOUBLE:
        findings.append(Finding("FILE-APPLEDOUBLE", name))
    elif ending == "pdf" or (form.mime == "application/pdf" and ending != "xml"):
        findings += pdf.check(holder.data_or_path(), holder.head, holder.end, name)
    elif identify.is_xml(form) or ending == "xml":
        limit = CARRYING_BYTES_MAX if form.label == "OJS native" else XML_BYTES_MAX
        if facts.bytes <= limit:
            reading = read_xml(holder.data(), name, validate=depth.validate)
        else:
            detail = {"why": f"{facts.bytes} > {limit}"}
            findings.append(Finding("XML-TOO-BIG", name, detail))
    elif not found.container and wants_text(name, facts.bytes):
        text = holder.data()
    told = found.container or form.mime == identify.APPLEDOUBLE
    if not told and (said := identify.clash(form, name, facts.bytes)):
        findings.append(said)
    return msgspec.structs.replace(
        facts, format=form, reading=reading, text=text, findings=tuple(findings)
    )


def _format(found: Found, holder: _Holder) -> Format:
    if found.container:
        return identify.quick(holder.head, found.name) or Format()
    if not holder.head:
        return identify.EMPTY
    seen = identify.quick(holder.head, found.name)
    if seen is None or seen.mime == identify.ZIP:  # a document that is a ZIP inside is told by both
        return identify.identify(holder.path(), holder.head, found.name)
    return seen


class _Holder:
    """Keeps the bytes of a member while it is examined: in memory, or in an unnamed file."""

    def __init__(self, size: int, *, keep: bool) -> None:
        self.head = self.end = b""
        self._keep, self._large = keep, size > HOLD_BYTES
        self._chunks: list[bytes] = []
        self._handle = -1

    def take(self, chunk: bytes) -> None:
        if len(self.head) < HEAD_BYTES:
            self.head += chunk[: HEAD_BYTES - len(self.head)]
        self.end = (self.end + chunk[-4096:])[-4096:] if len(chunk) < 4096 else chunk[-4096:]
        if not self._keep:
            return
        if self._large:
            _write(self._open(), chunk)
        else:
            self._chunks.append(chunk)

    def data(self) -> bytes:
        """All bytes."""
        if self._large:
            length = os.fstat(self._open()).st_size
            return os.pread(self._open(), length, 0)
        if len(self._chunks) != 1:
            self._chunks = [b"".join(self._chunks)]
        return self._chunks[0]

    def data_or_path(self) -> bytes | str:
        """The bytes when they are in memory, else a path that opens them."""
        return self.path() if self._large else self.data()

    def path(self) -> str:
        """A path that opens the bytes, so long as this object lives."""
        if self._handle < 0 and not self._large:
            _write(self._open(), self.data())
        return f"/proc/self/fd/{self._open()}"

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _open(self) -> int:
        if self._handle < 0:
            if self._large:
                with tempfile.TemporaryFile() as unnamed:
                    self._handle = os.dup(unnamed.fileno())
            else:
                self._handle = os.memfd_create("member")
        return self._handle


@contextmanager
def _holder(found: Found) -> Iterator[_Holder]:
    holder = _Holder(found.bytes, keep=not (found.container or found.opaque))
    try:
        yield holder
    finally:
        holder.close()


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def examine_all(founds: Iterable[Found], reach: Reach, depth: Depth) -> list[Facts]:
    """``examine`` for several members, in order."""
    return [examine(found, reach, depth) for found in founds]
