# SPDX-License-Identifier: Apache-2.0
"""What an OCFL inventory must and should be (OCFL 1.0 and 1.1, section 3.5), as pure rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from emanet.model.finding import Finding

SPECS = ("1.0", "1.1")
DIGEST_HEX = {
    "sha512": 128,
    "sha256": 64,
    "md5": 32,
    "sha1": 40,
    "sha512/256": 64,
    "blake2b-512": 128,
    "blake2b-160": 40,
    "blake2b-256": 64,
    "blake2b-384": 96,
}
"""Digest algorithms of the specification and of extension 0001, with their length in hex digits."""

CONTENT_ALGORITHMS = ("sha512", "sha256")

_KEYS = {
    "id", "type", "digestAlgorithm", "head", "contentDirectory", "manifest", "versions", "fixity",
}  # fmt: skip
_VERSION_KEYS = {"created", "state", "message", "user"}
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+")
_TYPE = re.compile(r"https://ocfl\.io/(\d+\.\d+)/spec/#inventory")
_CREATED = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_VERSION = re.compile(r"v(0*)([1-9][0-9]*)", re.ASCII)


class Inventory:
    """An inventory under examination: what it says, and what is wrong with it.

    ``where`` names the file in the findings; ``spec`` is the version that its object declares, used
    where its own type does not say. After the start ``findings`` hold all that is wrong with the
    inventory itself, and the other attributes what could be understood of it: ``manifest`` maps
    content paths to digests in lower case, ``states`` a version's logical paths to them.
    """

    def __init__(self, value: dict[str, Any], where: str, spec: str) -> None:
        self.findings: list[Finding] = []
        self.where = where
        self.value = value
        self.spec = spec
        self.id = ""
        self.algorithm = "sha512"
        self.content = "content"
        self.versions: list[str] = []
        self.manifest: dict[str, str] = {}
        self.fixity: dict[str, dict[str, str]] = {}
        self.states: dict[str, dict[str, str]] = {}
        self._keys: set[str] = set()
        self._head()
        self._content_directory()
        self._version_names()
        self._manifest()
        self._versions()
        self._fixity()

    def say(self, code: str, **detail: str) -> None:
        """Note a finding about this inventory."""
        self.findings.append(Finding(f"OCFL-{code}", self.where, detail))

    def _head(self) -> None:
        value = self.value
        for key in sorted(set(value) - _KEYS):
            self.say("E102", key=key)
        for key in ("id", "type", "digestAlgorithm", "head"):
            if key not in value:
                self.say("E036", key=key)
        if "id" in value:
            self.id = value["id"] if isinstance(value["id"], str) else ""
            if not self.id:
                self.say("E037", id=str(value["id"]))
            elif not _URI.fullmatch(self.id):
                self.say("W005", id=self.id)
        if "type" in value:
            found = _TYPE.fullmatch(value["type"]) if isinstance(value["type"], str) else None
            if not found or found[1] not in SPECS:
                self.say("E038", type=str(value["type"]))
            else:
                self.spec = found[1]
        if "digestAlgorithm" in value:
            self.algorithm = str(value["digestAlgorithm"])
            if self.algorithm not in CONTENT_ALGORITHMS:
                self.say("E025", algorithm=self.algorithm)
            elif self.algorithm != "sha512":
                self.say("W004", algorithm=self.algorithm)

    def _content_directory(self) -> None:
        if "contentDirectory" not in self.value:
            return
        name = self.value["contentDirectory"]
        if not isinstance(name, str) or "/" in name or not name:
            self.say("E017", name=str(name))
        elif name in (".", ".."):
            self.say("E018", name=name)
        else:
            self.content = name

    def _version_names(self) -> None:
        """Which versions there are, in order; head must be the last (3.5.3.1, 3.3.1)."""
        versions = self.value.get("versions")
        if "versions" not in self.value:
            self.say("E041", key="versions")
        elif not isinstance(versions, dict):
            self.say("E044")
        elif not versions:
            self.say("E008")
        else:
            self._sequence(versions)
        head = self.value.get("head")
        if "head" in self.value and (not self.versions or head != self.versions[-1]):
            self.say("E040", head=str(head), last=self.versions[-1] if self.versions else "")

    def _sequence(self, versions: dict[str, Any]) -> None:
        numbers: dict[int, str] = {}
        widths = set()
        for name in versions:
            found = _VERSION.fullmatch(name)
            if not found:
                self.say("E046", version=name)
                continue
            numbers[int(found[2])] = name
            widths.add(len(name) - 1 if found[1] else 0)
        if any(widths):
            self.say("W001")
        if len(widths) > 1:
            # A padded name keeps its leading zero: after v09 of width 2 nothing can follow.
            self.say("E011", versions=", ".join(sorted(versions)))
            self.say("E013", versions=", ".join(sorted(versions)))
        for number in range(1, len(numbers) + 1):
            if number in numbers:
                self.versions.append(numbers[number])
        if numbers and 1 not in numbers:
            self.say("E009")
        elif len(self.versions) != len(numbers):
            self.say("E010", versions=", ".join(sorted(versions)))
            self.versions = [numbers[n] for n in sorted(numbers)]

    def _manifest(self) -> None:
        manifest = self.value.get("manifest")
        if not isinstance(manifest, dict):
            self.say("E106" if "manifest" in self.value else "E041", key="manifest")
            return
        seen: set[str] = set()
        for digest, paths in manifest.items():
            self._keys.add(digest)
            low = digest.lower()
            if not _is_digest(low, self.algorithm):
                self.say("E025", algorithm=f"{self.algorithm}: {digest}")
            if low in seen:
                self.say("E096", digest=low)
            seen.add(low)
            if not isinstance(paths, list):
                self.say("E092", inventory=self.where, algorithm=self.algorithm)
                continue
            for path in paths:
                self._content_path(path, low)
        self._clashes(self.manifest, "E101")

    def _content_path(self, path: Any, digest: str) -> None:
        if not isinstance(path, str):
            self.say("E092", inventory=self.where, algorithm=self.algorithm)
            return
        if not self._sound(path, "E099", "E100"):
            return
        parts = path.split("/")
        if parts[0] not in self.versions or len(parts) < 3 or parts[1] != self.content:
            self.say("E042", path=path)
        if path in self.manifest:
            self.say("E101", path=path)
        self.manifest[path] = digest

    def _sound(self, path: str, bad_part: str, bad_end: str) -> bool:
        """Whether a path is a plain relative one; a finding for each rule it breaks."""
        sound = True
        if path.startswith("/") or path.endswith("/"):
            self.say(bad_end, path=path)
            sound = False
        if any(part in ("", ".", "..") for part in path.strip("/").split("/")):
            self.say(bad_part, path=path)
            sound = False
        return sound

    def _clashes(self, paths: Iterable[str], code: str, version: str = "") -> None:
        """A path may not be a file and a folder at once."""
        known = set(paths)
        for path in sorted(known):
            parts = path.split("/")
            for cut in range(1, len(parts)):
                if "/".join(parts[:cut]) in known:
                    self.say(code, path=path, version=version)
                    break

    def _versions(self) -> None:
        used: set[str] = set()
        for name in self.versions:
            block = self.value["versions"][name]
            if not isinstance(block, dict):
                self.say("E047", version=name)
                continue
            for key in sorted(set(block) - _VERSION_KEYS):
                self.say("E102", key=key)
            self._created(name, block)
            self._words(name, block)
            used |= self._state(name, block)
        if self.spec != "1.0":
            for digest in sorted({d.lower() for d in self._keys} - used):
                self.say("E107", digest=digest)

    def _created(self, name: str, block: dict[str, Any]) -> None:
        for key in ("created", "state"):
            if key not in block:
                self.say("E048", version=name, key=key)
        if "created" in block and not _is_moment(block["created"]):
            self.say("E049", version=name, created=str(block["created"]))

    def _words(self, name: str, block: dict[str, Any]) -> None:
        """Message and user (3.5.3.1)."""
        if "message" not in block or "user" not in block:
            self.say("W007", version=name)
        if not isinstance(block.get("message", ""), str):
            self.say("E094", version=name)
        if "user" not in block:
            return
        user = block["user"]
        named = isinstance(user, dict) and isinstance(user.get("name"), str) and user["name"]
        if not named or not isinstance(user.get("address", ""), str):
            self.say("E054", version=name)
        elif not user.get("address"):
            self.say("W008", version=name)
        elif not _URI.fullmatch(user["address"]):
            self.say("W009", version=name, address=user["address"])

    def _state(self, name: str, block: dict[str, Any]) -> set[str]:
        """Check one state block; gives the digests that it uses, in lower case."""
        state = block.get("state", {})
        if not isinstance(state, dict):
            self.say("E050", version=name, digest="")
            return set()
        found: dict[str, str] = {}
        for digest, paths in state.items():
            if digest not in self._keys:
                self.say("E050", version=name, digest=digest)
            if not isinstance(paths, list) or not all(isinstance(p, str) for p in paths):
                self.say("E051", version=name, digest=digest)
                continue
            for path in paths:
                if path in found:
                    self.say("E095", version=name, path=path)
                elif self._sound(path, "E052", "E053"):
                    found[path] = digest.lower()
        self._clashes(found, "E095", name)
        self.states[name] = found
        return {digest.lower() for digest in state}

    def _fixity(self) -> None:
        if "fixity" not in self.value:
            return
        fixity = self.value["fixity"]
        if not isinstance(fixity, dict):
            self.say("E057" if self.spec == "1.0" else "E111", algorithm="")
            return
        for algorithm, block in fixity.items():
            if algorithm not in DIGEST_HEX:
                self.say("E056", algorithm=algorithm)
            if not isinstance(block, dict):
                self.say("E057", algorithm=algorithm)
                continue
            self.fixity[algorithm] = self._fixity_block(algorithm, block)

    def _fixity_block(self, algorithm: str, block: dict[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        seen: set[str] = set()
        for digest, paths in block.items():
            low = digest.lower()
            if low in seen:
                self.say("E097", algorithm=algorithm, digest=low)
            seen.add(low)
            shaped = algorithm not in DIGEST_HEX or _is_digest(low, algorithm)
            if not shaped or not isinstance(paths, list):
                self.say("E057", algorithm=algorithm)
                continue
            for path in paths:
                if not isinstance(path, str) or not self._sound(path, "E099", "E100"):
                    continue
                if path not in self.manifest:
                    self.say("E057", algorithm=algorithm)
                found[path] = low
        return found


def _is_digest(text: str, algorithm: str) -> bool:
    length = DIGEST_HEX.get(algorithm, len(text))
    return len(text) == length and not set(text) - set("0123456789abcdef")


def _is_moment(value: Any) -> bool:
    """Whether a value is a moment by RFC 3339, with seconds and zone."""
    if not isinstance(value, str) or not _CREATED.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", value.upper().replace("Z", "+00:00")))
    except ValueError:
        return False
    return True


def older(earlier: Inventory, root: Inventory) -> list[Finding]:
    """Compare a version's inventory with the root's, of which it was once the whole.

    Gives what contradicts: id, content directory, states of the versions they share (3.5.4), and
    differing words about them.
    """
    findings: list[Finding] = []

    def say(code: str, **detail: str) -> None:
        findings.append(Finding(f"OCFL-{code}", earlier.where, detail))

    if earlier.id != root.id:
        say("E037", id=earlier.id)
    if earlier.content != root.content:
        say("E019", name=earlier.content)
    for name, state in earlier.states.items():
        if name not in root.states:
            say("E066", version=name)
            continue
        if not _same_state(earlier, state, root, root.states[name]):
            say("E066", version=name)
        mine, theirs = earlier.value["versions"][name], root.value["versions"][name]
        for key in ("created", "message", "user"):
            if mine.get(key) != theirs.get(key):
                say("W011", version=name, key=key)
    return findings


def _same_state(
    earlier: Inventory, mine: dict[str, str], root: Inventory, theirs: dict[str, str]
) -> bool:
    if earlier.algorithm == root.algorithm:
        return mine == theirs
    # Digests of two algorithms are compared by the content files they stand for.
    if set(mine) != set(theirs):
        return False
    here, there = _files_of(earlier), _files_of(root)
    return all(
        here.get(digest, set()) & there.get(theirs[path], set()) for path, digest in mine.items()
    )


def _files_of(inventory: Inventory) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path, digest in inventory.manifest.items():
        found.setdefault(digest, set()).add(path)
    return found
