# SPDX-License-Identifier: Apache-2.0
"""Hand out what is kept: an article's files bit for bit, an accession or article as a bag."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from emanet.access import bags, handout
from emanet.duties.means import Means
from emanet.duties.reports import Handed
from emanet.model.errors import UnknownThing
from emanet.model.ids import normal_doi
from emanet.registry.catalogue import answers, queries


def get(means: Means, doi: str, folder: Path, *, number: int = 0) -> tuple[Handed, ...]:
    """Write an article's files into a folder, which is made when missing.

    ``number`` is the version, 0 the current one. Every byte is compared with its digest as it is
    written. Raises UnknownThing, UsageError when a file is there already, DamageError.
    """
    version = _version(doi, number)
    return tuple(
        Handed(str(path), file.bytes, file.sha256)
        for file, path in handout.write(means.archive, _files(version), folder)
    )


def export(means: Means, names: Iterable[str], folder: Path) -> tuple[Handed, ...]:
    """Export accessions (by id) and articles (by DOI) as bags, a folder each, below ``folder``.

    Gives the bags' paths with the bytes of their payloads. Raises UnknownThing, UsageError,
    DamageError.
    """
    made = []
    for name in names:
        if name.startswith(("acc-", "evt-")):
            if queries.sealed_object(name) is None:
                raise UnknownThing(f"There is no {name}.", f"{name} adlı birim yok.")
            bag = bags.accession(means.archive, name, folder, means.now())
        else:
            version = _version(name, 0)
            bag = bags.article(means.archive, version.record, _files(version), folder, means.now())
        made.append(Handed(str(bag.path), bag.bytes, ""))
    return tuple(made)


def _version(doi: str, number: int) -> answers.VersionInfo:
    found = queries.article_by_doi(doi) if normal_doi(doi) else None
    if found is None:
        raise UnknownThing(f"{doi} is not held here.", f"{doi} bu arşivde yok.")
    for version in found.versions:
        if version.number == number or (number == 0 and version.current):
            return version
    raise UnknownThing(
        f"{doi} has no version {number}.", f"{doi} makalesinin {number}. sürümü yok."
    )


def _files(version: answers.VersionInfo) -> tuple[handout.File, ...]:
    return tuple(
        handout.File(file.name, file.bytes, file.sha256, file.crc32, file.locator)
        for file in version.files
        if file.locator is not None
    )
