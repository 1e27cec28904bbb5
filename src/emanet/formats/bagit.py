# SPDX-License-Identifier: Apache-2.0
"""BagIt 0.93 to 1.0: a bag's files judged by its own manifests (RFC 8493 and its drafts).

``examine`` is pure: it takes names, sizes, the tag files' bytes and a way to ask for a digest.
``validate`` takes open files instead and computes the digests. Nothing is ever fetched.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

import msgspec

from emanet.model.finding import Finding

Opener = Callable[[], BinaryIO]
DigestOf = Callable[[str, str], str | None]

ALGORITHMS = frozenset(
    ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3256", "blake2b")
)
_HASHLIB = {"sha3256": "sha3_256"}
_VERSIONS = frozenset(("0.93", "0.94", "0.95", "0.96", "0.97", "1.0"))
_ENCODINGS = re.compile(r"^(?:utf-?(?:8|16(?:le|be)?|32(?:le|be)?)|us-ascii|ascii|iso-8859-\d\d?"
                        r"|windows-125\d|cp125\d)$", re.IGNORECASE)  # fmt: skip
_DECLARATION = re.compile(
    rb"\ABagIt-Version(?P<s1>[ \t]*): *(?P<version>[^\r\n]*)(?:\r\n|\r|\n)"
    rb"Tag-File-Character-Encoding(?P<s2>[ \t]*): *(?P<encoding>[^\r\n]*)(?:\r\n|\r|\n)?\s*\Z"
)
_MANIFEST = re.compile(r"^(tag)?manifest-([A-Za-z0-9-]+)\.txt$")
_LINE = re.compile(r"^(?P<digest>[0-9A-Fa-f]+)[ \t]+(?P<star>\*?)(?P<path>.+)$")
_FETCH = re.compile(r"^(?P<url>\S+)[ \t]+(?P<length>\d+|-)[ \t]+(?P<path>.+)$")
_OXUM = re.compile(r"^Payload-Oxum\s*:\s*(\d{1,18})\.(\d{1,18})\s*$", re.IGNORECASE | re.MULTILINE)
_ESCAPES = re.compile(r"%(0[AaDd]|25)")
_SYSTEM = re.compile(r"(?:^|/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*|__MACOSX/.*)$", re.I)


class Manifest(msgspec.Struct, frozen=True):
    """One manifest: its name, the algorithm, whether of tag files, and path to digest."""

    name: str
    algorithm: str
    of_tags: bool
    digests: dict[str, str]


class Bag(msgspec.Struct, frozen=True):
    """What a bag says of itself: version, its manifests, the payload it wants fetched, findings."""

    version: str
    manifests: tuple[Manifest, ...]
    fetch: frozenset[str]
    oxum: tuple[int, int] | None
    findings: tuple[Finding, ...]

    def wanted(self) -> dict[str, set[str]]:
        """The digests that are needed to judge it: path to algorithms (known ones only)."""
        needs: dict[str, set[str]] = {}
        for manifest in self.manifests:
            if manifest.algorithm in ALGORITHMS:
                for path in manifest.digests:
                    needs.setdefault(path, set()).add(manifest.algorithm)
        return needs


def is_tag_file(path: str) -> bool:
    """Whether a path inside a bag is a tag file that must be read to judge the bag."""
    named = ("bagit.txt", "bag-info.txt", "package-info.txt", "fetch.txt")
    return path in named or _MANIFEST.match(path) is not None


def read_bag(texts: Mapping[str, bytes], place: str = "") -> Bag:
    """Read the tag files of a bag.

    ``texts`` maps the path inside the bag to the bytes of each tag file; ``place`` is the bag's own
    path with a slash at its end, put before every path in findings.
    """
    reader = _Reader(place)
    version, encoding = reader.declaration(texts.get("bagit.txt"))
    manifests = []
    fetch: frozenset[str] = frozenset()
    oxum = None
    for name in sorted(texts):
        found = _MANIFEST.match(name)
        if not found and name not in ("bag-info.txt", "package-info.txt", "fetch.txt"):
            continue
        words = reader.decode(name, texts[name], encoding)
        if words is None:
            continue
        if found:
            algorithm = found[2].lower().replace("-", "")
            digests = reader.manifest(name, words, version, of_tags=bool(found[1]))
            manifests.append(Manifest(name, algorithm, bool(found[1]), digests))
        elif name == "fetch.txt":
            fetch = reader.fetch(name, words)
        else:
            given = _OXUM.search(words)
            oxum = (int(given[1]), int(given[2])) if given else oxum
    if not any(not m.of_tags for m in manifests):
        reader.say("BAG-MANIFEST-MISSING")
    return Bag(version, tuple(manifests), fetch, oxum, tuple(reader.findings))


class _Reader:
    """Reads tag files and keeps the findings made on the way."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.findings: list[Finding] = []

    def say(self, code: str, name: str = "", **detail: str) -> None:
        self.findings.append(Finding(code, self.place + name, detail))

    def declaration(self, data: bytes | None) -> tuple[str, str]:
        """Version and encoding; where they cannot be had, 1.0 and UTF-8, with a finding."""
        if data is None:
            self.say("BAG-DECLARATION-MISSING")
            return "1.0", "utf-8"
        found = _DECLARATION.match(data)
        if found is None:
            what = "byte order mark" if data.startswith(b"\xef\xbb\xbf") else "its two lines"
            self.say("BAG-DECLARATION-MALFORMED", "bagit.txt", what=what)
            return "1.0", "utf-8"
        version = found["version"].decode("utf-8", "replace").strip()
        encoding = found["encoding"].decode("utf-8", "replace").strip()
        if not re.fullmatch(r"\d+\.\d+", version):
            self.say("BAG-DECLARATION-MALFORMED", "bagit.txt", what=f"version {version}")
        elif version not in _VERSIONS:
            self.say("BAG-VERSION-UNKNOWN", "bagit.txt", version=version)
            version = "1.0"
        if version == "1.0" and (found["s1"] or found["s2"]):
            self.say("BAG-DECLARATION-MALFORMED", "bagit.txt", what="a blank before the colon")
        if not _ENCODINGS.match(encoding):
            self.say("BAG-DECLARATION-MALFORMED", "bagit.txt", what=f"encoding {encoding}")
            encoding = "utf-8"
        return version, encoding

    def decode(self, name: str, data: bytes, encoding: str) -> str | None:
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            self.say("BAG-TAG-FILE-UNREADABLE", name, encoding=encoding)
            return None

    def manifest(self, name: str, words: str, version: str, *, of_tags: bool) -> dict[str, str]:
        digests: dict[str, str] = {}
        starred = False
        for number, line in _lines(words):
            found = _LINE.match(line)
            if found is None:
                self.say("BAG-LINE-MALFORMED", name, line=str(number))
                continue
            starred = starred or bool(found["star"])
            path = self.path(name, found["path"], payload=not of_tags)
            digest = found["digest"].lower()
            if path is None:
                continue
            if path in digests:
                code = "BAG-LISTED-TWICE" if version < "1.0" else "BAG-LISTED-TWICE-FORBIDDEN"
                same = digests[path] == digest
                self.say(code if same else "BAG-TWO-DIGESTS", name, path=path)
            digests[path] = digest
        if starred:
            self.say("BAG-MD5SUM-STYLE", name)
        return digests

    def fetch(self, name: str, words: str) -> frozenset[str]:
        wanted = set()
        for number, line in _lines(words):
            found = _FETCH.match(line)
            if found is None:
                self.say("BAG-LINE-MALFORMED", name, line=str(number))
                continue
            path = self.path(name, found["path"], payload=True)
            if path is not None:
                wanted.add(path)
        return frozenset(wanted)

    def path(self, name: str, written: str, *, payload: bool) -> str | None:
        """The path as it names a file, None (with a finding) when it leads out of the bag."""
        path = _ESCAPES.sub(lambda m: chr(int(m[1], 16)), written.rstrip("\r\n"))
        if path.startswith("./"):
            self.say("BAG-RELATIVE-PATH", name, path=path)
            path = path.removeprefix("./")
        parts = path.split("/")
        outside = path.startswith(("/", "~", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", path)
        if outside or (payload and parts[0] != "data"):
            self.say("BAG-PATH-OUTSIDE", name, path=path)
            return None
        return path


def _lines(words: str) -> Iterable[tuple[int, str]]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", words), start=1):
        if line.strip():
            yield number, line


def examine(
    sizes: Mapping[str, int],
    texts: Mapping[str, bytes],
    digest_of: DigestOf,
    place: str = "",
) -> tuple[Finding, ...]:
    """Judge a bag.

    ``sizes`` maps every path inside the bag to its size in bytes, ``texts`` the tag files to their
    bytes (``is_tag_file``); ``digest_of(path, algorithm)`` gives a digest in lower-case hexadecimal
    or None when it is not known. ``place`` is the bag's own path with a slash at its end. The bag
    is valid when no finding is of severity hold. Source: RFC 8493, section 3.
    """
    bag = read_bag(texts, place)
    findings = list(bag.findings)
    names = _Names(sizes)
    for manifest in bag.manifests:
        findings += _listed(bag, manifest, names, digest_of, place)
    findings += _unlisted(bag, names, place)
    payload = [n for p, n in sizes.items() if p.startswith("data/")]
    # System files that were lost or gained on the way do not count against the sum.
    if bag.oxum is not None and bag.oxum != (sum(payload), len(payload)):
        lost = [f for f in findings if f.code == "BAG-SYSTEM-FILE"]
        if bag.oxum[0] != sum(payload) or not lost:
            found, given = f"{sum(payload)}.{len(payload)}", "{}.{}".format(*bag.oxum)
            findings.append(Finding("BAG-OXUM", place, {"found": found, "given": given}))
    findings += _clashes(sizes, place)
    return tuple(findings)


class _Names:
    """The files that are there, found also by a name that differs in case or normal form."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self._alike: dict[str, str] = {}
        for path in sizes:
            self._alike.setdefault(alike(path), path)

    def find(self, path: str) -> str | None:
        return path if path in self.sizes else self._alike.get(alike(path))


def alike(path: str) -> str:
    """A path as a file system that ignores case and normal form sees it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())


def _listed(
    bag: Bag, manifest: Manifest, names: _Names, digest_of: DigestOf, place: str
) -> list[Finding]:
    findings = []
    known = manifest.algorithm in ALGORITHMS
    if not known:
        findings.append(Finding("BAG-ALGORITHM-UNKNOWN", place + manifest.name))
    for path, given in manifest.digests.items():
        there = names.find(path)
        detail = {"path": path}
        if _SYSTEM.search(path):
            findings.append(Finding("BAG-SYSTEM-FILE", place + path, detail))
        if there is None:
            if _SYSTEM.search(path):
                continue
            code = "BAG-FETCH-PENDING" if path in bag.fetch else "BAG-FILE-MISSING"
            findings.append(Finding(code, place + path, detail))
            continue
        if there != path:
            findings.append(Finding("BAG-NAME-CLASH", place + there, detail | {"other": there}))
        actual = digest_of(there, manifest.algorithm) if known else None
        if actual is not None and actual != given:
            what = detail | {"algorithm": manifest.algorithm}
            findings.append(Finding("BAG-DIGEST", place + there, what))
    return findings


def _unlisted(bag: Bag, names: _Names, place: str) -> list[Finding]:
    """Payload files that a manifest leaves out: each manifest must list all since 1.0."""
    payload = [p for p in names.sizes if p.startswith("data/")]
    manifests = [m for m in bag.manifests if not m.of_tags]
    groups = [(m.name, m.digests) for m in manifests]
    if bag.version < "1.0" and manifests:
        merged = {p: d for m in manifests for p, d in m.digests.items()}
        groups = [(" or ".join(m.name for m in manifests), merged)]
    findings = []
    for name, digests in groups:
        listed = {names.find(p) for p in digests}
        for path in payload:
            if path not in listed:
                detail = {"path": path}
                findings.append(Finding("BAG-FILE-UNLISTED", place + name, detail))
    return findings


def _clashes(sizes: Mapping[str, int], place: str) -> list[Finding]:
    seen: dict[str, str] = {}
    findings = []
    for path in sorted(sizes):
        other = seen.setdefault(alike(path), path)
        if other != path:
            detail = {"path": path, "other": other}
            findings.append(Finding("BAG-NAME-CLASH", place + path, detail))
    return findings


def digests(chunks: Iterable[bytes], algorithms: Iterable[str]) -> dict[str, str]:
    """Digests of a stream by BagIt's names of algorithms, in one pass, lower-case hexadecimal."""
    running = {a: hashlib.new(_HASHLIB.get(a, a)) for a in algorithms if a in ALGORITHMS}
    for chunk in chunks:
        for one in running.values():
            one.update(chunk)
    return {name: one.hexdigest() for name, one in running.items()}


def validate(
    files: Mapping[str, tuple[int, Opener]], place: str = "", *, tag_bytes_max: int = 64 << 20
) -> tuple[Finding, ...]:
    """Judge a bag from its files: path inside the bag to (size in bytes, function that opens it).

    Reads each file once. A tag file larger than ``tag_bytes_max`` is not read and so counts as
    absent. Returns findings as ``examine`` does.
    """
    texts = {}
    for path, (size, opener) in files.items():
        if is_tag_file(path) and size <= tag_bytes_max:
            with opener() as file:
                texts[path] = file.read()
    wanted = read_bag(texts, place).wanted()
    names = _Names({path: size for path, (size, _) in files.items()})
    needs: dict[str, set[str]] = {}
    for path, algorithms in wanted.items():
        there = names.find(path)
        if there is not None:
            needs.setdefault(there, set()).update(algorithms)
    found: dict[str, dict[str, str]] = {}
    for path, algorithms in needs.items():
        with files[path][1]() as file:
            found[path] = digests(_chunks(file), algorithms)
    sizes = {path: size for path, (size, _) in files.items()}
    return examine(sizes, texts, lambda p, a: found.get(p, {}).get(a), place)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(1 << 20):
        yield chunk
