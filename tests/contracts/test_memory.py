# SPDX-License-Identifier: Apache-2.0
"""The store in memory keeps the contract."""

from __future__ import annotations

import pytest
from tests.contracts.contract import Fresh, Pair, WritingContract

from emanet.storage.stores.memory import MemoryStore


class TestMemory(WritingContract):
    @pytest.fixture
    def fresh(self) -> Fresh:
        def make() -> Pair:
            store = MemoryStore()
            return Pair(store, store)

        return make
