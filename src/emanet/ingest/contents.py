# SPDX-License-Identifier: Apache-2.0
"""What a delivery consists of: its files, the members of its containers, and theirs in turn.

Only names, sizes and places are looked at here; no member is read but those that are containers.
"""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from emanet.formats.containers.entries import Entry, Limits
from emanet.formats.containers.listing import list_container
from emanet.ingest.dropbox import Drop, may_be_archive
from emanet.ingest.reach import Found, Reach
from emanet.model.finding import Finding, Severity
from emanet.octets.steps import DecodeError

_CONTAINER_NAMES = (".zip", ".tar", ".tgz", ".tbz2", ".tbz", ".txz", ".gz", ".bz2", ".xz")


class Contents(msgspec.Struct, frozen=True):
    """The files of a delivery, each container before its members, and what was noticed on the way.

    ``found[i].ordinal == i``. ``hostile``: a finding of severity refuse was made; then nothing more
    need be read than the payloads themselves.
    """

    found: tuple[Found, ...]
    findings: tuple[Finding, ...]

    @property
    def hostile(self) -> bool:
        """Whether a finding refuses the delivery already."""
        return any(f.severity is Severity.REFUSE for f in self.findings)


def contents(drop: Drop, reach: Reach, limits: Limits) -> Contents:
    """List a drop's files and, recursively, what its containers hold.

    A file of the drop area is a container by its content; one in another must be named as one, too
    (a document that is a ZIP inside is one file). ``reach`` learns of the containers found.
    Members and plain bytes are counted over the whole delivery, so that containers in containers
    cannot multiply; what is nested deeper or larger than allowed is a finding and stays closed.
    Raises SourceChanged and OSError of the drop area.
    """
    lister = _Lister(drop, reach, limits)
    for index in range(len(drop.files)):
        lister.payload(index)
    findings = (*drop.findings, *lister.findings)
    return Contents(tuple(lister.found), findings)


class _Lister:
    def __init__(self, drop: Drop, reach: Reach, limits: Limits) -> None:
        self.found: list[Found] = []
        self.findings: list[Finding] = []
        self._drop, self._reach, self._limits = drop, reach, limits
        self._members = 0
        self._plain_bytes = 0
        self._plain_allowed = limits.plain_allowed(drop.bytes)
        self._stopped = False

    def payload(self, index: int) -> None:
        file = self._drop.files[index]
        found = Found(len(self.found), file.name, index, file.bytes, raw_name=file.raw_name)
        self.found.append(found)
        if file.raw_name:
            detail = {"raw": file.raw_name.hex(" ")}
            self.findings.append(Finding("NAME-NOT-UTF8", file.name, detail))
        if file.bytes and not self._stopped and may_be_archive(file.name):
            opened, _ = self._reach.payload(index)
            self._open(found, opened, 1)

    def _open(self, found: Found, file: BinaryIO, depth: int) -> None:
        """List a container, if it is one, and go into the containers in it."""
        listing = list_container(file, found.name, found.bytes, self._limits)
        if listing is None:
            return
        self.findings += listing.findings
        found = msgspec.structs.replace(found, container=True)
        self.found[found.ordinal] = found
        self._reach.learn(found)
        if not self._allowed(found, listing.entries):
            return
        for entry in listing.entries:
            if not entry.directory and not self._stopped:
                self._member(found, entry, depth)

    def _allowed(self, found: Found, entries: tuple[Entry, ...]) -> bool:
        self._members += len(entries)
        self._plain_bytes += sum(entry.bytes for entry in entries)
        if self._members > self._limits.members:
            detail = {"count": str(self._members), "limit": str(self._limits.members)}
            self.findings.append(Finding("CONTAINER-TOO-MANY", found.name, detail))
        elif self._plain_bytes > self._plain_allowed:
            detail = {"bytes": str(self._plain_bytes), "limit": str(self._plain_allowed)}
            self.findings.append(Finding("CONTAINER-TOO-LARGE", found.name, detail))
        else:
            return True
        self._stopped = True
        return False

    def _member(self, container: Found, entry: Entry, depth: int) -> None:
        found = Found(
            ordinal=len(self.found),
            name=f"{container.name}/{entry.name}",
            payload=container.payload,
            bytes=entry.bytes,
            parent=container.ordinal,
            raw_name=entry.raw_name,
            steps=(*container.steps, *entry.steps),
            inner=entry.steps,
            crc32=entry.crc32,
            opaque=entry.opaque,
        )
        self.found.append(found)
        if not entry.opaque and found.name.lower().endswith(_CONTAINER_NAMES):
            self._descend(found, depth)

    def _descend(self, found: Found, depth: int) -> None:
        if depth >= self._limits.nesting:
            detail = {"limit": str(self._limits.nesting)}
            self.findings.append(Finding("NESTED-TOO-DEEP", found.name, detail))
            return
        if found.bytes > self._limits.nested_bytes:
            detail = {"bytes": str(found.bytes), "limit": str(self._limits.nested_bytes)}
            self.findings.append(Finding("NESTED-TOO-LARGE", found.name, detail))
            return
        try:
            with self._reach.open_container(found) as file:
                self._open(found, file, depth + 1)
        except DecodeError:
            return  # the reading of this member will say what is wrong
