# SPDX-License-Identifier: Apache-2.0
"""Real articles read from a published package, to be laid out like any other work."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

from lxml import etree

from tools.corpus.world.words import Person
from tools.corpus.world.works import Work

# The starter corpus of PLOS articles (CC BY or public domain), in a wheel that anyone can have.
PACKAGE = "allofplos==0.10.0"
WHEEL = "allofplos-0.10.0-py3-none-any.whl"
SHA256 = "e75b0271160ca5bdb5ab4f756ededcad68faf6fbbf8a24a8d9db8575415613c9"
_FOLDER = "allofplos/starter_corpus/"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_FIGURE = re.compile(r"\.(?:g|t|e)\d+$")
_FIGURES_MAX = 4


def is_the_wheel(path: Path) -> bool:
    """Whether a file is the wheel that was meant, byte for byte."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256


def articles(wheel: Path) -> dict[str, bytes]:
    """The articles' XML by file stem (``journal.pone.0097541``), read from the wheel as a ZIP."""
    with zipfile.ZipFile(wheel) as packed:
        return {
            Path(name).stem: packed.read(name)
            for name in sorted(packed.namelist())
            if name.startswith(_FOLDER) and name.endswith(".xml")
        }


def work(stem: str, xml: bytes, number: int) -> Work:
    """A real article as a work: its XML untouched, the fields read from it for names and PDF.

    ``number`` must differ from article to article of a run; it goes into file names.
    """
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    root = etree.fromstring(xml, parser)
    meta = root.find(".//article-meta")
    journal = root.find(".//journal-meta")

    def one(place: etree._Element, path: str) -> str:
        found = place.find(path)
        return " ".join("".join(found.itertext()).split()) if found is not None else ""

    links = [g.get(_XLINK, "") for g in root.iter("graphic")]
    figures = [link.rpartition("/")[2] for link in links if _FIGURE.search(link)]
    dates = {d.get("pub-type"): d for d in meta.findall("pub-date")}
    date = dates.get("epub") if dates.get("epub") is not None else meta.find("pub-date")
    return Work(
        doi=one(meta, "article-id[@pub-id-type='doi']") or f"10.1371/{stem}",
        number=number,
        kind=root.get("article-type", "research-article"),
        headline=one(meta, "title-group/article-title"),
        language="en",
        journal=one(journal, ".//journal-title"),
        journal_key=stem.split(".")[1],
        abbreviation=one(journal, "journal-id[@journal-id-type='nlm-ta']"),
        publisher=one(journal, "publisher/publisher-name"),
        issn_print=one(journal, "issn[@pub-type='ppub']"),
        issn_electronic=one(journal, "issn[@pub-type='epub']"),
        authors=tuple(
            Person(one(c, "name/given-names"), one(c, "name/surname"), "", "")
            for c in meta.iterfind("contrib-group/contrib[@contrib-type='author']")
            if c.find("name") is not None
        ),
        abstract=" ".join(one(meta, "abstract").split()[:120]),
        keywords=(),
        body=(),
        references=(),
        licence="https://creativecommons.org/licenses/by/4.0/",
        year=int(one(date, "year")),
        month=int(one(date, "month") or 1),
        day=int(one(date, "day") or 1),
        volume=one(meta, "volume"),
        issue=one(meta, "issue"),
        first_page=one(meta, "fpage"),
        last_page=one(meta, "lpage"),
        elocation=one(meta, "elocation-id"),
        xml=xml,
        figure_names=tuple(f"{name}.png" for name in dict.fromkeys(figures))[:_FIGURES_MAX],
    )


def works(wheel: Path) -> list[Work]:
    """All real articles of the wheel as works, in the order of their names."""
    return [work(stem, xml, n) for n, (stem, xml) in enumerate(articles(wheel).items(), 1)]
