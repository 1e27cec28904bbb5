# SPDX-License-Identifier: Apache-2.0
"""Indexes as JSON Lines: head first, a value a line, what is broken is told or left out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning import Planner, every_shape

from emanet.model.errors import DamageError
from emanet.model.stored import MemberLine
from emanet.storage import lines

AIP = Planner().plan(every_shape())


def encoded() -> bytes:
    return b"".join(lines.encode(lines.MEMBERS, AIP.members, "emanet test"))


def test_line_one_names_schema_and_tool_and_defaults_are_left_out() -> None:
    first, second = encoded().splitlines()[:2]
    assert json.loads(first) == {"schema": "emanet-members-1", "tool": "emanet test"}
    assert "parent" not in json.loads(second)
    assert "raw_name" not in json.loads(second)


@given(st.lists(st.integers(1, 900), max_size=30))
def test_lines_come_back_whatever_the_pieces(sizes: list[int]) -> None:
    data, chunks = encoded(), []
    for size in sizes:
        chunks.append(data[:size])
        data = data[size:]
    chunks.append(data)
    back = tuple(lines.decode(lines.MEMBERS, chunks, MemberLine, "here"))
    assert back == AIP.members


def test_large_indexes_come_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 1000)
    chunks = list(lines.encode(lines.MEMBERS, AIP.members, "emanet test"))
    assert len(chunks) > 5
    assert b"".join(chunks) == encoded()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json\n",
        b'{"schema":"emanet-events-1","tool":"x"}\n',
        b'{"schema":"emanet-members-1","tool":"x"}\n{"ordinal":"zero"}\n',
        b'{"schema":"emanet-members-1","tool":"x"}\n\xff\n',
    ],
)
def test_an_index_that_is_none_is_damage(data: bytes) -> None:
    with pytest.raises(DamageError):
        list(lines.decode(lines.MEMBERS, [data], MemberLine, "here"))


def test_of_a_damaged_index_the_sound_lines_are_salvaged() -> None:
    data = encoded().splitlines(keepends=True)
    data[3] = b'{"ordinal":\n'
    found = [m.ordinal for m in lines.salvage(data, MemberLine)]
    assert found == [m.ordinal for m in AIP.members if m.ordinal != 2]


def test_fields_added_later_do_not_stop_a_reader() -> None:
    data = encoded().replace(b'{"ordinal":0,', b'{"later":[1],"ordinal":0,')
    assert tuple(lines.decode(lines.MEMBERS, [data], MemberLine, "here")) == AIP.members
