# SPDX-License-Identifier: Apache-2.0
"""ZIP: whatever Python's writer makes lists equal, each byte once; no damage goes unseen."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emanet.formats.containers.entries import Area, Limits, Listing
from emanet.formats.containers.listing import list_container, recover
from emanet.model.finding import Finding, Severity, worst
from emanet.octets import zipstruct as z
from emanet.octets.steps import nested, read, reader

PART = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf"), exclude_characters='\\/:"'), min_size=1
).filter(lambda part: part.strip(".") and part == part.strip())
NAMES = st.lists(PART, min_size=1, max_size=3).map("/".join)
DATA = st.one_of(st.binary(max_size=200), st.integers(0, 70_000).map(lambda n: b"<p>x</p>" * n))


class Pipe(io.RawIOBase):
    """A file that cannot seek: zipfile then writes data descriptors."""

    def __init__(self) -> None:
        super().__init__()
        self.sink = io.BytesIO()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        return self.sink.write(data)


def made(files: dict[str, tuple[bytes, bool, bool]], piped: bool, comment: bytes) -> bytes:
    out = Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip:
        zip.comment = comment
        for name, (data, deflate, wide) in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
            with zip.open(info, "w", force_zip64=wide) as member:
                member.write(data)
    return out.sink.getvalue() if isinstance(out, Pipe) else out.getvalue()


def listed(data: bytes, name: str = "x.zip", limits: Limits | None = None) -> Listing:
    file = io.BytesIO(data)
    listing = list_container(file, name, len(data), limits or Limits())
    assert listing is not None
    return listing


def contents(data: bytes, listing: Listing) -> dict[str, bytes]:
    read_at = reader(io.BytesIO(data))
    return {e.name: read(read_at, e.steps, size=e.bytes) for e in listing.entries}


def accounted(areas: Iterable[Area], size: int) -> bool:
    at = 0
    for area in areas:
        assert area.offset == at and area.length > 0
        at += area.length
    return at == size


FILES = st.dictionaries(NAMES, st.tuples(DATA, st.booleans(), st.booleans()), max_size=6)


@given(FILES, st.booleans(), st.binary(max_size=60).filter(lambda c: b"PK" not in c))
@settings(max_examples=150, deadline=None)
def test_any_zip_of_pythons_lists_equal(files, piped, comment):
    data = made(files, piped, comment)
    listing = listed(data)
    assert worst(listing.findings).rank <= Severity.WARNING.rank
    assert {f.code for f in listing.findings} <= {"NAME-CLASH"}
    with zipfile.ZipFile(io.BytesIO(data)) as theirs:
        for ours, info in zip(listing.entries, theirs.infolist(), strict=True):
            assert (ours.name, ours.bytes, ours.packed, ours.crc32, ours.header_offset) == (
                info.filename, info.file_size, info.compress_size, info.CRC, info.header_offset,
            )  # fmt: skip
            assert ours.raw_name == b"" and not ours.opaque and not ours.directory
    assert contents(data, listing) == {name: body for name, (body, *_) in files.items()}
    assert accounted(listing.areas, len(data))
    kinds = [area.kind for area in listing.areas]
    assert kinds == [
        *(["members"] if files else []), *(["directory"] if files else []), "end",
        *(["comment"] if comment else []),
    ]  # fmt: skip


@given(FILES.filter(bool), st.booleans(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_is_found_or_changes_nothing(faults, files, piped, draw):
    data = bytearray(made(files, piped, b""))
    place = draw.draw(st.integers(0, len(data) - 1))
    data[place] ^= draw.draw(st.integers(1, 255))
    file = io.BytesIO(data)
    listing = list_container(file, "x.zip", len(data))
    assert listing is not None
    unread = [code for entry in listing.entries for code in faults(file, entry)]
    if not listing.findings and not unread:
        assert contents(bytes(data), listing) == {n: body for n, (body, *_) in files.items()}


@given(FILES.filter(bool), st.booleans(), st.data())
@settings(max_examples=200, deadline=None)
def test_cut_torn_and_spliced_files_never_raise(faults, files, piped, draw):
    data = made(files, piped, b"a comment")
    places = sorted(draw.draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    noise = draw.draw(st.one_of(st.binary(max_size=30), st.just(data)))
    broken = draw.draw(
        st.sampled_from(
            [data[: places[0]], data[places[0] :], data[: places[0]] + noise + data[places[1] :]]
        )
    )
    file = io.BytesIO(broken)
    listing = list_container(file, "x.zip", len(broken))
    assert listing is not None
    for entry in listing.entries:
        faults(file, entry)
    if listing.areas:
        assert accounted(listing.areas, len(broken))
    recovered = recover(file, len(broken))
    assert recovered.findings[-1].code == "ZIP-RECOVERED"


@given(FILES, st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_zip_without_its_directory_is_recovered(files, piped):
    data = made(files, piped, b"")
    whole = listed(data)
    members = next((a.length for a in whole.areas if a.kind == "members"), 0)
    for broken in (data[:members], data[:members] + bytes(len(data) - members)):
        listing = recover(io.BytesIO(broken), len(broken), "x.zip")
        assert [(e.name, e.steps, e.crc32, e.bytes) for e in listing.entries] == [
            (e.name, e.steps, e.crc32, e.bytes) for e in whole.entries
        ]
        assert [f.code for f in listing.findings] == ["ZIP-RECOVERED"]
        assert listing.findings[0].detail == {"members": str(len(files)), "lost": "0"}


def test_recovery_keeps_an_inner_zip_whole_and_counts_what_it_cannot_prove():
    inner = made({"a.xml": (b"<a/>", False, False)}, False, b"")
    data = bytearray(made({"in.zip": (inner, False, False), "b": (b"bb", True, False)}, False, b""))
    file = io.BytesIO(data)
    assert [e.name for e in recover(file, len(data)).entries] == ["in.zip", "b"]
    data[35] ^= 1  # the extra field or name of the first header is now another: CRC still proves it
    data[14] ^= 1  # its CRC: nothing proves it, but the member inside proves itself
    listing = recover(io.BytesIO(data), len(data))
    assert [e.name for e in listing.entries] == ["a.xml", "b"]
    assert listing.findings[-1].detail == {"members": "2", "lost": "1"}


def test_false_headers_do_not_hold_recovery_up():
    stored = struct.pack("<4sHHHHHIIIHH", z.LOCAL_MARK, 20, 8, 0, 0, 33, 0, 0, 0, 0, 0)
    data = (stored + z.DESCRIPTOR_MARK) * 60_000
    listing = recover(io.BytesIO(data), len(data))
    assert listing.entries == ()


def test_a_pack_of_ours_has_nothing_to_note_and_is_recovered():
    body = directory = b""
    for number in range(50):
        name, data = f"d-1/{number}.xml".encode(), b"<x/>" * number
        crc = zlib.crc32(data)
        directory += z.central_header(name, size=len(data), crc32=crc, offset=len(body))
        body += z.local_header(name, size=len(data), crc32=crc) + data
    end = z.end_of_directory(entries=50, offset=len(body), size=len(directory))
    data = body + directory + end
    listing = listed(data)
    assert listing.findings == ()
    assert [a.kind for a in listing.areas] == ["members", "directory", "end64", "locator64", "end"]
    assert accounted(listing.areas, len(data))
    assert recover(io.BytesIO(body), len(body)).entries == listing.entries


def test_an_inner_container_is_reached_by_joined_steps():
    inner = made({"a.xml": (b"<a/>" * 99, True, False)}, False, b"")
    for deflate in (False, True):
        outer = made({"in/x.zip": (inner, deflate, False)}, False, b"")
        entry = listed(outer).entries[0]
        read_at = reader(io.BytesIO(outer))
        with nested(read_at, entry.steps, size=entry.bytes) as file:
            found = list_container(file, "o.zip/in/x.zip", entry.bytes)
        assert found is not None
        leaf = found.entries[0]
        assert read(read_at, entry.steps + leaf.steps, size=leaf.bytes) == b"<a/>" * 99


@pytest.mark.parametrize("body", [b"", b"<a/>" * 9])
@pytest.mark.parametrize("mark", [b"", z.DESCRIPTOR_MARK])
@pytest.mark.parametrize("form", ["<III", "<IQQ"])
def test_all_forms_of_the_data_descriptor_are_known(body, mark, form):
    whole = made({"a": (body, False, False), "b": (b"bb", False, False)}, False, b"")
    start, second = whole.index(body, 31) if body else 31, whole.index(z.LOCAL_MARK, 4)
    descriptor = mark + struct.pack(form, zlib.crc32(body), len(body), len(body))
    data = bytearray(whole[: start + len(body)] + descriptor + whole[second:])
    data[6] = data[data.index(z.CENTRAL_MARK) + 8] = z.FLAG_DESCRIPTOR
    data[14:26] = bytes(12)
    moved = len(descriptor)
    entry = data.rindex(z.CENTRAL_MARK) + 42
    for place in (entry, data.rindex(z.END_MARK) + 16):
        old = int.from_bytes(data[place : place + 4], "little")
        data[place : place + 4] = (old + moved).to_bytes(4, "little")
    listing = listed(bytes(data))
    assert listing.findings == ()
    assert contents(bytes(data), listing) == {"a": body, "b": b"bb"}
    assert accounted(listing.areas, len(data))


@pytest.mark.parametrize("before", [(1 << 20) - n for n in range(5)])
def test_a_mark_across_two_windows_is_seen(before):
    data = bytes(before) + z.END_MARK + bytes(50) + made({"a": (b"", False, False)}, False, b"")
    assert [f.code for f in listed(data).findings] == ["ZIP-CONCATENATED"]
    data = data.replace(z.END_MARK, b"PKxx", 1)
    assert [f.code for f in listed(data).findings] == ["ZIP-PREFIX"]


def test_the_longest_comment_is_found_behind():
    data = made({"a": (b"", False, False)}, False, b"c" * 65_535)
    assert listed(data).findings == ()
    assert listed(data).areas[-1].length == 65_535


def test_ratio_alone_refuses_nothing():
    data = made({"blank.tif": (bytes(32 << 20), True, False)}, False, b"")
    assert len(data) * 900 < 32 << 20
    assert listed(data).findings == ()


def test_limits_hold():
    data = made({f"{n}": (b"x" * 99, False, False) for n in range(20)}, False, b"")
    codes = {f.code for f in listed(data, limits=Limits(members=19)).findings}
    assert codes == {"CONTAINER-TOO-MANY"}
    codes = {f.code for f in listed(data, limits=Limits(plain_bytes=1979)).findings}
    assert codes == {"CONTAINER-TOO-LARGE"}
    assert listed(data, limits=Limits(members=20, plain_bytes=1980)).findings == ()


def many(count: int, stated: int) -> bytes:
    local = z.local_header(b"00000000", size=0, crc32=0)
    body = b"".join(local.replace(b"00000000", b"%08d" % n) for n in range(count))
    directory = b"".join(
        z.central_header(b"%08d" % n, size=0, crc32=0, offset=n * len(local)) for n in range(count)
    )
    end = struct.pack("<4sHHHHIIH", z.END_MARK, 0, 0, stated, stated, len(directory), len(body), 0)
    return body + directory + end


def test_a_count_of_sixteen_bits_may_overflow():
    data = many(65_540, 4)
    listing = listed(data)
    assert [f.code for f in listing.findings] == ["ZIP-COUNT-WRAPPED"]
    assert len(listing.entries) == 65_540


def test_a_directory_longer_than_its_count_stops_at_the_limit_in_little_memory():
    data = many(60_000, 3)
    file = io.BytesIO(data)
    tracemalloc.start()
    listing = list_container(file, "x.zip", len(data), Limits(members=1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert listing is not None
    assert [f.code for f in listing.findings] == ["CONTAINER-TOO-MANY"]
    assert peak < 6 << 20


def test_a_flood_of_findings_is_counted_not_listed():
    data = made({f"a\\{n}": (b"", False, False) for n in range(80)}, False, b"")
    findings = listed(data).findings
    assert len(findings) == 51
    assert findings[-1].code == "CONTAINER-MORE"
    assert findings[-1].detail == {"code": "NAME-BACKSLASH", "count": "30"}


def test_names_keep_their_raw_bytes():
    data = made({"a\\b.xml": (b"", False, False), "./c//d": (b"", False, False)}, False, b"")
    entries = listed(data).entries
    assert [(e.name, e.raw_name) for e in entries] == [
        ("a/b.xml", b"a\\b.xml"), ("c/d", b"./c//d"),
    ]  # fmt: skip


def test_folders_are_entries_too():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip:
        zip.mkdir("art1")
        zip.writestr("art1/x", b"")
        with pytest.warns(UserWarning, match="Duplicate"):
            zip.mkdir("art1/")
    listing = listed(out.getvalue())
    assert listing.findings == ()
    assert [e.directory for e in listing.entries] == [True, False, True]


def test_an_empty_member_called_deflated_is_read():
    data = bytearray(made({"x": (b"", False, False)}, False, b""))
    data[8] = data[data.rindex(z.CENTRAL_MARK) + 10] = z.DEFLATED
    assert contents(bytes(data), listed(bytes(data))) == {"x": b""}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", made({"[Content_Types].xml": (b"", False, False)}, False, b"")),
        ("a.bin", made({"[Content_Types].xml": (b"", False, False)}, False, b"")),
        ("a", made({"mimetype": (b"application/epub+zip", False, False)}, False, b"")),
        ("a.jar", made({"x": (b"", False, False)}, False, b"")),
        ("__MACOSX/._a.zip", b"\x00\x05\x16\x07" + bytes(60)),
        ("a.xml", b"<a/>"),
        ("a.pdf", b"%PDF-1.4\n" + made({"x": (b"", False, False)}, False, b"")),
        ("a", b""),
    ],
)
def test_what_is_no_container(name, data):
    assert list_container(io.BytesIO(data), name, len(data)) is None


def test_content_decides_before_the_name():
    data = made({"x": (b"", False, False)}, False, b"")
    for name in ("a.zip", "a", "a.tar", "A.ZIP", "delivery.bin"):
        assert listed(data, name).kind == "zip"


@pytest.mark.skipif(not shutil.which("zip"), reason="no zip command here")
@pytest.mark.parametrize("options", [["-r", "out.zip"], ["-r", "-0", "out.zip"], ["-r", "-"]])
def test_the_zip_command_has_nothing_to_note(tmp_path: Path, options: list[str]):
    for name in ("a/b.xml", "şekil.txt", "a/c.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode() * 500)
    made = subprocess.run(
        ["zip", "-q", *options, "a", "şekil.txt"], cwd=tmp_path, capture_output=True, check=True
    )
    data = made.stdout or (tmp_path / "out.zip").read_bytes()
    listing = listed(data)
    assert worst(listing.findings) is Severity.INFO
    assert accounted(listing.areas, len(data))
    assert contents(data, listing)["a/b.xml"] == b"a/b.xml" * 500
    assert "şekil.txt" in contents(data, listing)


def test_a_finding_in_turkish_has_no_english_words_of_ours() -> None:
    finding = Finding("ZIP-HEADERS-DIFFER", "a.zip/x", {"what": "packed size"})
    assert "packed size" in finding.text("en")
    assert "sıkıştırılmış boyut" in finding.text("tr") and "packed" not in finding.text("tr")
    unknown = Finding("ZIP-HEADERS-DIFFER", "a.zip/x", {"what": "something"})
    assert "something" in unknown.text("tr")
