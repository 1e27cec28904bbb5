# SPDX-License-Identifier: Apache-2.0
"""Specimens of files: PDFs broken, locked and disguised, formats that clash, odd things in a drop.

Each is a small delivery around one sound article, so that the finding is about the odd file alone.
The PDFs are written byte by byte (ISO 32000-1), the encrypted ones by the standard handler, V1 R2.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

Made = bytes | dict[str, bytes] | None
SPECIMENS: dict[str, Callable[..., Made]] = {}
ALSO: dict[str, tuple[str, ...]] = {}

ARTICLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.1 20151215//EN"
  "JATS-journalpublishing1.dtd">
<article article-type="research-article"><front>
<journal-meta><journal-id journal-id-type="publisher-id">spec</journal-id>
<journal-title-group><journal-title>Journal of Specimens</journal-title></journal-title-group>
<issn pub-type="epub">2049-3630</issn>
<publisher><publisher-name>Made Up</publisher-name></publisher>
</journal-meta>
<article-meta><article-id pub-id-type="doi">10.5555/specimen.%d</article-id>
<title-group><article-title>A made-up article</article-title></title-group>
<pub-date pub-type="epub"><day>1</day><month>2</month><year>2020</year></pub-date>
<volume>1</volume><issue>2</issue><fpage>3</fpage><lpage>4</lpage>
</article-meta></front><body><p>Text.</p></body></article>
"""

PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def specimen(name: str, *also: str) -> Callable[[Callable[..., Made]], Callable[..., Made]]:
    """Enter a maker under its name; ``also`` are graver codes that rightly come with it."""

    def enter(make: Callable[..., Made]) -> Callable[..., Made]:
        SPECIMENS[name] = make
        if also:
            ALSO[name] = also
        return make

    return enter


def article(number: int = 1) -> bytes:
    """A small valid JATS article."""
    return ARTICLE % number


def beside(name: str, data: bytes) -> dict[str, bytes]:
    """A sound article with its PDF, and one more file."""
    files = {"art/article.xml": article(), "art/article.pdf": pdf()}
    files[f"art/{name}"] = data
    return files


def pdf(
    text: str = "A made-up article. " * 20,
    *,
    pages: int = 1,
    password: bytes | None = None,
) -> bytes:
    """A PDF of some pages of text; encrypted with 40-bit RC4 when a password (b"" too) is given."""
    key, security = (b"", []) if password is None else _security(password)
    lines = "".join(f"({text[i : i + 90]}) ' " for i in range(0, len(text), 90))
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (pages, b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(pages))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page in range(pages):
        drawn = f"BT /F1 10 Tf 12 TL 50 750 Td {lines}ET".encode()
        number = 5 + 2 * page
        if key:
            salt = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10]
            drawn = rc4(salt, drawn)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % number
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return _written(objects + security, encrypted=bool(security))


def _written(objects: list[bytes], *, encrypted: bool) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    more = b" /Encrypt %d 0 R /ID [<%s> <%s>]" % (len(objects), b"00" * 16, b"00" * 16)
    out.write(
        b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, more if encrypted else b"", table)
    )
    return out.getvalue()


def _security(password: bytes) -> tuple[bytes, list[bytes]]:
    """Key and encryption dictionary of the standard handler, revision 2 (7.6.3, algorithms 2-4)."""
    owner_key = hashlib.md5((b"owner" + PADDING)[:32]).digest()[:5]
    owner = rc4(owner_key, (password + PADDING)[:32])
    rights = struct.pack("<i", -64)
    key = hashlib.md5((password + PADDING)[:32] + owner + rights + bytes(16)).digest()[:5]
    user = rc4(key, PADDING)
    dictionary = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -64 >>" % (
        owner.hex().encode(),
        user.hex().encode(),
    )
    return key, [dictionary]


def rc4(key: bytes, data: bytes) -> bytes:
    """RC4, as old PDFs are encrypted with."""
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


@specimen("PDF-IS-HTML--error-page")
def _html() -> Made:
    page = b"<!DOCTYPE html><html><head><title>503</title></head><body>Sorry</body></html>"
    return beside("article.pdf", page)


@specimen("PDF-NOT-PDF--an-image")
def _image_as_pdf() -> Made:
    return beside("article.pdf", b"\x89PNG\r\n\x1a\n" + bytes(64))


@specimen("PDF-NOT-PDF--empty")
def _empty_pdf() -> Made:
    return beside("article.pdf", b"")


@specimen("PDF-BROKEN--only-a-head")
def _broken() -> Made:
    return beside("article.pdf", b"%PDF-1.4\nnothing follows\n%%EOF\n")


@specimen("PDF-LOCKED--password")
def _locked() -> Made:
    return beside("article.pdf", pdf(password=b"secret"))


@specimen("PDF-ENCRYPTED--no-password-needed")
def _encrypted() -> Made:
    return beside("article.pdf", pdf(password=b""))


@specimen("PDF-NO-PAGES--none")
def _no_pages() -> Made:
    return beside("article.pdf", pdf(pages=0))


@specimen("PDF-PAGE-BROKEN--page-is-no-page")
def _page_broken() -> Made:
    return beside("article.pdf", pdf().replace(b"/Kids [4 0 R]", b"/Kids [3 0 R]"))


@specimen("PDF-END-MISSING--cut-at-the-last-line")
def _cut() -> Made:
    return beside("article.pdf", pdf().removesuffix(b"%%EOF\n"))


@specimen("PDF-NO-TEXT--a-scan")
def _scan() -> Made:
    return beside("article.pdf", pdf(text="", pages=3))


@specimen("FILE-EMPTY--figure")
def _empty_figure() -> Made:
    return beside("fig1.tif", b"")


@specimen("FILE-APPLEDOUBLE--resource-fork")
def _apple_double() -> Made:
    head = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "
    return beside("._article.pdf", head + bytes(82))


@specimen("FORMAT-CLASH--jpeg-named-tif")
def _clash() -> Made:
    jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(50)
    return beside("fig1.tif", jpeg + b"\xff\xd9")


@specimen("FORMAT-CLASH--text-named-png")
def _pointer() -> Made:
    return beside("fig1.png", b"version https://git-lfs.example/spec/v1\nsize 12\n")


@specimen("NESTED-TOO-DEEP--zip-in-zip-in-zip")
def _deep() -> Made:
    data = article()
    for name in ("article.xml", "a.zip", "b.zip", "c.zip", "d.zip"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr(zipfile.ZipInfo(name), data)
        data = out.getvalue()
    return {"art/article.xml": article(2), "art/supplement.zip": data}


@specimen("NAME-CLASH--case-in-the-drop-area")
def _case() -> Made:
    files = beside("Figure1.png", b"\x89PNG\r\n\x1a\n" + bytes(32))
    files["art/figure1.png"] = b"\x89PNG\r\n\x1a\n" + bytes(33)
    return files


@specimen("NAME-NOT-UTF8--latin-1-in-the-drop-area")
def _latin(folder: Path) -> None:
    _fill(folder, {"art/article.xml": article()})
    name = os.fsencode(folder / "art") + b"/r\xe9sum\xe9.txt"
    Path(os.fsdecode(name)).write_bytes(b"bytes of the nineties")


@specimen("DROP-LINK--to-a-file-outside")
def _link(folder: Path) -> None:
    _fill(folder, {"art/article.xml": article()})
    (folder / "art" / "article.pdf").symlink_to("/etc/hostname")


@specimen("DROP-LINK--to-the-folder-above")
def _ring(folder: Path) -> None:
    _fill(folder, {"art/article.xml": article()})
    (folder / "art" / "again").symlink_to("..")


@specimen("DROP-SPECIAL--named-pipe")
def _pipe(folder: Path) -> None:
    _fill(folder, {"art/article.xml": article()})
    os.mkfifo(folder / "art" / "pipe")


@specimen("DROP-UNREADABLE--eighty-folders-deep")
def _abyss(folder: Path) -> None:
    _fill(folder, {"art/article.xml": article()})
    deep = folder / "art" / "/".join("d" * 1 for _ in range(80))
    deep.mkdir(parents=True)
    (deep / "figure.png").write_bytes(b"\x89PNG\r\n\x1a\n")


def _fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
