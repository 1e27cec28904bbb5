# SPDX-License-Identifier: Apache-2.0
"""Taking payloads into an object under way: read once, compared with the plan."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import BinaryIO

from emanet.model.errors import SourceChanged, StorageError
from emanet.model.stored import Aip, MemberLine, Pack, Packed, Whole
from emanet.storage import intake, packs
from emanet.storage.ocfl.objects import Writing
from emanet.storage.watch import Expected, Watch

Source = Callable[[str], BinaryIO]
"""Opens a payload by the ``source`` of a Whole or Packed; the caller of it closes the file."""

THREADS_FROM = 4 << 20
"""Containers below this many bytes are not worth the start of threads."""


class Taking:
    """Takes the payloads of one planned accession into the object under way.

    Each byte is compared twice as it passes. The payload's SHA-256 says that it is what was
    examined, so that the digests of its members, taken then, hold as well. Each member is decoded
    at the place where its locator will look for it, and its size and CRC-32 are compared; with
    ``again`` its SHA-256 too.
    """

    def __init__(self, aip: Aip, source: Source, algorithm: str, *, again: bool = False) -> None:
        self._source = source
        self._algorithm = algorithm
        self._again = again
        self._members: dict[str, list[MemberLine]] = {}
        for member in aip.members:
            if member.path:
                self._members.setdefault(member.path, []).append(member)

    def whole(self, whole: Whole, writing: Writing) -> None:
        """Store a payload as a container of its own.

        Raises SourceChanged when its bytes are not those of the plan, StorageError when a member
        does not lie where the plan says.
        """
        known = {"sha256": whole.sha256, **whole.fixity}
        if whole.fixity.get(self._algorithm):
            del known["sha256"]  # a digest that is taken anyway says as much
        digests = {name: hashlib.new(name) for name in {self._algorithm: "", **known}}
        inside = [m for m in self._members.get(whole.path, ()) if m.steps]
        watch = Watch(inside, digest=self._again)
        feeds: list[intake.Feed] = [digest.update for digest in digests.values()]
        if inside:
            feeds.append(watch.feed)
        chunks = self._payload(whole.source, whole.bytes)
        with closing(_through(chunks, feeds, whole.bytes)) as through:
            size = writing.write(whole.path, through)
        if any(digests[name].hexdigest() != value.lower() for name, value in known.items()):
            raise _changed(whole.source)
        self._compare(watch, inside, whole.path)
        writing.note(whole.path, digests[self._algorithm].hexdigest(), size)

    def pack(self, pack: Pack, writing: Writing) -> None:
        """Store small payloads as the entries of a pack; errors as ``whole``."""
        made = packs.layout(pack.entries)
        digest = hashlib.new(self._algorithm)
        entries = Watch(
            Expected(number, (step,), entry.bytes, entry.sha256, entry.crc32)
            for number, (entry, step) in enumerate(zip(pack.entries, made.steps, strict=True))
        )
        placed = {step: entry for entry, step in zip(pack.entries, made.steps, strict=True)}
        members = self._members.get(pack.path, [])
        # An entry's own member line says what the entry says: it is not watched twice.
        inside = [m for m in members if len(m.steps) != 1 or not _same(m, placed.get(m.steps[0]))]
        watch = Watch(inside, digest=self._again)
        feeds: list[intake.Feed] = [digest.update, entries.feed]
        if inside:
            feeds.append(watch.feed)
        chunks = packs.write(pack.entries, self._entry)
        with closing(_through(chunks, feeds, made.bytes)) as through:
            size = writing.write(pack.path, through)
        if changed := entries.finish():
            raise _changed(pack.entries[changed[0].ordinal].source)
        self._compare(watch, inside, pack.path)
        writing.note(pack.path, digest.hexdigest(), size)

    def _entry(self, entry: Packed) -> Iterator[bytes]:
        return self._payload(entry.source, entry.bytes)

    def _payload(self, source: str, size: int) -> Iterator[bytes]:
        """The bytes of a payload; SourceChanged as soon as they are more or fewer than planned."""
        given = 0
        try:
            with self._source(source) as file:
                while data := file.read(min(intake.CHUNK, size - given + 1)):
                    given += len(data)
                    if given > size:
                        raise _changed(source)
                    yield data
        except OSError as error:
            raise SourceChanged(
                f"{source} cannot be read any more: {error}.",
                f"{source} artık okunamıyor: {error}.",
            ) from error
        if given != size:
            raise _changed(source)

    @staticmethod
    def _compare(watch: Watch, members: list[MemberLine], path: str) -> None:
        for mismatch in watch.finish():
            name = next(m.name for m in members if m.ordinal == mismatch.ordinal)
            raise StorageError(
                f"{name} does not lie in {path} where the plan says; nothing was sealed.",
                f"{name}, {path} içinde planın gösterdiği yerde değil; hiçbir şey mühürlenmedi.",
            )


def _same(member: MemberLine, entry: Packed | None) -> bool:
    return entry is not None and (member.bytes, member.sha256, member.crc32) == (
        entry.bytes,
        entry.sha256,
        entry.crc32,
    )


def _through(chunks: Iterator[bytes], feeds: list[intake.Feed], size: int) -> Generator[bytes]:
    gathered = intake.gathered(chunks)
    if size < THREADS_FROM:
        return intake.fed(gathered, feeds)
    return intake.passed(gathered, feeds)


def _changed(source: str) -> SourceChanged:
    return SourceChanged(
        f"{source} changed while it was being taken in.",
        f"{source} alınırken değişti.",
    )
