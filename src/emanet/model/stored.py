# SPDX-License-Identifier: Apache-2.0
"""What storage holds: the lines of a sealed object's indexes, locators, and what sealing needs.

The structs named ``…Line`` are the format on disk (docs/spec/); change them only with the spec.
"""

from __future__ import annotations

import msgspec

from emanet.model.article import Record
from emanet.model.delivery import Fate, Format, RawBytes, Receipt, Role, Step
from emanet.model.event import Event


class Locator(msgspec.Struct, frozen=True):
    """Where bytes lie: object id, content path below ``v1/content/``, and the steps into it."""

    object: str
    path: str
    steps: tuple[Step, ...] = ()


class MemberLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of members.jsonl: one delivered file, where it lies and what became of it.

    ``ordinal`` counts over the whole object; ``path`` and ``steps`` locate the bytes inside the
    object (``path`` is "" when the bytes are not kept here: held in quarantine, refused, repeated).
    ``article`` is the ordinal of the ArticleLine that owns it.
    """

    ordinal: int
    delivery: str
    name: str
    bytes: int
    sha256: str
    crc32: int
    role: Role
    fate: Fate
    path: str = ""
    steps: tuple[Step, ...] = ()
    parent: int | None = None
    article: int | None = None
    raw_name: RawBytes = b""
    format: Format = Format()
    language: str = ""


class ArticleLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of articles.jsonl: one article version, its record, and its members, main file first.

    ``content`` is the digest of its content (``model.package.content_digest``).
    """

    ordinal: int
    delivery: str
    record: Record
    members: tuple[int, ...]
    content: str


class Whole(msgspec.Struct, frozen=True, omit_defaults=True):
    """A payload stored as a container of its own: ``source`` is its key in the source store.

    ``fixity`` are the publisher's own checksums of the whole payload, hex by algorithm (``md5``,
    ``sha1``, ``sha256``, ``sha512``), already found right; they go into the inventory.
    """

    path: str
    source: str
    bytes: int
    sha256: str
    fixity: dict[str, str] = {}


class Packed(msgspec.Struct, frozen=True):
    """A payload to be stored as an entry of a pack, under ``name`` inside it."""

    name: str
    source: str
    bytes: int
    sha256: str
    crc32: int


class Pack(msgspec.Struct, frozen=True):
    """A pack to be made: a stored ZIP64 at ``path`` with these entries, in order.

    The format of the pack fixes where each entry's bytes will lie before a byte is written
    (``storage.pack.layout``), so that members.jsonl can be written with the plan.
    """

    path: str
    entries: tuple[Packed, ...]


class Aip(msgspec.Struct, frozen=True):
    """An accession planned in full, ready to be sealed in one act.

    ``members`` already carry their final ``path`` and ``steps``.
    """

    id: str
    sequence: int
    created: str
    wholes: tuple[Whole, ...]
    packs: tuple[Pack, ...]
    members: tuple[MemberLine, ...]
    articles: tuple[ArticleLine, ...]
    receipts: tuple[Receipt, ...]
    events: tuple[Event, ...]


class Records(msgspec.Struct, frozen=True):
    """All the records of one sealed object; the registry is a projection of these, in sequence.

    ``kind`` is ``acc`` or ``evt``; ``sha512`` is the digest of the object's root inventory;
    ``bytes`` the size of all its content files.
    """

    id: str
    kind: str
    sequence: int
    created: str
    bytes: int
    inventory_digest: str
    members: tuple[MemberLine, ...] = ()
    articles: tuple[ArticleLine, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    events: tuple[Event, ...] = ()
    audits: tuple[AuditLine, ...] = ()


class Damage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Damage found by an audit.

    ``path`` is the damaged file below the object; ``member`` the MemberLine ordinal it hits
    (None: between members), ``name`` its name, ``doi`` the article's, ``what`` the finding code.
    ``offset`` and ``length`` are the range of the file in which the damage lies, -1 if not known.
    """

    path: str
    what: str
    member: int | None = None
    name: str = ""
    doi: str = ""
    offset: int = -1
    length: int = -1


class AuditLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """The result of one audit of one object (a line of audits.jsonl in an ``evt-`` object)."""

    object: str
    at: str
    bytes: int
    damages: tuple[Damage, ...] = ()


class Sealed(msgspec.Struct, frozen=True):
    """The answer of sealing: object id, sequence, bytes stored, digest of the inventory."""

    id: str
    sequence: int
    bytes: int
    inventory_digest: str
