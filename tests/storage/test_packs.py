# SPDX-License-Identifier: Apache-2.0
"""Packs: every offset is known beforehand, the bytes are the same always, anybody can read them."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emanet.model.stored import Packed
from emanet.storage import packs

names = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0/"), min_size=1, max_size=30
)
contents = st.dictionaries(names, st.binary(max_size=300), max_size=8)


def entries(files: dict[str, bytes]) -> tuple[Packed, ...]:
    return tuple(
        Packed(name, name, len(data), hashlib.sha256(data).hexdigest(), zlib.crc32(data))
        for name, data in files.items()
    )


def written(files: dict[str, bytes]) -> bytes:
    return b"".join(packs.write(entries(files), lambda e: iter([files[e.source]])))


@given(contents)
def test_the_layout_says_where_every_byte_will_lie(files: dict[str, bytes]) -> None:
    made, data = packs.layout(entries(files)), written(files)
    assert made.bytes == len(data)
    assert data[made.directory :].startswith(b"PK\x01\x02" if files else b"PK\x06\x06")
    for header, step, (name, content) in zip(made.headers, made.steps, files.items(), strict=True):
        assert data[header:].startswith(b"PK\x03\x04")
        assert data[header + 30 :].startswith(name.encode())
        assert data[step.offset : step.offset + step.length] == content


@given(contents)
def test_a_pack_is_deterministic_and_zipfile_reads_it(files: dict[str, bytes]) -> None:
    data = written(files)
    assert data == written(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert [i.orig_filename for i in archive.infolist()] == list(files)
        assert [archive.read(i) for i in archive.infolist()] == list(files.values())
        assert all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in archive.infolist())


@settings(max_examples=20)
@given(contents, st.integers(0, 7))
def test_where_an_entry_lies_depends_on_those_before_it_only(
    files: dict[str, bytes], cut: int
) -> None:
    whole, first = packs.layout(entries(files)), packs.layout(entries(files)[:cut])
    assert whole.steps[:cut] == first.steps
    assert [s.offset for s in whole.steps[cut:]] == [
        first.directory + s.offset for s in packs.layout(entries(files)[cut:]).steps
    ]


@pytest.mark.parametrize("tool", ["unzip", "7z"])
def test_common_tools_read_a_pack(tool: str, tmp_path: Path) -> None:
    program = shutil.which(tool) or (shutil.which("7zz") if tool == "7z" else None)
    if program is None:
        pytest.skip(f"no {tool} here")
    path = tmp_path / "pack-0001.zip"
    path.write_bytes(written({"d-1/bir.zip": b"a" * 5000, "d-2/ışık.xml": b"<x/>", "d-2/0": b""}))
    command = [program, "-t", str(path)] if tool == "unzip" else [program, "t", str(path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("listed", [["a", "a"], [""], ["x" * 70_000]])
def test_names_that_a_zip_cannot_tell_apart_or_hold_are_refused(listed: list[str]) -> None:
    wrong = tuple(Packed(name, "s", 0, "", 0) for name in listed)
    with pytest.raises(ValueError, match="pack"):
        packs.layout(wrong)
    with pytest.raises(ValueError, match="pack"):
        list(packs.write(wrong, lambda _: iter(())))


def test_sizes_beyond_four_gibibytes_are_laid_out() -> None:
    made = packs.layout((Packed("a", "a", 5 << 30, "", 0), Packed("b", "b", 1, "", 0)))
    assert made.headers[1] == made.steps[0].offset + (5 << 30)
