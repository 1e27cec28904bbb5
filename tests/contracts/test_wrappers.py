# SPDX-License-Identifier: Apache-2.0
"""Each wrapper keeps the contract of the store it wraps, and does what it adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.contract import Fresh, Pair, ReadingContract, WritingContract, everything

from emanet.model.errors import (
    AlreadyThere,
    NotThere,
    StoreAway,
    StoreBroken,
    StoreFull,
    StoreRefuses,
)
from emanet.storage.stores.faults import hook_from
from emanet.storage.stores.memory import MemoryStore
from emanet.storage.stores.wrappers.faulty import FaultyStore, Flip
from emanet.storage.stores.wrappers.metered import Meter, MeteredStore, Reading
from emanet.storage.stores.wrappers.readonly import ReadOnlyStore
from emanet.storage.stores.wrappers.retry import RetryStore


class TestReadOnly(ReadingContract):
    @pytest.fixture
    def fresh(self) -> Fresh:
        def make() -> Pair:
            below = MemoryStore()
            return Pair(ReadOnlyStore(below), below)

        return make


class TestRetry(WritingContract):
    @pytest.fixture
    def fresh(self) -> Fresh:
        def make() -> Pair:
            store = RetryStore(MemoryStore(), pause=lambda seconds: None)
            return Pair(store, store)

        return make


class TestMetered(WritingContract):
    @pytest.fixture
    def fresh(self) -> Fresh:
        def make() -> Pair:
            store = MeteredStore(MemoryStore(), Meter())
            return Pair(store, store)

        return make


class TestFaulty(WritingContract):
    @pytest.fixture
    def fresh(self) -> Fresh:
        def make() -> Pair:
            store = FaultyStore(MemoryStore())
            return Pair(store, store)

        return make


def test_read_only_refuses_every_change() -> None:
    below = MemoryStore()
    below.put("a", [b"x"])
    store = ReadOnlyStore(below)
    for act in (
        lambda: store.put("b", [b"x"]),
        lambda: store.delete("a"),
        lambda: store.draft("c"),
        store.sweep,
    ):
        with pytest.raises(StoreRefuses):
            act()
    assert everything(below) == {"a": b"x"}


class Away(MemoryStore):
    """Does not answer the first ``times`` calls of each verb; with ``lost``, does what was asked
    and loses the answer.
    """

    def __init__(self, times: int, *, lost: bool = False) -> None:
        super().__init__()
        self.left: dict[str, int] = {}
        self.times = times
        self.lost = lost
        self.grain = 3

    def away(self, verb: str) -> bool:
        left = self.left.setdefault(verb, self.times)
        self.left[verb] = left - 1
        return left > 0

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        away = self.away("put")
        if away and not self.lost:
            raise StoreAway("away")
        size = super().put(key, chunks)
        if away:
            raise StoreAway("away")
        return size

    def delete(self, key: str) -> None:
        away = self.away("delete")
        if away and not self.lost:
            raise StoreAway("away")
        super().delete(key)
        if away:
            raise StoreAway("away")

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        if self.away("read"):
            raise StoreAway("away")
        return super().read(key, offset, length)

    def size(self, key: str) -> int:
        if self.away("size"):
            raise StoreAway("away")
        return super().size(key)

    def stream(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        if self.away("stream"):
            raise StoreAway("away")
        some = self.grain if length is None else min(length, self.grain)
        yield from (b"%c" % byte for byte in MemoryStore.read(self, key, offset, some))
        if length is None or length > some:
            raise StoreAway("broke off")


class TestTryingAgain:
    def test_pauses_longer_each_time_and_gives_up(self) -> None:
        pauses: list[float] = []
        store = RetryStore(Away(99), pauses.append, attempts=4, first=0.5)
        with pytest.raises(StoreAway):
            store.size("a")
        assert pauses == [0.5, 1.0, 2.0]

    @pytest.mark.parametrize("times", [0, 1, 3])
    def test_gets_through(self, times: int) -> None:
        below = Away(times)
        store = RetryStore(below, lambda seconds: None, attempts=4)
        assert store.put("a", [b"data"]) == 4
        assert store.read("a") == b"data"
        assert store.size("a") == 4
        store.delete("a")
        assert list(store.list()) == []

    def test_other_errors_are_not_tried_again(self) -> None:
        pauses: list[float] = []
        broken = FaultyStore(MemoryStore(), step=hook_from("eio:1"))
        store = RetryStore(broken, pauses.append)
        with pytest.raises(StoreBroken):
            store.put("a", [b"x"])
        assert pauses == []

    def test_its_own_bytes_after_a_lost_answer_are_a_success(self) -> None:
        store = RetryStore(Away(1, lost=True), lambda seconds: None)
        assert store.put("a", [b"da", b"ta"]) == 4
        store.delete("a")
        with pytest.raises(NotThere):
            store.delete("a")

    def test_anothers_bytes_after_a_lost_answer_are_not(self) -> None:
        below = Away(0)
        below.put("a", [b"other"])
        below.times, below.left = 1, {}
        with pytest.raises(AlreadyThere):
            RetryStore(below, lambda seconds: None).put("a", [b"mine"])

    def test_chunks_that_are_gone_are_not_tried_again(self) -> None:
        with pytest.raises(StoreAway):
            RetryStore(Away(1), lambda seconds: None).put("a", iter([b"x"]))

    def test_takes_a_broken_stream_up_where_it_broke(self) -> None:
        below = Away(0)
        below.put("a", [bytes(range(100))])
        store = RetryStore(below, lambda seconds: None, attempts=2)
        assert b"".join(store.stream("a", 1, 80)) == bytes(range(1, 81))

    def test_gives_a_stream_up_that_does_not_move(self) -> None:
        below = Away(0)
        below.put("a", [b"x" * 100])
        below.grain = 0
        pauses: list[float] = []
        with pytest.raises(StoreAway):
            list(RetryStore(below, pauses.append, attempts=4).stream("a"))
        assert len(pauses) == 3


def test_metered_counts() -> None:
    store = MeteredStore(MemoryStore(), Meter())
    store.put("a", [b"12", b"345"])
    with store.draft("t") as draft:
        draft.write("f", [b"6"])
        draft.commit()
    assert store.read("a", 1, 2) + b"".join(store.stream("t/f")) == b"236"
    assert store.exists("a") and store.size("a") == 5
    store.delete("a")
    assert (list(store.list()), store.sweep()) == (["t/f"], ())
    assert store.meter.reading() == Reading(
        calls={
            "put": 1, "draft": 1, "write": 1, "commit": 1, "read": 1, "stream": 1, "exists": 1,
            "size": 1, "delete": 1, "list": 1, "sweep": 1,
        },
        bytes_in=6, bytes_out=3,
    )  # fmt: skip


class TestGoingWrong:
    @given(
        offset=st.integers(0, 9), bit=st.integers(0, 7),
        start=st.integers(0, 12), length=st.integers(0, 12),
    )  # fmt: skip
    def test_flips_one_bit_wherever_it_is_read(
        self, offset: int, bit: int, start: int, length: int
    ) -> None:
        below = MemoryStore()
        below.put("a", [b"0123456789"])
        below.put("b", [b"0123456789"])
        store = FaultyStore(below, flips=[Flip("a", offset, bit)])
        rotten = bytearray(b"0123456789")
        rotten[offset] ^= 1 << bit
        assert store.read("a") == bytes(rotten) != below.read("a")
        assert store.read("a", start, length) == rotten[start : start + length]
        assert b"".join(store.stream("a", start, length)) == rotten[start : start + length]
        assert store.read("b") == b"0123456789"

    def test_runs_full(self) -> None:
        below = MemoryStore()
        store = FaultyStore(below, room=10)
        store.put("a", [b"123456"])
        with pytest.raises(StoreFull):
            store.put("b", [b"12", b"345"])
        with pytest.raises(StoreFull), store.draft("t") as draft:
            draft.write("f", [b"123"])
            draft.commit()
        assert everything(below) == {"a": b"123456"}
        store.put("c", [b"12"])

    @pytest.mark.parametrize("kind", ["eio", "enospc"])
    def test_fails_at_every_step_and_shows_no_half(self, kind: str) -> None:
        for number in count(1):
            below = MemoryStore()
            below.put("old", [b"x"])
            store = FaultyStore(below, step=hook_from(f"{kind}:{number}"))
            done = []
            try:
                store.put("a", [b"1", b"2"])
                done.append("a")
                with store.draft("t") as draft:
                    draft.write("f", [b"3"])
                    draft.write("g", [b"4", b"5"])
                    draft.commit()
                done.append("t")
                store.delete("old")
                done.append("old")
            except (StoreBroken, StoreFull) as error:
                assert isinstance(error, StoreFull) == (kind == "enospc")
            expected = {"a": b"12"} if "a" in done else {}
            expected |= {"t/f": b"3", "t/g": b"45"} if "t" in done else {}
            expected |= {} if "old" in done else {"old": b"x"}
            assert everything(below) == expected
            if "old" in done:
                break
        assert number == 9  # 3 of the put, 3 chunks, a commit, a delete, and a run without fault
