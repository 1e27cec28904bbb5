# SPDX-License-Identifier: Apache-2.0
"""The drop area: which of its files are one delivery. Nothing in it is ever changed.

From the outside in, for each folder:

1. It holds article-like files itself, or the mark of a delivery (dataset.xml, a manifest,
   bagit.txt, ``JOU=…``, an xml/ beside a pdf/): the folder and all below it is one delivery.
2. Else it is gone into. Its archives are deliveries, siblings joined (``siblings``). Its folders of
   one article each are *one* delivery together, named after the folder they lie in, with its loose
   administrative files. Other folders are looked at by the same rules. Administrative files (csv,
   txt, md, json …) beside neither are a delivery of their own.

Why article folders are joined by the folder they lie in, and no higher: that folder is the issue or
the day's batch; the outcome does not change when another issue arrives beside it; a verdict touches
no more than came together. More than ``files_max`` files are split into runs of folders by name.
"""

from __future__ import annotations

import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path, PurePosixPath

import msgspec

from emanet.ingest import siblings
from emanet.model.delivery import RawBytes
from emanet.model.errors import UsageError
from emanet.model.finding import Finding

_ARCHIVE = re.compile(r"\.(?:zip|tgz|tbz2?|txz|tar(?:\.(?:gz|bz2|xz))?)$", re.IGNORECASE)
_ADMIN = re.compile(
    r"(?:^[^.]+|\.(?:csv|tsv|txt|md|rst|jsonl?|ya?ml|toml|ini|cfg|log|xlsx?|ods|docx?|odt"
    r"|md5|sha1|sha256|sha512|asc|sig|ok|done|ready|go|trigger))$",
    re.IGNORECASE,
)
_XML = re.compile(r"\.(?:xml|nxml|jats|sgml?|meta|scoap)$", re.IGNORECASE)
_PDF = re.compile(r"\.pdf$", re.IGNORECASE)
_JUNK = re.compile(r"^(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._.*)$", re.IGNORECASE)
_PARTIAL = re.compile(r"\.(?:part|partial|filepart|crdownload|tmp|uploading)$", re.IGNORECASE)
_MARK = re.compile(
    r"^(?:dataset\.xml|manifest\.xml|bagit\.txt|checkmd5\.fil|.*manifest.*\.txt)$", re.IGNORECASE
)
_MARK_FOLDER = re.compile(r"^(?:JOU|VOL|ISU|ART)=", re.IGNORECASE)
_PART_FOLDER = re.compile(
    r"^(?:xml|pdfs?|sgml|html|markup|page_renditions|fulltext|images?|img|figures?|graphics"
    r"|media|suppl\w*)$",
    re.IGNORECASE,
)
_SYSTEM_FOLDER = re.compile(
    r"^(?:lost\+found|\.snapshots?|\.Trash.*|@eaDir|\$RECYCLE\.BIN|System Volume Information)$"
)
_MAYBE = (".dat", ".bin", ".gz", ".bz2", ".xz", ".pkg", ".arc")
_ARTICLE_FILES_MAX = 3  # XML (or else PDF) files up to which a folder counts as one article's
_HEAD_BYTES = 512
_PARTIAL_S = 86_400.0
_DEPTH_MAX = 64  # folders in folders; a path can hold two thousand


class DropFile(msgspec.Struct, frozen=True):
    """A file of the drop area: where it lies, its name inside the delivery, size, last change.

    ``raw_name`` holds the bytes of the name when it is not UTF-8; ``name`` then shows the bytes
    that are none as ``\\xNN``.
    """

    path: str
    name: str
    bytes: int
    mtime_ns: int
    raw_name: RawBytes = b""


class Drop(msgspec.Struct, frozen=True):
    """Files of the drop area that are one delivery.

    ``name`` is its path below the drop area. ``missing`` names siblings that are still to come.
    ``busy`` names files still being written: leave the whole alone until there are none.
    """

    name: str
    files: tuple[DropFile, ...]
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """Sum of the files' sizes."""
        return sum(f.bytes for f in self.files)


class DropRules(msgspec.Struct, frozen=True):
    """Settings: seconds without change after which a file is whole; files of a joined delivery."""

    settle_s: float = 0.0
    files_max: int = 10_000


class _Folder:
    __slots__ = ("archives", "files", "findings", "folders", "name", "path")

    def __init__(self, path: str, name: str) -> None:
        self.path, self.name = path, name
        self.files: dict[str, os.stat_result] = {}
        self.archives: set[str] = set()
        self.folders: list[_Folder] = []
        self.findings: list[Finding] = []


def discover(
    paths: Iterable[str | os.PathLike[str]], *, now: float, rules: DropRules | None = None
) -> list[Drop]:
    """Find the deliveries at ``paths``, each a file or a folder used as a drop area.

    ``now`` is seconds since the epoch. Gives them in the order of the paths, then by name; the same
    files always give the same answer. Files given by name are joined with each other, not with what
    lies beside them. No symbolic link is followed. Raises UsageError for a path that is not there.
    """
    finder = _Finder(now, rules or DropRules())
    drops: list[Drop] = []
    single: dict[str, dict[str, os.stat_result]] = {}
    for path in dict.fromkeys(Path(p).resolve() for p in paths):
        try:
            seen = path.stat()
        except OSError as error:
            raise UsageError(
                f"There is nothing at {path}: {error.strerror}.",
                f"{path} konumunda bir şey yok: {error.strerror}.",
            ) from error
        if stat.S_ISDIR(seen.st_mode):
            drops += finder.folder(_walk(str(path), "", set(), 0))
        elif stat.S_ISREG(seen.st_mode):
            single.setdefault(str(path.parent), {})[path.name] = seen
        else:
            raise UsageError(
                f"{path} is neither a file nor a folder.", f"{path} ne dosya ne de klasör."
            )
    for place, files in sorted(single.items()):
        folder = _Folder(place, "")
        folder.files = files
        folder.archives = {name for name in files if _is_archive(place, name)}
        drops += finder.given(folder)
    return drops


def _walk(path: str, name: str, gone_into: set[tuple[int, int]], depth: int) -> _Folder:
    """Read a folder; ``gone_into`` holds device and inode, for a bind mount can make a ring."""
    folder = _Folder(path, name)
    try:
        if depth > _DEPTH_MAX:
            raise OSError(0, f"more than {_DEPTH_MAX} folders deep")
        found = _stats(path)
    except OSError as error:
        detail = {"why": error.strerror or ""}
        folder.findings.append(Finding("DROP-UNREADABLE", _shown(name), detail))
        return folder
    for entry, seen in sorted(found, key=lambda pair: os.fsencode(pair[0].name)):
        below = f"{name}/{entry.name}" if name else entry.name
        if stat.S_ISLNK(seen.st_mode):
            folder.findings.append(Finding("DROP-LINK", _shown(below)))
        elif stat.S_ISDIR(seen.st_mode):
            key = (seen.st_dev, seen.st_ino)
            if key not in gone_into and not _SYSTEM_FOLDER.match(entry.name):
                gone_into.add(key)
                folder.folders.append(_walk(entry.path, below, gone_into, depth + 1))
        elif stat.S_ISREG(seen.st_mode):
            folder.files[entry.name] = seen
        else:
            folder.findings.append(Finding("DROP-SPECIAL", _shown(below)))
    folder.archives = {name for name in folder.files if _is_archive(path, name)}
    return folder


def _stats(path: str) -> list[tuple[os.DirEntry[str], os.stat_result]]:
    found = []
    with os.scandir(path) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # a transfer renames what it has finished
                found.append((entry, entry.stat(follow_symlinks=False)))
    return found


def may_be_archive(name: str) -> bool:
    """Whether a file of this name may be an archive, so that a look inside is worth it."""
    last = name.rpartition("/")[2].lower()
    return "." not in last.strip(".") or last.endswith(_MAYBE) or bool(_ARCHIVE.search(last))


def _is_archive(folder: str, name: str) -> bool:
    if _ARCHIVE.search(name):
        return True
    if not may_be_archive(name):
        return False
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return looks_packed(file.read(_HEAD_BYTES))
    except OSError:
        return False  # the survey will say why


def looks_packed(head: bytes) -> bool:
    """Whether a file that begins with these (up to 512) bytes is a ZIP or TAR, coded or not."""
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") or head[257:262] == b"ustar":
        return True
    if head[:2] == b"\x1f\x8b":
        try:
            plain = zlib.decompressobj(31).decompress(head, _HEAD_BYTES)
        except zlib.error:
            return False
        return plain[257:262] == b"ustar" or (b"\0" * 16 in plain[:200] and len(plain) >= 200)
    return False


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class _Finder:
    def __init__(self, now: float, rules: DropRules) -> None:
        self._now, self._rules = now, rules

    def given(self, folder: _Folder) -> Iterator[Drop]:
        """Deliveries of files that were named one by one."""
        groups, rest = siblings.join(folder.archives, set(folder.files) - folder.archives)
        yield from (self._group(folder, group) for group in groups)
        if rest:
            files = [self._file(folder, "", name) for name in rest]
            yield self._drop(rest[0] if len(rest) == 1 else f"{rest[0]} … {rest[-1]}", files)

    def folder(self, folder: _Folder) -> Iterator[Drop]:
        """Deliveries of a folder and what lies below it."""
        if _is_delivery(folder):
            files = self._all(folder, folder.name)
            yield self._drop(folder.name or Path(folder.path).name, files, _said(folder))
            return
        others = {n for n in folder.files if n not in folder.archives and not _JUNK.match(n)}
        groups, loose = siblings.join(folder.archives, others)
        articles: list[_Folder] = []
        rest: list[_Folder] = []
        for below in folder.folders:
            (articles if _is_one_article(below) else rest).append(below)
        said = list(folder.findings)  # about no file of ours: told with the first delivery here
        for drop in chain(
            self._parts(folder, groups, loose, articles), *(self.folder(below) for below in rest)
        ):
            yield msgspec.structs.replace(drop, findings=(*said, *drop.findings))
            said = []

    def _parts(
        self,
        folder: _Folder,
        groups: list[siblings.Group],
        loose: list[str],
        articles: list[_Folder],
    ) -> Iterator[Drop]:
        yield from (self._group(folder, group) for group in groups)
        files = [self._file(folder, folder.name, name) for name in loose]
        runs = list(self._runs(folder, articles))
        name = folder.name or Path(folder.path).name
        if runs:
            for index, run in enumerate(runs):
                members = [f for below in run for f in self._all(below, folder.name)]
                said = [finding for below in run for finding in _said(below)]
                shown = name if len(runs) == 1 else f"{name} [{_ends(run)}]"
                yield self._drop(shown, members if index else [*files, *members], said)
        elif files:
            yield self._drop(name, files)

    def _runs(self, folder: _Folder, articles: list[_Folder]) -> Iterator[list[_Folder]]:
        run: list[_Folder] = []
        files = 0
        for below in articles:
            count = _count(below)
            if run and files + count > self._rules.files_max:
                yield run
                run, files = [], 0
            run.append(below)
            files += count
        if run:
            yield run

    def _group(self, folder: _Folder, group: siblings.Group) -> Drop:
        name = f"{folder.name}/{group.name}" if folder.name else group.name
        files = [self._file(folder, folder.name, file) for file in group.files]
        drop = self._drop(name, files)
        return msgspec.structs.replace(drop, missing=group.missing)

    def _all(self, folder: _Folder, root: str) -> list[tuple[DropFile, bool]]:
        files = [self._file(folder, root, name) for name in folder.files]
        for below in folder.folders:
            files += self._all(below, root)
        return files

    def _file(self, folder: _Folder, root: str, name: str) -> tuple[DropFile, bool]:
        seen = folder.files[name]
        below = f"{folder.name}/{name}" if folder.name else name
        inside = below[len(root) + 1 :] if root else below
        raw = os.fsencode(inside)
        shown = _shown(inside)
        kept = b"" if shown.encode() == raw else raw
        age_s = self._now - seen.st_mtime_ns / 1e9
        settle_s = self._rules.settle_s
        if _PARTIAL.search(name):  # given up after a day: then it is a file like any other
            settle_s = max(settle_s, _PARTIAL_S)
        path = os.path.join(folder.path, name)
        return DropFile(path, shown, seen.st_size, seen.st_mtime_ns, kept), 0 <= age_s < settle_s

    def _drop(
        self, name: str, files: list[tuple[DropFile, bool]], said: Iterable[Finding] = ()
    ) -> Drop:
        files = sorted(files, key=lambda pair: pair[0].raw_name or pair[0].name.encode())
        return Drop(
            _shown(name),
            tuple(file for file, _ in files),
            tuple(said),
            busy=tuple(file.name for file, busy in files if busy),
        )


def _is_delivery(folder: _Folder) -> bool:
    """Whether a folder with everything below it is one delivery (rule 1)."""
    if _is_marked(folder):
        return True
    if sum(1 for f in folder.folders if _PART_FOLDER.match(f.name.rsplit("/", 1)[-1])) > 1:
        return True
    return any(_is_content(folder, name) for name in folder.files)


def _is_marked(folder: _Folder) -> bool:
    if any(_MARK_FOLDER.match(f.name.rsplit("/", 1)[-1]) for f in folder.folders):
        return True
    marks = {name for name in folder.files if _MARK.match(name)}
    return bool(marks.intersection(siblings.join(folder.archives, marks)[1]))


def _is_content(folder: _Folder, name: str) -> bool:
    return not (
        name in folder.archives or _ADMIN.search(name) or _JUNK.match(name) or _PARTIAL.search(name)
    )


def _is_one_article(folder: _Folder) -> bool:
    """Whether a folder is that of one article: its few files and what lies below them."""
    if _is_marked(folder) or not any(_is_content(folder, name) for name in folder.files):
        return False
    names = list(_names(folder))
    xml = sum(1 for name in names if _XML.search(name))
    pdf = sum(1 for name in names if _PDF.search(name))
    return 0 < (xml or pdf) <= _ARTICLE_FILES_MAX and not _has_archives(folder)


def _has_archives(folder: _Folder) -> bool:
    return bool(folder.archives) or any(_has_archives(below) for below in folder.folders)


def _names(folder: _Folder) -> Iterator[str]:
    yield from folder.files
    for below in folder.folders:
        yield from _names(below)


def _count(folder: _Folder) -> int:
    return len(folder.files) + sum(_count(below) for below in folder.folders)


def _said(folder: _Folder) -> list[Finding]:
    return folder.findings + [said for below in folder.folders for said in _said(below)]


def _ends(run: list[_Folder]) -> str:
    first, last = (PurePosixPath(folder.name).name for folder in (run[0], run[-1]))
    return first if len(run) == 1 else f"{first} … {last}"
