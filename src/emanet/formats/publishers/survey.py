# SPDX-License-Identifier: Apache-2.0
"""A survey: all that was learnt of a delivery's files before anybody tries to understand it."""

from __future__ import annotations

import re

import msgspec

from emanet.model.delivery import Delivery, Member
from emanet.model.finding import Finding
from emanet.model.package import Reading

TEXT_BYTES_MAX = 1 << 23

_TEXT_NAMES = re.compile(
    r"(?:^|/)(?:[^/]*manifest[^/]*\.txt|bagit\.txt|bag-info\.txt|package-info\.txt|fetch\.txt"
    r"|(?:tag)?manifest-[a-z0-9-]+\.txt|[^/]*\.(?:fil|md5|sha1|sha256|sha512))$",
    re.IGNORECASE,
)


class Survey(msgspec.Struct, frozen=True):
    """The files of a delivery, listed, digested and read, not yet understood.

    ``members`` lie in the order of their ordinals (``members[i].ordinal == i``), with role OTHER,
    fate UNCLAIMED and no article. ``readings`` are those of the XML members, by ordinal; ``texts``
    the bytes of small manifests that are not XML (``wants_text``). ``extra`` holds digests besides
    SHA-256 where a manifest needs them (``formats.publishers.manifests.wants_digests``): ordinal →
    algorithm (``md5``, ``sha1``, ``sha512`` …) → hexadecimal. ``findings`` were made on the way.
    """

    delivery: Delivery
    members: tuple[Member, ...]
    readings: dict[int, Reading] = {}
    findings: tuple[Finding, ...] = ()
    texts: dict[int, bytes] = {}
    extra: dict[int, dict[str, str]] = {}


def wants_text(name: str, size: int) -> bool:
    """Whether the bytes of a member belong into ``Survey.texts``.

    Takes the member's path and its size in bytes: a manifest that is not XML (IOP's manifest.txt,
    Elsevier's checkmd5.fil, the tag files of a bag), at most 8 MiB.
    """
    return size <= TEXT_BYTES_MAX and _TEXT_NAMES.search(name) is not None
