# SPDX-License-Identifier: Apache-2.0
"""A package: a delivery as understood, its articles and which member belongs to which."""

from __future__ import annotations

import hashlib

import msgspec

from emanet.model.article import Record
from emanet.model.delivery import Delivery, Member
from emanet.model.finding import Finding
from emanet.model.ids import normal_doi


class Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was read from one member.

    ``kind`` is ``article`` (a record stands alone), ``header`` (a record that belongs to a file
    beside it, as A++), ``metadata`` (a second witness, as a Crossref deposit), ``issue`` (one file
    that holds several whole articles, as OJS's; in ``records``), ``manifest`` (a list of files, as
    dataset.xml; in ``listed`` and ``records``), or "" when it is not XML we know.
    ``dialect`` names the format. ``mentions`` are the file names the XML points to (graphics,
    supplements, its PDF). ``listed`` is what a manifest says of other files. ``records`` are keyed
    by what joins them to files (PII, path, stem).
    """

    kind: str = ""
    dialect: str = ""
    record: Record | None = None
    mentions: tuple[str, ...] = ()
    listed: tuple[Listed, ...] = ()
    records: dict[str, Record] = {}
    findings: tuple[Finding, ...] = ()


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file as a manifest lists it; ``bytes`` is -1 and digests "" where it does not say.

    ``key`` joins files of one article (PII); ``role`` is the manifest's word (``XML``, ``PDF`` …).
    """

    path: str
    bytes: int = -1
    md5: str = ""
    sha1: str = ""
    sha256: str = ""
    sha512: str = ""
    key: str = ""
    role: str = ""


class PackagedArticle(msgspec.Struct, frozen=True, omit_defaults=True):
    """One article of a package: its record and the ordinals of its members, main file first."""

    record: Record
    members: tuple[int, ...]
    findings: tuple[Finding, ...] = ()


class Package(msgspec.Struct, frozen=True, omit_defaults=True):
    """A delivery as understood.

    ``members`` hold role, fate and owning article; ``waits_for`` is not empty when the layout says
    that a sibling delivery must come first (its words name it).
    """

    delivery: Delivery
    layout: str
    members: tuple[Member, ...]
    articles: tuple[PackagedArticle, ...] = ()
    findings: tuple[Finding, ...] = ()
    waits_for: str = ""


def content_digest(members: list[Member] | tuple[Member, ...], record: Record) -> str:
    """Give the digest of an article's content: its files, and what places it among others.

    SHA-256 over the files' SHA-256 in any order, then DOI, title, volume, issue, pages and article
    number. Two articles with the same digest are the same, whatever their names and containers;
    the same files with a volume that came later (an issue's manifest) are a newer version, and two
    articles that share a file (an issue in one XML) stay two.
    """
    place = (
        normal_doi(record.doi) or record.doi,
        record.title,
        record.volume,
        record.issue,
        record.first_page,
        record.last_page,
        record.elocation_id,
    )
    lines = [*sorted(m.sha256 for m in members), *(" ".join(part.split()) for part in place)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
