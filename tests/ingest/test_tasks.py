# SPDX-License-Identifier: Apache-2.0
"""Deliveries by a crew: the answer does not depend on the division; poison costs itself alone."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import msgspec
import pytest
from ingest_material import (
    WHEN,
    article,
    drops,
    issue,
    open_broken,
    open_changed,
    open_poisonously,
    open_without_room,
    order,
    tarred,
    zipped,
)

from emanet.ingest.contents import contents
from emanet.ingest.members import Depth
from emanet.ingest.parts import Examined, Sizes, cut
from emanet.ingest.reach import Reach, open_path
from emanet.ingest.survey import Order
from emanet.ingest.tasks import examine_all
from emanet.model.delivery import Fate
from emanet.model.errors import WorkError
from emanet.work.local import LocalPools
from emanet.work.port import Limits
from emanet.work.progress import Meter, Progress
from emanet.work.runner import Crew

TINY = Sizes(whole_bytes=0, part_files=3, part_bytes=4000, tar_times=2, window_drops=3)


def orders(root: Path, opener=open_poisonously) -> list[Order]:
    return [Order(drop, WHEN, opener=opener) for drop in drops(root)]


def fates(examined: Examined) -> dict[str, str]:
    assert examined.package is not None
    return {m.name: m.fate.value for m in examined.package.members}


def codes(examined: Examined) -> set[tuple[str, str]]:
    return {(f.code, f.place) for f in examined.findings if f.severity.rank > 1}


def with_bad(bad: bytes, name: str = "bad.xml") -> dict[str, bytes]:
    return {**issue(4), f"b/{name}": article(9).replace(b"A made-up", bad)}


def test_the_answer_does_not_depend_on_the_division(fill, crew: Crew) -> None:
    inner = zipped({"s/article.xml": article(70), "s/f.png": b"\x89PNG\r\n\x1a\n" + bytes(40)})
    files = {
        "a.zip": zipped(issue(12)),
        "b.tar.gz": tarred({**issue(9, 20), "more/x.zip": inner, "more/y.zip": inner}),
        "c.tar": tarred(issue(3, 40), "w:"),
        "sums/checkmd5.fil": b"00000000000000000000000000000000 article.xml\n",
        "sums/article.xml": article(60),
        "sums2/manifest_of_all.txt": b"0" * 40 + b" article.xml\n",
        "sums2/article.xml": article(61),
        "hostile.zip": zipped({"/etc/passwd": b"x"}),
        "loose.csv": b"a,b",
    }
    files |= {f"f/{name}": data for name, data in issue(5, 80).items()}
    asked = orders(fill(files))
    whole = list(examine_all(asked, crew))
    parts = list(examine_all(asked, crew, sizes=TINY))
    assert [e.order for e in whole] == asked
    for one, other in zip(whole, parts, strict=True):
        assert other == one
    counted = [len(e.package.articles) for e in whole if e.package]
    assert sum(counted) == 12 + 9 + 3 + 2 + 5 + 2


@pytest.mark.parametrize(("packed", "count"), [(True, 3), (False, 10)])
def test_a_large_container_packed_in_another_is_decoded_a_few_times_only(
    fill, packed: bool, count: int
) -> None:
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    inner = zipped({f"{n}.bin": bytes(400) for n in range(24)}, zipfile.ZIP_STORED)
    asked = order(fill({"a.zip": zipped({"inner.zip": inner}, method)}))
    sizes = msgspec.structs.replace(TINY, tar_times=8)
    with Reach(asked.drop, asked.opener, asked.limits) as reach:
        listed = contents(asked.drop, reach, asked.limits)
    pieces = list(cut(0, asked, listed, listed.found, Depth(), sizes))
    assert sum(len(part.members) for part in pieces) == 26
    # each of the containers, and then what lies in the inner one
    assert len(pieces) == count


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"KILL THE READER", "WORKER-KILLED"),
        (b"HANG THE READER", "WORKER-TIMEOUT"),
        (b"FILL THE MEMORY", "WORKER-MEMORY"),
        (b"MEET A BUG", "WORKER-RAISED"),
    ],
)
def test_a_poisonous_member_costs_its_own_finding(fill, bad: bytes, code: str) -> None:
    seconds = 2.0 if code == "WORKER-TIMEOUT" else 60.0
    limits = Limits(seconds=seconds, memory_bytes=1 << 30)
    root = fill({"x.zip": zipped(with_bad(bad)), "y.zip": zipped(issue(2, 30))})
    with Crew(LocalPools(2), time.monotonic, limits=limits) as crew:
        poisoned, sound = examine_all(orders(root), crew)
    assert codes(poisoned) == {(code, "x.zip/b/bad.xml")}
    assert len(poisoned.package.articles) == 4
    assert fates(poisoned)["x.zip/b/bad.xml"] == Fate.HELD
    bytes_kept = next(m for m in poisoned.package.members if m.name.endswith("bad.xml"))
    assert len(bytes_kept.sha256) == 64
    assert codes(sound) == set()
    for finding in poisoned.findings:
        assert finding.text("en") and "?" not in finding.text("tr")


def test_poison_in_a_part_of_a_large_delivery(fill, crew: Crew) -> None:
    files = {**with_bad(b"KILL THE READER"), **issue(20, 50)}
    (examined,) = examine_all(orders(fill({"x.tar.gz": tarred(files)})), crew, sizes=TINY)
    assert codes(examined) == {("WORKER-KILLED", "x.tar.gz/b/bad.xml")}
    assert len(examined.package.articles) == 24


def test_a_delivery_that_cannot_be_listed_is_kept_unread(fill, crew: Crew) -> None:
    root = fill({"unlistable.zip": zipped(issue(2)), "z.zip": zipped(issue(1))})
    kept, sound = examine_all(orders(root), crew)
    assert ("DELIVERY-UNEXAMINED", "") in codes(kept)
    assert fates(kept) == {"unlistable.zip": "held"}
    assert len(kept.package.delivery.payloads[0].sha256) == 64
    assert len(sound.package.articles) == 1


def test_a_delivery_that_cannot_be_understood_is_kept(fill, crew: Crew) -> None:
    (kept,) = examine_all(
        orders(fill({"x.zip": zipped({**issue(1), "unintelligible": b"x"})})), crew
    )
    assert ("DELIVERY-UNEXAMINED", "") in codes(kept)
    assert set(fates(kept).values()) == {"held"}
    assert len(kept.package.members) == 4


def test_a_file_not_even_its_bytes_can_be_had_of_leaves_the_delivery(fill, crew: Crew) -> None:
    root = fill({"unopenable.zip": zipped(issue(1)), "z.zip": zipped(issue(1))})
    left, sound = examine_all(orders(root), crew)
    assert left.package is None and left.left is not None
    assert (left.left.code, left.left.place) == ("DROP-UNREADABLE", "unopenable.zip")
    assert sound.package is not None


@pytest.mark.parametrize("sizes", [Sizes(), TINY], ids=["whole", "parts"])
@pytest.mark.parametrize(
    ("opener", "code"), [(open_changed, "DROP-CHANGED"), (open_broken, "DROP-UNREADABLE")]
)
def test_what_changes_or_fails_is_left_alone(fill, crew: Crew, opener, code, sizes: Sizes) -> None:
    (left,) = examine_all(orders(fill({"x.zip": zipped(issue(1))}), opener), crew, sizes=sizes)
    assert left.package is None and left.left is not None
    assert left.left.code == code
    assert left.left.text("en") and left.left.text("tr")


def test_our_tools_do_not_eat_the_memory_of_an_item(fill) -> None:
    limits = Limits(memory_bytes=640 << 20)
    asked = orders(fill({"x.zip": zipped(issue(3))}), open_path)
    with Crew(LocalPools(1), time.monotonic, limits=limits) as fresh:
        (examined,) = examine_all(asked, fresh)
    assert codes(examined) == set()
    assert len(examined.package.articles) == 3


def test_no_room_of_our_own_is_our_error(fill, crew: Crew) -> None:
    asked = orders(fill({"x.zip": zipped(issue(1))}), open_without_room)
    with pytest.raises(WorkError, match="ran out of room"):
        list(examine_all(asked, crew))


@pytest.mark.parametrize("sizes", [Sizes(), TINY], ids=["whole", "parts"])
def test_progress_is_told_in_bytes_of_the_drop(fill, crew: Crew, sizes: Sizes) -> None:
    asked = orders(fill({f"{n}.zip": zipped(issue(3)) for n in range(4)}))
    total = sum(o.drop.bytes for o in asked)
    said: list[Progress] = []
    meter = Meter(said.append, time.monotonic, total=4, bytes_total=total, every_s=0)
    list(examine_all(asked, crew, sizes=sizes, meter=meter))
    assert (said[-1].done, said[-1].bytes, said[-1].left_s) == (4, total, 0)
    assert [p.bytes for p in said] == sorted(p.bytes for p in said)
    assert len(said) > (4 if sizes is TINY else 3)


def test_nothing_to_examine(crew: Crew) -> None:
    assert list(examine_all([], crew)) == []
