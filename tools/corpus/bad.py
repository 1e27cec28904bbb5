# SPDX-License-Identifier: Apache-2.0
"""Deliveries that are wrong on purpose: cut, hostile, incomplete, disguised or not understood."""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from tools.corpus.forms import containers
from tools.corpus.forms.jats import jats
from tools.corpus.layouts import from_folders, from_iop, from_scielo
from tools.corpus.parcels import Parcel, Press
from tools.corpus.world.works import Work

_XXE = b'<!DOCTYPE article [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
_LAUGHS = b"<!DOCTYPE article [<!ENTITY a0 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10)
)


@dataclass(frozen=True, slots=True)
class Bad:
    """A kind of bad delivery: how it is made from one good work, what should become of it, why.

    ``expect`` is the state in which the delivery should end; ``kept`` how many articles of it
    should be catalogued all the same.
    """

    make: Callable[[Work, Press], list[Parcel]]
    expect: str
    why: str
    kept: int = 0


def _file(name: str, data: bytes) -> list[Parcel]:
    return [Parcel(name, "file", ((name, data),))]


def _members(work: Work, press: Press) -> list[tuple[str, bytes]]:
    members = [(f"{work.stem}.xml", jats(work, "folders"))]
    return members + [(f"{work.stem}.pdf", data) for data in press.pdf(work)]


def cut_short(work: Work, press: Press) -> list[Parcel]:
    """A ZIP of which only the first two thirds arrived."""
    data = containers.zip_bytes(_members(work, press), level=0)
    return _file(f"{work.stem}-cut.zip", data[: len(data) * 2 // 3])


def escaping(work: Work, press: Press) -> list[Parcel]:
    """A ZIP with a member whose name climbs out of the folder."""
    members = [*_members(work, press), ("../../../outside.xml", b"<article/>")]
    return [Parcel(f"{work.stem}-escape.zip", "zip", tuple(members))]


def linking(work: Work, press: Press) -> list[Parcel]:
    """A TAR with a symbolic link to a file of the machine."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in _members(work, press):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("passwd.xml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return _file(f"{work.stem}-link.tar", out.getvalue())


def overlapping(work: Work, press: Press) -> list[Parcel]:
    """A ZIP bomb: many entries of the directory share the bytes of one member."""
    plain = bytes(8 << 20)
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeezer.compress(plain) + squeezer.flush()
    crc, name = zlib.crc32(plain), b"b0000.txt"
    shape = (0, 8, 0, 0x5821, crc, len(packed), len(plain), len(name), 0)
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, *shape) + name + packed
    directory = b"".join(
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, *shape, 0, 0, 0, 0, 0)
        + b"b%04d.txt" % i
        for i in range(500)
    )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 500, 500, len(directory), len(local), 0)
    return _file(f"{work.stem}-bomb.zip", local + directory + end)


def locked(work: Work, press: Press) -> list[Parcel]:
    """A ZIP whose members are marked as encrypted."""
    data = bytearray(containers.zip_bytes(_members(work, press)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    return _file(f"{work.stem}-locked.zip", bytes(data))


def twice(work: Work, press: Press) -> list[Parcel]:
    """A ZIP in which one name stands twice, with different bytes."""
    members = _members(work, press)
    again = (members[0][0], jats(work.again(), "folders"))
    return [Parcel(f"{work.stem}-twice.zip", "zip", (*members, again))]


def missing(work: Work, press: Press) -> list[Parcel]:
    """A delivery whose manifest lists a file that did not come."""
    (parcel,) = from_iop([work], work.number, press)
    kept = tuple(m for m in parcel.members if not m[0].endswith(".xml"))
    return [replace(parcel, members=kept)]


def broken_xml(work: Work, press: Press) -> list[Parcel]:
    """Two articles, of which one is not well-formed XML."""
    good = replace(work, doi=f"{work.doi}.b", number=work.number + 1)
    members = [*_members(work, press), *_members(good, press)]
    members[0] = (members[0][0], members[0][1].replace(b"</front>", b"</frnt>", 1))
    return [Parcel(f"{work.stem}-xml.zip", "zip", tuple(members))]


def page_as_pdf(work: Work, press: Press) -> list[Parcel]:
    """An article whose PDF is a web page that asks for a login."""
    page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
    members = [(f"{work.stem}.xml", jats(work, "folders")), (f"{work.stem}.pdf", page)]
    return [Parcel(f"{work.stem}-page.zip", "zip", tuple(members))]


def not_understood(work: Work, press: Press) -> list[Parcel]:
    """Spreadsheets and notes, and nothing that describes an article."""
    del press
    members = (
        ("notes.txt", f"Please load these for {work.journal}.\n".encode()),
        ("list.csv", b"name;pages\na;12\nb;7\n"),
    )
    return [Parcel(f"{work.stem}-notes.zip", "zip", members)]


def peeping(work: Work, press: Press) -> list[Parcel]:
    """XML with an external entity that would read a file of the machine."""
    data = jats(work, "folders").replace(b"<body>", b"<body><p>&secret;</p>", 1)
    start, end = data.index(b"<!DOCTYPE"), data.index(b"<article ")
    members = ((f"{work.stem}.xml", data[:start] + _XXE + b"\n" + data[end:]),)
    return [Parcel(f"{work.stem}-peep.zip", "zip", members)]


def laughing(work: Work, press: Press) -> list[Parcel]:
    """XML with entities that would grow to gigabytes."""
    data = jats(work, "folders").replace(b"<body>", b"<body><p>&a9;</p>", 1)
    start, end = data.index(b"<!DOCTYPE"), data.index(b"<article ")
    members = ((f"{work.stem}.xml", data[:start] + _LAUGHS + b"]>\n" + data[end:]),)
    return [Parcel(f"{work.stem}-laughs.zip", "zip", members)]


def wrong_numbers(work: Work, press: Press) -> list[Parcel]:
    """An article whose ISSN has a wrong check digit and whose DOI is a placeholder."""
    digit = "0" if work.issn_print[-1] != "0" else "1"
    wrong = replace(
        work, issn_print=work.issn_print[:-1] + digit, issn_electronic="", doi="10.0000/xxxx"
    )
    (parcel,) = from_scielo([wrong], work.number, press)
    return [parcel]


def junk_only(work: Work, press: Press) -> list[Parcel]:
    """A good article among what a Macintosh leaves behind."""
    (parcel,) = from_folders([work], 0, press)
    junk = (("__MACOSX/._main.pdf", b"\x00\x05\x16\x07" + bytes(60)), (".DS_Store", bytes(80)))
    return [replace(parcel, name=f"{work.stem}-mac.zip", members=parcel.members + junk)]


BAD: dict[str, Bad] = {
    "cut-short": Bad(cut_short, "held", "only two thirds of the ZIP arrived"),
    "escaping": Bad(escaping, "refused", "a member's name climbs out of its folder"),
    "linking": Bad(linking, "refused", "the TAR holds a link to a file of the machine"),
    "overlapping": Bad(overlapping, "refused", "a ZIP bomb of overlapping members"),
    "locked": Bad(locked, "held", "the members are encrypted"),
    "twice": Bad(twice, "refused", "one name stands twice in the ZIP"),
    "missing": Bad(missing, "held", "the manifest lists a file that did not come"),
    "broken-xml": Bad(broken_xml, "accepted", "one article of two is not well-formed", kept=1),
    "page-as-pdf": Bad(page_as_pdf, "accepted", "the PDF is a web page in disguise", kept=1),
    "not-understood": Bad(not_understood, "held", "nothing in it describes an article"),
    "peeping": Bad(peeping, "refused", "the XML asks for a file of the machine"),
    "laughing": Bad(laughing, "refused", "the XML's entities would grow without end"),
    "wrong-numbers": Bad(wrong_numbers, "accepted", "ISSN and DOI are not valid", kept=1),
    "junk": Bad(junk_only, "accepted", "a good article among a Macintosh's leavings", kept=1),
}
