# SPDX-License-Identifier: Apache-2.0
"""The contract of a store, as tests that every implementation and every wrapper runs."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emanet.model.errors import AlreadyThere, NotThere, UsageError
from emanet.storage.stores.interface import CHUNK, Draft, Store

AWKWARD = (
    "a-b",
    "a.txt",
    "a/b",
    "a/b.d/e",
    "a/b0",
    "a!",
    "aİ",
    "aı",
    "a~",
    "deep/er/and/deep er/x",
    "ü x+%#?&='\"<>|*",
    "0=ocfl_object_1.1",
    "line\nfeed",
    "z" * 255,
    "𐍈",
    "\uffee",
)
"""Keys that some store or other would sort, quote or cut wrongly."""

BAD = ("", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "a/.", "a\0b", "a\\b", "z" * 256,
       "/".join(["abcdefghi"] * 110), "\udcff")  # fmt: skip

BIG = bytes(range(256)) * 4096 * 3 + b"tail!"


@dataclass(frozen=True)
class Pair:
    """A store under test, and the store through which it is filled (itself, unless read-only)."""

    store: Store
    writer: Store


Fresh = Callable[[], Pair]


def everything(store: Store) -> dict[str, bytes]:
    """All that a store shows."""
    return {key: store.read(key) for key in store.list()}


def same_signatures(has: type, promised: type) -> None:
    """Every public verb of the protocol is there with the same parameters and annotations."""
    for name, verb in vars(promised).items():
        if name.startswith("_") or not callable(verb):
            continue
        ours = inspect.signature(getattr(has, name))
        theirs = inspect.signature(verb)
        assert list(ours.parameters.values()) == list(theirs.parameters.values()), name
        if name != "draft":  # each gives a draft of its own kind
            assert ours.return_annotation == theirs.return_annotation, name
        assert inspect.getdoc(getattr(has, name)), name


class ReadingContract:
    """What may be asked of every store; subclasses give the fixture ``fresh``."""

    @pytest.fixture
    def pair(self, fresh: Fresh) -> Pair:
        return fresh()

    def test_has_the_verbs_of_the_interface(self, pair: Pair) -> None:
        same_signatures(type(pair.store), Store)

    def test_reads_whole_and_by_range(self, pair: Pair) -> None:
        pair.writer.put("a/b", [b"0123", b"", b"456789"])
        assert pair.store.read("a/b") == b"0123456789"
        assert pair.store.read("a/b", 3) == b"3456789"
        assert pair.store.read("a/b", 3, 4) == b"3456"
        assert pair.store.read("a/b", 8, 100) == b"89"
        assert pair.store.read("a/b", 10) == b""
        assert pair.store.read("a/b", 11, 5) == b""
        assert pair.store.read("a/b", 2, 0) == b""

    def test_streams_what_it_reads_in_pieces(self, pair: Pair) -> None:
        pair.writer.put("big", [BIG])
        assert pair.store.size("big") == len(BIG)
        pieces = list(pair.store.stream("big"))
        assert b"".join(pieces) == BIG
        assert 0 < max(map(len, pieces)) <= CHUNK
        assert (
            b"".join(pair.store.stream("big", CHUNK - 1, CHUNK + 2))
            == BIG[CHUNK - 1 : 2 * CHUNK + 1]
        )
        assert list(pair.store.stream("big", len(BIG))) == []
        assert list(pair.store.stream("big", 5, 0)) == []

    def test_a_stream_may_be_left_half_read(self, pair: Pair) -> None:
        pair.writer.put("big", [BIG])
        assert next(pair.store.stream("big")) == BIG[:CHUNK]
        assert pair.store.read("big", 0, 4) == BIG[:4]

    def test_keeps_an_empty_file(self, pair: Pair) -> None:
        assert pair.writer.put("empty", []) == 0
        assert pair.store.exists("empty")
        assert pair.store.size("empty") == 0
        assert pair.store.read("empty") == pair.store.read("empty", 0, 10) == b""
        assert list(pair.store.stream("empty")) == []

    def test_says_what_is_not_there(self, pair: Pair) -> None:
        pair.writer.put("a/b", [b"x"])
        for key in ("none", "a", "a/b/c", "a/bc"):
            assert not pair.store.exists(key)
            for ask in (pair.store.read, pair.store.stream, pair.store.size):
                with pytest.raises(NotThere):
                    ask(key)
            with pytest.raises(NotThere):
                pair.store.read(key, 0, 0)

    @pytest.mark.parametrize("key", BAD)
    def test_takes_no_bad_key(self, pair: Pair, key: str) -> None:
        for ask in (pair.store.read, pair.store.stream, pair.store.size, pair.store.exists):
            with pytest.raises(UsageError):
                ask(key)
        if key:
            with pytest.raises(UsageError):
                list(pair.store.list(key))

    def test_takes_no_negative_range(self, pair: Pair) -> None:
        pair.writer.put("a", [b"x"])
        for offset, length in ((-1, None), (0, -1)):
            with pytest.raises(UsageError):
                pair.store.read("a", offset, length)
            with pytest.raises(UsageError):
                pair.store.stream("a", offset, length)

    def test_lists_in_the_order_of_bytes(self, pair: Pair) -> None:
        assert list(pair.store.list()) == []
        for key in AWKWARD:
            pair.writer.put(key, [key.encode()])
        assert list(pair.store.list()) == sorted(AWKWARD, key=str.encode)
        assert list(pair.store.list("a")) == ["a/b", "a/b.d/e", "a/b0"]
        assert list(pair.store.list("a/b.d")) == ["a/b.d/e"]
        assert list(pair.store.list("a/b")) == []
        assert list(pair.store.list("none")) == []
        for key in AWKWARD:
            assert pair.store.read(key) == key.encode()

    def test_serves_many_threads(self, pair: Pair) -> None:
        pair.writer.put("big", [BIG])

        def read(n: int) -> bool:
            return pair.store.read("big", n * 1000, 999) == BIG[n * 1000 : n * 1000 + 999]

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(read, range(200)))


class WritingContract(ReadingContract):
    """What may be asked of every store that can be written."""

    shadows = True
    """Whether a key may not lie below another one (False only for a bucket)."""

    examples = 60
    rounds = 30

    def test_its_draft_has_the_verbs_of_the_interface(self, pair: Pair) -> None:
        with pair.store.draft("x") as draft:
            same_signatures(type(draft), Draft)

    def test_puts_once(self, pair: Pair) -> None:
        assert pair.store.put("a/b", iter([b"one", b"two"])) == 6
        with pytest.raises(AlreadyThere):
            pair.store.put("a/b", [b"other"])
        with pytest.raises(AlreadyThere):
            pair.store.put("a/b", [b"onetwo"])
        assert pair.store.read("a/b") == b"onetwo"

    def test_one_of_many_wins(self, pair: Pair) -> None:
        start = threading.Barrier(8)

        def put(n: int) -> int | None:
            start.wait()
            try:
                pair.store.put("new/folder/key", [b"%d" % n] * 100)
            except AlreadyThere:
                return None
            return n

        with ThreadPoolExecutor(8) as pool:
            won = [n for n in pool.map(put, range(8)) if n is not None]
        assert len(won) == 1
        assert pair.store.read("new/folder/key") == b"%d" % won[0] * 100
        assert list(pair.store.list()) == ["new/folder/key"]

    def test_many_put_into_one_new_folder(self, pair: Pair) -> None:
        start = threading.Barrier(8)

        def put(turn: int, n: int) -> int:
            start.wait()
            return pair.store.put(f"{turn}/b/c/{n}", [b"x" * n])

        for turn in range(self.rounds):
            with ThreadPoolExecutor(8) as pool:
                assert list(pool.map(put, [turn] * 8, range(8))) == list(range(8))
            assert list(pair.store.list(f"{turn}")) == [f"{turn}/b/c/{n}" for n in range(8)]

    def test_no_key_shadows_another(self, pair: Pair) -> None:
        if not self.shadows:
            return
        pair.store.put("a/b", [b"x"])
        for key in ("a", "a/b/c", "a/b/c/d"):
            with pytest.raises(AlreadyThere):
                pair.store.put(key, [b"y"])
        with pytest.raises(AlreadyThere), pair.store.draft("a/b/c") as draft:
            draft.write("f", [b"y"])
            draft.commit()
        assert everything(pair.store) == {"a/b": b"x"}

    @pytest.mark.parametrize("key", BAD)
    def test_writes_no_bad_key(self, pair: Pair, key: str) -> None:
        with pytest.raises(UsageError):
            pair.store.put(key, [b"x"])
        with pytest.raises(UsageError):
            pair.store.delete(key)
        with pytest.raises(UsageError):
            pair.store.draft(key)
        with pair.store.draft("d") as draft, pytest.raises(UsageError):
            draft.write(key, [b"x"])
        assert everything(pair.store) == {}

    @pytest.mark.parametrize("size", [10, 9 << 20])
    def test_passes_the_error_of_its_source_on(self, pair: Pair, size: int) -> None:
        def chunks() -> Iterator[bytes]:
            yield b"x" * size
            raise OSError(5, "the source failed")

        with pytest.raises(OSError, match="the source failed"):
            pair.store.put("a/b", chunks())
        assert not pair.store.exists("a/b")
        with pair.store.draft("d") as draft:
            with pytest.raises(OSError, match="the source failed"):
                draft.write("folder/bad", chunks())
            draft.write("good", [b"g"])
            draft.commit(last=("good",))
        assert everything(pair.store) == {"d/good": b"g"}
        assert pair.store.sweep() == ()

    def test_a_draft_appears_whole(self, pair: Pair) -> None:
        files = {"v1/content/a": BIG * 3, "v1/content/b": b"", "inventory.json": b"{}"}
        draft = pair.store.draft("ab1/c2d/acc-1")
        for name, data in files.items():
            step = len(data) // 3 + 1
            pieces = (data[at : at + step] for at in range(0, len(data), step))
            assert draft.write(name, pieces) == len(data)
            assert list(pair.store.list()) == []
            assert not pair.store.exists("ab1/c2d/acc-1/inventory.json")
        draft.commit(last=("inventory.json",))
        assert everything(pair.store) == {f"ab1/c2d/acc-1/{n}": d for n, d in files.items()}
        draft.abandon()
        assert len(everything(pair.store)) == 3
        assert pair.store.sweep() == ()
        assert len(everything(pair.store)) == 3

    def test_the_order_of_closing_is_the_callers(self, pair: Pair) -> None:
        with pair.store.draft("t") as draft:
            draft.write("i", [b"inventory"])
            draft.write("i.sha", [b"digest"])
            draft.write("x/y", [b"content"])
            draft.commit(last=("i.sha", "i"))
        assert everything(pair.store) == {
            "t/i": b"inventory", "t/i.sha": b"digest", "t/x/y": b"content",
        }  # fmt: skip

    def test_an_abandoned_draft_leaves_nothing(self, pair: Pair) -> None:
        with pair.store.draft("t") as draft:
            draft.write("a", [b"x"])
            draft.write("big", [BIG * 3])
        draft.abandon()
        with pytest.raises(RuntimeError), pair.store.draft("t") as draft:
            draft.write("a", [b"x"])
            raise RuntimeError
        assert everything(pair.store) == {}
        assert pair.store.sweep() == ()
        with pair.store.draft("t") as draft:
            draft.write("a", [b"y"])
            draft.commit(("a",))
        assert everything(pair.store) == {"t/a": b"y"}

    def test_a_tree_is_made_once(self, pair: Pair) -> None:
        for data in (b"first", b"second"):
            try:
                with pair.store.draft("p/t") as draft:
                    draft.write("a", [data])
                    draft.write("b", [data])
                    draft.commit(last=("a",))
            except AlreadyThere:
                assert data == b"second"
        assert everything(pair.store) == {"p/t/a": b"first", "p/t/b": b"first"}

    def test_a_tree_does_not_join_another(self, pair: Pair) -> None:
        pair.store.put("p/t/x", [b"x"])
        with pytest.raises(AlreadyThere), pair.store.draft("p/t") as draft:
            draft.write("a", [b"a"])
            draft.commit(last=("a",))
        assert everything(pair.store) == {"p/t/x": b"x"}

    def test_one_of_many_drafts_wins(self, pair: Pair) -> None:
        start = threading.Barrier(6)

        def make(n: int) -> int | None:
            start.wait()
            try:
                with pair.store.draft("p/q/t") as draft:
                    for name in "abc":
                        draft.write(name, [b"%d" % n])
                    draft.commit(last=("c",))
            except AlreadyThere:
                return None
            return n

        with ThreadPoolExecutor(6) as pool:
            won = [n for n in pool.map(make, range(6)) if n is not None]
        assert len(won) == 1
        assert everything(pair.store) == {f"p/q/t/{name}": b"%d" % won[0] for name in "abc"}

    def test_a_draft_takes_a_name_once(self, pair: Pair) -> None:
        with pair.store.draft("t") as draft:
            draft.write("a/b", [b"x"])
            for name in ("a/b", "a", "a/b/c"):
                with pytest.raises(AlreadyThere):
                    draft.write(name, [b"y"])
            draft.commit()
        assert everything(pair.store) == {"t/a/b": b"x"}

    def test_a_draft_knows_its_order(self, pair: Pair) -> None:
        with pair.store.draft("t") as draft:
            with pytest.raises(UsageError):
                draft.commit()
            draft.write("a", [b"x"])
            with pytest.raises(UsageError):
                draft.commit(last=("b",))
            draft.commit(last=("a",))
            for act in (lambda: draft.write("c", [b""]), draft.commit):
                with pytest.raises(UsageError):
                    act()
        assert everything(pair.store) == {"t/a": b"x"}

    def test_deletes(self, pair: Pair) -> None:
        pair.store.put("a/b/c", [b"old"])
        pair.store.put("a/d", [b"x"])
        assert pair.store.read("a/b/c") == b"old"
        pair.store.delete("a/b/c")
        assert list(pair.store.list()) == ["a/d"]
        for key in ("a/b/c", "a/b", "a"):
            with pytest.raises(NotThere):
                pair.store.delete(key)
        with pytest.raises(NotThere):
            pair.store.read("a/b/c")
        pair.store.put("a/b/c", [b"newer"])
        assert pair.store.read("a/b/c") == b"newer"

    def test_behaves_like_a_dictionary(self, fresh: Fresh) -> None:
        """A model in a dozen lines, and any order of acts against it."""

        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(acts=st.lists(ACTS, max_size=12))
        def run(acts: list[tuple[Any, ...]]) -> None:
            store, model = fresh().store, dict[str, bytes]()
            for act in acts:
                assert play(store, act) == expect(model, act)
                assert everything(store) == model

        run()


KEYS = st.sampled_from(["k", "l", "p/a", "p/b", "p/q/c", "r/s/t"])
TREES = st.sampled_from(["p/q", "r/s", "m/n"])
ACTS = st.one_of(
    st.tuples(st.just("put"), KEYS, st.binary(max_size=20)),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("read"), KEYS, st.integers(0, 25), st.integers(0, 25)),
    st.tuples(
        st.just("draft"),
        TREES,
        st.dictionaries(st.sampled_from("xyz"), st.binary(max_size=20), min_size=1),
    ),
)


def play(store: Store, act: tuple[Any, ...]) -> object:
    """Do one act; its answer, or the name of its error."""
    try:
        match act:
            case ("put", key, data):
                return store.put(key, [data])
            case ("delete", key):
                return store.delete(key)
            case ("read", key, offset, length):
                return store.read(key, offset, length)
            case ("draft", prefix, files):
                with store.draft(prefix) as draft:
                    for name, data in files.items():
                        draft.write(name, [data])
                    draft.commit(last=tuple(files)[-1:])
                return None
    except (AlreadyThere, NotThere) as error:
        return type(error).__name__


def expect(model: dict[str, bytes], act: tuple[Any, ...]) -> object:
    """What a dictionary would do."""
    match act:
        case ("put", key, data):
            if key in model:
                return "AlreadyThere"
            model[key] = data
            return len(data)
        case ("delete", key):
            return None if model.pop(key, None) is not None else "NotThere"
        case ("read", key, offset, length):
            return model[key][offset : offset + length] if key in model else "NotThere"
        case ("draft", prefix, files):
            if any(key.startswith(prefix + "/") for key in model):
                return "AlreadyThere"
            model.update({f"{prefix}/{name}": data for name, data in files.items()})
            return None
