# SPDX-License-Identifier: Apache-2.0
"""A delivery as it arrives: payloads, members, their formats and fates, verdict and receipt."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec

from emanet.model.finding import Finding

RawBytes = bytes
"""The type, by a name that no field has: inside a struct with a field ``bytes`` the name is it."""


class Role(StrEnum):
    """What a file is for."""

    CONTAINER = "container"  # a ZIP or TAR whose members are listed after it
    ARTICLE = "article"  # the article's full text as XML
    METADATA = "metadata"  # a description of an article (Crossref deposit, A++ header …)
    PDF = "pdf"
    FIGURE = "figure"
    SUPPLEMENT = "supplement"
    MANIFEST = "manifest"  # dataset.xml, manifest.txt, checkmd5.fil, a bag's tag files …
    JUNK = "junk"  # .DS_Store, __MACOSX/, AppleDouble: kept, never shown
    OTHER = "other"


class Fate(StrEnum):
    """What became of a delivered file; each has exactly one."""

    ARTICLE = "article"  # sealed, belongs to a catalogued article
    PACKAGING = "packaging"  # sealed: a container or manifest whose content is accounted for
    IGNORED = "ignored"  # sealed: junk of the sender's system
    UNCLAIMED = "unclaimed"  # sealed, belongs to no article
    REPEATED = "repeated"  # belongs to an article already held with the same bytes
    HELD = "held"  # kept bit for bit, not catalogued, waits for a person
    REFUSED = "refused"  # recorded with its digest, not kept


class Verdict(StrEnum):
    """What is decided about a delivery."""

    ACCEPT = "accept"
    HOLD = "hold"
    REFUSE = "refuse"
    REPEAT = "repeat"  # the same bytes as a delivery already accepted: acknowledged, not kept twice


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"  # incomplete by design: waits for a sibling, under a time limit
    ACCEPTED = "accepted"
    HELD = "held"
    REFUSED = "refused"
    REPEATED = "repeated"


class Method(StrEnum):
    """How bytes lie in what contains them."""

    STORED = "stored"
    DEFLATE = "deflate"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One step into a container: ``length`` bytes at ``offset``, coded by ``method``."""

    offset: int
    length: int
    method: Method = Method.STORED


class Format(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file's format.

    ``puid`` is PRONOM's id or "" where PRONOM is blind; ``label`` names it
    (``JATS Archiving 1.1``); ``mime`` its media type; ``tool`` who says so, with version
    (``siegfried 1.11 V125``, ``emanet``).
    """

    label: str = ""
    mime: str = "application/octet-stream"
    puid: str = ""
    tool: str = ""


class Payload(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of the drop area: its name inside the delivery, size in bytes, SHA-256 (hex)."""

    name: str
    bytes: int
    sha256: str
    raw_name: RawBytes = b""  # only when the name is not UTF-8


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of a delivery: a payload itself (``parent`` is None) or a file inside a container.

    ``ordinal`` counts from 0 inside the delivery, a container before its members. ``name`` is the
    path below the delivery, container names included (``issue.zip/art1/main.xml``); ``raw_name``
    keeps the bytes of the name in its own container when they are not plain UTF-8. ``steps`` lead
    from the *payload's* first byte to the member (empty for the payload itself). ``packed`` is the
    coded length, ``bytes`` the plain one. ``crc32`` is that of the plain bytes. ``article`` is the
    index of the article in the package that owns it, None for none.
    """

    ordinal: int
    name: str
    payload: int
    bytes: int
    sha256: str
    crc32: int
    parent: int | None = None
    raw_name: RawBytes = b""
    steps: tuple[Step, ...] = ()
    format: Format = Format()
    role: Role = Role.OTHER
    fate: Fate = Fate.UNCLAIMED
    article: int | None = None
    language: str = ""


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a publisher sent at one time.

    ``id`` is made from the payloads' digests (``delivery_id``), so the same bytes have the same id.
    ``publisher`` is the operator's key or ""; ``name`` what it was called in the drop area;
    ``received`` RFC 3339 UTC.
    """

    id: str
    name: str
    payloads: tuple[Payload, ...]
    received: str
    publisher: str = ""

    @property
    def bytes(self) -> int:
        """Sum of the payloads' sizes."""
        return sum(p.bytes for p in self.payloads)


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the publisher gets back and the archive keeps: verdict, findings, layout, counts.

    ``members`` are kept beside it (members.jsonl). ``reason`` is the words of the person who
    released or refused it by hand; ``accession`` the sealed unit, "" while there is none.
    """

    delivery: Delivery
    verdict: Verdict
    state: State
    findings: tuple[Finding, ...] = ()
    layout: str = ""
    articles: int = 0
    accession: str = ""
    decided: str = ""
    reason: str = ""
    waits_until: str = ""


def delivery_id(payloads: tuple[Payload, ...] | list[Payload]) -> str:
    """Give the id of a delivery from its payloads' digests, whatever their order and names.

    The same bytes under other names are the same delivery. Returns ``d-`` and 16 hexadecimal
    digits.
    """
    text = "\n".join(sorted(p.sha256 for p in payloads)).encode()
    return "d-" + hashlib.sha256(text).hexdigest()[:16]
