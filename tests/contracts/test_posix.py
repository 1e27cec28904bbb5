# SPDX-License-Identifier: Apache-2.0
"""The store on disk keeps the contract."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from tests.contracts.contract import Fresh, Pair, WritingContract

from emanet.storage.stores.posix import PosixStore


class TestPosix(WritingContract):
    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Fresh:
        number = count()

        def make() -> Pair:
            store = PosixStore(tmp_path / str(next(number)) / "root")
            return Pair(store, store)

        return make
