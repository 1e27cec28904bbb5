# SPDX-License-Identifier: Apache-2.0
"""The verdict on a delivery, from its findings and the rules agreed with its publisher. Pure.

In this order, the first that applies:

1. The same bytes were accepted before: repeat. It is acknowledged and not kept twice.
2. A finding that refuses: refuse. No person can lift it, for what is refused is not kept.
3. A person has decided: as the person decided.
4. A sibling is still to come, and the time for it is not over: hold, waiting.
5. A finding that holds: hold. So is a delivery in which no article was understood.
6. A finding of severity problem, where the agreement takes no part of a delivery: hold.
7. Accept. Files with problems are kept with it, marked held.

A finding weighs as its severity says, unless the policy gives its code another weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from emanet.model.delivery import Fate, Member, Role, State, Verdict
from emanet.model.finding import Finding, Severity
from emanet.model.package import Package


class Policy(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was agreed with a publisher on its deliveries, from the configuration.

    Findings whose codes stand in ``refuse``, ``hold`` or ``accept`` weigh so, whatever their
    severity; only a severity of refuse cannot be lessened, for it means harm. ``accept_partial``:
    a delivery is accepted though some of its files have problems.
    """

    hold: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    accept_partial: bool = True

    def weight(self, finding: Finding) -> Severity:
        """How much a finding weighs under this policy."""
        severity = finding.severity
        if severity is Severity.REFUSE or finding.code in self.refuse:
            return Severity.REFUSE
        if finding.code in self.hold:
            return Severity.HOLD
        if finding.code in self.accept:
            return min(severity, Severity.WARNING, key=lambda s: s.rank)
        return severity


class Override(msgspec.Struct, frozen=True):
    """What a person decided about a held delivery, and why: ``verdict`` ACCEPT or REFUSE."""

    verdict: Verdict
    reason: str


class Judgement(msgspec.Struct, frozen=True):
    """A verdict, the state it puts the delivery in, all findings, and the codes that decided."""

    verdict: Verdict
    state: State
    findings: tuple[Finding, ...]
    because: tuple[str, ...] = ()


def judge(
    package: Package,
    findings: Iterable[Finding],
    policy: Policy,
    *,
    repeated: bool = False,
    overdue: bool = False,
    override: Override | None = None,
) -> Judgement:
    """Judge a delivery by the rules above.

    ``findings`` are all that were made (``checks.examine``, ``tasks.Examined``); what is found here
    is added. ``repeated``: a delivery with the same id was accepted before. ``overdue``: the time
    for the siblings of ``package.waits_for`` is over.
    """
    made = tuple(findings)
    found = (*made, *_emptiness(package, made))
    if repeated:
        return Judgement(Verdict.REPEAT, State.REPEATED, found)
    by_weight = _by_weight(found, policy)
    if refused := by_weight[Severity.REFUSE]:
        return Judgement(Verdict.REFUSE, State.REFUSED, found, refused)
    if override is not None and override.verdict is Verdict.REFUSE:
        return Judgement(Verdict.REFUSE, State.REFUSED, found)
    if override is not None:
        return Judgement(Verdict.ACCEPT, State.ACCEPTED, found)
    if package.waits_for and not overdue:
        return Judgement(Verdict.HOLD, State.WAITING, found)
    if held := by_weight[Severity.HOLD]:
        return Judgement(Verdict.HOLD, State.HELD, found, held)
    problems = by_weight[Severity.PROBLEM]
    if problems and not policy.accept_partial:
        return Judgement(Verdict.HOLD, State.HELD, found, problems)
    return Judgement(Verdict.ACCEPT, State.ACCEPTED, found)


def _by_weight(findings: Iterable[Finding], policy: Policy) -> Mapping[Severity, tuple[str, ...]]:
    codes: dict[Severity, dict[str, None]] = {severity: {} for severity in Severity}
    for finding in findings:
        codes[policy.weight(finding)][finding.code] = None
    return {severity: tuple(found) for severity, found in codes.items()}


def _emptiness(package: Package, findings: tuple[Finding, ...]) -> Iterable[Finding]:
    """What is to be said of a delivery without any article, unless it is refused anyhow."""
    if package.articles or any(f.severity is Severity.REFUSE for f in findings):
        return
    if all(m.role is Role.JUNK for m in package.members):
        yield Finding("DELIVERY-ONLY-JUNK")
    elif not any(f.code in ("PACKAGE-NOT-UNDERSTOOD", "DELIVERY-UNEXAMINED") for f in findings):
        yield Finding("DELIVERY-NO-ARTICLE")


def released(package: Package) -> Package:
    """A held delivery's package as it is sealed after its release: nothing in it waits any more.

    Held files become unclaimed: kept with the delivery, belonging to no article.
    """
    members = tuple(
        msgspec.structs.replace(m, fate=Fate.UNCLAIMED) if m.fate is Fate.HELD else m
        for m in package.members
    )
    return msgspec.structs.replace(package, members=members)


def settled(package: Package, verdict: Verdict) -> tuple[Member, ...]:
    """The members with the fate that a verdict gives them all.

    HOLD: held. REFUSE: refused. REPEAT: repeated. ACCEPT: as they are.
    """
    fate = {
        Verdict.HOLD: Fate.HELD,
        Verdict.REFUSE: Fate.REFUSED,
        Verdict.REPEAT: Fate.REPEATED,
    }.get(verdict)
    if fate is None:
        return package.members
    return tuple(msgspec.structs.replace(m, fate=fate, article=None) for m in package.members)
