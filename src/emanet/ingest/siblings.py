# SPDX-License-Identifier: Apache-2.0
"""Archive files of one folder that are one delivery: an issue in four ZIPs, a dataset over tars.

Only names are looked at, so that a delivery can be waited for before all of it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

_FOUR = re.compile(
    r"^(?P<stem>.+?)(?P<part>\.xml\.zip|\.pdf\.zip|\.img\.zip|_archival\.zip)$", re.IGNORECASE
)
_FOUR_REQUIRED = (".xml.zip", ".pdf.zip")  # whether images must come, the XML says
_LETTERED = re.compile(r"^(?P<stem>.*\d{6})(?P<part>[A-Z])(?P<end>\.(?:tar(?:\.gz)?|tgz|zip))$")
_ARCHIVE_END = re.compile(r"\.(?:zip|tgz|tbz2?|txz|tar(?:\.(?:gz|bz2|xz))?)$", re.IGNORECASE)
_SIDE = re.compile(
    r"^(?:[._-](?:manifest|checksums?|md5sums?|readme|receipt))?"
    r"\.(?:md5|sha1|sha256|sha512|asc|sig|txt|fil|ok|done|ready|go|trigger)$",
    re.IGNORECASE,
)


class Group(msgspec.Struct, frozen=True):
    """Files that are one delivery: its name, the files' names, and the siblings still to come."""

    name: str
    files: tuple[str, ...]
    missing: tuple[str, ...] = ()


def join(archives: Iterable[str], others: Iterable[str] = ()) -> tuple[list[Group], list[str]]:
    """Join the archive files of one folder into deliveries.

    Takes the names of its archives and of its other files; gives the groups, by name, and those of
    the others that belong to none. Known: four ZIPs of an issue (Oxford), a dataset over lettered
    tars (Elsevier), and files that go with an archive by name (``X.zip.md5``, ``X_manifest.txt``).
    """
    names = sorted(archives)
    issues: dict[str, dict[str, str]] = {}
    datasets: dict[tuple[str, str], dict[str, str]] = {}
    groups: list[Group] = []
    dotted = {m["stem"] for n in names if (m := _FOUR.match(n)) and m["part"].startswith(".")}
    for name in names:
        if (found := _FOUR.match(name)) and found["stem"] in dotted:
            issues.setdefault(found["stem"], {})[found["part"].lower()] = name
        elif found := _LETTERED.match(name):
            key = (found["stem"], found["end"].lower())
            datasets.setdefault(key, {})[found["part"]] = name
        else:
            groups.append(Group(name, (name,)))
    groups += [_issue(stem, parts) for stem, parts in issues.items()]
    groups += [_dataset(stem, end, parts) for (stem, end), parts in datasets.items()]
    groups.sort(key=lambda group: group.name)
    return _with_sides(groups, sorted(others))


def _issue(stem: str, parts: dict[str, str]) -> Group:
    missing = tuple(stem + part for part in _FOUR_REQUIRED if part not in parts)
    return Group(stem, tuple(sorted(parts.values())), missing)


def _dataset(stem: str, end: str, parts: dict[str, str]) -> Group:
    letters = [chr(code) for code in range(ord("A"), ord(max(parts)))]
    missing = tuple(f"{stem}{letter}{end}" for letter in letters if letter not in parts)
    return Group(stem, tuple(sorted(parts.values())), missing)


def _with_sides(groups: list[Group], others: list[str]) -> tuple[list[Group], list[str]]:
    owner: dict[str, int] = {}
    for index, group in enumerate(groups):
        for stem in (group.name, *group.files):
            owner.setdefault(stem, index)
            owner.setdefault(_ARCHIVE_END.sub("", stem), index)
    sides: dict[int, list[str]] = {}
    rest: list[str] = []
    for name in others:
        owned = next((owner[s] for s in _stems(name) if s in owner), None)
        if owned is None:
            rest.append(name)
        else:
            sides.setdefault(owned, []).append(name)
    joined = [
        msgspec.structs.replace(group, files=tuple(sorted((*group.files, *sides.get(index, ())))))
        for index, group in enumerate(groups)
    ]
    return joined, rest


def _stems(name: str) -> list[str]:
    """What a side file may go with, longest first: each beginning whose rest is a side's ending."""
    cuts = [i for i, c in enumerate(name) if c in "._-"]
    return [name[:cut] for cut in reversed(cuts) if cut and _SIDE.match(name[cut:])]
