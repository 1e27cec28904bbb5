# SPDX-License-Identifier: Apache-2.0
"""Files kept open for reading by offset, so that a small read costs one look and one pread."""

from __future__ import annotations

import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from emanet.model.errors import NotThere
from emanet.storage.stores.disk import store_error
from emanet.storage.stores.interface import CHUNK


class OpenFile:
    """A descriptor that closes when nobody holds this object any more."""

    __slots__ = ("handle", "identity")

    def __init__(self, path: Path) -> None:
        self.handle = -1
        try:
            self.handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            found = os.fstat(self.handle)
        except OSError as error:
            raise store_error(error, path) from error
        if not stat.S_ISREG(found.st_mode):
            raise NotThere(f"{path} is not a file.", f"{path} bir dosya değil.")
        self.identity = (found.st_dev, found.st_ino)

    def __del__(self) -> None:
        if self.handle >= 0:
            os.close(self.handle)


class OpenFiles:
    """The files read last, at most ``limit``, kept open; a replaced one is opened anew."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._files: OrderedDict[Path, OpenFile] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path) -> OpenFile:
        """The open file at ``path`` as it is now; NotThere."""
        try:
            found = path.stat(follow_symlinks=False)
        except OSError as error:
            self.forget(path)
            raise store_error(error, path) from error
        with self._lock:
            file = self._files.get(path)
            if file is not None and file.identity == (found.st_dev, found.st_ino):
                self._files.move_to_end(path)
                return file
        file = OpenFile(path)
        with self._lock:
            self._files[path] = file
            self._files.move_to_end(path)
            if len(self._files) > self._limit:
                self._files.popitem(last=False)
        return file

    def forget(self, path: Path) -> None:
        """Keep the file open no longer."""
        with self._lock:
            self._files.pop(path, None)


def read_at(handle: int, length: int, offset: int) -> bytes:
    """Exactly ``length`` bytes, or what there is to the end of the file."""
    data = os.pread(handle, length, offset)
    if len(data) in (0, length):
        return data
    parts = [data]
    got = len(data)
    while got < length and (data := os.pread(handle, length - got, offset + got)):
        parts.append(data)
        got += len(data)
    return b"".join(parts)


def pieces(file: OpenFile, path: Path, offset: int, length: int | None) -> Iterator[bytes]:
    """The bytes of a range, at most ``CHUNK`` at once; the file stays open until the last."""
    end = None if length is None else offset + length
    if end is None or end - offset > CHUNK:
        # Twice the read-ahead: hashing what comes out then costs little more than hashing alone.
        os.posix_fadvise(file.handle, offset, 0, os.POSIX_FADV_SEQUENTIAL)
    while end is None or offset < end:
        try:
            data = os.pread(file.handle, CHUNK if end is None else min(CHUNK, end - offset), offset)
        except OSError as error:
            raise store_error(error, path) from error
        if not data:
            return
        offset += len(data)
        yield data
