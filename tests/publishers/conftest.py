# SPDX-License-Identifier: Apache-2.0
"""Surveys made of real bytes: a delivery listed, digested, sniffed and read, as ingest does it."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from emanet.formats.articles.read import read_xml
from emanet.formats.bagit import digests
from emanet.formats.publishers.manifests import wants_digests
from emanet.formats.publishers.survey import Survey, wants_text
from emanet.formats.sniff import HEAD_BYTES, sniff
from emanet.model.delivery import Delivery, Format, Member, Payload, delivery_id
from emanet.model.package import Reading

Bytes = dict[str, bytes]


def entries(data: bytes, name: str) -> list[tuple[str, bytes]] | None:
    """The members of a ZIP or TAR, None when it is neither or cannot be opened."""
    if name.lower().endswith(".zip"):
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile:
            return None
        return [(_mend(i), archive.read(i)) for i in archive.infolist() if not i.is_dir()]
    if name.lower().endswith((".tar", ".tgz", ".tar.gz")):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            members = [(m.name, tar.extractfile(m)) for m in tar.getmembers() if m.isfile()]
            return [(n, f.read()) for n, f in members if f is not None]
    return None


def _mend(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


class Maker:
    """Walks payloads and keeps what a survey needs."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.readings: dict[int, Reading] = {}
        self.texts: dict[int, bytes] = {}
        self.bytes: list[bytes] = []

    def take(self, name: str, data: bytes, payload: int, parent: int | None) -> None:
        ordinal = len(self.members)
        seen = sniff(data[:HEAD_BYTES], name) or Format()
        self.members.append(
            Member(
                ordinal=ordinal,
                name=name,
                payload=payload,
                bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                crc32=zlib.crc32(data),
                parent=parent,
                format=seen,
            )
        )
        self.bytes.append(data)
        if seen.mime in ("application/xml", "application/xhtml+xml") or name.endswith(".xml"):
            self.readings[ordinal] = read_xml(data, name, validate=True)
        elif wants_text(name, len(data)):
            self.texts[ordinal] = data
        for inner, content in entries(data, name) or ():
            self.take(f"{name}/{inner}", content, payload, ordinal)


def survey_of(payloads: Bytes) -> Survey:
    """A survey of payloads by name, with the extra digests that manifests want."""
    maker = Maker()
    for index, (name, data) in enumerate(payloads.items()):
        maker.take(name, data, index, None)
    given = tuple(Payload(n, len(d), hashlib.sha256(d).hexdigest()) for n, d in payloads.items())
    survey = Survey(
        delivery=Delivery(delivery_id(given), "test", given, "2026-01-01T00:00:00Z"),
        members=tuple(maker.members),
        readings=maker.readings,
        texts=maker.texts,
    )
    extra = {o: digests([maker.bytes[o]], a) for o, a in wants_digests(survey).items()}
    return msgspec.structs.replace(survey, extra=extra)


def read_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files below a folder by their paths, in order."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield str(path.relative_to(folder)), path.read_bytes()


@pytest.fixture(scope="session")
def make_survey() -> Callable[[Bytes], Survey]:
    """The function that makes a survey of payloads by name."""
    return survey_of


@pytest.fixture(scope="session")
def folder_bytes() -> Callable[[Path], Bytes]:
    """The function that reads a folder as payloads."""
    return lambda folder: dict(read_folder(folder))
