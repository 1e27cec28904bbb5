# SPDX-License-Identifier: Apache-2.0
"""The plan of an accession: every file once, every byte accounted for, every locator right."""

from __future__ import annotations

import hashlib
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest_material import WHEN, article, issue, order, pdf, zipped

from emanet.formats.publishers.understand import understand
from emanet.ingest import versions
from emanet.ingest.assemble import Accepted, Targets, folded, gather, plan
from emanet.ingest.survey import survey_drop
from emanet.model.article import Record
from emanet.model.delivery import (
    Delivery,
    Fate,
    Member,
    Method,
    Payload,
    Receipt,
    Role,
    State,
    Step,
    Verdict,
    delivery_id,
)
from emanet.model.errors import UsageError
from emanet.model.event import Event, EventKind
from emanet.model.package import Package, PackagedArticle, content_digest
from emanet.model.stored import Aip
from emanet.octets.steps import read
from emanet.storage import packs

SMALL = Targets(bytes=4000, members=40, whole=300, pack=900)


def planned(accepted, targets: Targets = SMALL, sequence: int = 7) -> Aip:
    return plan(accepted, sequence=sequence, created=WHEN, agent="test", targets=targets)


def content(aip: Aip, sources: dict[str, bytes]) -> dict[str, bytes]:
    """The content files that sealing would write, by path."""
    made = {whole.path: sources[whole.source] for whole in aip.wholes}
    for pack in aip.packs:
        made[pack.path] = b"".join(packs.write(pack.entries, lambda e: [sources[e.source]]))
        assert len(made[pack.path]) == packs.layout(pack.entries).bytes
    return made


def check(aip: Aip, sources: dict[str, bytes], accepted: list[Accepted]) -> None:
    """What is promised of every plan."""
    files = content(aip, sources)
    wanted = [(a.receipt.delivery.id, m.name) for a in accepted for m in a.package.members]
    assert [(line.delivery, line.name) for line in aip.members] == wanted
    assert [line.ordinal for line in aip.members] == list(range(len(wanted)))
    for line in aip.members:
        if line.path:
            data = files[line.path]
            size = line.bytes if line.steps else len(data)
            got = read(lambda o, n, d=data: d[o : o + n], line.steps, size=size)
            assert hashlib.sha256(got).hexdigest() == line.sha256
        else:
            assert line.fate is Fate.REPEATED or not line.sha256
        if line.parent is not None:
            assert aip.members[line.parent].ordinal < line.ordinal
            assert aip.members[line.parent].delivery == line.delivery
    for index, one in enumerate(aip.articles):
        assert one.ordinal == index
        own = [aip.members[o] for o in one.members]
        assert {m.delivery for m in own} == {one.delivery}
        assert one.content == content_digest(
            [Member(0, "", 0, 0, m.sha256, 0) for m in own], one.record
        )
    stored = sum(w.bytes for w in aip.wholes) + sum(e.bytes for p in aip.packs for e in p.entries)
    assert stored == sum(a.bytes for a in accepted)
    left_out = sum(
        m.bytes
        for a in accepted
        for m in a.package.members
        if m.parent is None and m.fate is Fate.REPEATED
    )
    assert stored + left_out >= sum(a.receipt.delivery.bytes for a in accepted)
    for whole in aip.wholes:
        assert hashlib.sha256(sources[whole.source]).hexdigest() == whole.sha256
    for receipt, one in zip(aip.receipts, accepted, strict=True):
        assert receipt.accession == aip.id
        assert receipt.delivery == one.receipt.delivery


def _member(ordinal: int, name: str, payload: int, data: bytes, **more: object) -> Member:
    sha = hashlib.sha256(data).hexdigest()
    return Member(ordinal, name, payload, len(data), sha, zlib.crc32(data), **more)  # type: ignore[arg-type]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Accepted], dict[str, bytes]]:
    """Deliveries of payloads of any size, some with members inside, some repeated."""
    accepted, sources = [], {}
    sizes = st.lists(st.integers(0, 700), min_size=1, max_size=6)
    for number, lengths in enumerate(draw(st.lists(sizes, min_size=1, max_size=5))):
        members: list[Member] = []
        payloads: list[Payload] = []
        for index, length in enumerate(lengths):
            data = hashlib.shake_128(f"{number} {index}".encode()).digest(length)
            name = f"p{index}{draw(st.sampled_from(['.xml', '.tar.gz', '', '.ZIP']))}"
            inside = draw(st.integers(0, 2)) if length > 20 else 0
            again = not inside and draw(st.booleans())
            fate = Fate.REPEATED if again else Fate.ARTICLE
            base = len(members)
            payloads.append(Payload(name, length, hashlib.sha256(data).hexdigest()))
            members.append(_member(base, name, index, data, fate=fate, role=Role.OTHER))
            for part in range(inside):
                start = 5 * part + 1
                step = Step(start, length - start - 3)
                window = data[start : start + step.length]
                members.append(
                    _member(base + 1 + part, f"{name}/{part}", index, window, parent=base,
                            steps=(step,), article=0)
                )  # fmt: skip
            sources[f"{number}/{index}"] = data
        delivery = Delivery(delivery_id(payloads), f"n{number}", tuple(payloads), WHEN)
        own = tuple(m.ordinal for m in members if m.article == 0) or (0,)
        package = Package(
            delivery, "generic", tuple(members), (PackagedArticle(Record(title="t"), own),)
        )
        receipt = Receipt(delivery, Verdict.ACCEPT, State.ACCEPTED)
        keys = tuple(f"{number}/{index}" for index in range(len(payloads)))
        repeated = frozenset({0}) if draw(st.booleans()) else frozenset()
        accepted.append(Accepted(package, receipt, keys, repeated))
    return accepted, sources


@settings(max_examples=120, deadline=None)
@given(deliveries())
def test_every_plan(made: tuple[list[Accepted], dict[str, bytes]]) -> None:
    accepted, sources = made
    ids = [a.receipt.delivery.id for a in accepted]
    if len(set(ids)) < len(ids):
        with pytest.raises(UsageError):
            planned(accepted)
        return
    aip = planned(accepted)
    check(aip, sources, accepted)
    assert planned(accepted) == aip
    for pack in aip.packs:
        assert pack.path.startswith("containers/pack-")
        assert len(pack.entries) == 1 or packs.layout(pack.entries).directory <= SMALL.pack + 700
    assert all(whole.bytes >= SMALL.whole for whole in aip.wholes)
    assert all(entry.bytes < SMALL.whole for pack in aip.packs for entry in pack.entries)
    assert len(aip.articles) == sum(not a.repeated for a in accepted)


@given(deliveries())
def test_gathering_keeps_order_and_target(made: tuple[list[Accepted], dict[str, bytes]]) -> None:
    accepted, _ = made
    groups = list(gather(accepted, SMALL))
    assert [a for group in groups for a in group] == accepted
    for group in groups[:-1]:
        assert sum(a.bytes for a in group) >= SMALL.bytes
        assert sum(a.bytes for a in group[:-1]) < SMALL.bytes


def taken(folder, name: str = "") -> tuple[Accepted, dict[str, bytes]]:
    """A real delivery, surveyed and understood."""
    asked = order(folder)
    survey = survey_drop(asked)
    package = understand(survey)
    receipt = Receipt(survey.delivery, Verdict.ACCEPT, State.ACCEPTED, articles=99)
    keys = tuple(f"{name}{index}" for index in range(len(asked.drop.files)))
    event = Event(WHEN, EventKind.DELIVERY_ACCEPTED, survey.delivery.id, "test")
    with_data = {}
    for key, file in zip(keys, asked.drop.files, strict=True):
        with open(file.path, "rb") as opened:
            with_data[key] = opened.read()
    return Accepted(package, receipt, keys, events=(event,)), with_data


def test_real_deliveries(fill, tmp_path) -> None:
    inner = zipped({"deep/article.xml": article(50), "deep/article.pdf": pdf()})
    fill({"one/a.zip": zipped({**issue(3), "i.zip": inner})})
    fill({f"two/{name}": data for name, data in issue(2, 10).items()})
    parts = [taken(tmp_path / "drop" / name, name) for name in ("one", "two")]
    accepted = [one for one, _ in parts]
    sources = {key: data for _, some in parts for key, data in some.items()}
    for targets in (Targets(), SMALL, Targets(whole=1)):
        aip = planned(accepted, targets)
        check(aip, sources, accepted)
        assert len(aip.articles) == 6
        assert [r.articles for r in aip.receipts] == [4, 2]
        kinds = [event.kind for event in aip.events]
        assert kinds == [EventKind.DELIVERY_ACCEPTED] * 2 + [EventKind.ACCESSION_SEALED]
        assert aip.events[-1].subject == aip.id
    assert [w.path.rpartition("-")[2] for w in aip.wholes] == ["1.zip"] + [
        f"{n}.{end}" for n, end in enumerate(("pdf", "xml", "pdf", "xml"), 1)
    ]


def test_a_member_in_a_pack_is_one_step_away(fill) -> None:
    one, sources = taken(fill({"x.zip": zipped(issue(1), method=0)}))
    aip = planned([one], Targets())
    assert [len(line.steps) for line in aip.members] == [1, 1, 1]
    check(aip, sources, [one])


def test_files_held_already_are_listed_and_not_stored(fill) -> None:
    one, sources = taken(fill({**issue(2), "a1/notes.txt": b"new"}))
    digests = versions.contents(one.package)
    held = {"10.5555/specimen.2": frozenset({digests[1]})}
    compared = versions.compare(one.package, held)
    again = msgspec.structs.replace(one, package=compared.package, repeated=compared.repeated)
    aip = planned([again], Targets())
    check(aip, sources, [again])
    stored = {e.name.partition("/")[2] for p in aip.packs for e in p.entries}
    assert stored == {"a1/article.xml", "a1/article.pdf", "a1/notes.txt"}
    assert [a.record.doi for a in aip.articles] == ["10.5555/specimen.1"]
    assert aip.receipts[0].articles == 1


def test_a_large_delivery_of_small_files_has_packs_of_its_own(fill, tmp_path) -> None:
    fill({"one/a.xml": article(1)})
    fill({f"two/{name}": data for name, data in issue(4, 10).items()})
    fill({"ztwo/a.xml": article(3)})
    accepted = [taken(tmp_path / "drop" / name, name)[0] for name in ("one", "two", "ztwo")]
    aip = planned(accepted, Targets(whole=3000))
    owners = [{entry.name.partition("/")[0] for entry in pack.entries} for pack in aip.packs]
    assert owners == [{a.receipt.delivery.id} for a in accepted]


def test_names_shown_alike_stay_apart() -> None:
    data = b"x"
    payloads = tuple(Payload("same", 1, hashlib.sha256(data).hexdigest()) for _ in range(2))
    delivery = Delivery("d-1", "n", payloads, WHEN)
    package = Package(delivery, "", tuple(_member(i, "same", i, data) for i in range(2)))
    one = Accepted(package, Receipt(delivery, Verdict.ACCEPT, State.ACCEPTED), ("a", "b"))
    aip = planned([one])
    assert [e.name for e in aip.packs[0].entries] == ["d-1/same", "d-1/same~1"]
    check(aip, {"a": data, "b": data}, [one])


def test_what_cannot_be_decoded_has_no_place_of_its_own() -> None:
    payload = _member(0, "x.zip", 0, b"container", role=Role.CONTAINER)
    broken = Member(1, "x.zip/a", 0, 5, "", 0, parent=0, steps=(Step(2, 3, Method.DEFLATE),))
    delivery = Delivery("d-1", "x.zip", (Payload("x.zip", 9, payload.sha256),), WHEN)
    package = Package(delivery, "", (payload, broken))
    aip = planned([Accepted(package, Receipt(delivery, Verdict.ACCEPT, State.ACCEPTED), ("a",))])
    assert (aip.members[1].path, aip.members[1].steps) == ("", ())
    assert aip.members[0].path


def test_the_name_of_an_accession() -> None:
    delivery = Delivery("d-1", "n", (Payload("a", 1, "0"),), WHEN)
    package = Package(delivery, "", (_member(0, "a", 0, b"x"),))
    one = Accepted(package, Receipt(delivery, Verdict.ACCEPT, State.ACCEPTED), ("a",))
    ids = {planned([one], sequence=n).id for n in (1, 2)}
    assert sorted(name[:13] for name in ids) == ["acc-00000001-", "acc-00000002-"]
    with pytest.raises(UsageError):
        planned([])


def test_folding() -> None:
    first = Step(100, 50)
    deflate = Step(7, 9, Method.DEFLATE)
    assert folded(None, ()) == ()
    assert folded(first, ()) == (first,)
    assert folded(first, (Step(10, 20), deflate)) == (Step(117, 9, Method.DEFLATE),)
    assert folded(first, (deflate, Step(1, 2))) == (Step(107, 9, Method.DEFLATE), Step(1, 2))
    assert folded(None, (Step(0, 50, Method.GZIP), Step(5, 6))) == (
        Step(0, 50, Method.GZIP),
        Step(5, 6),
    )
