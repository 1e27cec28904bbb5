# SPDX-License-Identifier: Apache-2.0
"""Each wrapper keeps the contract of the store it wraps, and does what it adds."""

from __future__ import annotations

import pytest
from tests.contracts.contract import Fresh, Pair, ReadingContract, WritingContract

from emanet.storage.stores.memory import MemoryStore
from emanet.storage.stores.wrappers.faulty import FaultyStore
from emanet.storage.stores.wrappers.metered import Meter, MeteredStore
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
