# SPDX-License-Identifier: Apache-2.0
"""TAR: whatever Python's and GNU's writers make lists equal; damage and bombs become findings."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import subprocess
import tarfile
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emanet.formats.containers.entries import Limits, Listing
from emanet.formats.containers.listing import list_container
from emanet.formats.containers.tar import headers
from emanet.model.finding import Severity, worst
from emanet.octets.steps import read, reader

PART = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf"), exclude_characters="\\/:"), min_size=1
).filter(lambda part: part.strip(".") and part == part.strip())
NAMES = st.lists(PART, min_size=1, max_size=12).map("/".join)
FILES = st.dictionaries(NAMES, st.binary(max_size=1500), max_size=6)
CODERS = {
    "tar": bytes,
    "tar.gz": lambda d: gzip.compress(d, mtime=0),
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
}


def made(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def listed(data: bytes, name: str = "x.tar", limits: Limits | None = None) -> Listing:
    listing = list_container(io.BytesIO(data), name, len(data), limits or Limits())
    assert listing is not None
    return listing


@given(
    FILES,
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    st.sampled_from(sorted(CODERS)),
)
@settings(max_examples=120, deadline=None)
def test_any_tar_of_pythons_lists_equal(files, form, kind):
    plain = made(files, form)
    data = CODERS[kind](plain)
    listing = listed(data, f"x.{kind}")
    assert listing.kind == kind
    assert {f.code for f in listing.findings} <= {"NAME-CLASH"}
    assert [e.name for e in listing.entries] == list(files)
    read_at = reader(io.BytesIO(data))
    for entry in listing.entries:
        assert read(read_at, entry.steps, size=entry.bytes) == files[entry.name]
    assert sum(a.length for a in listing.areas) == len(plain)
    assert [a.kind for a in listing.areas] == ["members", "end"] if files else ["end"]


@given(FILES.filter(bool), st.sampled_from(sorted(CODERS)), st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_byte_never_raises(faults, files, kind, draw):
    data = bytearray(CODERS[kind](made(files)))
    place = draw.draw(st.integers(0, len(data) - 1))
    data[place] ^= draw.draw(st.integers(1, 255))
    listing = list_container(io.BytesIO(data), f"x.{kind}", len(data))
    assert listing is not None
    for entry in listing.entries:
        faults(io.BytesIO(data), entry)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?", fullmatch=True), st.binary()).filter(
        bool
    ),
    st.data(),
)
@settings(max_examples=150, deadline=None)
def test_a_changed_byte_never_moves_a_member_unseen(files, draw):
    """A header has a checksum; what it has none for (long names, content) moves no member."""
    data = bytearray(made(files))
    place = draw.draw(st.integers(0, len(data) - 1))
    data[place] ^= draw.draw(st.integers(1, 255))
    listing = listed(bytes(data))
    if not listing.findings:
        whole = listed(made(files))
        assert [(e.name, e.steps) for e in listing.entries] == [
            (e.name, e.steps) for e in whole.entries
        ]


@given(FILES.filter(bool), st.sampled_from(sorted(CODERS)), st.data())
@settings(max_examples=100, deadline=None)
def test_a_cut_file_is_held(files, kind, draw):
    plain = made(files)
    members = listed(plain).areas[0].length
    data = CODERS[kind](plain)
    most = members if kind == "tar" else len(data) - 1
    cut = data[: draw.draw(st.integers(0, most))]
    listing = list_container(io.BytesIO(cut), f"x.{kind}", len(cut))
    assert listing is not None
    assert worst(listing.findings) is Severity.HOLD
    assert listing.entries == ()


def test_a_gzip_bomb_is_stopped_by_the_limit_in_flat_memory():
    coder = zlib.compressobj(9, zlib.DEFLATED, 31)
    info = tarfile.TarInfo("big.bin")
    info.size = 200 << 20
    bomb = coder.compress(info.tobuf())
    bomb += b"".join(coder.compress(bytes(1 << 20)) for _ in range(200))
    bomb += coder.compress(bytes(1024)) + coder.flush()
    assert listed(bomb, "x.tar.gz").findings == ()
    limits = Limits(hollow_bytes=64 << 20, hollow_ratio=100)
    tracemalloc.start()
    listing = listed(bomb, "x.tar.gz", limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [f.code for f in listing.findings] == ["CONTAINER-TOO-LARGE"]
    assert listing.entries == ()
    assert peak < 4 << 20


def test_many_gzip_members_are_one_tar():
    plain = made({"a.xml": b"<a/>" * 400, "b.xml": b"<b/>"})
    data = b"".join(gzip.compress(plain[n : n + 700]) for n in range(0, len(plain), 700))
    listing = listed(data, "x.tgz")
    assert listing.findings == ()
    entry = listing.entries[1]
    assert read(reader(io.BytesIO(data)), entry.steps, size=entry.bytes) == b"<b/>"


def test_limits_hold():
    data = made({f"{n}": b"x" for n in range(20)})
    assert listed(data, limits=Limits(members=20)).findings == ()
    codes = {f.code for f in listed(data, limits=Limits(members=19)).findings}
    assert codes == {"CONTAINER-TOO-MANY"}
    data = made({"n" * 5000: b""})
    assert {f.code for f in listed(data).findings} == {"NAME-TOO-LONG"}


def test_endless_extended_headers_are_stopped():
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 0
    data = info.tobuf(tarfile.USTAR_FORMAT) * 50 + bytes(1024)
    codes = {f.code for f in listed(data, limits=Limits(members=10)).findings}
    assert codes == {"CONTAINER-TOO-MANY"}


def test_old_tars_without_magic_are_known_by_their_name():
    data = bytearray(made({"a.xml": b"<a/>"}, tarfile.USTAR_FORMAT))
    data[257:265] = bytes(8)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert [e.name for e in listed(bytes(data)).entries] == ["a.xml"]
    assert list_container(io.BytesIO(data), "x.bin", len(data)) is None
    assert listed(bytes(10240)).entries == ()


def test_old_writers_sum_signed_bytes():
    block = bytearray(made({"ab": b""}, tarfile.USTAR_FORMAT)[:512])
    block[265:268] = "ü".encode() + b"\xff"
    block[148:156] = b" " * 8
    signed = sum(b - 256 if b > 127 else b for b in block)
    block[148:156] = b"%06o\0 " % signed
    assert headers.checked(bytes(block))
    assert headers.parse(bytes(block)) is not None
    block[148:156] = b"%06o\0 " % (signed + 1)
    assert not headers.checked(bytes(block))


def test_the_root_folder_and_dot_names_are_settled():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in ("./", "./art1", "./art1/main.xml"):
            info = tarfile.TarInfo(name)
            info.type = tarfile.REGTYPE if name.endswith("xml") else tarfile.DIRTYPE
            tar.addfile(info)
    listing = listed(out.getvalue())
    assert listing.findings == ()
    assert [(e.name, e.raw_name, e.directory) for e in listing.entries] == [
        ("art1/", b"./art1/", True), ("art1/main.xml", b"./art1/main.xml", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"0000644\0", 0o644), (b"  644 \0 ", 0o644), (b"\0" * 8, 0), (b"0000008\0", None),
        (b"\x80" + bytes(10) + b"\x05", 5), (b"\xff" * 12, None), (b"-1", None),
    ],
)  # fmt: skip
def test_numbers(field, value):
    assert headers.number(field) == value


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"", {}), (b"10 path=a\xc5\n", None), (b"9 path=a\n", {b"path": b"a"}),
        (b"9 path=a\n9 path=b\n", {b"path": b"b"}), (b"9 path=a\n\0\0", {b"path": b"a"}),
        (b"12 path=a\n\0\0", None), (b"3 =\n", None), (b"x path=a\n", None), (b"0 a=b\n", None),
    ],
)  # fmt: skip
def test_pax_records(data, records):
    assert headers.pax_records(data) == records


@pytest.mark.skipif(not shutil.which("tar"), reason="no tar command here")
@pytest.mark.parametrize("options", [["-cf"], ["-czf"], ["--format=v7", "-cf"], ["-cPf"]])
def test_the_tar_command_has_nothing_to_note(tmp_path: Path, options: list[str]):
    names = ["a/b.xml", "a/" + "long-" * 15 + ".xml", "a/şekil.txt"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode() * 50)
    subprocess.run(["tar", *options, "out.tar", "a"], cwd=tmp_path, check=True)
    data = (tmp_path / "out.tar").read_bytes()
    listing = listed(data, "out.tar")
    assert listing.findings == ()
    read_at = reader(io.BytesIO(data))
    found = {e.name: read(read_at, e.steps, size=e.bytes) for e in listing.entries}
    assert found == {"a/": b""} | {name: name.encode() * 50 for name in names}
