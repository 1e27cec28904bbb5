# SPDX-License-Identifier: Apache-2.0
"""The durable acts on a file system: each announced before it happens, none tried twice."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from emanet.model.errors import (
    AlreadyThere,
    NotThere,
    StorageError,
    StoreBroken,
    StoreFull,
    StoreRefuses,
)
from emanet.storage.stores.interface import CHUNK, Step

FILE_MODE = 0o644
FOLDER_MODE = 0o755

_WINDOW = 8 * CHUNK
_VECTORS = 512
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100
_libc = ctypes.CDLL(None, use_errno=True)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}
_PRESENT = {errno.EEXIST, errno.ENOTEMPTY}


def store_error(error: OSError, place: object) -> StorageError:
    """The error of ours that an OSError at ``place`` means."""
    code = error.errno
    why = os.strerror(code) if code else str(error)
    if code in _FULL:
        return StoreFull(
            f"No space left at {place}: {why}.", f"{place} yerinde yer kalmadı: {why}."
        )
    if code in _REFUSED:
        return StoreRefuses(
            f"{place} may not be changed: {why}.", f"{place} değiştirilemez: {why}."
        )
    if code in _ABSENT:
        return NotThere(f"{place} is not there.", f"{place} yok.")
    if code in _PRESENT:
        return AlreadyThere(f"{place} is there already.", f"{place} zaten var.")
    return StoreBroken(
        f"The device failed at {place}: {why}.", f"Aygıt {place} üzerinde hata verdi: {why}."
    )


class Disk:
    """Durable acts, each one announced to ``step``.

    With ``durable=False`` nothing is flushed: the broken build that the fault tests must catch.
    Every method raises the errors of ``store_error``. A failed flush is never tried again: the
    kernel may have dropped the bytes and answer the second time with success. After one, this
    disk writes nothing more (StoreBroken); whoever wants to go on opens the store anew.
    """

    def __init__(self, step: Step | None = None, *, durable: bool = True) -> None:
        self._step = step
        self._durable = durable
        self._failed = ""

    def announce(self, verb: str, place: Path) -> None:
        """Tell the hook what comes next; an OSError that it raises counts as the act's own."""
        if self._step is not None:
            self._step(verb, str(place))

    def _still_sound(self) -> None:
        if self._failed:
            raise StoreBroken(
                f"Nothing more is written since flushing {self._failed} failed.",
                f"{self._failed} diske yazdırılamadığından beri artık bir şey yazılmıyor.",
            )

    def make_folder(self, place: Path) -> None:
        """Make one folder, 0755."""
        try:
            self.announce("mkdir", place)
            place.mkdir(FOLDER_MODE)
            place.chmod(FOLDER_MODE)
        except OSError as error:
            raise store_error(error, place) from error

    def write_file(self, place: Path, chunks: Iterable[bytes]) -> int:
        """Write a new file, 0644, and flush it; gives its size.

        When it raises (also when ``chunks`` does), the file is gone again.
        """
        self._still_sound()
        try:
            self.announce("open", place)
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            raise store_error(error, place) from error
        whole = False
        try:
            os.fchmod(handle, FILE_MODE)
            size = self._fill(handle, place, chunks)
            self._flush(handle, place, "fsync")
            whole = True
        finally:
            os.close(handle)
            if not whole:
                with suppress(OSError):
                    place.unlink()
        return size

    def _fill(self, handle: int, place: Path, chunks: Iterable[bytes]) -> int:
        """Write all chunks, a mebibyte or more at a time."""
        size = waiting = 0
        gone = 0
        batch: list[bytes] = []
        for chunk in chunks:
            batch.append(chunk)
            waiting += len(chunk)
            if waiting >= CHUNK or len(batch) >= _VECTORS:
                self._write(handle, place, batch, waiting)
                size, waiting, batch = size + waiting, 0, []
                if size - gone >= _WINDOW:
                    # Begin to write back what is new and drop what is written: the final flush
                    # finds little to do, and a read-back reads the disk and not the cache.
                    start = max(0, gone - _WINDOW)
                    os.posix_fadvise(handle, start, size - start, os.POSIX_FADV_DONTNEED)
                    gone = size
        if batch:
            self._write(handle, place, batch, waiting)
        return size + waiting

    def _write(self, handle: int, place: Path, batch: list[bytes], total: int) -> None:
        try:
            self.announce("write", place)
            done = os.writev(handle, batch)
            if done < total:
                rest = memoryview(b"".join(batch))
                while done < total:
                    done += os.write(handle, rest[done:])
        except OSError as error:
            raise store_error(error, place) from error

    def _flush(self, handle: int, place: Path, verb: str) -> None:
        if not self._durable:
            return
        try:
            self.announce(verb, place)
            os.fsync(handle)
        except OSError as error:
            raised = store_error(error, place)
            if not isinstance(raised, StoreFull):
                self._failed = str(place)
                why = os.strerror(error.errno) if error.errno else str(error)
                raised = StoreBroken(
                    f"Flushing {place} failed: {why}.", f"{place} diske yazdırılamadı: {why}."
                )
            raise raised from error

    def sync_folder(self, place: Path) -> None:
        """Flush a folder: the names in it are durable when this returns."""
        if not self._durable:
            return
        try:
            handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise store_error(error, place) from error
        try:
            self._flush(handle, place, "dirsync")
        finally:
            os.close(handle)

    def move(self, source: Path, target: Path) -> None:
        """Rename a file or folder, atomically; AlreadyThere when ``target`` exists."""
        self._still_sound()
        try:
            self.announce("rename", target)
            _rename_new(source, target)
        except OSError as error:
            raise store_error(error, target) from error

    def take_back(self, target: Path, source: Path) -> None:
        """Undo a move whose folder could not be flushed, as far as the disk still lets us."""
        with suppress(OSError):
            _rename_new(target, source)

    def remove(self, place: Path) -> None:
        """Unlink one file."""
        try:
            self.announce("unlink", place)
            place.unlink()
        except OSError as error:
            raise store_error(error, place) from error

    def remove_empty(self, place: Path) -> bool:
        """Take away a folder if nothing is in it; whether it did."""
        try:
            self.announce("rmdir", place)
            place.rmdir()
        except OSError as error:
            if error.errno in _PRESENT | _ABSENT:
                return False
            raise store_error(error, place) from error
        return True

    def remove_tree(self, place: Path) -> None:
        """Take away a folder of ours with all that is in it; nothing when it is not there."""
        try:
            if os.path.lexists(place):
                self.announce("rmtree", place)
                shutil.rmtree(place)
        except OSError as error:
            raise store_error(error, place) from error

    def sync_all(self, place: Path) -> None:
        """Flush the whole file system that ``place`` lies on (syncfs)."""
        if not self._durable:
            return
        try:
            handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
            try:
                self.announce("dirsync", place)
                if _libc.syncfs(handle) != 0:
                    code = ctypes.get_errno()
                    raise OSError(code, os.strerror(code))
            finally:
                os.close(handle)
        except OSError as error:
            raise store_error(error, place) from error


def _rename_new(source: Path, target: Path) -> None:
    """Rename only where nothing stands: renameat2(RENAME_NOREPLACE), Linux 3.15."""
    done = _libc.renameat2(
        _AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE
    )
    if done == 0:
        return
    code = ctypes.get_errno()
    if code not in (errno.EINVAL, errno.ENOSYS):
        raise OSError(code, os.strerror(code), os.fspath(target))
    # A file system without the flag (some network ones): a hard link never replaces; for a
    # folder look first, and rename(2) itself refuses a folder that is not empty.
    if source.is_dir():
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))
        source.rename(target)
    else:
        os.link(source, target)
        source.unlink()


def files_below(root: Path, prefix: str) -> Iterator[str]:
    """Keys of the files below ``root/prefix``, in the order of their UTF-8 bytes, lazily.

    A folder "a" sorts as "a/": that is where its keys stand among the keys beside it.
    """
    try:
        with os.scandir(root / prefix if prefix else root) as entries:
            found = [
                (os.fsencode(e.name) + b"/" * e.is_dir(follow_symlinks=False), e.name, e)
                for e in entries
                if e.is_dir(follow_symlinks=False) or e.is_file(follow_symlinks=False)
            ]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise store_error(error, prefix or root) from error
    for mark, name, _entry in sorted(found, key=lambda f: f[0]):
        key = f"{prefix}/{name}" if prefix else name
        if mark.endswith(b"/"):
            yield from files_below(root, key)
        else:
            yield key
