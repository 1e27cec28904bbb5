# SPDX-License-Identifier: Apache-2.0
"""Reading a listed member in full, as the examination of a delivery does."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import pytest

from emanet.formats.containers.entries import Entry
from emanet.octets.digests import sums
from emanet.octets.steps import DecodeError, Fault, reader, stream

_CODES = {
    Fault.SIZE: "CONTAINER-SIZE-LIES",
    Fault.TRAILING: "CONTAINER-MEMBER-TRAILING",
    Fault.BROKEN: "CONTAINER-MEMBER-BROKEN",
    Fault.TRUNCATED: "CONTAINER-MEMBER-BROKEN",
}


@pytest.fixture(scope="session")
def faults() -> Callable[[BinaryIO, Entry], list[str]]:
    """A function that reads a member to its end and gives the codes of what is wrong with it."""

    def read_through(file: BinaryIO, entry: Entry) -> list[str]:
        try:
            found = sums(stream(reader(file), entry.steps, size=entry.bytes))
        except DecodeError as error:
            return [_CODES[error.fault]]
        wrong = entry.crc32 is not None and entry.crc32 != found.crc32
        return ["CONTAINER-CRC-WRONG"] if wrong else []

    return read_through
