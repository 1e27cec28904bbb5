# SPDX-License-Identifier: Apache-2.0
"""What the tests of ingest take in: articles, archives, drops; and openers that misbehave.

The workers import it too, by the orders that name its openers.
"""

from __future__ import annotations

import importlib.util
import io
import multiprocessing
import os
import signal
import sys
import tarfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from emanet.ingest import contents, members, parts
from emanet.ingest.dropbox import Drop, DropFile, discover
from emanet.ingest.reach import open_path
from emanet.ingest.survey import Order
from emanet.model.package import Reading

WHEN = "2026-01-02T03:04:05Z"


def _specimens() -> ModuleType:
    """The maker of odd files, which also makes sound articles and PDFs."""
    path = Path(__file__).resolve().parents[1] / "specimens" / "make_files.py"
    spec = importlib.util.spec_from_file_location("ingest_specimens", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ingest_specimens"] = module
    spec.loader.exec_module(module)
    return module


makers = _specimens()
article, pdf = makers.article, makers.pdf


def drops(*paths: Path | str) -> list[Drop]:
    """The deliveries at some paths, all their files long since settled."""
    return discover(paths, now=time.time() + 3600)


def order(path: Path, **more: object) -> Order:
    """An order for the one delivery at a path."""
    (drop,) = drops(path)
    return Order(drop, WHEN, **more)  # type: ignore[arg-type]


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            packed.writestr(info, data)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    """A TAR of these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as packed:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return out.getvalue()


def issue(count: int, start: int = 1) -> dict[str, bytes]:
    """The files of some articles, each with its PDF."""
    files = {}
    for number in range(start, start + count):
        files[f"a{number}/article.xml"] = article(number)
        files[f"a{number}/article.pdf"] = pdf(f"Article {number}. " * 30)
    return files


# ---------------------------------------------------------------- in the workers

_read_xml, _understand, _contents = members.read_xml, parts.understand, contents.contents


def _poisoned_read(data: bytes, place: str, *, validate: bool = True) -> Reading:
    if b"KILL THE READER" in data:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"HANG THE READER" in data:
        while True:
            pass
    if b"FILL THE MEMORY" in data:
        bytearray(1 << 34)
    if b"MEET A BUG" in data:
        raise ZeroDivisionError("a bug")
    return _read_xml(data, place, validate=validate)


def _poisoned_understand(survey):  # type: ignore[no-untyped-def]
    if any("unintelligible" in member.name for member in survey.members):
        raise ZeroDivisionError("a bug")
    return _understand(survey)


def _poisoned_contents(drop, reach, limits):  # type: ignore[no-untyped-def]
    if any("unlistable" in file.name for file in drop.files):
        os.kill(os.getpid(), signal.SIGKILL)
    return _contents(drop, reach, limits)


def open_poisonously(file: DropFile) -> BinaryIO:
    """Opens like ``open_path``, in a worker whose readers can be poisoned (below)."""
    if "unopenable" in file.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return open_path(file)


if multiprocessing.parent_process() is not None:
    members.read_xml = _poisoned_read
    parts.understand = _poisoned_understand
    parts.contents = _poisoned_contents


def open_changed(file: DropFile) -> BinaryIO:
    """Somebody writes to the file just as it is opened."""
    with open(file.path, "ab") as other:
        other.write(b"more")
    return open_path(file)


def open_changing(file: DropFile) -> BinaryIO:
    """Somebody writes to the file while it is open."""
    opened = open_path(file)
    os.utime(file.path, ns=(1, 1))
    return opened


def open_broken(file: DropFile) -> BinaryIO:
    """The disk fails."""
    raise OSError(5, "Input/output error", file.path)


def open_without_room(file: DropFile) -> BinaryIO:
    """Our own disk is full."""
    raise OSError(28, "No space left on device")
