# SPDX-License-Identifier: Apache-2.0
"""The layouts in which publishers deliver: from works to parcels."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from tools.corpus.forms import deposits, elsevier, springer, wiley
from tools.corpus.forms.jats import jats
from tools.corpus.parcels import Parcel, Press
from tools.corpus.world.works import Work

Members = list[tuple[str, bytes]]
Layout = Callable[[list[Work], int, Press], list[Parcel]]
_SCIELO_FIGURE = "{stem}-gf{i:02d}.png"


def _figures(work: Work, form: str, **more: str) -> tuple[str, ...]:
    """The names of a work's figures: its own, where it is real and has them."""
    if work.figure_names:
        return work.figure_names
    return tuple(form.format(i=i, stem=work.stem, **more) for i in range(1, work.figures + 1))


def _pages(work: Work) -> str:
    return work.first_page or work.elocation or f"{work.number:05d}"


def from_elsevier(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """A dataset with dataset.xml and a folder per PII: one TAR, or every fifth time two.

    Of two TARs only the first, A, holds the dataset.xml, which lists the files of both.
    """
    name = f"MADEQ{serial:012d}"
    items, groups = [], []
    for work in works:
        folder = elsevier.pii(work)
        locators = tuple(f"gr{i}" for i in range(1, work.figures + 1))
        files = [(f"{folder}/main.xml", elsevier.article(work, locators))]
        files += [(f"{folder}/main.pdf", data) for data in press.pdf(work)]
        files += [(f"{folder}/{g}.png", press.picture(work, g)) for g in locators]
        items.append((work, [(path, len(data)) for path, data in files]))
        groups.append([(f"{name}/{path}", data) for path, data in files])
    cut = len(groups) // 2 if serial % 5 == 0 and len(groups) > 1 else len(groups)
    first = [(f"{name}/dataset.xml", elsevier.dataset(name, items))]
    first += [file for group in groups[:cut] for file in group]
    rest = [file for group in groups[cut:] for file in group]
    parcels = [Parcel(f"{name}A.tar", "tar", tuple(first))]
    return [*parcels, Parcel(f"{name}B.tar", "tar", tuple(rest))] if rest else parcels


def from_springer(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """JOU=…/VOL=…/ISU=…/ART=…: A++ header, JATS beside it, the PDF below BodyRef."""
    members: Members = []
    for work in works:
        journal = f"9{zlib.crc32(work.journal_key.encode()) % 100000:05d}"
        stem = f"{journal}_{work.year}_Article_{work.number + 1}"
        volume, issue = work.volume or "0", work.issue or "0"
        folder = f"JOU={journal}/VOL={work.year}.{volume}/ISU={issue}/ART={work.number + 1}"
        figures = _figures(work, f"{journal}_{work.year}_{work.number + 1}_Fig{{i}}_HTML.png")
        members.append((f"{folder}/{stem}.xml.Meta", springer.header(work)))
        members.append((f"{folder}/{stem}_nlm.xml", jats(work, "springer", figures=figures)))
        members += [(f"{folder}/BodyRef/PDF/{stem}.pdf", data) for data in press.pdf(work)]
        members += [(f"{folder}/MediaObjects/{f}", press.picture(work, f)) for f in figures]
    name = f"ftp_PUB_24-01-{1 + serial % 28:02d}_{serial // 3600 % 24:02d}-{serial // 60 % 60:02d}"
    return [Parcel(f"{name}-{serial % 60:02d}_MADE{serial:07d}.zip", "zip", tuple(members))]


def from_iop(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """ISSN/ISSN_vol/…: XML and PDF of each article, and a manifest that lists every file."""
    members: Members = []
    for work in works:
        issn = work.issn_print or work.issn_electronic
        places = [issn, work.volume or "0", work.issue or "0", f"{work.number + 1:06d}"]
        folder = "/".join("_".join(places[:depth]) for depth in range(1, 5))
        stem = "_".join((work.journal_key, *places[1:]))
        figures = _figures(work, f"{stem}_fig{{i}}.png")
        members += [(f"{folder}/{stem}.pdf", data) for data in press.pdf(work)]
        members.append((f"{folder}/{stem}.xml", jats(work, "iop", figures=figures)))
        members += [(f"{folder}/{f}", press.picture(work, f)) for f in figures]
    stamp = f"2024-{1 + serial // 28 % 12:02d}-{1 + serial % 28:02d}T03_{serial // 336 % 60:02d}_40"
    listed = ", ".join(name for name, _ in members)
    manifest = f"{stamp}, {len(members)}, Type JOURNAL, {listed}".encode()
    members.append((f"{stamp}_manifest.txt", manifest))
    return [Parcel(f"{stamp}_content.zip", "zip", tuple(members))]


def from_oup(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """One issue in ZIPs joined by the stem: XML, PDF, figures, and the archival PDF."""
    first = works[0]
    stamp = f"2024-{1 + serial // 28 % 12:02d}-{1 + serial % 28:02d}_00_{serial // 336 % 60:02d}_02"
    name = f"{stamp}_{first.journal_key}_iss_{first.year}_{first.issue or 0}"
    xml: Members = []
    pdf: Members = []
    archival: Members = []
    img: Members = []
    for work in works:
        figures = _figures(work, f"{work.stem}fig{{i}}.png")
        xml.append((f"{work.stem}.xml", jats(work, "oup", figures=figures)))
        pdf += [(f"{work.stem}.pdf", data) for data in press.pdf(work)]
        archival += [(f"{work.stem}.pdf", data) for data in press.pdf(work, "(Archival copy.) ")]
        img += [(f, press.picture(work, f)) for f in figures]
    parts = ((".xml", xml), (".pdf", pdf), (".img", img), ("_archival", archival))
    return [Parcel(f"{name}{end}.zip", "zip", tuple(held)) for end, held in parts if held]


def from_scielo(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """SciELO SPS: flat files named ISSN-acronym-volume-issue-page, PDFs also by language."""
    members: Members = []
    for work in works:
        acronym = "".join(c for c in work.journal_key if c.isalpha()) or "made"
        stem = f"{work.issn_electronic}-{acronym}-{work.volume}-{work.issue}-{_pages(work)}"
        figures = tuple(_SCIELO_FIGURE.format(stem=stem, i=i) for i in range(1, work.figures + 1))
        members.append((f"{stem}.xml", jats(work, "scielo", figures=figures)))
        members += [(f"{stem}.pdf", data) for data in press.pdf(work)]
        if work.second:
            members += [(f"{stem}-{work.second}.pdf", d) for d in press.pdf(work, "(Translated.) ")]
        members += [(f, press.picture(work, f)) for f in figures]
    return [Parcel(f"{works[0].journal_key}_sps_{serial:07d}.zip", "zip", tuple(members))]


def from_elife(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """One ZIP an article, its name telling stage, version and date; the serial plays no part."""
    parcels = []
    for work in works:
        number = f"{work.journal_key[-5:].lstrip('0')}{work.number:05d}"
        stage = "vor" if work.stage == "vor" else "poa"
        version = 1 + work.edition + (stage == "vor")
        figures = tuple(f"elife-{number}-fig{i}-v{version}.png" for i in range(1, work.figures + 1))
        stem = f"elife-{number}-v{version}"
        xml = jats(work, "elife", figures=figures, pdf_name=f"{stem}.pdf" if press.pdfs else "")
        members = [(f"{stem}.xml", xml)]
        members += [(f"{stem}.pdf", data) for data in press.pdf(work)]
        members += [(f, press.picture(work, f)) for f in figures]
        date = f"{work.year}{work.month:02d}{work.day:02d}000000"
        name = f"elife-{number}-{stage}-v{version}-{date}.zip"
        parcels.append(Parcel(name, "zip", tuple(members)))
    return parcels


def from_openjournals(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """A folder an article with JATS, Crossref deposit and PDF, all in one ZIP."""
    members: Members = []
    for work in works:
        stem = work.doi.replace("/", ".")
        figures = _figures(work, "media/{stem}-fig{i}.png")
        members.append((f"{work.stem}/{stem}.jats", jats(work, "openjournals", figures=figures)))
        deposit = deposits.crossref([work], f"made-{serial}-{work.stem}")
        members.append((f"{work.stem}/{stem}.crossref.xml", deposit))
        members += [(f"{work.stem}/{stem}.pdf", data) for data in press.pdf(work)]
        members += [(f"{work.stem}/{f}", press.picture(work, f)) for f in figures]
    return [Parcel(f"openjournals-{serial:07d}.zip", "zip", tuple(members))]


def from_wiley(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """An issue ZIP with ``<id>_<prefix>.wml.xml`` and the PDF of the same name."""
    members: Members = []
    for work in works:
        stem = f"{work.journal_key}{work.number:05d}_{work.doi.partition('/')[0][3:]}"
        figures = _figures(work, f"{stem}-fig-{{i:04d}}.png")
        members.append((f"{stem}.wml.xml", wiley.component(work, figures)))
        members += [(f"{stem}.pdf", data) for data in press.pdf(work)]
        members += [(f, press.picture(work, f)) for f in figures]
    first = works[0]
    name = f"{first.journal_key}_{first.volume or 'early'}_{first.issue or '0'}_{serial:07d}.zip"
    return [Parcel(name, "zip", tuple(members))]


def from_folders(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """No publisher's own layout: XML and PDF joined by folder and stem, packed as it comes."""
    members: Members = []
    for work in works:
        stem = work.stem
        figures = _figures(work, "{stem}-f{i}.png")
        dialect = "nlm" if serial % 3 == 0 else "folders"
        members.append((f"{stem}/{stem}.xml", jats(work, dialect, figures=figures)))
        members += [(f"{stem}/{stem}.pdf", data) for data in press.pdf(work)]
        members += [(f"{stem}/{f}", press.picture(work, f)) for f in figures]
    if serial % 4 == 1:
        members.append((".DS_Store", b"\x00\x00\x00\x01Bud1" + bytes(120)))
    packing = ("zip", "tar.gz", "folder", "tar")[serial % 4]
    ending = "" if packing == "folder" else f".{packing}"
    return [Parcel(f"{works[0].journal_key}-{serial:07d}{ending}", packing, tuple(members))]


def from_crossref(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """PDFs alone, each with its Crossref deposit beside it."""
    members: Members = []
    for work in works:
        deposit = deposits.crossref([work], f"made-{serial}-{work.stem}")
        members.append((f"{work.stem}.xml", deposit))
        members += [(f"{work.stem}.pdf", data) for data in press.pdf(work)]
    return [Parcel(f"{works[0].journal_key}-pdf-{serial:07d}.zip", "zip", tuple(members))]


def from_oai(works: list[Work], serial: int, press: Press) -> list[Parcel]:
    """PDFs alone, each with its harvested Dublin Core record beside it."""
    members: Members = []
    for work in works:
        members.append((f"{work.stem}.xml", deposits.oai_dc(work)))
        members += [(f"{work.stem}.pdf", data) for data in press.pdf(work)]
    return [Parcel(f"{works[0].journal_key}-oai-{serial:07d}.zip", "zip", tuple(members))]


LAYOUTS: dict[str, Layout] = {
    "elsevier": from_elsevier,
    "springer": from_springer,
    "iop": from_iop,
    "oup": from_oup,
    "scielo": from_scielo,
    "elife": from_elife,
    "openjournals": from_openjournals,
    "wiley": from_wiley,
    "folders": from_folders,
    "crossref": from_crossref,
    "oai": from_oai,
}
# Layouts that hold nothing, or wait for a sibling, when there are no PDFs.
NEEDS_PDF = frozenset({"oup", "crossref", "oai"})
# Layouts in which several issues may share one delivery.
SHARES = frozenset(LAYOUTS) - {"oup", "elife"}
# Layouts in which an article may come ahead of its issue.
AHEAD = frozenset({"elsevier", "springer", "wiley", "folders", "elife"})
