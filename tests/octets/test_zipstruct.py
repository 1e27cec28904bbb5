# SPDX-License-Identifier: Apache-2.0
"""ZIP records: what is packed parses back, and Python's own reader takes it."""

from __future__ import annotations

import io
import zipfile
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from emanet.octets import zipstruct as z

NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\\/:"), min_size=1
)


def packed(files: dict[str, bytes]) -> bytes:
    body, directory = b"", b""
    for name, data in files.items():
        raw, crc = name.encode(), zlib.crc32(data)
        directory += z.central_header(raw, size=len(data), crc32=crc, offset=len(body))
        header = z.local_header(raw, size=len(data), crc32=crc)
        assert len(header) == z.local_header_bytes(raw)
        body += header + data
    end = z.end_of_directory(entries=len(files), offset=len(body), size=len(directory))
    return body + directory + end


@given(st.dictionaries(NAMES, st.binary(max_size=50), max_size=6))
@settings(deadline=None)
def test_python_reads_what_we_pack(files):
    with zipfile.ZipFile(io.BytesIO(packed(files))) as read:
        assert read.testzip() is None
        assert {i.filename: read.read(i) for i in read.infolist()} == files
        assert all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in read.infolist())


@given(
    st.binary(max_size=40),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**62),
)
def test_records_parse_back(name, size, crc, offset):
    local = z.local_header(name, size=size, crc32=crc)
    got = z.parse_local(local)
    assert (got.mark, got.crc32, got.method, got.name_bytes) == (
        z.LOCAL_MARK, crc, z.STORED, len(name),
    )  # fmt: skip
    blocks = z.extras(local[z.LOCAL_BYTES + len(name) :])
    assert blocks is not None and z.zip64_numbers(blocks[z.ZIP64_EXTRA]) == (size, size)
    central = z.central_header(name, size=size, crc32=crc, offset=offset)
    entry = z.parse_central(central)
    assert (entry.mark, entry.crc32, entry.offset) == (z.CENTRAL_MARK, crc, z.FULL32)
    blocks = z.extras(central[z.CENTRAL_BYTES + len(name) :])
    assert blocks is not None
    assert z.zip64_numbers(blocks[z.ZIP64_EXTRA]) == (size, size, offset)
    end = z.end_of_directory(entries=size, offset=offset, size=7)
    end64 = z.parse_end64(end)
    assert (end64.entries, end64.offset, end64.size) == (size, offset, 7)
    locator = z.parse_locator64(end, z.END64_BYTES)
    assert (locator.mark, locator.offset) == (z.LOCATOR64_MARK, offset + 7)
    last = z.parse_end(end, z.END64_BYTES + z.LOCATOR64_BYTES)
    assert (last.mark, last.entries) == (z.END_MARK, z.FULL16)


def test_broken_extra_fields_are_told():
    assert z.extras(b"") == {}
    assert z.extras(b"\x01\x00\x02\x00ab\x00\x00") == {1: b"ab"}
    assert z.extras(b"\x01\x00\x09\x00ab") is None
    assert z.extras(b"\x01\x00\x02\x00ab\x07") is None
    assert z.extras(b"\x01\x00\x01\x00a\x01\x00\x01\x00b") == {1: b"a"}
