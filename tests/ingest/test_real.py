# SPDX-License-Identifier: Apache-2.0
"""Real deliveries: each file in one of them, each byte accounted for, each member with a fate."""

from __future__ import annotations

from pathlib import Path

import pytest
from ingest_material import WHEN, drops

from emanet.ingest.assemble import Accepted, plan
from emanet.ingest.judge import Policy, judge, settled
from emanet.ingest.survey import Order
from emanet.ingest.tasks import examine_all
from emanet.model.delivery import Fate, Receipt, Verdict
from emanet.storage import packs
from emanet.work.runner import Crew

pytestmark = pytest.mark.shared


def test_every_real_file_is_in_one_delivery(jats: Path) -> None:
    found = drops(jats)
    files = sorted(file.path for drop in found for file in drop.files)
    assert files == sorted(str(p) for p in jats.rglob("*") if p.is_file())
    names = {drop.name: len(drop.files) for drop in found}
    assert names["packages/oup/2022-09-22_00_30_02_ptep_iss_2022_9"] == 4
    assert names["packages/elsevier/CERNQ000000010669"] == 1
    assert names["packages/openjournals"] == 68
    assert names["articles/bmc"] == 43
    assert not any(drop.missing or drop.findings for drop in found)


@pytest.mark.parametrize("folder", ["packages", "odd", "native"])
def test_every_byte_is_accounted_for(jats: Path, crew: Crew, folder: str) -> None:
    orders = [Order(drop, WHEN) for drop in drops(jats / folder)]
    accepted = []
    for examined in examine_all(orders, crew):
        package = examined.package
        assert package is not None and not examined.left
        delivery = package.delivery
        assert delivery.bytes == examined.order.drop.bytes
        assert [p.name for p in delivery.payloads] == [f.name for f in examined.order.drop.files]
        verdict = judge(package, examined.findings, Policy()).verdict
        members = settled(package, verdict)
        assert sum(m.bytes for m in members if m.parent is None) == delivery.bytes
        for member in members:
            assert len(member.sha256) == 64
            assert (member.fate is Fate.ARTICLE) == (member.article is not None)
        claimed = {o for a in package.articles for o in a.members}
        assert claimed >= {m.ordinal for m in package.members if m.fate is Fate.ARTICLE}
        if verdict is Verdict.ACCEPT:
            state = judge(package, examined.findings, Policy()).state
            keys = tuple(f"{delivery.id}/{n}" for n in range(len(delivery.payloads)))
            accepted.append(Accepted(package, Receipt(delivery, verdict, state), keys))
    aip = plan(accepted, sequence=1, created=WHEN, agent="test")
    assert len(aip.members) == sum(len(one.package.members) for one in accepted)
    inside = sum(entry.bytes for pack in aip.packs for entry in pack.entries)
    assert inside + sum(w.bytes for w in aip.wholes) == sum(
        one.receipt.delivery.bytes for one in accepted
    )
    for pack in aip.packs:
        assert packs.layout(pack.entries).bytes > inside
