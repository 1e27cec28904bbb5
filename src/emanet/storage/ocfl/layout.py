# SPDX-License-Identifier: Apache-2.0
"""Where an object lies in the storage root: OCFL extension 0003, and the ids of our objects."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import msgspec

LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
TUPLE_CHARACTERS = 3
TUPLES = 1

SCHEME = "emanet:"
"""An OCFL id is this and the object's id, so that it is a URI (OCFL 1.1, 3.5.1: SHOULD)."""

_ID = re.compile(r"(acc|evt)-([0-9]{8,})-([0-9a-f]{12})")
_PLAIN = re.compile(r"[A-Za-z0-9_-]")
_FOLDER = re.compile(
    rf"[0-9a-f]{{{TUPLE_CHARACTERS}}}/emanet%3a((?:acc|evt)-[0-9]{{8,}}-[0-9a-f]{{12}})"
)
_LONGEST = 100


class ObjectRef(msgspec.Struct, frozen=True, order=True):
    """A sealed object: its number, its id, and the key prefix of its folder (no slash at the end).

    They sort by ``sequence``.
    """

    sequence: int
    id: str
    prefix: str


def object_id(kind: str, sequence: int, digest: str) -> str:
    """Give the id of an object: ``kind`` (acc, evt), its number, and 12 hex digits of a digest.

    Raises ValueError when the three do not make an id.
    """
    made = f"{kind}-{sequence:08d}-{digest[:12]}"
    parse_id(made)
    return made


def parse_id(object_id: str) -> tuple[str, int]:
    """Kind and sequence of an object id; ValueError when it is none."""
    found = _ID.fullmatch(object_id)
    if not found:
        raise ValueError(f"not the id of a sealed object: {object_id!r}")
    return found[1], int(found[2])


@lru_cache(maxsize=1 << 14)
def place(object_id: str) -> ObjectRef:
    """Where the object with this id lies; ValueError when it is no id of ours."""
    _, sequence = parse_id(object_id)
    return ObjectRef(sequence, object_id, ocfl_path(SCHEME + object_id))


def place_at(key: str) -> ObjectRef | None:
    """The object in whose folder a key lies, None when it lies in none of ours.

    The answer depends on the name alone: whether the object is whole is not looked at.
    """
    found = _FOLDER.match(key)
    if not found:
        return None
    reference = place(found[1])
    return reference if key.startswith(reference.prefix + "/") else None


def ocfl_path(ocfl_id: str) -> str:
    """The path of any OCFL id by extension 0003 (sha256, tuples as ``TUPLES`` and their length).

    Characters outside ``A-Za-z0-9-_`` are percent-encoded in lower case; a name longer than 100
    characters is cut there and the digest is put behind it.
    """
    digest = hashlib.sha256(ocfl_id.encode()).hexdigest()
    name = "".join(
        c if _PLAIN.fullmatch(c) else "".join(f"%{b:02x}" for b in c.encode()) for c in ocfl_id
    )
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}-{digest}"
    tuples = [digest[i * TUPLE_CHARACTERS :][:TUPLE_CHARACTERS] for i in range(TUPLES)]
    return "/".join([*tuples, name])


def root_files() -> dict[str, bytes]:
    """The files that make a folder an OCFL 1.1 storage root of this layout, by key."""
    layout = {
        "extension": LAYOUT,
        "description": "The first hexadecimal digits of the SHA-256 of the object id, then a "
        "folder named by the id, percent-encoded.",
    }
    config = {
        "extensionName": LAYOUT,
        "digestAlgorithm": "sha256",
        "tupleSize": TUPLE_CHARACTERS,
        "numberOfTuples": TUPLES,
    }
    return {
        "0=ocfl_1.1": b"ocfl_1.1\n",
        "ocfl_layout.json": _pretty(layout),
        f"extensions/{LAYOUT}/config.json": _pretty(config),
    }


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
