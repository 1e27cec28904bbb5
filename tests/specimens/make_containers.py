# SPDX-License-Identifier: Apache-2.0
"""Hostile, damaged and odd containers, made byte by byte; each named by the finding it must get.

``SPECIMENS`` maps a file name (``CODE--what.ext``) to a function that gives the file's bytes. Every
one is made anew and is the same each time. The ZIP maker here shares nothing with the reader.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

XML = b"<?xml version='1.0'?><article><front/></article>\n"
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF

Make = Callable[[], bytes]
SPECIMENS: dict[str, Make] = {}


def specimen(name: str) -> Callable[[Make], Make]:
    """Enter a maker under its file name."""

    def enter(make: Make) -> Make:
        SPECIMENS[name] = make
        return make

    return enter


def deflated(data: bytes) -> bytes:
    """A bare Deflate stream."""
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    return coder.compress(data) + coder.flush()


@dataclass(frozen=True)
class Member:
    """One ZIP member; what is None is as it should be."""

    name: bytes
    data: bytes = XML
    method: int = 0
    flags: int = 0
    coded: bytes | None = None
    crc: int | None = None
    plain: int | None = None
    packed: int | None = None
    extra: bytes = b""
    external: int = 0o100644 << 16
    offset: int | None = None
    disk: int = 0
    local: dict[str, int | bytes] = field(default_factory=dict)
    behind: bytes = b""
    mark: bytes = b"PK\x03\x04"

    def body(self) -> bytes:
        if self.coded is not None:
            return self.coded
        return deflated(self.data) if self.method == 8 else self.data

    def numbers(self) -> tuple[int, int, int]:
        body = self.body()
        return (
            zlib.crc32(self.data) if self.crc is None else self.crc,
            len(body) if self.packed is None else self.packed,
            len(self.data) if self.plain is None else self.plain,
        )

    def local_bytes(self) -> bytes:
        crc, packed, plain = self.numbers()
        own = {
            "name": self.name, "method": self.method, "flags": self.flags, "crc": crc,
            "packed": packed, "plain": plain, "extra": b"",
        } | self.local  # fmt: skip
        return (
            struct.pack(
                "<4sHHHHHIIIHH", self.mark, 20, own["flags"], own["method"], 0, 33, own["crc"],
                own["packed"], own["plain"], len(own["name"]), len(own["extra"]),
            )
            + own["name"] + own["extra"] + self.body() + self.behind
        )  # fmt: skip

    def central_bytes(self, offset: int) -> bytes:
        crc, packed, plain = self.numbers()
        at = offset if self.offset is None else self.offset
        return (
            struct.pack(
                "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 3 << 8 | 20, 20, self.flags, self.method, 0,
                33, crc, packed, plain, len(self.name), len(self.extra), 0, self.disk, 0,
                self.external, at,
            )
            + self.name + self.extra
        )  # fmt: skip


def end_record(entries: int, size: int, offset: int, comment: bytes = b"", disk: int = 0) -> bytes:
    """An end of central directory record."""
    head = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", disk, disk, entries, entries, size, offset, len(comment)
    )
    return head + comment


def zipped(
    *members: Member, prefix: bytes = b"", gap: bytes = b"", comment: bytes = b"", **end: int
) -> bytes:
    """A ZIP of these members; ``gap`` stands between the last of them and the directory."""
    body, directory = prefix, b""
    for member in members:
        directory += member.central_bytes(len(body))
        body += member.local_bytes()
    body += gap
    numbers = {"entries": len(members), "size": len(directory), "offset": len(body)} | end
    return body + directory + end_record(**numbers, comment=comment)


A, B = Member(b"art1/main.xml"), Member(b"art1/main.pdf", b"%PDF-1.4\n")


# ---------------------------------------------------------------- overlap, hiding, lying ends


@specimen("ZIP-OVERLAP--one-member-500-times.zip")
def one_member_many_times() -> bytes:
    data = bytes(1 << 20)
    one = Member(b"a", b"", 8, coded=deflated(data), crc=zlib.crc32(data), plain=len(data))
    body, entry = one.local_bytes(), one.central_bytes(0)
    return body + entry * 500 + end_record(500, 500 * len(entry), len(body))


@specimen("ZIP-OVERLAP--headers-inside-members.zip")
def headers_inside_members() -> bytes:
    """Each member begins with the next one's header as stored Deflate blocks, and ends with it."""
    kernel = bytes(1 << 20)
    coded, plain = deflated(kernel), kernel
    made: list[tuple[bytes, bytes, bytes]] = []
    tail = b""
    for number in range(9, -1, -1):
        member = Member(f"m{number}".encode(), plain, method=8, coded=coded)
        crc, packed, size = member.numbers()
        header = struct.pack(
            "<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, packed, size, 2, 0
        ) + member.name  # fmt: skip
        made.insert(0, (header, coded, plain))
        tail = header + (tail or coded)
        quote = b"\x00" + struct.pack("<HH", len(header), len(header) ^ 0xFFFF)
        coded, plain = quote + header + coded, header + plain
        tail = quote + tail if number else tail
    directory, at, body = b"", 0, tail
    for number, (_, packed_bytes, plain_bytes) in enumerate(made):
        member = Member(f"m{number}".encode(), plain_bytes, method=8, coded=packed_bytes)
        directory += member.central_bytes(at)
        at += 32 + 5
    return body + directory + end_record(len(made), len(directory), len(body))


@specimen("ZIP-OVERLAP--member-over-directory.zip")
def member_over_directory() -> bytes:
    return zipped(A, replace(B, packed=20, plain=20))


@specimen("ZIP-OVERLAP--header-inside-a-member.zip")
def header_inside_a_member() -> bytes:
    inner = Member(b"evil.xml").local_bytes()
    outer = Member(b"outer.bin", inner)
    return zipped(outer, replace(Member(b"evil.xml"), offset=30 + len(outer.name), mark=b"PKxx"))


@specimen("ZIP-HIDDEN--archive-in-comment.zip")
def archive_in_comment() -> bytes:
    front = zipped(A, comment=b"")
    hidden = zipped(Member(b"other.xml"))
    # The hidden one's offsets count from the file's start, so that it opens by itself.
    base = len(front)
    other = Member(b"other.xml")
    local = other.local_bytes()
    directory = other.central_bytes(base)
    hidden = local + directory + end_record(1, len(directory), base + len(local))
    return zipped(A, comment=hidden)


@specimen("ZIP-HIDDEN--member-behind-end.zip")
def member_behind_end() -> bytes:
    return zipped(A) + Member(b"late.xml").local_bytes()


@specimen("ZIP-CONCATENATED--two-archives.zip")
def two_archives() -> bytes:
    return zipped(A) + zipped(B)


@specimen("ZIP-CONCATENATED--the-same-twice.zip")
def the_same_twice() -> bytes:
    return zipped(A, B) * 2


@specimen("ZIP-CONCATENATED--two-directories.zip")
def two_directories() -> bytes:
    """The end record's offset fits one directory, its distance from the end another."""
    one, two = A.local_bytes(), B.local_bytes()
    first, second = A.central_bytes(0), B.central_bytes(len(one))
    body = one + two + first
    return body + second + end_record(1, len(second), len(one + two))


def _zip64(members: tuple[Member, ...], end: bytes, **said: int) -> bytes:
    body = b"".join(m.local_bytes() for m in members)
    at, directory = 0, b""
    for member in members:
        directory += member.central_bytes(at)
        at += len(member.local_bytes())
    numbers = {"entries": len(members), "size": len(directory), "offset": len(body)} | said
    records = len(body) + len(directory)
    end64 = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, numbers["entries"], numbers["entries"],
        numbers["size"], numbers["offset"],
    )  # fmt: skip
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, records, 1)
    return body + directory + end64 + locator + end


@specimen("ZIP-END-LIES--two-counts.zip")
def two_counts() -> bytes:
    size = len(A.central_bytes(0) + B.central_bytes(0))
    offset = len(A.local_bytes() + B.local_bytes())
    return _zip64((A, B), end_record(1, size, offset))


@specimen("ZIP-END-LIES--two-offsets.zip")
def two_offsets() -> bytes:
    return _zip64((A, B), end_record(2, FULL32, 0))


@specimen("ZIP-END-LIES--zip64-record-absent.zip")
def zip64_record_absent() -> bytes:
    whole = _zip64((A,), end_record(FULL16, FULL32, FULL32))
    return whole.replace(b"PK\x06\x06", b"PKxx")


@specimen("ZIP-COUNT-LIES--fewer-stated.zip")
def fewer_stated() -> bytes:
    return zipped(A, B, entries=1)


@specimen("CONTAINER-TOO-MANY--ten-million.zip")
def ten_million() -> bytes:
    return _zip64((A,), end_record(FULL16, FULL32, FULL32), entries=10_000_000)


@specimen("CONTAINER-TOO-LARGE--hollow.zip")
def hollow() -> bytes:
    """Nine members of 1 GiB of zeros, 1 MB each: no overlap, no nesting, only emptiness."""
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = coder.compress(bytes(1 << 20)) + coder.flush(zlib.Z_FULL_FLUSH)
    block = coder.compress(bytes(1 << 20)) + coder.flush(zlib.Z_FULL_FLUSH)
    coded = head + block * 1023 + coder.flush()
    members = [
        Member(f"z{n}".encode(), b"", 8, coded=coded, crc=0, plain=1 << 30) for n in range(9)
    ]
    return zipped(*members)


# ---------------------------------------------------------------- headers, sizes, duplicates


@specimen("ZIP-HEADERS-DIFFER--name.zip")
def other_name() -> bytes:
    return zipped(replace(A, local={"name": b"evil/main.xml"}))


@specimen("ZIP-HEADERS-DIFFER--size.zip")
def other_size() -> bytes:
    return zipped(replace(A, local={"packed": 5, "plain": 5}))


@specimen("ZIP-HEADERS-DIFFER--method.zip")
def other_method() -> bytes:
    return zipped(replace(A, local={"method": 8}))


@specimen("ZIP-HEADERS-DIFFER--encryption.zip")
def other_encryption() -> bytes:
    return zipped(replace(A, local={"flags": 1}))


@specimen("ZIP-HEADERS-DIFFER--descriptor.zip")
def other_descriptor() -> bytes:
    wrong = b"PK\x07\x08" + struct.pack("<III", 7, 7, 7)
    zeros: dict[str, int | bytes] = {"crc": 0, "packed": 0, "plain": 0}
    return zipped(replace(A, flags=8, local=zeros, behind=wrong))


@specimen("ZIP-DUPLICATE--same-name.zip")
def same_name() -> bytes:
    return zipped(A, replace(A, data=b"<other/>"))


@specimen("ZIP-DUPLICATE--dot-in-path.zip")
def dot_in_path() -> bytes:
    return zipped(A, Member(b"art1/./main.xml", b"<other/>"))


@specimen("ZIP-SIZE-LIES--stored.zip")
def stored_size_lies() -> bytes:
    return zipped(replace(A, plain=3))


@specimen("ZIP-SIZE-LIES--beyond-deflate.zip")
def beyond_deflate() -> bytes:
    return zipped(replace(A, method=8, plain=1 << 31))


@specimen("CONTAINER-SIZE-LIES--longer.zip")
def longer_than_stated() -> bytes:
    return zipped(Member(b"main.xml", bytes(100_000), method=8, plain=1000))


@specimen("CONTAINER-SIZE-LIES--shorter.zip")
def shorter_than_stated() -> bytes:
    return zipped(Member(b"main.xml", XML, method=8, plain=len(XML) + 1))


@specimen("CONTAINER-CRC-WRONG--flipped-byte.zip")
def flipped_byte() -> bytes:
    return zipped(replace(A, coded=XML.replace(b"front", b"frond")))


@specimen("CONTAINER-MEMBER-BROKEN--deflate.zip")
def broken_deflate() -> bytes:
    return zipped(replace(A, method=8, coded=b"\xff" + deflated(XML)[1:]))


@specimen("CONTAINER-MEMBER-TRAILING--hidden-bytes.zip")
def hidden_bytes() -> bytes:
    return zipped(replace(A, method=8, coded=deflated(XML) + b"hidden"))


@specimen("ZIP-OUTSIDE--past-the-end.zip")
def past_the_end() -> bytes:
    return zipped(A, replace(B, packed=1 << 20, plain=1 << 20))


@specimen("ZIP-NUMBER-MISSING--zip64.zip")
def zip64_number_missing() -> bytes:
    extra = struct.pack("<HHQ", 1, 8, len(XML))
    return zipped(replace(A, packed=FULL32, plain=FULL32, extra=extra))


@specimen("ZIP-LINK--symlink.zip")
def zip_symlink() -> bytes:
    return zipped(A, Member(b"art1/link", b"/etc/passwd", external=0o120777 << 16))


@specimen("ZIP-DEVICE--fifo.zip")
def zip_fifo() -> bytes:
    return zipped(A, Member(b"art1/pipe", b"", external=0o010644 << 16))


# ---------------------------------------------------------------- honest but unreadable


@specimen("ZIP-ENCRYPTED--zipcrypto.zip")
def zipcrypto() -> bytes:
    return zipped(replace(A, flags=1, coded=bytes(12) + XML[::-1], plain=len(XML)))


@specimen("ZIP-ENCRYPTED--aes.zip")
def aes() -> bytes:
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)
    coded = bytes(28) + deflated(XML)
    return zipped(replace(A, method=99, flags=1, coded=coded, crc=0, extra=extra))


for _number, _word in ((6, "implode"), (9, "deflate64"), (93, "zstandard"), (98, "ppmd")):
    SPECIMENS[f"ZIP-METHOD--{_word}.zip"] = lambda n=_number: zipped(
        A, Member(b"art1/fig.tif", b"II*\0" * 90, method=n, coded=b"\x07" * 90)
    )
SPECIMENS["ZIP-METHOD--bzip2.zip"] = lambda: zipped(replace(A, method=12, coded=bz2.compress(XML)))
SPECIMENS["ZIP-METHOD--xz.zip"] = lambda: zipped(replace(A, method=95, coded=lzma.compress(XML)))


@specimen("ZIP-SPLIT--last-part.zip")
def last_part() -> bytes:
    body = B.local_bytes()
    directory = replace(A, disk=0).central_bytes(0) + replace(B, disk=1).central_bytes(0)
    return body + directory + end_record(2, len(directory), len(body), disk=1)


@specimen("ZIP-SPLIT--first-part.zip")
def first_part() -> bytes:
    return b"PK\x07\x08" + A.local_bytes()


@specimen("ZIP-SPLIT--member-on-disk-2.zip")
def member_on_disk_2() -> bytes:
    return zipped(A, replace(B, disk=2))


@specimen("ZIP-TRUNCATED--end.zip")
def end_missing() -> bytes:
    return zipped(A, B)[:-30]


@specimen("ZIP-TRUNCATED--beginning.zip")
def beginning_missing() -> bytes:
    return zipped(A, B)[40:]


@specimen("ZIP-TRUNCATED--nothing.zip")
def nothing() -> bytes:
    return b""


@specimen("ZIP-NOT-ZIP--words.zip")
def only_words() -> bytes:
    return b"This was to be an archive, and is a sentence.\n"


@specimen("ZIP-DIRECTORY-BROKEN--mark.zip")
def directory_mark_broken() -> bytes:
    whole = zipped(A, B)
    second = whole.rindex(b"PK\x01\x02")
    return whole[:second] + b"XX" + whole[second + 2 :]


@specimen("ZIP-LOCAL-BROKEN--mark.zip")
def local_mark_broken() -> bytes:
    return zipped(A, replace(B, mark=b"XX\x03\x04"))


@specimen("ZIP-UNLISTED--deleted-member.zip")
def deleted_member() -> bytes:
    return zipped(A, replace(B, behind=Member(b"gone.xml").local_bytes()))


# ---------------------------------------------------------------- quirks


@specimen("ZIP-PREFIX--script-before.zip")
def script_before() -> bytes:
    return zipped(A, B, prefix=b"#!/usr/bin/env python3\n")


@specimen("ZIP-PREFIX--offsets-not-moved.zip")
def offsets_not_moved() -> bytes:
    return b"MZ stub of a self-extracting archive\n" + zipped(A, B)


@specimen("ZIP-GAP--before-directory.zip")
def gap_before_directory() -> bytes:
    return zipped(A, B, gap=b"left over")


@specimen("ZIP-TRAILING--padding.zip")
def padding_behind() -> bytes:
    return zipped(A, B) + bytes(512)


@specimen("ZIP-EXTRA-BROKEN--too-short.zip")
def extra_too_short() -> bytes:
    return zipped(replace(A, extra=b"\x99\x99\x40\x00ab"), B)


@specimen("ZIP-FLAGS-DIFFER--utf8.zip")
def flags_differ() -> bytes:
    return zipped(replace(A, flags=0x800, local={"flags": 0}))


@specimen("ZIP-DESCRIPTOR-MISSING--flagged.zip")
def descriptor_missing() -> bytes:
    return zipped(replace(A, flags=8), B)


@specimen("ZIP-FOLDER-DATA--slash.zip")
def folder_with_data() -> bytes:
    return zipped(A, Member(b"art2/", b"not a folder"))


# ---------------------------------------------------------------- names


@specimen("NAME-TRAVERSAL--dot-dot.zip")
def dot_dot() -> bytes:
    return zipped(A, Member(b"art1/../../../etc/cron.d/evil"))


@specimen("NAME-TRAVERSAL--backslash.zip")
def dot_dot_backslash() -> bytes:
    return zipped(A, Member(b"..\\..\\evil.exe"))


@specimen("NAME-TRAVERSAL--unicode-path.zip")
def dot_dot_unicode_path() -> bytes:
    raw = b"art1/good.xml"
    path = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + b"../../evil"
    return zipped(A, Member(raw, extra=struct.pack("<HH", 0x7075, len(path)) + path))


@specimen("NAME-ABSOLUTE--root.zip")
def absolute_root() -> bytes:
    return zipped(A, Member(b"/etc/passwd"))


@specimen("NAME-ABSOLUTE--drive.zip")
def absolute_drive() -> bytes:
    return zipped(A, Member(b"C:\\Windows\\evil.dll"))


@specimen("NAME-NUL--cut.zip")
def nul_in_name() -> bytes:
    return zipped(A, Member(b"figure.jpg\0.exe"))


@specimen("NAME-EMPTY--none.zip")
def no_name() -> bytes:
    return zipped(A, Member(b""))


@specimen("NAME-TOO-LONG--5000.zip")
def long_name() -> bytes:
    return zipped(A, Member(b"d/" * 2400 + b"x" * 200))


@specimen("NAME-CONTROL--right-to-left.zip")
def right_to_left() -> bytes:
    return zipped(A, Member("article\u202efdp.exe".encode(), flags=0x800))


@specimen("NAME-BACKSLASH--windows.zip")
def backslash() -> bytes:
    return zipped(A, Member(b"art2\\main.xml"))


@specimen("NAME-CLASH--case.zip")
def clash_of_case() -> bytes:
    return zipped(A, Member(b"ART1/Main.XML"))


@specimen("NAME-CLASH--composition.zip")
def clash_of_composition() -> bytes:
    name = "art1/Bay\u00e9s.xml"
    decomposed = unicodedata.normalize("NFD", name)
    return zipped(Member(name.encode(), flags=0x800), Member(decomposed.encode(), flags=0x800))


@specimen("NAME-CLASH--turkish-i.zip")
def clash_of_turkish_i() -> bytes:
    names = ("dergi.xml", "DERGİ.XML", "dergı.xml")
    return zipped(*(Member(name.encode(), flags=0x800) for name in names))


@specimen("NAME-CLASH--file-and-folder.zip")
def clash_of_file_and_folder() -> bytes:
    return zipped(Member(b"art1", b"a file"), A)


@specimen("NAME-NOT-UTF8--flagged-latin.zip")
def flagged_latin() -> bytes:
    return zipped(A, Member("şekil.tif".encode("cp1254"), flags=0x800))


@specimen("NAME-GUESSED--windows-turkish.zip")
def windows_turkish() -> bytes:
    return zipped(A, Member("şekil.tif".encode("cp1254")))


@specimen("NAME-UNFLAGGED--macos.zip")
def macos_name() -> bytes:
    return zipped(A, Member(unicodedata.normalize("NFD", "Bayés.xml").encode()))


# ---------------------------------------------------------------- TAR


def header(name: bytes, size: int, kind: bytes = b"0", magic: bytes = b"ustar\x0000") -> bytes:
    """A TAR header block with a right checksum."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108] = b"0000644\0"
    block[124:136] = b"%011o\0" % size
    block[156:157] = kind
    block[257 : 257 + len(magic)] = magic
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def tarred(name: bytes, data: bytes = XML, kind: bytes = b"0") -> bytes:
    """A TAR member: header, data, padding."""
    return header(name, len(data), kind) + data + bytes(-len(data) % 512)


def pax(**records: str) -> bytes:
    """A pax extended header with these records (``__`` in a key stands for a dot)."""
    data = b""
    for key, value in records.items():
        line = f" {key.replace('__', '.')}={value}\n".encode()
        length = len(line) + len(str(len(line)))
        length += len(str(length)) > len(str(len(line)))
        data += str(length).encode() + line
    return tarred(b"pax", data, b"x")


END = bytes(1024)
MAIN = tarred(b"art1/main.xml")


def _by_tarfile(kind: bytes, link: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        info = tarfile.TarInfo("art1/odd")
        info.type, info.linkname = kind, link
        tar.addfile(info)
    return MAIN + out.getvalue()


SPECIMENS |= {
    "TAR-LINK--symlink.tar": lambda: _by_tarfile(tarfile.SYMTYPE, "/etc/passwd"),
    "TAR-LINK--hard.tar": lambda: _by_tarfile(tarfile.LNKTYPE, "../../etc/passwd"),
    "TAR-DEVICE--character.tar": lambda: _by_tarfile(tarfile.CHRTYPE),
    "TAR-DEVICE--fifo.tar": lambda: _by_tarfile(tarfile.FIFOTYPE),
    "TAR-DUPLICATE--same-name.tar": lambda: MAIN + MAIN + END,
    "TAR-SIZE-LIES--pax.tar": lambda: pax(size="5") + MAIN + END,
    "TAR-CONCATENATED--two.tar": lambda: (MAIN + END) * 2,
    "TAR-CONCATENATED--lone-zero-block.tar": lambda: MAIN + bytes(512) + tarred(b"late.xml") + END,
    "TAR-HEADER-TOO-LARGE--pax.tar": lambda: header(b"pax", 2 << 20, b"x") + bytes(2 << 20) + END,
    "TAR-TRUNCATED--member.tar": lambda: header(b"main.xml", 1 << 20) + bytes(5000),
    "TAR-TRUNCATED--no-end.tar": lambda: MAIN + tarred(b"art2/main.xml"),
    "TAR-TRUNCATED--coded.tar.gz": lambda: gzip.compress(MAIN + END, mtime=0)[:-12],
    "TAR-BROKEN--checksum.tar": lambda: MAIN + MAIN.replace(b"art1", b"art2") + END,
    "TAR-CODING-BROKEN--checksum.tgz": lambda: _broken_gzip(),
    "TAR-NOT-TAR--words.tar": lambda: b"no archive at all\n" * 40,
    "TAR-NOT-TAR--not-coded.tar.gz": lambda: MAIN.replace(b"ustar", b"xstar") + END,
    "TAR-SPARSE--gnu.tar": lambda: MAIN + tarred(b"big.tif", bytes(700), b"S") + END,
    "TAR-SPARSE--pax.tar": lambda: (
        MAIN + pax(GNU__sparse__major="1", GNU__sparse__minor="0") + tarred(b"big.tif") + END
    ),
    "TAR-SPLIT--second-volume.tar": lambda: tarred(b"rest.tif", bytes(700), b"M") + END,
    "TAR-TYPE--unknown.tar": lambda: MAIN + tarred(b"odd.xml", kind=b"Z") + END,
    "TAR-TRAILING--words.tar": lambda: MAIN + END + b"written by a tool that signs its work",
    "TAR-TRAILING-CODED--words.tar.gz": lambda: gzip.compress(MAIN + END, mtime=0) + b"signed",
    "TAR-END-SHORT--one-block.tar": lambda: MAIN + bytes(512),
    "NAME-TRAVERSAL--dot-dot.tar": lambda: MAIN + tarred(b"../evil") + END,
    "NAME-TRAVERSAL--pax.tar": lambda: MAIN + pax(path="../../evil") + tarred(b"good") + END,
    "NAME-ABSOLUTE--root.tar": lambda: MAIN + tarred(b"/etc/evil") + END,
    "NAME-NOT-UTF8--latin.tar": lambda: MAIN + tarred("şekil.tif".encode("cp1254")) + END,
    "NAME-CLASH--case.tar.bz2": lambda: bz2.compress(MAIN + tarred(b"ART1/MAIN.XML") + END),
    "NAME-TRAVERSAL--dot-dot.tar.xz": lambda: lzma.compress(MAIN + tarred(b"../evil") + END),
}


def _broken_gzip() -> bytes:
    coded = bytearray(gzip.compress(MAIN + END, mtime=0))
    coded[-8] ^= 1
    return bytes(coded)
