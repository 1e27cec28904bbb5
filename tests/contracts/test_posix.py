# SPDX-License-Identifier: Apache-2.0
"""The store on disk keeps the contract."""

from __future__ import annotations

import ctypes
import errno
import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.contracts.contract import Fresh, Pair, WritingContract, everything

from emanet.model.errors import (
    AlreadyThere,
    ConfigError,
    NotThere,
    StorageError,
    StoreBroken,
    StoreBusy,
    StoreFull,
    StoreRefuses,
)
from emanet.storage.stores import disk
from emanet.storage.stores.faults import hook_from
from emanet.storage.stores.locks import exclusive
from emanet.storage.stores.posix import PosixStore


class TestPosix(WritingContract):
    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Fresh:
        number = count()

        def make() -> Pair:
            store = PosixStore(tmp_path / str(next(number)) / "root")
            return Pair(store, store)

        return make

    def test_a_failed_file_leaves_no_folder(self, tmp_path: Path) -> None:
        def chunks() -> Iterator[bytes]:
            yield b"x"
            raise ValueError

        store = PosixStore(tmp_path / "root")
        with store.draft("t") as draft:
            with pytest.raises(ValueError):
                draft.write("a/b/c", chunks())
            draft.write("d/e", [b"x"])
            draft.commit()
        assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")) == [
            "root", "root.staging", "root/t", "root/t/d", "root/t/d/e",
        ]  # fmt: skip

    def test_files_and_folders_have_their_modes(self, tmp_path: Path) -> None:
        before = os.umask(0o077)
        try:
            store = PosixStore(tmp_path / "root")
            store.put("a/b", [b"x"])
            with store.draft("c") as draft:
                draft.write("d/e", [b"x"])
                draft.commit()
        finally:
            os.umask(before)
        modes = {
            str(p.relative_to(store.root)): oct(p.stat().st_mode & 0o777)
            for p in [*store.root.rglob("*"), store.root, store.staging]
            if p != store.staging
        }
        assert modes == {
            ".": "0o755", "a": "0o755", "a/b": "0o644", "c": "0o755", "c/d": "0o755",
            "c/d/e": "0o644",
        }  # fmt: skip

    def test_reading_makes_nothing(self, tmp_path: Path) -> None:
        store = PosixStore(tmp_path / "root")
        assert list(store.list()) == []
        assert not store.exists("a")
        assert not any(tmp_path.iterdir())

    def test_staging_must_share_the_file_system(self, tmp_path: Path) -> None:
        other = Path("/dev/shm")
        if not os.access(other, os.W_OK) or other.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("no second file system here")
        with tempfile.TemporaryDirectory(dir=other) as staging:
            store = PosixStore(tmp_path / "root", staging=Path(staging))
            with pytest.raises(ConfigError):
                store.put("a", [b"x"])
            with pytest.raises(ConfigError):
                store.sweep()

    def test_sees_a_file_that_was_replaced(self, tmp_path: Path) -> None:
        store = PosixStore(tmp_path / "root")
        store.put("a", [b"sealed"])
        assert store.read("a") == b"sealed"
        (tmp_path / "other").write_bytes(b"forged")
        (tmp_path / "other").rename(store.root / "a")
        assert store.read("a") == b"forged"
        (store.root / "a").unlink()
        with pytest.raises(NotThere):
            store.read("a")

    def test_follows_no_link(self, tmp_path: Path) -> None:
        store = PosixStore(tmp_path / "root")
        store.put("a", [b"x"])
        (tmp_path / "outside").write_bytes(b"secret")
        (store.root / "link").symlink_to(tmp_path / "outside")
        for ask in (store.read, store.stream, store.size):
            with pytest.raises(NotThere):
                ask("link")
        assert list(store.list()) == ["a"]
        (store.root / "dangling").symlink_to(tmp_path / "nowhere")
        for key in ("link", "link/x", "dangling", "dangling/x/y"):
            with pytest.raises(AlreadyThere):
                store.put(key, [b"y"])

    def test_keeps_few_files_open(self, tmp_path: Path) -> None:
        store = PosixStore(tmp_path / "root")
        with store.draft("t") as draft:
            for number in range(300):
                draft.write(str(number), [b"%d" % number])
            draft.commit()
        before = len(list(Path("/proc/self/fd").iterdir()))
        for number in range(300):
            assert store.read(f"t/{number}") == b"%d" % number
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 128
        del store, draft
        gc.collect()
        assert len(list(Path("/proc/self/fd").iterdir())) <= before

    def test_sweeps_the_dead_and_leaves_the_living(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        program = """
import os, sys
from pathlib import Path
from emanet.storage.stores.posix import PosixStore
draft = PosixStore(Path(sys.argv[1])).draft("dead")
draft.write("a/b", [b"x"])
os._exit(0)
"""
        subprocess.run([sys.executable, "-c", program, root], check=True)
        store = PosixStore(root)
        living = store.draft("living")
        living.write("a", [b"x"])
        left = {p.name for p in store.staging.iterdir()}
        assert len(left) == 2
        gone = PosixStore(root).sweep()
        assert len(gone) == 1 and set(gone) < left
        living.commit()
        assert list(store.list()) == ["living/a"]
        assert store.sweep() == ()
        assert not any(store.staging.iterdir())

    def test_writes_nothing_more_after_a_failed_flush(self, tmp_path: Path) -> None:
        hook = hook_from("fsynceio:6")
        store = PosixStore(tmp_path / "root", step=hook)
        store.put("a", [b"x"])
        with pytest.raises(StoreBroken):
            store.put("b", [b"x"])
        for act in (lambda: store.put("c", [b"x"]), lambda: store.draft("d").write("e", [b"x"])):
            with pytest.raises(StoreBroken, match="since flushing"):
                act()
        assert everything(store) == {"a": b"x"}
        fresh = PosixStore(tmp_path / "root")
        fresh.put("b", [b"x"])
        assert everything(fresh) == {"a": b"x", "b": b"x"}

    def test_works_where_the_kernel_knows_no_exclusive_rename(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Old:
            def renameat2(self, *args: object) -> int:
                ctypes.set_errno(errno.EINVAL)
                return -1

        monkeypatch.setattr(disk, "_libc", Old())
        store = PosixStore(tmp_path / "root")
        store.put("a/b", [b"x"])
        (tmp_path / "new").write_bytes(b"new")
        (tmp_path / "folder").mkdir()
        for source, target in (("new", "a/b"), ("folder", "a"), ("folder", "a/b")):
            with pytest.raises(AlreadyThere):
                store.disk.move(tmp_path / source, store.root / target)
        with store.draft("p/t") as draft:
            draft.write("f", [b"y"])
            draft.commit()
        assert everything(store) == {"a/b": b"x", "p/t/f": b"y"}


def test_the_order_of_a_seal(tmp_path: Path) -> None:
    """Files before their folders, folders before the rename, the rename before its folder; and
    every folder on the way is flushed once by each process, whoever made it.
    """
    PosixStore(tmp_path / "root").put("a/b/old", [b"x"])
    steps: list[str] = []

    def step(verb: str, place: str) -> None:
        name = re.sub(r"\d+-\d+", "*", str(Path(place).relative_to(tmp_path)))
        steps.append(f"{verb} {name}")

    store = PosixStore(tmp_path / "root", step=step)
    with store.draft("a/b/new/t") as draft:
        draft.write("v1/f", [b"x"])
        draft.write("i", [b"x"])
        steps.clear()
        draft.commit(last=("i",))
    assert steps == [
        "dirsync root.staging/*/tree/v1", "dirsync root.staging/*/tree",
        "mkdir root.staging/*/*", "mkdir root.staging/*/*/new", "rename root.staging/*/*/new/t",
        "dirsync root.staging/*/*/new",
        "dirsync root", "dirsync root/a",
        "rename root/a/b/new", "dirsync root/a/b",
        "rmtree root.staging/*",
    ]  # fmt: skip
    steps.clear()
    store.put("a/b/new/k", [b"x"])
    assert steps == [
        "mkdir root.staging/*", "open root.staging/*/file", "write root.staging/*/file",
        "fsync root.staging/*/file", "rename root/a/b/new/k", "dirsync root/a/b/new",
        "rmtree root.staging/*",
    ]  # fmt: skip
    steps.clear()
    store.delete("a/b/new/k")
    assert steps == ["unlink root/a/b/new/k", "rmdir root/a/b/new", "dirsync root/a/b/new"]


def test_another_writer_of_the_same_parents(tmp_path: Path) -> None:
    """The parents appear, or vanish, between looking and renaming: by turns, until it fits."""
    turns = iter(["appear", "vanish", ""])

    def step(verb: str, place: str) -> None:
        if verb == "rename" and ".staging" not in place:
            match next(turns, ""):
                case "appear":
                    (tmp_path / "root/a").mkdir()
                case "vanish":
                    (tmp_path / "root/a").rmdir()

    store = PosixStore(tmp_path / "root", step=step)
    store.put("a/b/c", [b"x"])
    assert everything(store) == {"a/b/c": b"x"}
    assert not any(store.staging.iterdir())


def test_gives_up_when_what_was_staged_is_gone(tmp_path: Path) -> None:
    def step(verb: str, place: str) -> None:
        if verb == "rename":
            shutil.rmtree(tmp_path / "root.staging")

    store = PosixStore(tmp_path / "root", step=step)
    with pytest.raises(NotThere):
        store.put("a", [b"x"])
    assert everything(store) == {}


def test_a_rename_never_replaces(tmp_path: Path) -> None:
    for name in ("file", "other", "folder/x", "empty/"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text(name)
    for source, target in (("file", "other"), ("folder", "empty"), ("file", "empty")):
        with pytest.raises(AlreadyThere):
            disk.Disk().move(tmp_path / source, tmp_path / target)
    assert (tmp_path / "other").read_text() == "other"


class TestExclusive:
    def test_one_at_a_time(self, tmp_path: Path) -> None:
        lock = tmp_path / "lock"
        busy = pytest.raises(StoreBusy, match=str(os.getpid()))
        with exclusive(lock), busy, exclusive(lock):
            pass
        with exclusive(lock):
            assert lock.read_text() == f"{os.getpid()}\n"

    def test_the_dead_hold_nothing(self, tmp_path: Path) -> None:
        lock = tmp_path / "lock"
        program = """
import sys, time
from pathlib import Path
from emanet.storage.stores.locks import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
        with subprocess.Popen(
            [sys.executable, "-c", program, lock], stdout=subprocess.PIPE, text=True
        ) as holder:
            assert holder.stdout is not None and holder.stdout.readline() == "held\n"
            with pytest.raises(StoreBusy, match=str(holder.pid)), exclusive(lock):
                pass
            holder.kill()
        with exclusive(lock):
            pass

    def test_its_folder_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(NotThere), exclusive(tmp_path / "none" / "lock"):
            pass


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EFBIG, StoreFull),
        (errno.EACCES, StoreRefuses), (errno.EROFS, StoreRefuses), (errno.EPERM, StoreRefuses),
        (errno.ENOENT, NotThere), (errno.ENOTDIR, NotThere), (errno.EEXIST, AlreadyThere),
        (errno.EIO, StoreBroken), (errno.EMFILE, StoreBroken), (None, StoreBroken),
    ],
)  # fmt: skip
def test_what_an_os_error_means(code: int | None, kind: type[StorageError]) -> None:
    error = disk.store_error(OSError(code, "x") if code else OSError("x"), "here")
    assert type(error) is kind
    assert "here" in error.en and "here" in error.tr and error.en != error.tr
