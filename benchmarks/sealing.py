# SPDX-License-Identifier: Apache-2.0
"""Material and limits for the sealing benchmarks: deliveries, plans, and the fastest bare pass."""

from __future__ import annotations

import hashlib
import mmap
import os
import queue
import random
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from emanet.model.delivery import Fate, Method, Role, Step
from emanet.model.stored import Aip, MemberLine, Whole

CHUNK = 1 << 20
_XML_BYTES = 85_000
_LARGE_BYTES = 900_000
_METHODS = {zipfile.ZIP_STORED: Method.STORED, zipfile.ZIP_DEFLATED: Method.DEFLATE}


class Parcel(NamedTuple):
    """A delivered ZIP on disk, and its members as a survey gives them."""

    path: Path
    bytes: int
    sha256: str
    sha512: str
    members: tuple[MemberLine, ...]


def articles(count: int) -> Iterator[tuple[str, bytes]]:
    """Per article an XML of 85 KB and a file of 0.9 MB that does not compress."""
    dice = random.Random(count)
    words = ["".join(dice.choices("abcdefghijklmnoprstuvyz", k=dice.randint(2, 11)))
             for _ in range(3000)]  # fmt: skip
    for number in range(count):
        text = "<article>" + " ".join(dice.choices(words, k=14_000))
        yield f"{number:06d}.xml", text.encode()[:_XML_BYTES]
        yield f"{number:06d}.pdf", dice.randbytes(_LARGE_BYTES)


def small_files(count: int, size: int = 10_240) -> Iterator[tuple[str, bytes]]:
    """Files of 10 KB that do not compress."""
    dice = random.Random(count)
    for number in range(count):
        yield f"{number:07d}.xml", dice.randbytes(size)


def parcel(path: Path, files: Iterator[tuple[str, bytes]], method: int) -> Parcel:
    """Write a ZIP of files, .xml by ``method`` and the others stored, and survey it."""
    facts = []
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = method if name.endswith(".xml") else zipfile.ZIP_STORED
            archive.writestr(info, data)
            facts.append((len(data), hashlib.sha256(data).hexdigest(), zlib.crc32(data)))
        infos = archive.infolist()
    sha256, sha512, crc, size = hashlib.sha256(), hashlib.sha512(), 0, 0
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            sha256.update(data)
            sha512.update(data)
            crc, size = zlib.crc32(data, crc), size + len(data)
    where = "containers/d-0-1.zip"
    members = [MemberLine(0, "d-0", path.name, size, sha256.hexdigest(), crc, Role.CONTAINER,
                          Fate.PACKAGING, where)]  # fmt: skip
    for number, (info, (length, digest, check)) in enumerate(zip(infos, facts, strict=True), 1):
        start = info.header_offset + 30 + len(info.filename)
        step = Step(start, info.compress_size, _METHODS[info.compress_type])
        members.append(
            MemberLine(number, "d-0", f"{path.name}/{info.filename}", length, digest, check,
                       Role.ARTICLE, Fate.ARTICLE, where, (step,), 0)
        )  # fmt: skip
    return Parcel(path, size, sha256.hexdigest(), sha512.hexdigest(), tuple(members))


def plan(made: Parcel, sequence: int, *, sha512: bool = False) -> Aip:
    """An accession of one parcel; ``sha512``: the survey took that digest of it, too."""
    whole = Whole(
        made.members[0].path, str(made.path), made.bytes, made.sha256,
        {"sha512": made.sha512} if sha512 else {},
    )  # fmt: skip
    name = f"acc-{sequence:08d}-{made.sha256[:12]}"
    return Aip(name, sequence, "2026-01-01T00:00:00Z", (whole,), (), made.members, (), (), ())


def bare_pass(source: Path, target: Path, algorithm: str) -> float:
    """Seconds for one pass of read, digest, write and fsync, all overlapped; the better of two.

    Reading and hashing have a thread each, the writer is the third; buffers are made once. The
    bytes are written past the page cache (O_DIRECT), and through it.
    """
    return min(_pass(source, target, algorithm, flag) for flag in (os.O_DIRECT, 0))


def _pass(source: Path, target: Path, algorithm: str, flag: int) -> float:
    target.unlink(missing_ok=True)
    started = time.perf_counter()
    free: queue.SimpleQueue[mmap.mmap] = queue.SimpleQueue()
    full: queue.SimpleQueue[tuple[mmap.mmap, int]] = queue.SimpleQueue()
    to_hash: queue.SimpleQueue[tuple[mmap.mmap, int]] = queue.SimpleQueue()
    hashed: queue.SimpleQueue[mmap.mmap] = queue.SimpleQueue()
    for _ in range(8):
        free.put(mmap.mmap(-1, CHUNK))
    digest = hashlib.new(algorithm)
    handle = os.open(source, os.O_RDONLY)
    size = os.fstat(handle).st_size

    def read() -> None:
        while True:
            buffer = free.get()
            count = os.readv(handle, [buffer])
            full.put((buffer, count))
            if not count:
                return

    def take() -> None:
        while True:
            buffer, count = to_hash.get()
            if not count:
                return
            with memoryview(buffer) as view:
                digest.update(view[:count])
            hashed.put(buffer)

    threads = [threading.Thread(target=read), threading.Thread(target=take)]
    for thread in threads:
        thread.start()
    out = os.open(target, os.O_WRONLY | os.O_CREAT | flag, 0o644)
    while True:
        buffer, count = full.get()
        to_hash.put((buffer, count))
        if not count:
            break
        os.write(out, buffer)
        free.put(hashed.get())
    for thread in threads:
        thread.join()
    os.ftruncate(out, size)
    os.fsync(out)
    os.close(out)
    os.close(handle)
    return time.perf_counter() - started


def durable_files(folder: Path, data: bytes, count: int) -> float:
    """Files a second when each is written and flushed on its own."""
    folder.mkdir()
    started = time.perf_counter()
    for number in range(count):
        out = os.open(folder / str(number), os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(out, data)
        os.fsync(out)
        os.close(out)
    return count / (time.perf_counter() - started)


def raw_hashing(algorithm: str, path: Path, threads: int) -> float:
    """Megabytes a second of hashing alone: a file's bytes, in memory, by so many threads."""
    with path.open("rb") as file:
        data = file.read(64 << 20)
    pieces = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]

    def work() -> None:
        digest = hashlib.new(algorithm)
        for piece in pieces:
            digest.update(piece)

    crew = [threading.Thread(target=work) for _ in range(threads)]
    started = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return threads * len(data) / 1e6 / (time.perf_counter() - started)
