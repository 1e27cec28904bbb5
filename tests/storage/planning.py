# SPDX-License-Identifier: Apache-2.0
"""Plans of accessions made by the standard library's readers: a second witness of every locator."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from emanet.model.article import Author, Issn, Record
from emanet.model.delivery import (
    Delivery,
    Fate,
    Method,
    Payload,
    Receipt,
    Role,
    State,
    Step,
    Verdict,
    delivery_id,
)
from emanet.model.event import Event, EventKind
from emanet.model.package import content_digest
from emanet.model.stored import Aip, ArticleLine, MemberLine, Pack, Packed, Whole
from emanet.storage import packs
from emanet.storage.archive import Archive
from emanet.storage.ocfl.layout import object_id
from emanet.storage.stores.interface import Store
from emanet.storage.stores.posix import PosixStore

WHEN = "2026-03-01T10:00:00Z"
CODED = {b"\x1f\x8b": Method.GZIP, b"BZ": Method.BZIP2, b"\xfd7": Method.XZ}
METHODS = {zipfile.ZIP_STORED: Method.STORED, zipfile.ZIP_DEFLATED: Method.DEFLATE}


class Sources:
    """A drop area in memory: opens what is in it, and can be changed behind everybody's back."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def __call__(self, name: str) -> BinaryIO:
        if name not in self.files:
            raise FileNotFoundError(name)
        return io.BytesIO(self.files[name])


class Planner:
    """Plans one accession out of deliveries, each a mapping of payload names to bytes."""

    def __init__(self, sequence: int = 1, *, whole_from: int = 64 << 20) -> None:
        self.sequence = sequence
        self.whole_from = whole_from
        self.sources = Sources()
        self.members: list[MemberLine] = []
        self.articles: list[ArticleLine] = []
        self.receipts: list[Receipt] = []
        self.wholes: list[Whole] = []
        self.packed: list[Packed] = []

    def plan(self, deliveries: Sequence[Mapping[str, bytes]]) -> Aip:
        """The plan; its sources are in ``sources``."""
        text = ",".join(hashlib.sha256(b).hexdigest() for d in deliveries for b in d.values())
        name = object_id("acc", self.sequence, hashlib.sha256(text.encode()).hexdigest())
        for delivery in deliveries:
            self._delivery(name, delivery)
        pack = Pack("containers/pack-0001.zip", tuple(self.packed)) if self.packed else None
        if pack:
            self._place(pack)
        articles = tuple(self._articles())
        return Aip(
            id=name,
            sequence=self.sequence,
            created=WHEN,
            wholes=tuple(self.wholes),
            packs=(pack,) if pack else (),
            members=tuple(self.members),
            articles=articles,
            receipts=tuple(self.receipts),
            events=(Event(WHEN, EventKind.ACCESSION_SEALED, name, "emanet test"),),
        )

    def _delivery(self, accession: str, files: Mapping[str, bytes]) -> None:
        payloads = tuple(
            Payload(name, len(data), hashlib.sha256(data).hexdigest())
            for name, data in files.items()
        )
        key = delivery_id(payloads)
        delivery = Delivery(key, "drop", payloads, WHEN, "test")
        self.receipts.append(
            Receipt(delivery, Verdict.ACCEPT, State.ACCEPTED, accession=accession, decided=WHEN)
        )
        for number, (payload, data) in enumerate(zip(payloads, files.values(), strict=True)):
            source = f"{key}/{payload.name}"
            self.sources.files[source] = data
            if len(data) >= self.whole_from:
                path = f"containers/{key}-{number + 1}.{payload.name.rsplit('.', 1)[-1]}"
                self.wholes.append(Whole(path, source, len(data), payload.sha256))
            else:
                path = "containers/pack-0001.zip"
                crc = zlib.crc32(data)
                self.packed.append(Packed(source, source, len(data), payload.sha256, crc))
            self._member(key, payload.name, data, path, (), None)

    def _member(
        self,
        delivery: str,
        name: str,
        data: bytes,
        path: str,
        steps: tuple[Step, ...],
        parent: int | None,
    ) -> None:
        ordinal = len(self.members)
        inner = list(_inside(data))
        self.members.append(
            MemberLine(
                ordinal=ordinal,
                delivery=delivery,
                name=name,
                bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                crc32=zlib.crc32(data),
                role=Role.CONTAINER if inner else _role(name),
                fate=Fate.PACKAGING if inner else Fate.UNCLAIMED,
                path=path,
                steps=steps,
                parent=parent,
            )
        )
        for inner_name, inner_data, inner_steps in inner:
            below = steps + inner_steps
            self._member(delivery, f"{name}/{inner_name}", inner_data, path, below, ordinal)

    def _place(self, pack: Pack) -> None:
        """Put the steps into the pack before those that the members have inside their payload."""
        made = packs.layout(pack.entries)
        by_source = dict(zip((e.source for e in pack.entries), made.steps, strict=True))
        names = {}
        for number, member in enumerate(self.members):
            if member.path != pack.path:
                continue
            top = member
            while top.parent is not None:
                top = self.members[top.parent]
            names[number] = f"{top.delivery}/{top.name}"
        for number, source in names.items():
            old = self.members[number]
            fields = {f: getattr(old, f) for f in old.__struct_fields__}
            self.members[number] = MemberLine(
                **(fields | {"steps": (by_source[source], *old.steps)})
            )

    def _articles(self) -> list[ArticleLine]:
        """Every XML file is an article; files of the same stem are its members."""
        found: list[ArticleLine] = []
        stems: dict[tuple[str, str], list[int]] = {}
        for member in self.members:
            stems.setdefault((member.delivery, member.name.rsplit(".", 1)[0]), []).append(
                member.ordinal
            )
        for member in tuple(self.members):
            if not member.name.endswith(".xml"):
                continue
            ordinals = stems[member.delivery, member.name.rsplit(".", 1)[0]]
            ordinals = [member.ordinal] + [o for o in ordinals if o != member.ordinal]
            mine = [self.members[o] for o in ordinals]
            number = len(found)
            record = Record(
                doi=f"10.5555/t.{self.sequence}.{number}",
                title=f"Işık üzerine {number}",
                journal="Deneme Dergisi",
                issns=(Issn("1234-5679"),),
                published="2025-05-01",
                authors=(Author("Şahin", "Ayşe"),),
            )
            for o in ordinals:
                fields = {f: getattr(self.members[o], f) for f in member.__struct_fields__}
                self.members[o] = MemberLine(**(fields | {"article": number, "fate": Fate.ARTICLE}))
            found.append(
                ArticleLine(
                    number, member.delivery, record, tuple(ordinals), content_digest(mine, record)
                )
            )
        self.articles = found
        return found


def _role(name: str) -> Role:
    ends = {"xml": Role.ARTICLE, "pdf": Role.PDF, "tif": Role.FIGURE}
    return ends.get(name.rsplit(".", 1)[-1], Role.OTHER)


def _inside(data: bytes) -> list[tuple[str, bytes, tuple[Step, ...]]]:
    if data[:4] == b"PK\x03\x04":
        found = []
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                at = info.header_offset
                name, extra = data[at + 26 : at + 28], data[at + 28 : at + 30]
                start = at + 30 + int.from_bytes(name, "little") + int.from_bytes(extra, "little")
                step = Step(start, info.compress_size, METHODS[info.compress_type])
                found.append((info.filename, archive.read(info), (step,)))
        return found
    if data[:2] in CODED or data[257:262] == b"ustar":
        method = CODED.get(data[:2])
        before = (Step(0, len(data), method),) if method else ()
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            return [
                (m.name, archive.extractfile(m).read(), (*before, Step(m.offset_data, m.size)))
                for m in archive
                if m.isfile()
            ]
    return []


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these files with fixed times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    """A TAR of these files, compressed as ``mode`` says."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def bytes_of(seed: int, size: int) -> bytes:
    """Bytes that do not compress, always the same."""
    return hashlib.shake_128(str(seed).encode()).digest(size)


def every_shape() -> list[dict[str, bytes]]:
    """Deliveries with ZIPs in ZIPs, compressed TARs, loose files, empty ones; one is large."""
    inner = zipped({"deep/x.xml": b"<a/>" * 1000, "deep/x.pdf": bytes_of(1, 5000)})
    return [
        {
            "one.zip": zipped(
                {
                    "a/1.xml": b"<x>" * 3000,
                    "a/1.pdf": bytes_of(2, 20_000),
                    "in.zip": inner,
                    "empty.txt": b"",
                }
            ),
            "t.tar.gz": tarred({"k/2.xml": b"<y>" * 999, "k/2.tif": bytes_of(3, 900)}),
            "t.tar.xz": tarred({"k/3.xml": b"<z>" * 99, "k/n.zip": inner}, "w:xz"),
        },
        {
            "big.zip": zipped({f"b/{i}.xml": bytes_of(10 + i, 3000) for i in range(30)}, 0),
            "s.zip": zipped({"q.xml": b"q" * 100, "in.zip": inner}, 0),
            "t.tar.bz2": tarred({"k/4.xml": b"<w>" * 99}, "w:bz2"),
            "t.tar": tarred({"k/5.xml": b"<v>" * 99, "k/5.pdf": bytes_of(4, 700)}, "w"),
        },
        {"plain.xml": b"<article/>", "zero": b"", "ı\u015f\u0131k.txt": "ışık".encode()},
    ]


class Kept(NamedTuple):
    """A sealed accession, and all that it was made of."""

    archive: Archive
    planner: Planner
    aip: Aip
    root: Path


def kept_archive(root: Path, *, store: Store | None = None) -> Kept:
    """Seal ``every_shape`` in a new archive."""
    archive = Archive.create(store or PosixStore(root))
    planner = Planner(whole_from=60_000)
    aip = planner.plan(every_shape())
    archive.seal(aip, planner.sources)
    return Kept(archive, planner, aip, root)
