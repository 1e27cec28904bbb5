# SPDX-License-Identifier: Apache-2.0
"""Our objects and root before two judges, ocfl-py and ours; and ours before broken objects."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ocfl.storage_root import StorageRoot
from ocfl.validator import Validator
from planning import Kept, kept_archive

import emanet.storage.ocfl
from emanet.model.finding import catalogue
from emanet.storage.archive import Archive
from emanet.storage.ocfl.layout import place
from emanet.storage.ocfl.validate import StoreTree, is_valid, validate_object, validate_root
from emanet.storage.stores.memory import MemoryStore
from emanet.storage.stores.posix import PosixStore


def test_ocfl_py_finds_objects_and_root_valid_without_a_warning(kept: Kept) -> None:
    for reference in kept.archive.objects():
        judge = Validator(log_warnings=True)
        assert judge.validate_object(str(kept.root / reference.prefix))
        assert judge.log.num_warnings == judge.log.num_errors == 0, judge.status_str()
    root = StorageRoot(root=str(kept.root))
    assert root.validate(log_warnings=True)
    assert (root.num_objects, root.good_objects) == (1, 1)
    assert root.errors == []
    assert root.log.num_warnings == root.log.num_errors == 0, root.log.status_str()


def test_with_sha256_the_one_warning_is_that(tmp_path: Path) -> None:
    store = PosixStore(tmp_path / "root")
    Archive.create(store, "sha256")
    kept = kept_archive(tmp_path / "other")
    Archive(store, digest="sha256").seal(kept.aip, kept.planner.sources)
    judge = Validator(log_warnings=True)
    assert judge.validate_object(str(store.root / place(kept.aip.id).prefix))
    assert set(re.findall(r"W\d{3}", judge.status_str())) == {"W004"}
    findings = validate_root(StoreTree(store))
    assert [f.code for f in findings] == ["OCFL-W004"]


def test_our_judge_finds_them_valid(kept: Kept) -> None:
    assert validate_root(StoreTree(kept.archive.store)) == ()


SMALL = {"v1/content/a.txt": b"a", "v1/content/b/c.txt": b"c"}


def sha512(data: bytes) -> str:
    return hashlib.sha512(data).hexdigest()


def small_object() -> dict[str, Any]:
    """A valid inventory of two versions; the second adds nothing."""
    manifest = {sha512(data): [path] for path, data in SMALL.items()}
    state = {sha512(b"a"): ["a.txt"], sha512(b"c"): ["b/c.txt"]}
    block = {
        "created": "2026-01-01T00:00:00Z",
        "state": state,
        "message": "m",
        "user": {"name": "n", "address": "mailto:n@example.org"},
    }
    return {
        "id": "urn:example:1",
        "type": "https://ocfl.io/1.1/spec/#inventory",
        "digestAlgorithm": "sha512",
        "head": "v2",
        "contentDirectory": "content",
        "manifest": manifest,
        "versions": {"v1": block, "v2": dict(block)},
    }


class Broken:
    """An object to be broken: its files, and the inventories before they are written out."""

    def __init__(self) -> None:
        self.files = dict(SMALL)
        self.files["0=ocfl_object_1.1"] = b"ocfl_object_1.1\n"
        self.root = small_object()
        self.v1 = small_object()
        self.v1["head"] = "v1"
        del self.v1["versions"]["v2"]
        self.empty: list[str] = []

    def written(self) -> MemoryStore:
        store = MemoryStore()
        for folder, value in (("", self.root), ("v2/", self.root), ("v1/", self.v1)):
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            algorithm = value.get("digestAlgorithm") if isinstance(value, dict) else "sha512"
            algorithm = algorithm if algorithm in hashlib.algorithms_available else "sha512"
            digest = hashlib.new(algorithm, data).hexdigest()
            self.files.setdefault(f"{folder}inventory.json", data)
            self.files.setdefault(
                f"{folder}inventory.json.{algorithm}", f"{digest} inventory.json\n".encode()
            )
        for key, data in self.files.items():
            store.put(key, [data])
        return store


def both(broken: Broken) -> list[dict[str, Any]]:
    return [broken.root["versions"]["v1"], broken.v1["versions"]["v1"]]


def set_both(key: str, value: Any) -> Callable[[Broken], None]:
    def act(b: Broken) -> None:
        for block in both(b):
            block[key] = value

    return act


def root_key(key: str, value: Any) -> Callable[[Broken], None]:
    return lambda b: b.root.__setitem__(key, value)


def file(path: str, data: bytes = b"x") -> Callable[[Broken], None]:
    return lambda b: b.files.__setitem__(path, data)


def drop_file(path: str) -> Callable[[Broken], None]:
    return lambda b: b.files.pop(path)


def empty(path: str) -> Callable[[Broken], None]:
    return lambda b: b.empty.append(path)


def rename_version(old: str, new: str) -> Callable[[Broken], None]:
    return lambda b: b.root["versions"].__setitem__(new, b.root["versions"].pop(old))


def state_path(path: str) -> Callable[[Broken], None]:
    return lambda b: [
        block["state"].__setitem__(sha512(b"a"), [path]) for block in both(b)
    ] and b.root["versions"].__setitem__("v2", b.root["versions"]["v1"])  # fmt: skip


def manifest_path(path: str) -> Callable[[Broken], None]:
    return lambda b: b.root["manifest"][sha512(b"a")].append(path)


BREAKS: list[tuple[str, Callable[[Broken], object]]] = [
    ("E001", file("stray.txt")),
    ("E001", file("strange/x")),
    ("E003", drop_file("0=ocfl_object_1.1")),
    ("E006", file("0=ocfl_object_9.9")),
    ("E007", file("0=ocfl_object_1.1", b"other")),
    ("E008", root_key("versions", {})),
    ("E009", lambda b: b.root["versions"].pop("v1")),
    ("E010", rename_version("v2", "v3")),
    ("E011", rename_version("v2", "v02")),
    ("E013", rename_version("v2", "v02")),
    ("E015", file("v1/stray.txt")),
    ("E017", root_key("contentDirectory", "a/b")),
    ("E018", root_key("contentDirectory", "..")),
    ("E019", lambda b: b.v1.__setitem__("contentDirectory", "stuff")),
    ("E023", file("v1/content/more.txt")),
    ("E024", empty("v1/content/none")),
    ("E025", root_key("digestAlgorithm", "md5")),
    ("E033", lambda b: setattr(b, "root", b"{")),
    ("E033", lambda b: setattr(b, "root", b'{"id":"a:b","id":"a:c"}')),
    ("E034", lambda b: setattr(b, "root", b"[]")),
    ("E036", lambda b: b.root.pop("head")),
    ("E037", root_key("id", "")),
    ("E037", lambda b: b.v1.__setitem__("id", "urn:other")),
    ("E038", root_key("type", "inventory")),
    ("E038", root_key("type", "https://ocfl.io/1.0/spec/#inventory")),
    ("E040", root_key("head", "v1")),
    ("E041", lambda b: b.root.pop("manifest")),
    ("E041", lambda b: b.root.pop("versions")),
    ("E042", manifest_path("v1/other/x")),
    ("E044", root_key("versions", [])),
    ("E046", file("v7/content/x")),
    ("E046", rename_version("v2", "version2")),
    ("E047", lambda b: b.root["versions"].__setitem__("v2", [])),
    ("E048", lambda b: b.root["versions"]["v2"].pop("created")),
    ("E049", set_both("created", "2026-01-01")),
    ("E049", set_both("created", "2026-13-41T00:00:00Z")),
    ("E050", lambda b: b.root["versions"]["v2"].__setitem__("state", {"0" * 128: ["x"]})),
    ("E050", set_both("state", [])),
    ("E051", set_both("state", {sha512(b"a"): "a.txt"})),
    ("E052", state_path("a//b")),
    ("E052", state_path("../b")),
    ("E053", state_path("/b")),
    ("E054", set_both("user", {"address": "mailto:x@y.z"})),
    ("E056", root_key("fixity", {"crc7": {}})),
    ("E057", root_key("fixity", {"md5": []})),
    ("E057", root_key("fixity", {"md5": {"xyz": []}})),
    ("E057", root_key("fixity", {"md5": {"0" * 32: ["v1/content/none"]}})),
    ("E058", lambda b: b.files.__setitem__("inventory.json", json.dumps(b.root).encode()) or
        b.files.__setitem__("inventory.json.sha512", b"") or None),
    ("E060", file("inventory.json.sha512", b"00 inventory.json\n")),
    ("E061", file("inventory.json.sha512", b"not a digest\n")),
    ("E063", lambda b: None),
    ("E064", lambda b: b.files.__setitem__("v2/inventory.json", json.dumps(b.v1).encode())),
    ("E066", lambda b: b.v1["versions"]["v1"].__setitem__("state", {sha512(b"a"): ["z"],
        sha512(b"c"): ["b/c.txt"]})),
    ("E067", file("extensions/x.txt")),
    ("E092", file("v1/content/a.txt", b"other")),
    ("E092", drop_file("v1/content/a.txt")),
    ("E092", lambda b: b.root["manifest"].__setitem__(sha512(b"a"), "v1/content/a.txt")),
    ("E093", root_key("fixity", {"md5": {"0" * 32: ["v1/content/a.txt"]}})),
    ("E094", set_both("message", 7)),
    ("E095", state_path("b/c.txt")),
    ("E095", state_path("b")),
    ("E096", lambda b: b.root["manifest"].__setitem__(sha512(b"a").upper(), [])),
    ("E097", root_key("fixity", {"md5": {"a" * 32: [], "A" * 32: []}})),
    ("E099", manifest_path("v1/content/./x")),
    ("E100", manifest_path("/v1/content/x")),
    ("E101", manifest_path("v1/content/a.txt")),
    ("E101", manifest_path("v1/content/a.txt/d")),
    ("E102", root_key("colour", "red")),
    ("E103", lambda b: b.root.__setitem__("type", "https://ocfl.io/1.0/spec/#inventory")),
    ("E106", root_key("manifest", [])),
    ("E107", lambda b: b.root["manifest"].__setitem__("0" * 128, ["v1/content/z"])),
    ("E111", root_key("fixity", [])),
    ("W001", lambda b: None),
    ("W002", file("v1/extra/x")),
    ("W003", empty("v2/content")),
    ("W005", lambda b: (b.root.__setitem__("id", "one"), b.v1.__setitem__("id", "one"))),
    ("W007", lambda b: [block.pop("message") for block in both(b)]),
    ("W008", set_both("user", {"name": "n"})),
    ("W009", set_both("user", {"name": "n", "address": "here"})),
    ("W010", lambda b: None),
    ("W011", lambda b: b.v1["versions"]["v1"].__setitem__("message", "other")),
    ("W013", file("extensions/own/x")),
]  # fmt: skip


def without(prefix: str, store: MemoryStore) -> MemoryStore:
    made = MemoryStore()
    for key in store.list():
        if not key.startswith(prefix):
            made.put(key, [store.read(key)])
    return made


def padded(store: MemoryStore) -> MemoryStore:
    """The valid object again, with version names v01 and v02."""
    made = MemoryStore()
    for key in store.list():
        data = store.read(key)
        if key.endswith("inventory.json"):
            data = re.sub(rb"v([12])\b", rb"v0\1", data)
            made.put(re.sub(r"^v(\d)/", r"v0\1/", key) + ".sha512", [
                f"{sha512(data)} inventory.json\n".encode()])  # fmt: skip
        if not key.endswith(".sha512"):
            made.put(re.sub(r"^v(\d)/", r"v0\1/", key), [data])
    return made


def codes(store: MemoryStore, empty: list[str]) -> set[str]:
    findings = validate_object(StoreTree(store, empty=empty))
    errors = {f.code for f in findings if f.code.startswith("OCFL-E")}
    assert is_valid(findings) == (not errors)
    for finding in findings:
        assert "?" not in finding.text("en"), finding
        assert "?" not in finding.text("tr"), finding
    return {f.code.removeprefix("OCFL-") for f in findings}


def test_the_unbroken_object_is_valid() -> None:
    store = Broken().written()
    assert codes(store, []) == set()
    assert codes(padded(store), []) == {"W001"}


@pytest.mark.parametrize(("code", "act"), BREAKS)
def test_each_break_gets_its_code(code: str, act: Callable[[Broken], object]) -> None:
    broken = Broken()
    act(broken)
    store = broken.written()
    if code == "E063":
        store = without("inventory.json", store)
    elif code == "E058":
        store = without("v1/inventory.json.sha512", store)
    elif code == "W010":
        store = without("v1/inventory.json", store)
    elif code == "W001":
        store = padded(store)
    assert code in codes(store, broken.empty)


ROOT_BREAKS: list[tuple[str, str, bytes | None]] = [
    ("E069", "0=ocfl_1.1", None),
    ("E069", "0=ocfl_1.0", b"ocfl_1.0\n"),
    ("E080", "0=ocfl_1.1", b"other"),
    ("E070", "ocfl_layout.json", b"{}"),
    ("E070", "ocfl_layout.json", b"{"),
    ("E071", "ocfl_layout.json", b'{"extension":"own","description":"d"}'),
    ("E072", "abc/stray.txt", b"x"),
    ("E112", "extensions/stray.txt", b"x"),
    ("W016", "extensions/own/x", b"x"),
]


@pytest.mark.parametrize(("code", "key", "data"), ROOT_BREAKS)
def test_each_break_of_a_root_gets_its_code(
    kept: Kept, code: str, key: str, data: bytes | None
) -> None:
    path = kept.root / key
    if data is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    findings = validate_root(StoreTree(PosixStore(kept.root)))
    assert {f.code for f in findings} == {f"OCFL-{code}"}


def test_the_root_judges_its_objects_their_age_and_empty_folders(kept: Kept) -> None:
    (kept.root / "0=ocfl_1.1").rename(kept.root / "0=ocfl_1.0")
    (kept.root / "0=ocfl_1.0").write_bytes(b"ocfl_1.0\n")
    path = next(kept.root.rglob("members.jsonl"))
    path.write_bytes(path.read_bytes() + b"\n")
    tree = StoreTree(PosixStore(kept.root), empty=["000/none"])
    findings = validate_root(tree)
    assert {f.code for f in findings} == {"OCFL-E073", "OCFL-E081", "OCFL-E092"}
    damaged = next(f for f in findings if f.code == "OCFL-E092")
    assert damaged.place == str(path.relative_to(kept.root))
    assert {f.code for f in validate_root(tree, objects=False)} == {"OCFL-E073", "OCFL-E081"}


def test_every_code_of_the_catalogue_is_broken_somewhere() -> None:
    tried = {code for code, _ in BREAKS} | {code for code, _, _ in ROOT_BREAKS}
    tried |= {"E073", "E081", "W004"}
    known = {c.removeprefix("OCFL-") for c in catalogue() if c.startswith("OCFL-")}
    assert tried == known
    sources = "".join(
        p.read_text() for p in Path(next(iter(emanet.storage.ocfl.__path__))).glob("*.py")
    )
    assert known <= set(re.findall(r'"([EW]\d{3})"', sources))
