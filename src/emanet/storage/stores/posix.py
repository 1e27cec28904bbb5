# SPDX-License-Identifier: Apache-2.0
"""A store in a folder of a local disk: staged beside the root, flushed, then moved in whole."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from emanet.model.errors import AlreadyThere, ConfigError, NotThere, StorageError, UsageError
from emanet.storage.stores.disk import Disk, files_below, store_error
from emanet.storage.stores.interface import (
    Step,
    check_key,
    check_last,
    check_prefix,
    check_range,
)
from emanet.storage.stores.locks import try_lock
from emanet.storage.stores.reading import OpenFile, OpenFiles, pieces, read_at

_OPEN_FILES = 128
_TURNS = 1000


class PosixStore:
    """Keys are paths below ``root``; the promises are those of ``interface.Store``.

    What is being written lies in ``staging`` (default: ``<root>.staging`` beside the root, so
    that nothing foreign ever lies inside it). The first write makes both folders when absent, and
    raises ConfigError when they are on two file systems; reading needs no right to write.

    ``step`` is told of each durable act before it happens; ``durable=False`` is the control build
    without flushes, for the fault tests only.
    """

    def __init__(
        self,
        root: Path,
        *,
        staging: Path | None = None,
        step: Step | None = None,
        durable: bool = True,
    ) -> None:
        self.root = root.absolute()
        self.staging = (staging or self.root.with_name(self.root.name + ".staging")).absolute()
        self.disk = Disk(step, durable=durable)
        self._files = OpenFiles(_OPEN_FILES)
        self._settled: set[Path] = set()
        self._ready = False
        self._count = 0
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Before the first write: make the root and the staging folder, durably."""
        with self._lock:
            if self._ready:
                return
            for folder in (self.root, self.staging):
                self._make_base(folder)
            if self.root.stat().st_dev != self.staging.stat().st_dev:
                raise ConfigError(
                    f"{self.staging} must lie on the same file system as {self.root}.",
                    f"{self.staging}, {self.root} ile aynı dosya sisteminde olmalı.",
                )
            self._ready = True

    def _make_base(self, folder: Path) -> None:
        """Make a folder and its parents, durably; nothing when it is there."""
        if folder.is_dir():
            return
        self._make_base(folder.parent)
        with suppress(AlreadyThere):
            self.disk.make_folder(folder)
        self.disk.sync_folder(folder.parent)

    def _path(self, key: str) -> Path:
        return self.root / check_key(key)

    # reading

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """See ``interface.Store.read``; open files are kept, so that small reads are cheap."""
        check_range(offset, length)
        path = self._path(key)
        file = self._files.get(path)
        try:
            if length is None:
                length = max(0, os.fstat(file.handle).st_size - offset)
            return read_at(file.handle, length, offset)
        except OSError as error:
            raise store_error(error, path) from error

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See ``interface.Store.stream``; opens the file anew."""
        check_range(offset, length)
        path = self._path(key)
        return pieces(OpenFile(path), path, offset, length)

    def size(self, key: str) -> int:
        """See ``interface.Store.size``."""
        path = self._path(key)
        try:
            found = path.stat(follow_symlinks=False)
        except OSError as error:
            raise store_error(error, path) from error
        if not stat.S_ISREG(found.st_mode):
            raise NotThere(f"{path} is not a file.", f"{path} bir dosya değil.")
        return found.st_size

    def exists(self, key: str) -> bool:
        """See ``interface.Store.exists``."""
        try:
            self.size(key)
        except NotThere:
            return False
        return True

    def list(self, prefix: str = "") -> Iterator[str]:
        """See ``interface.Store.list``; reads one folder at a time."""
        return files_below(self.root, check_prefix(prefix))

    # writing

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Store.put``: staged, flushed, renamed, the folder flushed."""
        target = self._path(key)
        _refuse_present(self.root, target)
        with _Scratch(self) as scratch:
            staged = scratch.place / "file"
            size = self.disk.write_file(staged, chunks)
            self.move_in(scratch.place, staged, key)
        return size

    def delete(self, key: str) -> None:
        """See ``interface.Store.delete``; folders that become empty go too."""
        self.size(key)
        path = self._path(key)
        self._files.forget(path)
        self.disk.remove(path)
        folder = path.parent
        while folder != self.root and self.disk.remove_empty(folder):
            with self._lock:
                self._settled.discard(folder)
            folder = folder.parent
        self.disk.sync_folder(folder)

    def draft(self, prefix: str) -> PosixDraft:
        """See ``interface.Store.draft``."""
        check_key(prefix)
        return PosixDraft(self, prefix)

    def sweep(self) -> tuple[str, ...]:
        """See ``interface.Store.sweep``; what a living process holds stays.

        Then flushes the file system: what a dead run made visible but had no time to flush is
        durable before anyone builds on it.
        """
        self.prepare()
        gone = []
        for place in sorted(self.staging.iterdir()):
            try:
                handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise store_error(error, place) from error
            try:
                if try_lock(handle):
                    self.disk.remove_tree(place)
                    gone.append(place.name)
            finally:
                os.close(handle)
        self.disk.sync_all(self.root)
        return tuple(gone)

    def move_in(self, scratch: Path, staged: Path, key: str) -> None:
        """Bring a staged file or folder to its key by one rename, and flush the way to it.

        Missing parents are built around it in the scratch folder, so that the root never shows an
        empty folder, and move in with it.
        """
        parts = key.split("/")
        for turn in range(_TURNS):
            _refuse_present(self.root, self.root.joinpath(*parts))
            depth = 0
            while depth < len(parts) - 1 and self.root.joinpath(*parts[: depth + 1]).is_dir():
                depth += 1
            base = self.root.joinpath(*parts[:depth])
            source = self._wrap(scratch, staged, parts[depth:])
            try:
                self._settle(base)
                self.disk.move(source, base / parts[depth])
            except (AlreadyThere, NotThere) as error:
                # Another writer made the same parent meanwhile, or deleted the last key in one.
                lost = isinstance(error, AlreadyThere) and depth == len(parts) - 1
                if lost or turn == _TURNS - 1:
                    raise
                staged = source.joinpath(*parts[depth + 1 :])
                continue
            try:
                self.disk.sync_folder(base)
            except StorageError:
                self.disk.take_back(base / parts[depth], source)
                raise
            with self._lock:
                self._settled.update(
                    self.root.joinpath(*parts[:n]) for n in range(depth + 1, len(parts))
                )
            return

    def _wrap(self, scratch: Path, staged: Path, parts: Sequence[str]) -> Path:
        """Give the staged thing its missing parents ``parts[:-1]``; the topmost, flushed."""
        if len(parts) == 1:
            return staged
        around = self.fresh(scratch)
        folders = [around]
        for part in parts[:-1]:
            folders.append(folders[-1] / part)
            self.disk.make_folder(folders[-1])
        self.disk.move(staged, folders[-1] / parts[-1])
        for folder in reversed(folders[1:]):
            self.disk.sync_folder(folder)
        return folders[1]

    def fresh(self, place: Path) -> Path:
        """A new folder with a name of its own inside ``place``."""
        while True:
            with self._lock:
                self._count += 1
                name = f"{os.getpid()}-{self._count}"
            try:
                self.disk.make_folder(place / name)
            except AlreadyThere:
                continue
            return place / name

    def _settle(self, folder: Path) -> None:
        """Flush the names of the folders from the root down to ``folder``, once a process."""
        if folder == self.root:
            return
        self._settle(folder.parent)
        with self._lock:
            known = folder in self._settled
        if not known:
            self.disk.sync_folder(folder.parent)
            with self._lock:
                self._settled.add(folder)


class PosixDraft:
    """A tree in a scratch folder, moved in whole; see ``interface.Draft``."""

    def __init__(self, store: PosixStore, prefix: str) -> None:
        self._store = store
        self._prefix = prefix
        self._scratch = _Scratch(store)
        self._tree = self._scratch.place / "tree"
        self._folders = [self._tree]
        self._names: set[str] = set()
        self._open = True
        try:
            store.disk.make_folder(self._tree)
        except StorageError:
            self._scratch.clear()
            raise

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """See ``interface.Draft.write``."""
        self._require_open()
        target = self._tree / check_key(name)
        _refuse_present(self._tree, target)
        for folder in reversed(target.parents):
            if folder.is_relative_to(self._tree) and folder not in self._folders:
                self._store.disk.make_folder(folder)
                self._folders.append(folder)
        size = self._store.disk.write_file(target, chunks)
        self._names.add(name)
        return size

    def commit(self, last: tuple[str, ...] = ()) -> None:
        """See ``interface.Draft.commit``; the order of ``last`` does not matter here."""
        self._require_open()
        check_last(self._names, last)
        wanted = {folder for name in self._names for folder in (self._tree / name).parents}
        for folder in reversed(self._folders):
            if folder in wanted:
                self._store.disk.sync_folder(folder)
            else:  # made for a file whose writing failed
                self._store.disk.remove_empty(folder)
        self._store.move_in(self._scratch.place, self._tree, self._prefix)
        self._open = False
        self._scratch.clear()

    def abandon(self) -> None:
        """See ``interface.Draft.abandon``."""
        self._open = False
        self._scratch.clear()

    def _require_open(self) -> None:
        if not self._open:
            raise UsageError("This draft is closed.", "Bu taslak kapandı.")

    def __enter__(self) -> PosixDraft:
        return self

    def __exit__(self, *error: object) -> None:
        if self._open:
            self.abandon()


class _Scratch:
    """A folder in staging that is locked while its maker lives, so that no sweep takes it."""

    def __init__(self, store: PosixStore) -> None:
        self._disk = store.disk
        store.prepare()
        while True:
            self.place = store.fresh(store.staging)
            try:
                self._handle = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue  # swept between its making and its opening
            except OSError as error:
                raise store_error(error, self.place) from error
            if try_lock(self._handle) and self.place.exists():
                break
            os.close(self._handle)
        self._held = True

    def clear(self) -> None:
        """Take the folder away; what cannot be taken away now, a later sweep takes."""
        if not self._held:
            return
        self._held = False
        try:
            with suppress(StorageError):
                self._disk.remove_tree(self.place)
        finally:
            os.close(self._handle)

    def __enter__(self) -> _Scratch:
        return self

    def __exit__(self, *error: object) -> None:
        self.clear()


def _refuse_present(root: Path, target: Path) -> None:
    """AlreadyThere when the target, or a file in the place of one of its folders, exists."""
    if os.path.lexists(target):
        raise AlreadyThere(f"{target} is there already.", f"{target} zaten var.")
    for folder in target.parents:
        if folder == root:
            return
        try:
            mode = folder.stat().st_mode
        except FileNotFoundError:
            if not folder.is_symlink():
                continue
            mode = 0
        except NotADirectoryError:
            continue
        if stat.S_ISDIR(mode):
            return
        raise AlreadyThere(f"{folder} is a file.", f"{folder} bir dosyadır.")
