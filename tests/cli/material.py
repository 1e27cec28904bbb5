# SPDX-License-Identifier: Apache-2.0
"""Small deliveries made by hand for the tests of the command line."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

_DOCTYPE = (
    '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.2 '
    '20190208//EN" "JATS-journalpublishing1.dtd">'
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "cfc000000301010018dd8db00000000049454e44ae426082"
)
_XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def article(
    number: int = 1,
    *,
    title: str = "A made-up article",
    kind: str = "research-article",
    related: Iterable[tuple[str, int]] = (),
    stage: str = "",
    edition: int = 1,
    issn: str = "2049-3630",
    prefix: str = "10.5555",
    language: str = "en",
    abstract: str = "",
) -> bytes:
    """A JATS article with DOI ``prefix/made.number``; ``related`` are type and number."""
    links = "".join(
        f'<related-article related-article-type="{word}" ext-link-type="doi" '
        f'xlink:href="{prefix}/made.{other}" id="r{n}"/>'
        for n, (word, other) in enumerate(related)
    )
    version = (
        f'<article-version vocab="JAV" article-version-type="{stage}">{stage}</article-version>'
        if stage
        else ""
    )
    summary = f"<abstract><p>{abstract}</p></abstract>" if abstract else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{_DOCTYPE}
<article {_XLINK} article-type="{kind}" xml:lang="{language}" dtd-version="1.2"><front>
<journal-meta><journal-id journal-id-type="publisher-id">made</journal-id>
<journal-title-group><journal-title>Journal of Made-up Things</journal-title></journal-title-group>
<issn publication-format="electronic">{issn}</issn>
<publisher><publisher-name>Made Up</publisher-name></publisher></journal-meta>
<article-meta><article-id pub-id-type="doi">{prefix}/made.{number}</article-id>{version}
<title-group><article-title>{title}</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Yılmaz</surname>
<given-names>Ayşe</given-names></name></contrib></contrib-group>
<pub-date date-type="pub" publication-format="electronic"><day>1</day><month>2</month>
<year>2020</year></pub-date>
<volume>7</volume><issue>2</issue><fpage>{number}</fpage><lpage>{number + 3}</lpage>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/">
<license-p>CC BY</license-p></license></permissions>{links}{summary}
</article-meta></front><body><p>Text, edition {edition}.</p></body></article>
""".encode()


def pdf(text: str = "A made-up article.") -> bytes:
    """A small PDF that opens."""
    drawn = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    )
    out = io.BytesIO(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def issue(*numbers: int, **more: str) -> dict[str, bytes]:
    """Articles with their PDFs, a folder each."""
    files = {}
    for number in numbers:
        files[f"a{number}/article.xml"] = article(number, **more)  # type: ignore[arg-type]
        files[f"a{number}/article.pdf"] = pdf(f"Article {number}.")
    return files


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these files, the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            packed.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def oup(*numbers: int, stem: str = "2024-01-05_00_30_02_made_iss_2024_1") -> dict[str, bytes]:
    """An issue in two ZIPs that belong together: XML and PDF."""
    return {
        f"{stem}.xml.zip": zipped({f"a{n}.xml": article(n) for n in numbers}),
        f"{stem}.pdf.zip": zipped({f"a{n}.pdf": pdf(f"Article {n}.") for n in numbers}),
    }


def oup_four(*numbers: int) -> dict[str, bytes]:
    """An issue in four ZIPs: XML, PDF, figures, and the archival PDFs."""
    stem = "2024-01-05_00_30_02_made_iss_2024_1"
    figure = b'<body><fig id="f"><graphic xlink:href="%s"/></fig>'
    texts = {
        f"a{n}.xml": article(n).replace(b"<body>", figure % f"a{n}fig1.png".encode())
        for n in numbers
    }
    return {
        **oup(*numbers, stem=stem),
        f"{stem}.xml.zip": zipped(texts),
        f"{stem}.img.zip": zipped({f"a{n}fig1.png": PNG for n in numbers}),
        f"{stem}_archival.zip": zipped({f"a{n}.pdf": pdf(f"Archival {n}.") for n in numbers}),
    }


def fill(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder; gives the folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """What lies below a folder: path to mode, time of change in ns, and digest of the bytes."""
    seen = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            found = path.stat()
            data = path.read_bytes() if path.is_file() else b""
            digest = hashlib.sha256(data).hexdigest()
            seen[str(path.relative_to(folder))] = (found.st_mode, found.st_mtime_ns, digest)
    return seen
