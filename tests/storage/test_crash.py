# SPDX-License-Identifier: Apache-2.0
"""Sealing cut off before each durable step: nothing half made is ever an object."""

from __future__ import annotations

import errno
import os
from itertools import count
from pathlib import Path

import pytest
from planning import Planner, bytes_of, zipped

from emanet.model.errors import StorageError, StoreBroken, StoreFull
from emanet.model.stored import Aip
from emanet.storage.archive import Archive
from emanet.storage.ocfl.layout import place
from emanet.storage.ocfl.validate import StoreTree, validate_root
from emanet.storage.stores.memory import MemoryStore
from emanet.storage.stores.posix import PosixStore
from emanet.storage.stores.wrappers.faulty import FaultyStore

DELIVERIES = [
    {"big.zip": zipped({"a.xml": b"<a/>", "a.pdf": bytes_of(1, 9000)}, 0)},
    {"small.zip": zipped({"b.xml": b"<b/>"})},
]


class Death(BaseException):
    """What a kill is in a test that must live on."""


class Hook:
    """Counts durable steps; strikes at the N-th."""

    def __init__(self, at: int, error: BaseException | None) -> None:
        self.at, self.error, self.seen = at, error, 0

    def __call__(self, verb: str, place: str) -> None:
        self.seen += 1
        if self.seen == self.at and self.error is not None:
            raise self.error


def planned(sequence: int) -> tuple[Planner, Aip]:
    planner = Planner(sequence, whole_from=5000)
    return planner, planner.plan([{f"{sequence}-{k}": v for k, v in d.items()} for d in DELIVERIES])


def empty_folders(root: Path) -> list[str]:
    return [
        str(p.relative_to(root)) for p in root.rglob("*") if p.is_dir() and not any(p.iterdir())
    ]


def check_root(root: Path, sealed: set[str]) -> None:
    """The root is a valid one, and holds these objects and no others."""
    store = PosixStore(root)
    assert {ref.id for ref in Archive(store).objects()} == sealed
    findings = validate_root(StoreTree(store, empty=empty_folders(root)))
    assert findings == ()


def seal_with(root: Path, hook: Hook | None, sequence: int) -> None:
    """Seal, with flushes where the hook looks on; without it only to get on."""
    planner, aip = planned(sequence)
    store = PosixStore(root, step=hook, durable=hook is not None)
    Archive(store).seal(aip, planner.sources)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (Death(), Death),
        (OSError(errno.EIO, os.strerror(errno.EIO)), StorageError),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), StoreFull),
    ],
    ids=["death", "eio", "enospc"],
)
def test_at_every_durable_step(
    tmp_path: Path, error: BaseException, raised: type[BaseException]
) -> None:
    struck = 0
    for number in count(1):
        root = tmp_path / str(number)
        Archive.create(PosixStore(root, durable=False))
        seal_with(root, None, 1)
        _, aip = planned(2)
        first = planned(1)[1].id
        hook = Hook(number, error)
        try:
            seal_with(root, hook, 2)
        except raised:
            struck += 1
        if hook.seen < number:
            break
        # In the last steps, after the rename, the object may be there; before, it must not be.
        there = PosixStore(root).exists(f"{place(aip.id).prefix}/inventory.json")
        check_root(root, {first, aip.id} if there else {first})
        PosixStore(root, durable=False).sweep()
        if not isinstance(error, Death):  # the lock of a dead process would be free by now
            assert list((tmp_path / f"{number}.staging").iterdir()) == []
        seal_with(root, None, 2)
        check_root(root, {first, aip.id})
    assert struck > 30


def test_a_failed_flush_is_never_acknowledged_nor_tried_again(tmp_path: Path) -> None:
    class Flushes(Hook):
        def __call__(self, verb: str, place: str) -> None:
            if verb in ("fsync", "dirsync"):
                super().__call__(verb, place)

    failed = 0
    for number in count(1):
        root = tmp_path / str(number)
        Archive.create(PosixStore(root, durable=False))
        hook = Flushes(number, OSError(errno.EIO, "no"))
        planner, aip = planned(1)
        archive = Archive(PosixStore(root, step=hook))
        try:
            archive.seal(aip, planner.sources)
        except StoreBroken:
            failed += 1
            with pytest.raises(StorageError):
                archive.seal(aip, planner.sources)
        if hook.seen < number:
            break
        assert failed == number
    assert failed > 12


def test_a_store_that_runs_full_or_dies_at_any_write(tmp_path: Path) -> None:
    planner, aip = planned(1)
    whole = MemoryStore()
    Archive.create(whole)
    before = set(whole.list())
    Archive(whole).seal(aip, planner.sources)
    needed = sum(whole.size(k) for k in whole.list() if k not in before)
    for room in range(0, needed, max(1, needed // 60)):
        store = MemoryStore()
        Archive.create(store)
        with pytest.raises(StoreFull):
            Archive(FaultyStore(store, room=room)).seal(aip, planner.sources)
        assert set(store.list()) == before
        Archive(store).seal(aip, planner.sources)
    Archive(FaultyStore(MemoryStore(), room=1 << 30)).seal(aip, planner.sources)


def test_a_root_is_declared_last(tmp_path: Path) -> None:
    for number in count(1):
        root = tmp_path / str(number)
        hook = Hook(number, Death())
        try:
            Archive.create(PosixStore(root, step=hook))
        except Death:
            store = PosixStore(root, durable=False)
            store.sweep()
            if Archive.is_root(store):
                check_root(root, set())
            Archive.create(store)
            check_root(root, set())
            continue
        break
    assert number > 20
