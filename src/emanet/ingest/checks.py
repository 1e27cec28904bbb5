# SPDX-License-Identifier: Apache-2.0
"""What is checked of a package as a whole, and what its findings mean for its files. All pure.

Each file's own checks are made where it is read (``members``, ``pdf``, ``formats``), those of a
manifest where the layout is understood (``formats.publishers``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from emanet.formats.containers.names import compared
from emanet.formats.publishers.survey import Survey
from emanet.model.article import Record
from emanet.model.delivery import Fate, Member, Role
from emanet.model.finding import Finding, Severity
from emanet.model.ids import normal_issn
from emanet.model.package import Package, PackagedArticle

_SAID_MAX = 100  # titles named one by one; a delivery of strangers says it once


class Known(msgspec.Struct, frozen=True):
    """What the archive knows beforehand: the ISSNs of its titles (empty: it expects none yet)."""

    issns: frozenset[str] = frozenset()


def examine(package: Package, survey: Survey, known: Known) -> tuple[Finding, ...]:
    """All findings about a package: those of its survey and its understanding, and of the checks.

    Each finding once, in a fixed order.
    """
    return distinct((*gather(survey, package, ()), *against(package, known)))


def gather(survey: Survey, package: Package, more: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that need no knowledge of other deliveries, with those of survey and reading."""
    articles = (f for article in package.articles for f in article.findings)
    return distinct(
        (
            *more,
            *survey.findings,
            *package.findings,
            *articles,
            *_names(survey.members),
        )
    )


def against(package: Package, known: Known) -> tuple[Finding, ...]:
    """The findings that come of what the archive knows: titles that nobody announced."""
    if not known.issns:
        return ()
    strange: dict[str, tuple[Record, int]] = {}
    for article in package.articles:
        issns = [i.value for i in article.record.issns]
        if known.issns.isdisjoint(filter(None, map(normal_issn, issns))):
            key = " ".join(sorted(issns)) or article.record.journal
            first, count = strange.get(key, (article.record, 0))
            strange[key] = (first, count + 1)
    findings = [
        Finding(
            "TITLE-UNKNOWN",
            "",
            {
                "journal": record.journal or "–",
                "issn": ", ".join(i.value for i in record.issns) or "–",
                "articles": str(count),
            },
        )
        for record, count in strange.values()
    ]
    return tuple(findings[:_SAID_MAX])


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, in the order in which it first stands."""
    seen: dict[tuple[str, str, tuple[tuple[str, str], ...]], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.place, tuple(sorted(finding.detail.items())))
        seen.setdefault(key, finding)
    return tuple(seen.values())


def _names(members: Iterable[Member]) -> Iterable[Finding]:
    """Files of the drop area whose names would meet elsewhere; containers are checked as listed."""
    seen: dict[str, str] = {}
    for member in members:
        if member.parent is None:
            other = seen.setdefault(compared(member.name), member.name)
            if other != member.name:
                yield Finding("NAME-CLASH", member.name, {"other": other})


def mark_held(package: Package, findings: Iterable[Finding]) -> Package:
    """Hold each file of which a finding says that it cannot be used, and each article without one.

    A finding of severity problem holds the file of its place: it stays in the delivery, is kept bit
    for bit, and belongs to no article. An article that so loses its last readable file (its XML or
    PDF) waits with all its files: what is left of it only describes it.
    """
    bad = {f.place for f in findings if f.place and f.severity is Severity.PROBLEM}
    if not bad:
        return package
    fates: dict[int, Fate] = {
        m.ordinal: Fate.HELD
        for m in package.members
        if m.name in bad and m.role is not Role.CONTAINER and m.fate is not Fate.IGNORED
    }
    kept: list[PackagedArticle] = []
    numbers: dict[int, int] = {}
    for index, article in enumerate(package.articles):
        members = tuple(o for o in article.members if o not in fates)
        if len(members) < len(article.members) and not _readable(package, members):
            fates.update((o, Fate.HELD) for o in members)
            continue
        numbers[index] = len(kept)
        kept.append(msgspec.structs.replace(article, members=members))
    return msgspec.structs.replace(
        package,
        members=tuple(_refate(m, fates, numbers) for m in package.members),
        articles=tuple(kept),
    )


def _readable(package: Package, members: Iterable[int]) -> bool:
    wanted = (Role.ARTICLE, Role.PDF)
    return any(package.members[ordinal].role in wanted for ordinal in members)


def _refate(member: Member, fates: Mapping[int, Fate], numbers: Mapping[int, int]) -> Member:
    fate = fates.get(member.ordinal, member.fate)
    article = None if member.article is None else numbers.get(member.article)
    if fate is Fate.HELD:
        article = None
    elif member.article is not None and article is None:
        fate = Fate.HELD
    if (fate, article) == (member.fate, member.article):
        return member
    return msgspec.structs.replace(member, fate=fate, article=article)


def hold_all(package: Package) -> Package:
    """The package with no article and every file held, junk and containers too."""
    members = tuple(
        msgspec.structs.replace(member, fate=Fate.HELD, article=None) for member in package.members
    )
    return msgspec.structs.replace(package, members=members, articles=())
