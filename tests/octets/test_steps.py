# SPDX-License-Identifier: Apache-2.0
"""Steps: what is coded in any nest of methods is read back, broken bytes are told, caps hold."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emanet.model.delivery import Method, Step
from emanet.octets.steps import UNKNOWN, DecodeError, Fault, nested, read, reader, stream

CODED = [m for m in Method if m is not Method.STORED]


def raw_deflate(data: bytes, level: int = 6) -> bytes:
    coder = zlib.compressobj(level, zlib.DEFLATED, -15)
    return coder.compress(data) + coder.flush()


def coded(data: bytes, method: Method) -> bytes:
    return {
        Method.STORED: bytes,
        Method.DEFLATE: raw_deflate,
        Method.GZIP: lambda d: gzip.compress(d, 6, mtime=0),
        Method.BZIP2: bz2.compress,
        Method.XZ: lambda d: lzma.compress(d, lzma.FORMAT_XZ, preset=0),
    }[method](data)


def at(data: bytes):
    return reader(io.BytesIO(data))


def wrapped(data: bytes, methods: list[Method], margin: int) -> tuple[bytes, tuple[Step, ...]]:
    """The data coded from inside out, each time with ``margin`` bytes around it."""
    steps: list[Step] = []
    for method in reversed(methods):
        inner = coded(data, method)
        steps.insert(0, Step(margin, len(inner), method))
        data = b"<" * margin + inner + b">" * (margin and 3)
    return data, tuple(steps)


@given(
    st.binary(max_size=5000),
    st.lists(st.sampled_from(list(Method)), max_size=4),
    st.integers(0, 40),
    st.sampled_from([1 << 20, 17, 1]),
)
@settings(max_examples=150, deadline=None)
def test_any_nest_of_steps_reads_back(data, methods, margin, chunk):
    outer, steps = wrapped(data, methods, margin)
    read_at = at(outer)
    chunks = list(stream(read_at, steps, size=len(data), chunk=chunk))
    assert b"".join(chunks) == data
    assert all(0 < len(c) <= chunk for c in chunks)
    assert read(read_at, steps, size=len(data)) == data
    assert read(read_at, steps, size=len(data), limit=len(data)) == data
    with nested(read_at, steps, size=len(data), spool_max=1000) as file:
        assert file.read() == data
        file.seek(len(data) // 2)
        assert file.read(7) == data[len(data) // 2 :][:7]
        assert file.seek(0, io.SEEK_END) == len(data)


@given(
    st.binary(min_size=1, max_size=2000),
    st.lists(st.sampled_from(list(Method)), min_size=1, max_size=3),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_a_flipped_byte_is_told_or_harmless_and_never_another_error(data, methods, draw):
    outer, steps = wrapped(data, methods, 0)
    place = draw.draw(st.integers(0, len(outer) - 1))
    broken = bytearray(outer)
    broken[place] ^= draw.draw(st.integers(1, 255))
    for call in (read, lambda *a, **k: b"".join(stream(*a, **k))):
        try:
            got = call(at(bytes(broken)), steps, size=len(data), limit=len(data))
        except DecodeError:
            continue
        assert len(got) == len(data)


@pytest.mark.parametrize("method", CODED)
def test_faults_are_named(method):
    data = bytes(range(256)) * 40
    code = coded(data, method)
    step = (Step(0, len(code), method),)

    def fault(body: bytes, size: int = len(data), limit: int | None = None) -> Fault:
        seen = set()
        for call in (read, lambda *a, **k: b"".join(stream(*a, **k))):
            with pytest.raises(DecodeError) as caught:
                call(at(body), (Step(0, len(body), method),), size=size, limit=limit)
            seen.add(caught.value.fault)
        assert len(seen) == 1
        return seen.pop()

    assert fault(code[:-9]) is Fault.TRUNCATED
    assert fault(b"") is Fault.TRUNCATED
    assert fault(code + b"\x07junk") is Fault.TRAILING
    assert fault(b"\xff" * 40) is Fault.BROKEN
    assert fault(code, size=len(data) - 1) is Fault.SIZE
    assert fault(code, size=len(data) + 1) is Fault.SIZE
    assert fault(code, limit=len(data) - 1) is Fault.LIMIT
    assert fault(code, size=1 << 70) is Fault.SIZE
    assert read(at(code), step, size=UNKNOWN) == data


@pytest.mark.parametrize("method", [Method.GZIP, Method.BZIP2, Method.XZ])
def test_many_streams_and_padding_are_one_file(method):
    body = coded(b"one", method) + coded(b"", method) + coded(b"two", method) + bytes(512)
    for chunk in (1, 2, 1 << 20):
        steps = (Step(0, len(body), method),)
        assert b"".join(stream(at(body), steps, size=6, chunk=chunk)) == b"onetwo"


def test_gzip_checksum_is_checked():
    body = bytearray(gzip.compress(b"x" * 100))
    body[-6] ^= 1
    with pytest.raises(DecodeError) as caught:
        read(at(bytes(body)), (Step(0, len(body), Method.GZIP),), size=100)
    assert caught.value.fault is Fault.BROKEN


def test_xz_that_asks_for_too_much_memory_is_a_limit():
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 256 << 20}]
    coder = lzma.LZMACompressor(lzma.FORMAT_XZ, filters=[filters[0] | {"dict_size": 1 << 20}])
    body = bytearray(coder.compress(b"x") + coder.flush())
    # The dictionary size is one byte of the block header; 0x1c stands for 64 MiB, 0x20 for 256.
    place = body.index(b"\x21\x01", 12) + 2
    body[place] = 0x20
    start = 12
    length = (body[start] + 1) * 4
    check = zlib.crc32(body[start : start + length - 4]).to_bytes(4, "little")
    body[start + length - 4 : start + length] = check
    with pytest.raises(DecodeError) as caught:
        read(at(bytes(body)), (Step(0, len(body), Method.XZ),), size=1)
    assert caught.value.fault is Fault.LIMIT


@pytest.mark.parametrize(
    "steps",
    [
        (Step(8, 4),),
        (Step(-1, 4),),
        (Step(0, -4),),
        (Step(1 << 70, 4),),
        (Step(1 << 70, 4, Method.DEFLATE),),
        (Step(0, 6), Step(3, 4)),
        (Step(0, 6), Step(-1, 2)),
    ],
)
def test_a_step_outside_is_told(steps):
    for call in (read, lambda *a, **k: b"".join(stream(*a, **k))):
        with pytest.raises(DecodeError) as caught:
            call(at(b"0123456789"), steps, size=4)
        assert caught.value.fault in (Fault.OUTSIDE, Fault.SIZE)


def test_a_slice_past_the_end_of_coded_bytes_is_told():
    body = gzip.compress(b"12345")
    with pytest.raises(DecodeError) as caught:
        read(at(body), (Step(0, len(body), Method.GZIP), Step(3, 9)), size=9)
    assert caught.value.fault is Fault.OUTSIDE


def test_a_bomb_stops_at_its_limit_in_flat_memory():
    coder = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(coder.compress(bytes(1 << 20)) for _ in range(200)) + coder.flush()
    steps = (Step(0, len(bomb), Method.GZIP),)
    tracemalloc.start()
    total = 0
    with pytest.raises(DecodeError) as caught:
        for data in stream(at(bomb), steps, size=UNKNOWN, chunk=1 << 16, limit=100 << 20):
            total += len(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.fault is Fault.LIMIT
    assert total <= 100 << 20
    assert peak < 8 << 20


def test_one_stored_step_is_one_read():
    calls = []

    def read_at(offset: int, length: int) -> bytes:
        calls.append((offset, length))
        return bytes(length)

    assert read(read_at, (Step(7, 5),), size=5) == bytes(5)
    assert read(read_at, (Step(7, 50), Step(3, 5)), size=5) == bytes(5)
    assert calls == [(7, 5), (10, 5)]
    assert nested(read_at, (Step(7, 50), Step(3, 20)), size=20).read(4) == bytes(4)
    assert calls[-1] == (10, 4)


def test_nested_closes_its_spool_and_checks_its_size():
    body = gzip.compress(b"12345")
    with pytest.raises(DecodeError):
        nested(at(body), (Step(0, len(body), Method.GZIP),), size=4)
    with pytest.raises(DecodeError):
        nested(at(body), (Step(0, 9),), size=4)
    with pytest.raises(ValueError):
        nested(at(body), (Step(0, 9),), size=9).seek(-1)
