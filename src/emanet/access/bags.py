# SPDX-License-Identifier: Apache-2.0
"""Bags (BagIt 1.0, RFC 8493): an accession's deliveries as received, or one article's files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from emanet.access.handout import File, chunks, safe_names
from emanet.model.article import Record
from emanet.model.errors import UsageError
from emanet.model.stored import Locator, Records
from emanet.storage import lines
from emanet.storage.archive import TOOL, Archive
from emanet.storage.ocfl.inventory import CONTENT
from emanet.storage.ocfl.layout import place

ALGORITHMS = ("sha512", "sha256")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Bag(msgspec.Struct, frozen=True):
    """A bag that was made: its folder, and how many bytes and files its payload has."""

    path: Path
    bytes: int
    files: int


def accession(archive: Archive, object_id: str, folder: Path, now: str) -> Bag:
    """Export a sealed object as a bag below ``folder``, named by its id.

    The payload is ``data/<delivery>/<name>`` for every payload kept, bit for bit as received; the
    object's indexes are tag files in ``emanet/``. ``now`` is RFC 3339. Raises NotThere,
    DamageError (no bag is left), UsageError when the bag is there or cannot be written.
    """
    records = archive.records(object_id)
    files = [
        File(
            f"{m.delivery}/{m.name}",
            m.bytes,
            m.sha256,
            m.crc32,
            Locator(object_id, m.path, m.steps),
        )
        for m in records.members
        if m.parent is None and m.path
    ]
    reference = place(object_id)
    tags = [
        (f"emanet/{name}", archive.store.stream(f"{reference.prefix}/{CONTENT}{name}"))
        for name in archive.inventory(object_id).digests()
        if name in lines.TYPES
    ]
    making = _Making(folder / object_id)
    with making:
        names = _names(files, shorten=False)
        for file, name in zip(files, names, strict=True):
            making.add(f"data/{name}", chunks(archive, file))
        for name, data in tags:
            making.add(name, data)
        return making.finish(
            now,
            {
                "External-Identifier": object_id,
                "External-Description": f"{len(records.receipts)} deliveries, "
                f"{len(records.articles)} articles",
                "Source-Organization": _senders(records),
            },
        )


def article(archive: Archive, record: Record, files: Iterable[File], folder: Path, now: str) -> Bag:
    """Export one article's files as a bag below ``folder``, named by its DOI.

    The payload is ``data/<name>``; its record is the tag file ``emanet/record.json``. Errors as
    ``accession``.
    """
    listed = tuple(files)
    name = _UNSAFE.sub("_", record.doi or record.title)[:120].strip("._") or "article"
    making = _Making(folder / name)
    with making:
        names = _names(listed, shorten=True)
        for file, path in zip(listed, names, strict=True):
            making.add(f"data/{path}", chunks(archive, file))
        data = msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"
        making.add("emanet/record.json", [data])
        return making.finish(
            now,
            {
                "External-Identifier": record.doi,
                "External-Description": record.title,
                "Source-Organization": record.publisher,
            },
        )


class _Making:
    """A bag in the making; taken away again when something goes wrong inside ``with``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digests: dict[str, tuple[str, ...]] = {}
        self._made: list[Path] = []
        self._bytes = self._files = 0

    def __enter__(self) -> _Making:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.mkdir()
        except OSError as error:
            raise _unwritable(self._path, error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            return
        for path in reversed(self._made):
            path.unlink(missing_ok=True)
        for folder in sorted(self._path.rglob("*"), reverse=True):
            folder.rmdir()
        self._path.rmdir()

    def add(self, name: str, data: Iterable[bytes]) -> None:
        """Write a file of the bag, and take its digests."""
        sums = [hashlib.new(algorithm) for algorithm in ALGORITHMS]
        size = 0
        for chunk in self._written(name, data):
            size += len(chunk)
            for sum_ in sums:
                sum_.update(chunk)
        self._digests[name] = tuple(sum_.hexdigest() for sum_ in sums)
        if name.startswith("data/"):
            self._bytes += size
            self._files += 1

    def finish(self, now: str, info: dict[str, str]) -> Bag:
        """Write what makes it a bag: declaration, information, manifests of data and of tags."""
        (self._path / "data").mkdir(exist_ok=True)
        facts = {
            **info,
            "Bagging-Date": now[:10],
            "Bag-Software-Agent": TOOL,
            "Payload-Oxum": f"{self._bytes}.{self._files}",
        }
        text = "".join(f"{key}: {_one_line(value)}\n" for key, value in facts.items() if value)
        self.add("bagit.txt", [b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"])
        self.add("bag-info.txt", [text.encode()])
        for number, algorithm in enumerate(ALGORITHMS):
            self.add(f"manifest-{algorithm}.txt", self._manifest(number, payload=True))
        for number, algorithm in enumerate(ALGORITHMS):
            data = list(self._manifest(number, payload=False))
            for _ in self._written(f"tagmanifest-{algorithm}.txt", data):
                pass
        return Bag(self._path, self._bytes, self._files)

    def _manifest(self, number: int, *, payload: bool) -> Iterator[bytes]:
        for name, digests in sorted(self._digests.items()):
            if name.startswith("data/") == payload:
                yield f"{digests[number]}  {name}\n".encode()

    def _written(self, name: str, data: Iterable[bytes]) -> Iterator[bytes]:
        path = self._path / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                self._made.append(path)
                for chunk in data:
                    out.write(chunk)
                    yield chunk
        except OSError as error:
            raise _unwritable(path, error) from error


def _senders(records: Records) -> str:
    return ", ".join(sorted({r.delivery.publisher for r in records.receipts} - {""}))


def _names(files: Iterable[File], *, shorten: bool) -> list[str]:
    """Safe names, without the percent sign: RFC 8493 (2.1.3) codes it, many readers do not know."""
    return safe_names((file.name.replace("%", "_") for file in files), shorten=shorten)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{path} cannot be written: {error.strerror}.", f"{path} yazılamıyor: {error.strerror}."
    )
