# SPDX-License-Identifier: Apache-2.0
"""A program that stores trees and single keys and says so line by line, to be cut down at will.

usage: writer.py HOME [--trees N | --endless | --one] [--no-dirsync | --in-place] [--steps]

It prints "tree NAME" or "key NAME" when the thing is durable, and nothing before. EMANET_FAULT
orders a fault (``emanet.storage.stores.faults``).
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emanet.model.errors import AlreadyThere, StorageError
from emanet.storage.stores.faults import NO_FLUSH, hook_from
from emanet.storage.stores.interface import Step, Store
from emanet.storage.stores.posix import PosixDraft, PosixStore

SIZES = {"v1/content/big": 150_000, "v1/content/small": 700, "v1/inventory.json": 0}


def content(name: str, size: int) -> bytes:
    """Bytes that follow from the name alone, each block different."""
    blocks = (hashlib.sha256(f"{name}:{n}".encode()).digest() for n in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def tree(number: int) -> tuple[str, dict[str, bytes]]:
    """The prefix and the files of a tree; its inventory, the last, holds their digests."""
    prefix = f"{number % 7:02x}/{number % 3:02x}/acc-{number:06d}"
    files = {name: content(f"{prefix}/{name}", size) for name, size in SIZES.items()}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files["inventory.json"] = json.dumps(digests).encode()
    return prefix, files


def write_all(
    store: Store,
    numbers: Iterator[int],
    ack: Callable[[str], None],
) -> None:
    """Store a tree and a key for each number; what is there already is acknowledged again."""
    for number in numbers:
        prefix, files = tree(number)
        if not store.exists(f"{prefix}/inventory.json"):
            with store.draft(prefix) as draft:
                for name, data in files.items():
                    draft.write(name, (data[at : at + 65536] for at in range(0, len(data), 65536)))
                draft.commit(last=("inventory.json",))
        ack(f"tree {prefix}")
        key = f"keys/{number % 5}/{number}"
        with suppress(AlreadyThere):
            store.put(key, [content(key, 3000)])
        ack(f"key {key}")


@dataclass(frozen=True)
class Found:
    """What a look at the disk found: acknowledged things that are not there; things half there."""

    lost: tuple[str, ...]
    torn: tuple[str, ...]


def look(home: Path, acked: Sequence[str]) -> Found:
    """Compare what a home shows with what was acknowledged, reading every byte."""
    store = PosixStore(home / "root")
    shown = set(store.list())
    whole, torn = set(), set()
    for prefix in {"/".join(key.split("/")[:3]) for key in shown if "/acc-" in key}:
        files = tree(int(prefix.split("-")[1]))[1]
        mine = {key for key in shown if key.startswith(prefix + "/")}
        right = mine == {f"{prefix}/{name}" for name in files} and all(
            store.read(f"{prefix}/{name}") == data for name, data in files.items()
        )
        (whole if right else torn).add(f"tree {prefix}")
    for key in (key for key in shown if key.startswith("keys/")):
        (whole if store.read(key) == content(key, 3000) else torn).add(f"key {key}")
    torn |= {f"stray {key}" for key in shown if not key.startswith("keys/") and "/acc-" not in key}
    root = home / "root"
    torn |= {
        f"empty folder {folder}"
        for folder, folders, files in os.walk(root)
        if not folders and not files and Path(folder) != root
    }
    lost = [thing for thing in acked if thing not in whole]
    return Found(tuple(lost), tuple(sorted(torn)))


def run_here(home: Path, step: Step | None, ack: Callable[[str], None], trees: int = 2) -> None:
    """What the program does, in this process; the StorageError passes through."""
    store = PosixStore(home / "root", step=step)
    store.sweep()
    write_all(store, iter(range(trees)), ack)


class Unsynced(PosixStore):
    """The control build that forgets to flush folders."""

    def __init__(self, root: Path, step: Step | None = None) -> None:
        super().__init__(root, step=step)
        self.disk.sync_folder = lambda place: None


class InPlace(PosixStore):
    """The control build that writes a tree where it will be seen, file by file."""

    def draft(self, prefix: str) -> PosixDraft:
        return InPlaceDraft(self, prefix)


class InPlaceDraft(PosixDraft):
    """Flushes all that it should, but is seen too early."""

    def __init__(self, store: PosixStore, prefix: str) -> None:
        super().__init__(store, prefix)
        self._tree = store.root / prefix
        self._tree.mkdir(parents=True)
        self._folders = [self._tree]

    def commit(self, last: tuple[str, ...] = ()) -> None:
        for folder in [*reversed(self._folders), *self._tree.parents[:3]]:
            self._store.disk.sync_folder(folder)
        self._open = False
        self._scratch.clear()


def main() -> int:
    """Run as the docstring above says; 0, or 1 after a StorageError."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("home", type=Path)
    words.add_argument("--trees", type=int, default=2)
    words.add_argument("--endless", action="store_true")
    words.add_argument("--one", action="store_true", help="one tree, then do nothing for ever")
    words.add_argument("--no-dirsync", action="store_true")
    words.add_argument("--in-place", action="store_true")
    words.add_argument("--steps", action="store_true", help="say how many steps of each verb")
    given = words.parse_args()
    fault = os.environ.get("EMANET_FAULT", "")
    hook = hook_from(fault)
    counts: Counter[str] = Counter()

    def step(verb: str, place: str) -> None:
        counts[verb] += 1
        if hook:
            hook(verb, place)

    store: PosixStore
    if given.no_dirsync:
        store = Unsynced(given.home / "root", step)
    elif given.in_place:
        store = InPlace(given.home / "root", step=step)
    else:
        store = PosixStore(given.home / "root", step=step, durable=fault != NO_FLUSH)
    trees = 1 if given.one else given.trees
    try:
        store.sweep()
        numbers = itertools.count() if given.endless else iter(range(trees))
        write_all(store, numbers, lambda line: print(line, flush=True))
    except StorageError as error:
        print(type(error).__name__, error.en, file=sys.stderr, flush=True)
        return 1
    if given.steps:
        print(json.dumps(counts), file=sys.stderr)
    if given.one:
        time.sleep(3600)
    return 0


if __name__ == "__main__":
    sys.exit(main())
