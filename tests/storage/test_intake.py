# SPDX-License-Identifier: Apache-2.0
"""Threads between the bytes: nothing is lost, reordered, or waits for ever."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emanet.storage import intake

pieces = st.lists(st.binary(max_size=200), max_size=40)


@given(pieces, st.integers(1, 300))
def test_gathering_keeps_the_bytes_and_the_least_size(chunks: list[bytes], size: int) -> None:
    made = list(intake.gathered(iter(chunks), size))
    assert b"".join(made) == b"".join(chunks)
    assert all(len(chunk) >= size for chunk in made[:-1])


@pytest.mark.parametrize("way", [intake.passed, intake.fed])
def test_every_feed_sees_all_in_order(way) -> None:
    chunks = [bytes([n]) * 1000 for n in range(100)]
    digests = [hashlib.sha256(), hashlib.sha512()]
    given_on = list(way(iter(chunks), [d.update for d in digests]))
    assert given_on == chunks
    assert digests[0].digest() == hashlib.sha256(b"".join(chunks)).digest()
    assert digests[1].digest() == hashlib.sha512(b"".join(chunks)).digest()


def test_what_a_feed_raises_is_raised_to_the_writer() -> None:
    def feed(_: bytes) -> None:
        raise LookupError("feed")

    with pytest.raises(LookupError, match="feed"):
        list(intake.passed(iter([b"x"] * 1000), [feed, len]))
    assert _threads() == 0


def test_what_reading_raises_is_raised_to_the_writer() -> None:
    def source() -> Iterator[bytes]:
        yield b"one"
        raise LookupError("source")

    got = []
    with pytest.raises(LookupError, match="source"):
        for chunk in intake.passed(source(), [len]):
            got.append(chunk)
    assert got == [b"one"]
    assert _threads() == 0


@pytest.mark.parametrize("taken", [0, 1, 5, 50])
def test_a_writer_that_leaves_early_leaves_no_thread(taken: int) -> None:
    def source() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 100

    with closing(intake.passed(source(), [len, len])) as chunks:
        for _ in range(taken):
            next(chunks)
    assert _threads() == 0


def _threads() -> int:
    return sum(t.name.startswith("emanet-") for t in threading.enumerate())
