# SPDX-License-Identifier: Apache-2.0
"""Sealing and reading back: whole or not at all, once, and bit for bit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from planning import WHEN, Kept, Planner, bytes_of, every_shape, zipped

from emanet.model.errors import (
    AlreadyThere,
    DamageError,
    NotThere,
    SourceChanged,
    StorageError,
    StoreBroken,
    UsageError,
)
from emanet.model.event import Event, EventKind
from emanet.model.stored import Aip, AuditLine, Locator, Records
from emanet.storage.archive import Archive
from emanet.storage.ocfl.layout import object_id, ocfl_path, parse_id, place, place_at
from emanet.storage.stores.memory import MemoryStore


def memory(sequence: int = 1, **kept: object) -> tuple[Archive, Planner, Aip]:
    planner = Planner(sequence, whole_from=60_000)
    archive = Archive(Archive.create(MemoryStore()).store, **kept)
    return archive, planner, planner.plan(every_shape())


def test_all_records_come_back(kept: Kept) -> None:
    records = kept.archive.records(kept.aip.id)
    for part in ("members", "articles", "receipts", "events", "created", "sequence", "id"):
        assert getattr(records, part) == getattr(kept.aip, part)
    assert records.kind == "acc"
    folder = kept.root / place(kept.aip.id).prefix / "v1" / "content"
    assert records.bytes == sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def test_every_member_is_read_by_its_locator(kept: Kept) -> None:
    assert len(kept.aip.members) > 50
    for member in kept.aip.members:
        locator = Locator(kept.aip.id, member.path, member.steps)
        data = kept.archive.read(locator, member.bytes, member.crc32)
        assert hashlib.sha256(data).hexdigest() == member.sha256
        assert b"".join(kept.archive.stream(locator, member.bytes)) == data


def test_payloads_lie_as_they_came(kept: Kept) -> None:
    for whole in kept.aip.wholes:
        key = f"{place(kept.aip.id).prefix}/v1/content/{whole.path}"
        assert kept.archive.store.read(key) == kept.planner.sources.files[whole.source]
    for member in kept.aip.members:
        if member.parent is None:
            data = kept.archive.read(Locator(kept.aip.id, member.path, member.steps), member.bytes)
            assert data == kept.planner.sources.files[f"{member.delivery}/{member.name}"]


@pytest.mark.parametrize("digest", ["sha512", "sha256"])
@pytest.mark.parametrize("again", [False, True])
def test_the_answer_names_what_was_sealed(digest: str, again: bool) -> None:
    archive, planner, aip = memory(digest=digest, again=again)
    sealed = archive.seal(aip, planner.sources)
    key = f"{place(aip.id).prefix}/inventory.json"
    data = archive.store.read(key)
    assert sealed.inventory_digest == hashlib.new(digest, data).hexdigest()
    assert json.loads(data)["digestAlgorithm"] == digest
    records = archive.records(aip.id)
    assert (sealed.id, sealed.sequence) == (aip.id, 1)
    assert (sealed.bytes, sealed.inventory_digest) == (records.bytes, records.inventory_digest)


def test_sealing_again_changes_nothing_and_answers_the_same() -> None:
    archive, planner, aip = memory()
    first = archive.seal(aip, planner.sources)
    before = {key: archive.store.read(key) for key in archive.store.list()}
    planner.sources.files.clear()  # not even the payloads are wanted
    assert archive.seal(aip, planner.sources) == first
    assert {key: archive.store.read(key) for key in archive.store.list()} == before


def test_the_same_plan_makes_the_same_bytes() -> None:
    made = []
    for _ in range(2):
        archive, planner, aip = memory()
        archive.seal(aip, planner.sources)
        made.append({key: archive.store.read(key) for key in archive.store.list()})
    assert made[0] == made[1]


def test_another_plan_of_the_same_id_is_refused() -> None:
    archive, planner, aip = memory()
    archive.seal(aip, planner.sources)
    other = msgspec.structs.replace(aip, created="2026-03-02T10:00:00Z")
    with pytest.raises(AlreadyThere):
        archive.seal(other, planner.sources)


@pytest.mark.parametrize(
    "change",
    ["byte", "longer", "shorter", "gone"],
)
@pytest.mark.parametrize("large", [True, False])
@pytest.mark.parametrize("digest", ["sha512", "sha256"])
def test_a_payload_that_changed_is_noticed_and_nothing_sealed(
    change: str, large: bool, digest: str
) -> None:
    archive, planner, aip = memory(digest=digest)
    source = aip.wholes[0].source if large else aip.packs[0].entries[1].source
    data = planner.sources.files[source]
    changed = {
        "byte": data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
        "longer": data + b"x",
        "shorter": data[:-1],
    }
    if change == "gone":
        del planner.sources.files[source]
    else:
        planner.sources.files[source] = changed[change]
    before = list(archive.store.list())
    with pytest.raises(SourceChanged, match=source.split("/")[1].replace(".", "[.]")):
        archive.seal(aip, planner.sources)
    assert list(archive.store.list()) == before
    assert list(archive.objects()) == []
    planner.sources.files[source] = data
    archive.seal(aip, planner.sources)


@pytest.mark.parametrize("field", ["steps", "crc32"])
@pytest.mark.parametrize("large", [True, False])
def test_a_member_that_is_not_where_the_plan_says_is_noticed(field: str, large: bool) -> None:
    archive, planner, aip = memory()
    path = aip.wholes[0].path if large else aip.packs[0].path
    number = next(
        m.ordinal for m in aip.members if m.path == path and m.parent is not None and m.bytes
    )
    member = aip.members[number]
    step = member.steps[-1]
    moved = (*member.steps[:-1], msgspec.structs.replace(step, offset=step.offset + 1))
    wrong = msgspec.structs.replace(member, **{field: moved if field == "steps" else 1})
    members = (*aip.members[:number], wrong, *aip.members[number + 1 :])
    with pytest.raises(StorageError, match="where the plan says"):
        archive.seal(msgspec.structs.replace(aip, members=members), planner.sources)
    assert list(archive.objects()) == []


def test_with_again_the_digest_of_a_member_is_compared_too() -> None:
    for again in (False, True):
        archive, planner, aip = memory(again=again)
        number = next(m.ordinal for m in aip.members if m.parent is not None and m.bytes)
        wrong = msgspec.structs.replace(aip.members[number], sha256="0" * 64)
        plan = msgspec.structs.replace(
            aip, members=(*aip.members[:number], wrong, *aip.members[number + 1 :])
        )
        if again:
            with pytest.raises(StorageError):
                archive.seal(plan, planner.sources)
        else:
            archive.seal(plan, planner.sources)


def test_the_publishers_own_checksums_go_into_the_inventory() -> None:
    archive, planner, aip = memory()
    data = planner.sources.files[aip.wholes[0].source]
    sums = {"md5": hashlib.md5(data).hexdigest(), "sha512": hashlib.sha512(data).hexdigest()}
    whole = msgspec.structs.replace(aip.wholes[0], fixity=sums)
    aip = msgspec.structs.replace(aip, wholes=(whole,))
    archive.seal(aip, planner.sources)
    fixity = archive.inventory(aip.id).fixity
    assert fixity["md5"] == {sums["md5"]: (f"v1/content/{whole.path}",)}
    wrong = msgspec.structs.replace(whole, fixity={"md5": "0" * 32})
    archive, planner, aip = memory()
    with pytest.raises(SourceChanged):
        archive.seal(msgspec.structs.replace(aip, wholes=(wrong,)), planner.sources)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "acc-1"},
        {"id": "evt-00000001-000000000000"},
        {"sequence": 2},
        {"wholes": ()},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    archive, planner, aip = memory()
    with pytest.raises(UsageError):
        archive.seal(msgspec.structs.replace(aip, **change), planner.sources)
    assert list(archive.objects()) == []


def test_objects_come_in_the_order_of_their_numbers() -> None:
    store = MemoryStore()
    archive = Archive.create(store)
    assert archive.next_sequence() == 1
    for sequence in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11):
        assert archive.next_sequence() == sequence
        planner = Planner(sequence)
        aip = planner.plan([{"a.xml": str(sequence).encode()}])
        archive.seal(aip, planner.sources)
    assert [ref.sequence for ref in archive.objects()] == list(range(1, 12))
    assert Archive(store).next_sequence() == 12


def test_what_is_half_made_is_not_an_object() -> None:
    archive, planner, aip = memory()
    archive.seal(aip, planner.sources)
    store = archive.store
    prefix = place("acc-00000002-000000000000").prefix
    store.put(f"{prefix}/v1/inventory.json", [b"{}"])
    store.put(f"{prefix}/inventory.json.sha512", [b""])
    store.put("strange/inventory.json", [b"{}"])
    assert [ref.id for ref in archive.objects()] == [aip.id]
    assert Archive(store).next_sequence() == 2


def records(sequence: int = 1) -> Records:
    name = object_id("evt", sequence, "ab" * 32)
    event = Event(WHEN, EventKind.ACCESSION_VERIFIED, "acc-00000001-000000000000", "emanet test")
    audits = (AuditLine("acc-00000001-000000000000", WHEN, 12),)
    return Records(name, "evt", sequence, WHEN, 0, "", events=(event,), audits=audits)


def test_events_are_sealed_and_come_back() -> None:
    archive = Archive.create(MemoryStore())
    given = records()
    sealed = archive.seal_events(given)
    assert archive.seal_events(given) == sealed
    back = archive.records(given.id)
    assert back.events == given.events
    assert back.audits == given.audits
    assert back.members == back.articles == back.receipts == ()
    names = [key.rpartition("/")[2] for key in archive.store.list(place(given.id).prefix)]
    assert names.count("audits.jsonl") == names.count("events.jsonl") == 1
    assert "members.jsonl" not in names
    with pytest.raises(AlreadyThere):
        archive.seal_events(msgspec.structs.replace(given, audits=()))


def test_events_objects_hold_no_bytes() -> None:
    archive, _, aip = memory()
    with pytest.raises(UsageError):
        archive.seal_events(msgspec.structs.replace(records(), members=aip.members))


def test_a_store_that_gives_back_other_bytes_is_broken() -> None:
    class Lying(MemoryStore):
        def stream(self, key, offset=0, length=None):
            chunks = super().stream(key, offset, length)
            return (b"x" + c[1:] for c in chunks) if key.endswith("members.jsonl") else chunks

    planner = Planner()
    aip = planner.plan([{"a.xml": b"<a/>"}])
    with pytest.raises(StoreBroken):
        Archive.create(Lying()).seal(aip, planner.sources)


def test_what_is_not_there_is_said() -> None:
    archive, _, aip = memory()
    with pytest.raises(NotThere):
        archive.records(aip.id)
    with pytest.raises(NotThere):
        archive.read(Locator(aip.id, "containers/x", ()), 4)


@pytest.mark.parametrize("where", ["inventory.json", "inventory.json.sha512"])
def test_an_inventory_that_its_sidecar_denies_is_damage(kept: Kept, where: str) -> None:
    path = kept.root / place(kept.aip.id).prefix / where
    data = path.read_bytes()
    path.write_bytes(data.replace(b"a", b"b", 1) if where.endswith("512") else data + b" ")
    with pytest.raises(DamageError):
        Archive(kept.archive.store).records(kept.aip.id)


def test_damaged_members_are_not_handed_out(kept: Kept) -> None:
    path = next(kept.root.rglob("pack-0001.zip"))
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 7):
        data[at] ^= 0xFF
    path.write_bytes(bytes(data))
    for member in kept.aip.members:
        if member.path.endswith("pack-0001.zip") and member.bytes > 40:
            locator = Locator(kept.aip.id, member.path, member.steps)
            with pytest.raises(DamageError):
                Archive(kept.archive.store).read(locator, member.bytes, member.crc32)


def test_only_so_many_decoded_containers_are_kept_open() -> None:
    planner = Planner()
    inner = {f"{n}.zip": zipped({"a.xml": bytes_of(n, 50)}) for n in range(9)}
    aip = planner.plan([{"outer.zip": zipped(inner)}])
    archive = Archive.create(MemoryStore())
    archive.seal(aip, planner.sources)
    for _ in range(2):
        for member in aip.members:
            locator = Locator(aip.id, member.path, member.steps)
            assert archive.read(locator, member.bytes, member.crc32) is not None
    assert len(archive._reader._nested) == 4


@pytest.mark.parametrize(
    ("kind", "sequence", "digest"),
    [("acc", -1, "a" * 12), ("acc", 1, "xyz"), ("drv", 1, "a" * 12), ("acc", 1, "")],
)
def test_what_makes_no_id_is_refused(kind: str, sequence: int, digest: str) -> None:
    with pytest.raises(ValueError, match="not the id"):
        object_id(kind, sequence, digest)


def test_places_follow_extension_0003() -> None:
    # the examples of the extension's own text, with its defaults
    from emanet.storage.ocfl import layout

    assert parse_id("acc-00000012-0123456789ab") == ("acc", 12)
    made = place("acc-123456789-0123456789ab")
    assert made.sequence == 123456789
    assert place_at(made.prefix + "/inventory.json") == made
    assert place_at("000/emanet%3aacc-00000012-0123456789ab/inventory.json") is None
    digest = hashlib.sha256(b"..hor/rib:le-$id").hexdigest()
    assert ocfl_path("..hor/rib:le-$id") == f"{digest[:3]}/%2e%2ehor%2frib%3ale-%24id"
    long = "abcdefghij" * 26
    digest = hashlib.sha256(long.encode()).hexdigest()
    assert ocfl_path(long) == f"{digest[:3]}/{long[:100]}-{digest}"
    assert layout.TUPLES == 1


def test_creating_a_root_twice_changes_nothing(tmp_path: Path) -> None:
    store = MemoryStore()
    assert not Archive.is_root(store)
    Archive.create(store)
    before = {key: store.read(key) for key in store.list()}
    Archive.create(store)
    assert {key: store.read(key) for key in store.list()} == before
    assert Archive.is_root(store)
    with pytest.raises(UsageError):
        Archive(store, digest="md5")
