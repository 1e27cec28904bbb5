# SPDX-License-Identifier: Apache-2.0
"""Specimens of deliveries, each named by the one finding that it must get.

``SPECIMENS`` maps a name to a function that makes it: a folder as path to bytes, or the bytes of
one container that goes by that name. ``CLEAN`` are deliveries of the same making that get none of
the kind. All articles, names and numbers are invented.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable

Files = dict[str, bytes]
DATE = (2026, 1, 1, 0, 0, 0)
PUBLIC_ID = "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.1 20151215//EN"
ELSEVIER = "http://www.elsevier.com/xml"
JOURNAL, ISSN, ACRONYM = "Journal of Made Specimens", "1234-5679", "jms"


def pdf(words: str) -> bytes:
    """A small true PDF of one page with these words on it."""
    text = words.encode("ascii", "replace").replace(b"(", b"").replace(b")", b"")
    stream = b"BT /F1 12 Tf 72 720 Td (" + text + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


def doi(number: int) -> str:
    """The DOI of the made article with this number."""
    return f"10.5555/{ACRONYM}.2026.{number:03d}"


def title(number: int) -> str:
    """The title of the made article with this number."""
    return f"Made article number {number}"


def jats(number: int, *, figure: str = "", volume: str = "7", the_doi: str | None = None) -> bytes:
    """A whole article, valid by JATS Publishing 1.1; ``figure`` is a file that it names."""
    fig = f'<fig id="f1"><label>1</label><graphic xlink:href="{figure}"/></fig>' if figure else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "{PUBLIC_ID}" "JATS-journalpublishing1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article"
 dtd-version="1.1" xml:lang="en">
<front><journal-meta><journal-id journal-id-type="publisher-id">{ACRONYM}</journal-id>
<journal-title-group><journal-title>{JOURNAL}</journal-title></journal-title-group>
<issn pub-type="epub">{ISSN}</issn>
<publisher><publisher-name>Made Press</publisher-name></publisher></journal-meta>
<article-meta><article-id pub-id-type="doi">{the_doi or doi(number)}</article-id>
<title-group><article-title>{title(number)}</article-title></title-group>
<contrib-group><contrib contrib-type="author">
<name><surname>Yılmaz</surname><given-names>Işık</given-names></name></contrib></contrib-group>
<pub-date pub-type="epub"><day>5</day><month>1</month><year>2026</year></pub-date>
<volume>{volume}</volume><issue>1</issue><fpage>{number}</fpage><lpage>{number + 4}</lpage>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/">
<license-p>CC BY 4.0</license-p></license></permissions>
<abstract><p>A made abstract.</p></abstract></article-meta></front>
<body><p>A made text.</p>{fig}</body></article>
""".encode()


def zipped(files: Files) -> bytes:
    """A ZIP of these files, in order, always the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(files: Files) -> bytes:
    """A TAR of these files, in order, always the same bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def sps(number: int, **more: str) -> Files:
    """An article as SciELO names it: XML and PDF."""
    stem = f"{ISSN}-{ACRONYM}-07-01-{number:04d}"
    return {
        f"{stem}.xml": jats(number, **more),
        f"{stem}.pdf": pdf(f"{title(number)} {doi(number)}"),
    }


def iop(listed: list[str] | None = None, *, count: int | None = None, more: Files | None = None):
    """A delivery as IOP lays it out: one article and a manifest of ``listed`` paths."""
    stem = f"{ISSN}/{ISSN}_7/{ISSN}_7_1/{ISSN}_7_1_1/{ACRONYM}_7_1_1"
    files = {f"{stem}.pdf": pdf(f"{title(1)} {doi(1)}"), f"{stem}.xml": jats(1)} | (more or {})
    paths = list(files) if listed is None else [*list(files)[:2], *listed]
    number = len(paths) if count is None else count
    line = ", ".join(["2026-01-05T03_01_40", str(number), "Type JOURNAL", *paths])
    return files | {"2026-01-05T03_01_40_manifest.txt": line.encode()}


def elsevier_article(number: int, *, head: str = "") -> bytes:
    """An Elsevier article; ``head`` is put into its title."""
    pii = f"S1234-5679(26){number:05d}-X"
    return f"""<?xml version="1.0" encoding="utf-8"?>
<article xmlns="{ELSEVIER}/ja/dtd" xmlns:ce="{ELSEVIER}/common/dtd" docsubtype="fla" xml:lang="en">
<item-info><jid>JMS</jid><aid>{number}</aid><ce:article-number>{number}</ce:article-number>
<ce:pii>{pii}</ce:pii><ce:doi>10.5555/els.{number}</ce:doi>
<ce:copyright year="2026" type="other">The Authors</ce:copyright></item-info>
<head><ce:title>{title(number)}{head}</ce:title><ce:author-group><ce:author>
<ce:given-name>Işık</ce:given-name><ce:surname>Yılmaz</ce:surname></ce:author></ce:author-group>
</head></article>
""".encode()


def elsevier_item(number: int, folder: str, *, size: int, with_pdf: int) -> str:
    """The item of dataset.xml for ``elsevier_article``; sizes of XML and PDF in bytes."""
    return f"""<journal-item>
<version><version-number>S300.1</version-number><stage>S300</stage></version>
<journal-item-unique-ids><pii>S1234-5679(26){number:05d}-X</pii><doi>10.5555/els.{number}</doi>
<jid-aid><jid>JMS</jid><issn>1234-5679</issn><aid>{number}</aid></jid-aid>
</journal-item-unique-ids>
<journal-item-properties><pit>FLA</pit>
<online-publication-date>2026-01-05T00:00:00Z</online-publication-date></journal-item-properties>
<files-info><ml><pathname>{folder}/main.xml</pathname><filesize>{size}</filesize>
<purpose>MAIN</purpose></ml>
<web-pdf><pathname>{folder}/main.pdf</pathname><filesize>{with_pdf}</filesize>
<purpose>MAIN</purpose></web-pdf></files-info></journal-item>"""


def dataset(items: str, *, issue_files: str = "") -> bytes:
    """A dataset.xml with one issue and these items."""
    return f"""<?xml version="1.0"?>
<dataset xmlns="{ELSEVIER}/schema/transport/ew-xcr/journal-2021.2/issues" schema-version="2021.2">
<dataset-content><journal-issue>
<journal-issue-unique-ids><pii>S1234-5679(26)X0001-4</pii></journal-issue-unique-ids>
<journal-issue-properties><jid>JMS</jid><issn>1234-5679</issn>
<volume-issue-number><vol-first>7</vol-first><iss-first>1</iss-first></volume-issue-number>
<collection-title>{JOURNAL}</collection-title></journal-issue-properties>
<files-info>{issue_files}</files-info></journal-issue>{items}</dataset-content></dataset>
""".encode()


def elsevier(number: int = 1, *, size: int | None = None, issue_files: str = "") -> Files:
    """One item with its dataset.xml; ``size`` is the XML's size as the dataset gives it."""
    folder = f"S123456792600{number:03d}X"
    xml, page = elsevier_article(number), pdf(title(number))
    item = elsevier_item(number, folder, size=size or len(xml), with_pdf=len(page))
    return {
        "JMS1/dataset.xml": dataset(item, issue_files=issue_files),
        f"JMS1/{folder}/main.xml": xml,
        f"JMS1/{folder}/main.pdf": page,
    }


def crossref(number: int, *, volume: str = "7") -> bytes:
    """A Crossref deposit for the made article."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<doi_batch xmlns="http://www.crossref.org/schema/5.3.1" version="5.3.1"><head/><body><journal>
<journal_metadata><full_title>{JOURNAL}</full_title>
<issn media_type="electronic">{ISSN}</issn></journal_metadata>
<journal_issue><publication_date media_type="online"><year>2026</year></publication_date>
<journal_volume><volume>{volume}</volume></journal_volume><issue>1</issue></journal_issue>
<journal_article publication_type="full_text"><titles><title>{title(number)}</title></titles>
<publication_date media_type="online"><month>01</month><day>05</day><year>2026</year>
</publication_date><pages><first_page>{number}</first_page></pages>
<doi_data><doi>{doi(number)}</doi><resource>https://example.org/{number}</resource></doi_data>
</journal_article></journal></body></doi_batch>
""".encode()


def erudit_without_names() -> bytes:
    """An Érudit article that has neither DOI nor title."""
    return b"""<?xml version="1.0" encoding="UTF-8"?>
<article xmlns="http://www.erudit.org/xsd/article" typeart="article" lang="fr">
<admin><revue><titrerev>Revue</titrerev></revue></admin><liminaire/></article>
"""


def bag(
    *,
    version: str = "1.0",
    encoding: str = "UTF-8",
    algorithm: str = "sha256",
    lines: Callable[[list[str]], list[str]] = lambda listed: listed,
    more: Files | None = None,
    info: str = "",
    drop: str = "",
) -> bytes:
    """A zipped bag with one article in it; ``lines`` may change the payload manifest's lines."""
    payload = {f"data/{name}": data for name, data in sps(1).items()}
    listed = [f"{hashlib.sha256(d).hexdigest()}  {p}" for p, d in payload.items()]
    if algorithm == "md5":
        listed = [f"{hashlib.md5(d).hexdigest()}  {p}" for p, d in payload.items()]
    files = {
        "bag/bagit.txt": (
            f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n".encode()
        ),
        f"bag/manifest-{algorithm}.txt": "".join(f"{x}\n" for x in lines(listed)).encode(),
    }
    if info:
        files["bag/bag-info.txt"] = info.encode("latin-1")
    files |= {f"bag/{p}": d for p, d in (payload | (more or {})).items()}
    return zipped({p: d for p, d in files.items() if not drop or not p.endswith(drop)})


def _broken() -> bytes:
    files = sps(1)
    bad = {n.replace("0001", "0002"): d for n, d in files.items()}
    name = next(n for n in bad if n.endswith(".xml"))
    bad[name] = bad[name].replace(b"</body>", b"", 1)
    return zipped(files | bad)


def _sums(change: Callable[[str], str] = lambda line: line) -> Files:
    files = sps(1)
    lines = [change(f"{hashlib.md5(d).hexdigest()} *{n}") for n, d in files.items()]
    return files | {"checksums.md5": "\n".join(lines).encode()}


def _twice(listed: list[str]) -> list[str]:
    return [*listed, listed[0]]


CLEAN: dict[str, Callable[[], Files | bytes]] = {
    "iop.zip": lambda: zipped(iop()),
    "scielo.zip": lambda: zipped(sps(1) | sps(2)),
    "elsevier.tar": lambda: tarred(elsevier()),
    "bag.zip": bag,
    "sums": _sums,
}

SPECIMENS: dict[str, Callable[[], Files | bytes]] = {
    "PACKAGE-MANIFEST-MISSING-FILE--iop.zip": lambda: zipped(iop([f"{ISSN}/absent.pdf"])),
    "PACKAGE-MANIFEST-MISSING-FILE--elsevier.tar": lambda: tarred(
        {n: d for n, d in elsevier().items() if not n.endswith(".pdf")}
    ),
    "PACKAGE-NOT-IN-MANIFEST--iop.zip": lambda: zipped(
        iop([], more={f"{ISSN}/{ISSN}_7/{ISSN}_7_1/{ISSN}_7_1_1/extra.csv": b"1;2\n"})
    ),
    "PACKAGE-MANIFEST-COUNT--iop.zip": lambda: zipped(iop(count=5)),
    "PACKAGE-MANIFEST-PATH-OUTSIDE--iop.zip": lambda: zipped(iop(["../../etc/passwd"])),
    "PACKAGE-MANIFEST-SIZE--elsevier.tar": lambda: tarred(elsevier(size=4711)),
    "PACKAGE-MANIFEST-MISSING-PART--elsevier.zip": lambda: zipped(
        elsevier(issue_files="<ml><pathname>issue.xml</pathname><purpose>MAIN</purpose></ml>")
    ),
    "PACKAGE-MANIFEST-DIGEST--sums": lambda: _sums(lambda line: "0" * 32 + line[32:]),
    "PACKAGE-MANIFEST-LINES--sums": lambda: (
        _sums() | {"checksums.md5": _sums()["checksums.md5"] + b"\nthese are the sums\n"}
    ),
    "PACKAGE-SIBLING-AWAITED--jms_7_1.xml.zip": lambda: zipped({"jms1.xml": jats(1)}),
    "PACKAGE-SIBLING-AWAITED--JMSQ000000012345B.tar": lambda: tarred(
        {f"JMSQ/{n.partition('/')[2]}": d for n, d in list(elsevier().items())[1:]}
    ),
    "PACKAGE-NOT-UNDERSTOOD--pictures.zip": lambda: zipped({"a.png": PNG, "b.png": PNG}),
    "PACKAGE-NOT-UNDERSTOOD--pdf.zip": lambda: zipped({"a.pdf": pdf("a"), "b.pdf": pdf("b")}),
    "PACKAGE-GENERIC--folder": lambda: {"one/article.xml": jats(1), "one/article.pdf": pdf("one")},
    "PACKAGE-SGML--scielo.zip": lambda: zipped(
        sps(1) | {"old.sgm": b"<!doctype article>\n<article>text", "old.pdf": pdf("old")}
    ),
    "PACKAGE-ARTICLE-UNIDENTIFIED--erudit.zip": lambda: zipped(
        sps(1) | {"1a/erudit.xml": erudit_without_names()}
    ),
    "PACKAGE-METADATA-ALONE--crossref.zip": lambda: zipped(sps(1) | {"2/2.xml": crossref(2)}),
    "PACKAGE-SUPPLEMENT-ALONE--elife_poa_e1_ds.zip": lambda: zipped(
        {
            "manifest.xml": b'<datasupp sitecode="elife"><resource type="doi">10.5555/elife.1'
            b"</resource><file><filename>s1.csv</filename></file></datasupp>",
            "s1.csv": b"1;2\n",
        }
    ),
    "PACKAGE-MENTIONED-ABSENT--scielo.zip": lambda: zipped(sps(1, figure="fig1.tif")),
    "PACKAGE-WITNESS-DISAGREES--openjournals": lambda: {
        "jms.1.jats": jats(1),
        "jms.1.crossref.xml": crossref(1, volume="8"),
        "jms.1.pdf": pdf(title(1)),
    },
    "PACKAGE-DOI-TWICE--scielo.zip": lambda: zipped(sps(1) | sps(2, the_doi=doi(1))),
    "PACKAGE-UNCLAIMED--scielo.zip": lambda: zipped(sps(1) | sps(2) | {"cover.png": PNG}),
    "ELSEVIER-NOT-IN-DATASET--folder": lambda: {"main.xml": elsevier_article(1)},
    "ELSEVIER-GLYPH-UNKNOWN--elsevier.zip": lambda: zipped(
        {
            n: elsevier_article(1, head=' <ce:glyph name="wavy"/>') if n.endswith("main.xml") else d
            for n, d in elsevier(size=1).items()
        }
    ),
    "XML-NOT-WELL-FORMED--scielo.zip": _broken,
    "BAG-DECLARATION-MALFORMED--bag.zip": lambda: bag(version=".97"),
    "BAG-VERSION-UNKNOWN--bag.zip": lambda: bag(version="1.7"),
    "BAG-TAG-FILE-UNREADABLE--bag.zip": lambda: bag(info="Contact-Name: I\xfe\xfdk"),
    "BAG-MANIFEST-MISSING--bag.zip": lambda: bag(drop="manifest-sha256.txt"),
    "BAG-LINE-MALFORMED--bag.zip": lambda: bag(lines=lambda x: [*x, "no digest here"]),
    "BAG-PATH-OUTSIDE--bag.zip": lambda: bag(lines=lambda x: [*x, f"{'0' * 64}  ../up"]),
    "BAG-LISTED-TWICE--bag.zip": lambda: bag(version="0.97", lines=_twice),
    "BAG-LISTED-TWICE-FORBIDDEN--bag.zip": lambda: bag(lines=_twice),
    "BAG-TWO-DIGESTS--bag.zip": lambda: bag(
        lines=lambda x: [x[0].replace(x[0][:4], "0000", 1), *x]
    ),
    "BAG-FILE-MISSING--bag.zip": lambda: bag(lines=lambda x: [*x, f"{'0' * 64}  data/none.txt"]),
    "BAG-FILE-UNLISTED--bag.zip": lambda: bag(more={"data/extra.csv": b"1;2\n"}),
    "BAG-DIGEST--bag.zip": lambda: bag(
        algorithm="md5", lines=lambda x: ["0" * 32 + x[0][32:], *x[1:]]
    ),
    "BAG-ALGORITHM-UNKNOWN--bag.zip": lambda: bag(algorithm="tiger"),
    "BAG-OXUM--bag.zip": lambda: bag(info="Payload-Oxum: 1.2\n"),
    "BAG-MD5SUM-STYLE--bag.zip": lambda: bag(
        lines=lambda x: [line.replace("  ", " *") for line in x]
    ),
    "BAG-RELATIVE-PATH--bag.zip": lambda: bag(
        lines=lambda x: [x[0].replace("data/", "./data/"), *x[1:]]
    ),
    "BAG-SYSTEM-FILE--bag.zip": lambda: bag(lines=lambda x: [*x, f"{'0' * 64}  data/.DS_Store"]),
    "BAG-NAME-CLASH--bag.zip": lambda: bag(
        lines=lambda x: [
            *x,
            f"{hashlib.sha256(b'n').hexdigest()}  data/Notes.txt",
            f"{hashlib.sha256(b'n').hexdigest()}  data/notes.txt",
        ],
        more={"data/notes.txt": b"n", "data/Notes.txt": b"n"},
    ),
    "BAG-FETCH-PENDING--bag.zip": lambda: bag(
        lines=lambda x: [*x, f"{'0' * 64}  data/far.txt"],
        more={"fetch.txt": b"https://example.org/far.txt 3 data/far.txt\n"},
    ),
}
