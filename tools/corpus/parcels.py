# SPDX-License-Identifier: Apache-2.0
"""A parcel: one file or folder of a drop area, written to disk as its packing says."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tools.corpus.forms import containers, png
from tools.corpus.forms.pdf import pdf
from tools.corpus.world.works import Work

_WRITERS: dict[str, Callable[[BinaryIO, containers.Members], None]] = {
    "zip": containers.write_zip,
    "tar": containers.write_tar,
    "tar.gz": containers.write_tar_gz,
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing that a publisher puts into the drop area.

    ``packing`` is ``zip``, ``tar``, ``tar.gz``, ``folder`` or ``file``; a ``file`` has one member,
    whose bytes are the file, and its name does not count.
    """

    name: str
    packing: str
    members: tuple[tuple[str, bytes], ...]

    def bytes(self) -> bytes:
        """The parcel's own bytes; a folder has none of its own."""
        if self.packing == "file":
            return self.members[0][1]
        out = io.BytesIO()
        _WRITERS[self.packing](out, self.members)
        return out.getvalue()

    def write(self, folder: Path) -> list[dict[str, object]]:
        """Write it into a folder that exists; give each file's name, bytes and SHA-256."""
        if self.packing != "folder":
            data = self.bytes()
            (folder / self.name).write_bytes(data)
            return [_told(self.name, data)]
        for name, data in self.members:
            path = folder / self.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return [_told(f"{self.name}/{name}", data) for name, data in self.members]


def _told(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@dataclass(frozen=True, slots=True)
class Press:
    """Makes the files beside the XML: whether there are PDFs, and how large all of it is."""

    pdfs: bool = True
    pdf_bytes: int = 0
    figure_bytes: int = 0

    def pdf(self, work: Work, note: str = "") -> list[bytes]:
        """The work's PDF in a list of one, or an empty list in a world without PDFs."""
        if not self.pdfs:
            return []
        authors = ", ".join(f"{p.given} {p.family}".strip() for p in work.authors)
        stage = "" if work.stage == "vor" else f"({work.stage}) "
        edition = f"(Edition {work.edition + 1}.) " if work.edition else ""
        text = f"{stage}{edition}{note}{work.abstract}"
        return [pdf(work.headline, work.doi, authors, text, size=self.pdf_bytes)]

    def picture(self, work: Work, name: str) -> bytes:
        """A figure of the work."""
        return png.png(f"{work.doi} {name}", size=self.figure_bytes)
