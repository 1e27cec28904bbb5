# SPDX-License-Identifier: Apache-2.0
"""Digests in one pass agree with hashlib and zlib, however the bytes are cut."""

from __future__ import annotations

import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emanet.octets import engine
from emanet.octets.digests import Meter, metered, sums


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_sums_agree_with_the_library(chunks):
    data = b"".join(chunks)
    found = sums(iter(chunks))
    assert (found.bytes, found.crc32) == (len(data), zlib.crc32(data))
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    one, two = Meter("sha512"), Meter("sha256", "sha512")
    assert list(metered(chunks, one, two)) == chunks
    assert one.hex("sha512") == two.hex("sha512") == hashlib.sha512(data).hexdigest()
    assert two.sums() == found
    with pytest.raises(KeyError):
        one.sums()


@pytest.mark.parametrize("library", [engine._fast, zlib], ids=lambda m: m.__name__)
@given(st.binary(max_size=3000), st.integers(1, 500))
def test_every_engine_has_the_same_face(library, data, most):
    coder = zlib.compressobj(6, zlib.DEFLATED, -15)
    coded = coder.compress(data) + coder.flush()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_fast", library)
        decoder, plain = engine.deflate(), b""
        assert engine.crc32(data) == zlib.crc32(data)
    feed = coded + b"rest"
    while not decoder.eof:
        part = decoder.decompress(feed, most)
        assert len(part) <= most
        assert part or decoder.eof or decoder.needs_input
        plain += part
        feed = b""
    assert plain == data
    assert decoder.unused_data == b"rest"
