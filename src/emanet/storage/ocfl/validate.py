# SPDX-License-Identifier: Apache-2.0
"""A judge of OCFL objects and storage roots, by the validation codes of OCFL 1.0 and 1.1."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from emanet.model.finding import Finding, Severity, worst
from emanet.storage.ocfl.rules import SPECS, Inventory, older
from emanet.storage.stores.interface import Store

REGISTERED = {
    "0001-digest-algorithms",
    "0002-flat-direct-storage-layout",
    "0003-hash-and-id-n-tuple-storage-layout",
    "0004-hashed-n-tuple-storage-layout",
    "0005-mutable-head",
    "0006-flat-omit-prefix-storage-layout",
    "0007-n-tuple-omit-prefix-storage-layout",
    "0008-schema-registry",
    "0009-digest-algorithms",
    "0010-differential-n-tuple-omit-prefix-storage-layout",
    "0011-direct-clean-path-layout",
}
"""Names of community extensions (OCFL/extensions)."""

INVENTORY = "inventory.json"
_SIDECAR = re.compile(rb"([0-9a-fA-F]+)[ \t]+inventory\.json[\r\n]*")
_HASHLIB = {"blake2b-512": 64, "blake2b-160": 20, "blake2b-256": 32, "blake2b-384": 48}


class Tree(Protocol):
    """A folder to be judged; paths are relative to it, with "/"."""

    def files(self) -> Iterable[str]:
        """The paths of all files below, sorted."""
        ...

    def empty_folders(self) -> Iterable[str]:
        """The paths of folders in which nothing is (a bucket has none)."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a small file."""
        ...

    def stream(self, path: str) -> Iterator[bytes]:
        """The bytes of any file, in pieces."""
        ...


class StoreTree:
    """What lies below a prefix of a store; empty folders, unknown to stores, are handed in."""

    def __init__(self, store: Store, prefix: str = "", empty: Iterable[str] = ()) -> None:
        self._store = store
        self._before = prefix + "/" if prefix else ""
        self._empty = tuple(empty)

    def files(self) -> Iterable[str]:
        """See ``Tree.files``."""
        cut = len(self._before)
        return (key[cut:] for key in self._store.list(self._before.rstrip("/")))

    def empty_folders(self) -> Iterable[str]:
        """See ``Tree.empty_folders``."""
        return self._empty

    def read(self, path: str) -> bytes:
        """See ``Tree.read``."""
        return self._store.read(self._before + path)

    def stream(self, path: str) -> Iterator[bytes]:
        """See ``Tree.stream``."""
        return self._store.stream(self._before + path)


def validate_object(tree: Tree) -> tuple[Finding, ...]:
    """Judge one OCFL object, every byte of it.

    Gives findings with the codes of the specification (``OCFL-E…`` must, ``OCFL-W…`` should);
    the object is valid when none is an error (``is_valid``).
    """
    return tuple(_Object(tree).judge())


def is_valid(findings: Iterable[Finding]) -> bool:
    """Whether nothing among the findings is an error."""
    return worst(list(findings)).rank < Severity.PROBLEM.rank


class _Object:
    """One object under judgement."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._findings: list[Finding] = []
        self._files = list(tree.files())
        self._known = set(self._files)
        self._top = {path for path in self._files if "/" not in path}
        self._folders = {path.split("/")[0] for path in self._files if "/" in path} | {
            path.split("/")[0] for path in tree.empty_folders()
        }
        self._spec = SPECS[-1]

    def say(self, code: str, place: str = "", **detail: str) -> None:
        self._findings.append(Finding(f"OCFL-{code}", place, detail))

    def judge(self) -> list[Finding]:
        self._declaration()
        if INVENTORY not in self._top:
            self.say("E063")
            return self._findings
        root = self._inventory(INVENTORY)
        if root is None:
            return self._findings
        if root.spec != self._spec:
            self.say("E038", INVENTORY, type=str(root.value.get("type")))
        self._root_entries(root)
        earlier = self._version_folders(root)
        self._content(root, earlier)
        return self._findings

    def _declaration(self) -> None:
        """The namaste file (3.2)."""
        found = sorted(name for name in self._top if name.startswith("0="))
        if len(found) != 1:
            self.say("E003", count=str(len(found)))
        for name in found:
            spec = name.removeprefix("0=ocfl_object_")
            if not name.startswith("0=ocfl_object_") or spec not in SPECS:
                self.say("E006", name)
                continue
            self._spec = spec
            if self._tree.read(name) != f"ocfl_object_{spec}\n".encode():
                self.say("E007", name)

    def _inventory(self, path: str) -> Inventory | None:
        """Read an inventory and its sidecar, and judge them; None when it is no JSON object."""
        data = self._tree.read(path)
        try:
            value = json.loads(data, object_pairs_hook=_object)
        except ValueError as error:
            self.say("E033", path, why=str(error))
            return None
        if not isinstance(value, dict):
            self.say("E034", path)
            return None
        inventory = Inventory(value, path, self._spec)
        self._findings += inventory.findings
        self._sidecar(path, inventory.algorithm, data)
        return inventory

    def _sidecar(self, path: str, algorithm: str, data: bytes) -> None:
        sidecar = f"{path}.{algorithm}"
        if sidecar not in self._known:
            self.say("E058", sidecar)
            return
        found = _SIDECAR.fullmatch(self._tree.read(sidecar))
        if not found:
            self.say("E061", sidecar)
        elif found[1].decode().lower() != _digests([data], {algorithm})[algorithm]:
            self.say("E060", path)

    def _root_entries(self, root: Inventory) -> None:
        """Nothing but what belongs there lies in the object's folder (3.1, 3.3.1, 3.9)."""
        expected = {INVENTORY, f"{INVENTORY}.{root.algorithm}"}
        for name in sorted(self._top - expected):
            if not name.startswith("0="):
                self.say("E001", name)
        for name in sorted(self._folders - {*root.versions, "logs", "extensions"}):
            self.say("E046" if re.fullmatch(r"v[0-9]+", name) else "E001", name, version=name)
        for name in root.versions:
            if name not in self._folders:
                self.say("E010", name, versions=", ".join(root.versions))
        for path in self._files:
            parts = path.split("/")
            if parts[0] == "extensions" and len(parts) == 2:
                self.say("E067", path)
        for name in sorted(self._below("extensions")):
            if name not in REGISTERED:
                self.say("W013", f"extensions/{name}")

    def _below(self, folder: str) -> set[str]:
        """Names of the folders in a folder."""
        start = folder + "/"
        found = {p[len(start) :].split("/")[0] for p in self._files if p.count("/") > 1
                 and p.startswith(start)}  # fmt: skip
        empty = {p[len(start) :].split("/")[0] for p in self._tree.empty_folders()
                 if p.startswith(start)}  # fmt: skip
        return found | empty

    def _version_folders(self, root: Inventory) -> list[Inventory]:
        """Judge every version's folder (3.3); gives the inventories found in them."""
        found: list[Inventory] = []
        spec = ""
        for name in root.versions:
            self._version_entries(root, name)
            path = f"{name}/{INVENTORY}"
            if path not in self._known:
                self.say("W010", name)
                continue
            if name == root.versions[-1]:
                if self._tree.read(path) != self._tree.read(INVENTORY):
                    self.say("E064", path)
                    self._inventory(path)
                else:
                    self._sidecar(path, root.algorithm, self._tree.read(path))
                inventory: Inventory | None = root
            else:
                inventory = self._inventory(path)
                if inventory is not None:
                    found.append(inventory)
                    self._findings += older(inventory, root)
                    if inventory.value.get("head") != name:
                        self.say("E040", path, head=str(inventory.value.get("head")), last=name)
            if inventory is not None:
                if inventory.spec < spec:
                    self.say("E103", path, spec=inventory.spec, earlier=spec)
                spec = max(spec, inventory.spec)
        return found

    def _version_entries(self, root: Inventory, name: str) -> None:
        start = name + "/"
        allowed = re.compile(r"inventory\.json(\.[a-z0-9]+)?")  # each version has its algorithm
        for path in self._files:
            name_there = path.removeprefix(start)
            if (
                path.startswith(start)
                and "/" not in name_there
                and not allowed.fullmatch(name_there)
            ):
                self.say("E015", path)
        for folder in sorted(self._below(name) - {root.content}):
            self.say("W002", f"{name}/{folder}")
        if f"{name}/{root.content}" in set(self._tree.empty_folders()):
            self.say("W003", f"{name}/{root.content}")

    def _content(self, root: Inventory, earlier: list[Inventory]) -> None:
        """Every content file is in the manifests and has the digests they give (3.5.2, 3.5.4)."""
        order = {name: number for number, name in enumerate(root.versions)}
        content = [
            path
            for path in self._files
            if path.split("/")[0] in order and path.split("/")[1:2] == [root.content]
        ]
        for folder in self._tree.empty_folders():
            parts = folder.split("/")
            if parts[0] in order and parts[1] == root.content and len(parts) > 2:
                self.say("E024", folder)
        everybody = [root, *earlier]
        for inventory in everybody:
            last = order.get(str(inventory.value.get("head")), len(order))
            for path in content:
                if order[path.split("/")[0]] <= last and path not in inventory.manifest:
                    self.say("E023", path, inventory=inventory.where)
            for path in sorted(set(inventory.manifest) - self._known):
                self.say("E092", path, inventory=inventory.where, algorithm=inventory.algorithm)
            for algorithm, block in inventory.fixity.items():
                for path in sorted(set(block) - self._known):
                    self.say("E093", path, inventory=inventory.where, algorithm=algorithm)
        for path in content:
            self._bytes_of(path, everybody)

    def _bytes_of(self, path: str, inventories: list[Inventory]) -> None:
        wanted = [
            ("E092", inventory, inventory.algorithm, inventory.manifest[path])
            for inventory in inventories
            if path in inventory.manifest
        ] + [
            ("E093", inventory, algorithm, block[path])
            for inventory in inventories
            for algorithm, block in inventory.fixity.items()
            if path in block
        ]
        given = _digests(self._tree.stream(path), {algorithm for _, _, algorithm, _ in wanted})
        for code, inventory, algorithm, digest in wanted:
            if given.get(algorithm, digest) != digest:
                self.say(code, path, inventory=inventory.where, algorithm=algorithm)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one JSON object")
    return value


def _digests(chunks: Iterable[bytes], algorithms: set[str]) -> dict[str, str]:
    """The digests of some bytes by those algorithms that can be computed here."""
    digests: dict[str, hashlib._Hash | hashlib.blake2b] = {}
    for name in algorithms:
        if name in _HASHLIB:
            digests[name] = hashlib.blake2b(digest_size=_HASHLIB[name])
        elif name.replace("/", "_") in hashlib.algorithms_available:
            digests[name] = hashlib.new(name.replace("/", "_"))
    for chunk in chunks:
        for digest in digests.values():
            digest.update(chunk)
    return {name: digest.hexdigest() for name, digest in digests.items()}


def validate_root(tree: Tree, *, objects: bool = True) -> tuple[Finding, ...]:
    """Judge an OCFL storage root, and each object in it unless ``objects`` is false."""
    return tuple(_Root(tree).judge(objects))


class _Root:
    """A storage root under judgement (section 4)."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._findings: list[Finding] = []
        self._spec = SPECS[-1]

    def say(self, code: str, place: str = "", **detail: str) -> None:
        self._findings.append(Finding(f"OCFL-{code}", place, detail))

    def judge(self, objects: bool) -> list[Finding]:
        files = list(self._tree.files())
        self._declaration([path for path in files if "/" not in path])
        if "ocfl_layout.json" in files:
            self._layout()
        self._extensions(files)
        for folder in self._tree.empty_folders():
            if not self._inside_object(folder, files):
                self.say("E073", folder)
        for folder, below in _objects(files):
            if not folder:
                for path in below:
                    self.say("E072", path)
                continue
            self._object(folder, below, objects)
        return self._findings

    def _declaration(self, names: list[str]) -> None:
        found = [name for name in names if name.startswith("0=")]
        specs = [name.removeprefix("0=ocfl_") for name in found]
        if len(found) != 1 or specs[0] not in SPECS:
            self.say("E069", ", ".join(found))
            return
        self._spec = specs[0]
        if self._tree.read(found[0]) != f"ocfl_{self._spec}\n".encode():
            self.say("E080", found[0])

    def _layout(self) -> None:
        try:
            value = json.loads(self._tree.read("ocfl_layout.json"))
        except ValueError:
            value = None
        if not isinstance(value, dict) or not all(
            isinstance(value.get(key), str) for key in ("extension", "description")
        ):
            self.say("E070", "ocfl_layout.json")
        elif value["extension"] not in REGISTERED:
            self.say("E071", "ocfl_layout.json", extension=value["extension"])

    def _extensions(self, files: list[str]) -> None:
        names = set()
        for path in files:
            parts = path.split("/")
            if parts[0] == "extensions":
                if len(parts) == 2:
                    self.say("E112", path)
                else:
                    names.add(parts[1])
        for name in sorted(names - REGISTERED):
            self.say("W016", f"extensions/{name}")

    def _inside_object(self, folder: str, files: list[str]) -> bool:
        return any(found and folder.startswith(found + "/") for found, _ in _objects(files))

    def _object(self, folder: str, below: list[str], judge: bool) -> None:
        names = [p for p in below if p.startswith("0=ocfl_object_") and "/" not in p]
        if any(name.removeprefix("0=ocfl_object_") > self._spec for name in names):
            self.say("E081", folder)
        if judge:
            for finding in validate_object(_Part(self._tree, folder, below)):
                place = f"{folder}/{finding.place}" if finding.place else folder
                self._findings.append(Finding(finding.code, place, finding.detail))


class _Part:
    """A folder of a tree, as a tree."""

    def __init__(self, tree: Tree, folder: str, files: list[str]) -> None:
        self._tree, self._before, self._files = tree, folder + "/", files

    def files(self) -> Iterable[str]:
        return self._files

    def empty_folders(self) -> Iterable[str]:
        cut = len(self._before)
        return [p[cut:] for p in self._tree.empty_folders() if p.startswith(self._before)]

    def read(self, path: str) -> bytes:
        return self._tree.read(self._before + path)

    def stream(self, path: str) -> Iterator[bytes]:
        return self._tree.stream(self._before + path)


def _objects(files: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The objects among the files of a root, each with the paths below it; "" for no object.

    An object begins at the highest folder that holds a file (4.2: storage hierarchies hold folders
    only); one that has no declaration there is no object.
    """
    inside: list[str] = []
    stray: list[str] = []
    current = ""
    for path in sorted(files, key=lambda p: p.split("/")):
        if "/" not in path or path.startswith("extensions/"):
            continue
        if current and path.startswith(current + "/"):
            inside.append(path[len(current) + 1 :])
            continue
        if current:
            yield current, inside
        folder, _, name = path.rpartition("/")
        current, inside = (folder, [name]) if name.startswith("0=") else ("", [])
        if not current:
            stray.append(path)
    if current:
        yield current, inside
    if stray:
        yield "", stray
