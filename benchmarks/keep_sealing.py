# SPDX-License-Identifier: Apache-2.0
"""Sealing, reading by locator and auditing, each against its limit in the same run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sealing

from emanet.model.stored import Locator
from emanet.storage.archive import Archive
from emanet.storage.stores.posix import PosixStore

_LARGE = {"quick": (64, 640), "full": (64, 640, 6400)}  # articles of about a megabyte each
_REPEATS = {64: 6, 640: 4}  # the best of so many; once beyond
_ARTICLES = {"quick": (10, 100), "full": (10, 100, 1000)}
_SMALL = {"quick": (1_000, 10_000), "full": (1_000, 10_000, 100_000)}
_READS = 4_000
_AUDIT_OBJECTS = 2

Row = dict[str, Any]


def rows(scale: str) -> list[Row]:
    """Rows of the budgets for sealing, reading and audit (storage only)."""
    with tempfile.TemporaryDirectory(prefix="emanet-bench-") as name:
        folder = Path(name)
        return [
            *_large(folder, scale),
            *_small(folder, scale),
            *_reads(folder, scale),
            *_audits(folder, scale),
        ]


class _Bench:
    """Seals a parcel again and again, each time in a new root."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self._number = 0

    def seal(self, made: sealing.Parcel, digest: str, **options: bool) -> float:
        """Seconds to seal; what is left is the sealed root."""
        self._number += 1
        self.clear()
        Archive.create(PosixStore(self.root), digest)
        archive = Archive(PosixStore(self.root), digest=digest, again=options.get("again", False))
        aip = sealing.plan(made, self._number, sha512=options.get("sha512", False))
        archive.next_sequence()
        started = time.perf_counter()
        archive.seal(aip, lambda source: open(source, "rb"))  # noqa: SIM115 (sealing closes it)
        return time.perf_counter() - started

    def clear(self) -> None:
        for place in (self.root, self.root.with_name("root.staging")):
            shutil.rmtree(place, ignore_errors=True)


# The survey took every member's SHA-256 from a payload whose SHA-256 sealing compares; so sealing
# compares size and CRC-32 of each member, at its final place. Taking the digests a second time is
# an option, and has no bar of its own.
_ONCE = "payload compared by SHA-256, members by CRC-32 at their places"
_AGAIN = "every member's SHA-256 taken a second time (an option)"
_KINDS: tuple[tuple[str, dict[str, bool], str], ...] = (
    ("sha512", {}, _ONCE),
    ("sha256", {}, _ONCE),
    ("sha512", {"again": True, "sha512": True}, _AGAIN),
    ("sha256", {"again": True}, _AGAIN),
)


def _large(folder: Path, scale: str) -> Iterator[Row]:
    bench = _Bench(folder)
    for words, method, bar in (
        ("stored", zipfile.ZIP_STORED, 0.8),
        ("deflated", zipfile.ZIP_DEFLATED, 0.6),
    ):
        for count in _LARGE[scale]:
            made = sealing.parcel(folder / "p.zip", sealing.articles(count), method)
            for digest, options, note in _KINDS[: 1 if count > max(_REPEATS) else None]:
                ours, bare = [], []
                for _ in range(_REPEATS.get(count, 1)):
                    bare.append(sealing.bare_pass(made.path, folder / "bare", digest))
                    ours.append(bench.seal(made, digest, **options))
                megabytes = made.bytes / 1e6
                yield {
                    "row": f"sealing a large delivery, {words}, {digest}",
                    "size": f"{megabytes:,.0f} MB, {len(made.members):,} members",
                    "ours": megabytes / min(ours),
                    "peer": megabytes / min(bare),
                    "peer_name": f"read + {digest} + write + fsync, overlapped",
                    "ratio": min(bare) / min(ours),
                    "unit": "MB/s",
                    "bar": "" if options else bar,
                    "note": note,
                }
            (folder / "bare").unlink()
            made.path.unlink()
    bench.clear()


def _small(folder: Path, scale: str) -> Iterator[Row]:
    bench = _Bench(folder)
    data = next(sealing.small_files(1))[1]
    for count in _SMALL[scale]:
        made = sealing.parcel(folder / "s.zip", sealing.small_files(count), zipfile.ZIP_STORED)
        peers, ours = [], []
        for turn in range(4):
            peers.append(sealing.durable_files(folder / f"each-{turn}", data, 1_000))
            shutil.rmtree(folder / f"each-{turn}")
            ours.append(count / bench.seal(made, "sha512"))
        yield {
            "row": "sealing small files (10 KB), sha512",
            "size": f"{count:,} files in one delivery",
            "ours": max(ours),
            "peer": max(peers),
            "peer_name": "one durable file each",
            "ratio": max(ours) / max(peers),
            "unit": "files/s",
            "bar": 20,
        }
        made.path.unlink()
    bench.clear()


def _reads(folder: Path, scale: str) -> Iterator[Row]:
    bench = _Bench(folder)
    for words, method, least in (
        ("stored", zipfile.ZIP_STORED, 20_000),
        ("deflated", zipfile.ZIP_DEFLATED, 5_000),
    ):
        for count in _ARTICLES[scale]:
            made = sealing.parcel(folder / "r.zip", sealing.articles(count), method)
            bench.seal(made, "sha512")
            ours = max(_read_rate(bench, made) for _ in range(4))
            peer = max(_zipfile_rate(made) for _ in range(2))
            yield {
                "row": f"reading an article's XML (85 KB), {words}, CRC checked",
                "size": f"of {count:,} articles",
                "ours": ours,
                "peer": peer,
                "peer_name": "zipfile, kept open",
                "ratio": ours / peer,
                "unit": "/s",
                "bar": f"{least:,}/s",
                "note": "" if ours >= least else f"BELOW {least:,}/s",
            }
            made.path.unlink()
    bench.clear()


def _read_rate(bench: _Bench, made: sealing.Parcel) -> float:
    archive = Archive(PosixStore(bench.root))
    (reference,) = archive.objects()
    wanted = [m for m in made.members if m.name.endswith(".xml")]
    jobs = [(Locator(reference.id, m.path, m.steps), m.bytes, m.crc32) for m in wanted]
    jobs = (jobs * (_READS // len(jobs) + 1))[:_READS]
    started = time.perf_counter()
    for locator, size, crc32 in jobs:
        archive.read(locator, size, crc32)
    return len(jobs) / (time.perf_counter() - started)


def _zipfile_rate(made: sealing.Parcel) -> float:
    names = [m.name.partition("/")[2] for m in made.members if m.name.endswith(".xml")]
    names = (names * (1_000 // len(names) + 1))[:1_000]
    with zipfile.ZipFile(made.path) as archive:
        started = time.perf_counter()
        for name in names:
            archive.read(name)
        return len(names) / (time.perf_counter() - started)


_AUDIT = """
import re, sys, time
from pathlib import Path
from emanet.preservation.audit import audit
from emanet.storage.archive import Archive
from emanet.storage.stores.posix import PosixStore
archive = Archive(PosixStore(Path(sys.argv[1])))
best = 0.0
for _ in range(3):
    started = time.perf_counter()
    names = [ref.id for ref in archive.objects()]
    lines = list(audit(archive, names, None, time.monotonic, lambda: ""))
    seconds = time.perf_counter() - started
    assert not any(line.damages for line in lines)
    best = max(best, sum(line.bytes for line in lines) / 1e6 / seconds)
print(best, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def _audits(folder: Path, scale: str) -> Iterator[Row]:
    root = folder / "audited"
    for count in _LARGE[scale]:
        each = max(1, count // _AUDIT_OBJECTS)
        made = sealing.parcel(folder / "a.zip", sealing.articles(each), zipfile.ZIP_DEFLATED)
        archive = Archive.create(PosixStore(root))
        for number in range(1, _AUDIT_OBJECTS + 1):
            aip = sealing.plan(made, number)
            archive.seal(aip, lambda source: open(source, "rb"))  # noqa: SIM115
        raw = max(sealing.raw_hashing("sha512", made.path, 2) for _ in range(3))
        command = [sys.executable, "-c", _AUDIT, str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rate, peak = (float(x) for x in re.findall(r"[\d.]+", done))
        raw = max(raw, *(sealing.raw_hashing("sha512", made.path, 2) for _ in range(2)))
        yield {
            "row": "audit, every byte, two objects at a time, sha512",
            "size": f"{made.bytes * _AUDIT_OBJECTS / 1e6:,.0f} MB",
            "ours": rate,
            "peer": raw,
            "peer_name": "sha512 alone, two threads",
            "ratio": rate / raw,
            "unit": "MB/s",
            "bar": 0.8,
            "rss_mb": peak / 1024,
        }
        shutil.rmtree(root)
        made.path.unlink()
