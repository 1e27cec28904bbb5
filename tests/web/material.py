# SPDX-License-Identifier: Apache-2.0
"""Deliveries for the tests of the pages: a made-up corpus, and what is hard to show."""

from __future__ import annotations

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path

from tools.corpus.parcels import Press
from tools.corpus.plan import Wish
from tools.corpus.writing import write_corpus

SICI = "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O"
ODD_DOIS = (
    SICI,
    "10.5555/a#b?c=d&e=%20f+g",
    "10.5555/one//two/",
    "10.5555/up/../down",
    "10.5555/dot/./here",
    "10.5555/ışık.ğü",
    "10.5555/quote\"d'<b>&amp;",
    "10.5555/semi;colon,comma=equals",
    "10.5555/100%",
    "10.5555/back\\slash|pipe^hat~tilde`tick",
)
RETRACTED, NOTICE = "10.5555/hard.retracted", "10.5555/hard.notice"
CORRECTION = "10.5555/hard.correction"
MARKUP, SCRIPT, LONG = "10.5555/hard.markup", "10.5555/hard.script", "10.5555/hard.long"
GREEK, ARABIC, CROWD = "10.5555/hard.greek", "10.5555/hard.arabic", "10.5555/hard.crowd"
ATTACK = "<script>document.title='taken'</script><img src=x onerror=alert(1)>"
MATHS = (
    '<inline-formula><mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup>'
    "<mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math></inline-formula>"
)
MANY = 230  # articles of the large delivery: more than its page, a journal's and a search's show


def article(
    doi: str,
    *,
    title: str = "",
    raw_title: str = "",
    journal: str = "Zor Gösterilen Şeyler Dergisi",
    issn: str = "2049-3630",
    language: str = "tr",
    kind: str = "research-article",
    related: Iterable[tuple[str, str]] = (),
    authors: Iterable[tuple[str, str]] = (("Yılmaz", "Ayşe"),),
    abstract: str = "",
    licence: str = "https://creativecommons.org/licenses/by/4.0/",
    page: int = 1,
) -> bytes:
    """A JATS article; ``raw_title`` is markup, ``title`` plain text; no DOI for ""."""
    identity = f'<article-id pub-id-type="doi">{escape(doi)}</article-id>' if doi else ""
    links = "".join(
        f'<related-article related-article-type="{word}" ext-link-type="doi" '
        f'xlink:href="{escape(other)}" id="r{n}"/>'
        for n, (word, other) in enumerate(related)
    )
    people = "".join(
        f'<contrib contrib-type="author"><name><surname>{escape(family)}</surname>'
        f"<given-names>{escape(given)}</given-names></name></contrib>"
        for family, given in authors
    )
    summary = f"<abstract><p>{escape(abstract)}</p></abstract>" if abstract else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.2 20190208//EN"
 "JATS-journalpublishing1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="{kind}" xml:lang="{language}"
 dtd-version="1.2"><front>
<journal-meta><journal-id journal-id-type="publisher-id">zor</journal-id>
<journal-title-group><journal-title>{escape(journal)}</journal-title></journal-title-group>
<issn publication-format="electronic">{issn}</issn>
<publisher><publisher-name>Zor &amp; Oğulları</publisher-name></publisher></journal-meta>
<article-meta>{identity}
<title-group><article-title>{raw_title or escape(title or doi)}</article-title></title-group>
<contrib-group>{people}</contrib-group>
<pub-date date-type="pub" publication-format="electronic"><day>3</day><month>5</month>
<year>2021</year></pub-date><volume>9</volume><issue>1</issue><fpage>{page}</fpage>
<permissions><license xlink:href="{escape(licence)}"><license-p>Lisans</license-p></license>
</permissions>{links}{summary}
</article-meta></front><body><p>Gövde.</p></body></article>""".encode()


def hard(folder: Path) -> None:
    """A delivery of articles that are hard to show, in a folder."""
    folder.mkdir(parents=True)
    made = [article(doi, title=f"Tuhaf DOI {n}", page=n) for n, doi in enumerate(ODD_DOIS, 1)]
    made += [
        article(RETRACTED, title="Geri çekilen çalışma", page=101),
        article(
            NOTICE,
            title="Geri çekme bildirimi",
            kind="retraction",
            related=[("retracted-article", RETRACTED)],
            page=102,
        ),
        article(
            CORRECTION,
            title="Düzeltme",
            kind="correction",
            related=[("corrected-article", LONG), ("corrected-article", "10.5555/not.held")],
            page=103,
        ),
        article(MARKUP, raw_title=f"<italic>Salmo trutta</italic> ve {MATHS}", page=104),
        article(
            SCRIPT,
            title=f"Saldırı {ATTACK}",
            authors=[(ATTACK, "Kötü")],
            abstract=ATTACK,
            licence="javascript:alert(1)",
            page=105,
        ),
        article(LONG, title="Uzunbaşlık" * 45 + " ışık İzmir", page=106),
        article(GREEK, title="Ελληνικά γράμματα στον τίτλο", language="gre", page=107),
        article(ARABIC, title="حفظ المجلات الإلكترونية", language="ara", page=108),
        article(
            CROWD, title="Kalabalık", authors=[(f"Soyad{n}", "Ad") for n in range(40)], page=109
        ),
        article("", title="DOI taşımayan makale", page=110),
    ]
    for number, data in enumerate(made):
        (folder / f"hard{number:02d}.xml").write_bytes(data)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xe7izelge-\xfc.csv")).write_bytes(b"a;b\n")
    (folder / "ters\u202eyüz.txt").write_bytes(b"x\n")


def large(folder: Path) -> None:
    """A delivery of many files: one journal's articles, all with one word in common."""
    folder.mkdir(parents=True)
    for number in range(MANY):
        data = article(
            f"10.5555/many.{number:03d}",
            title=f"Çoğunluk makalesi {number}",
            journal="Çoğunluk Dergisi",
            issn="2050-084X",
            page=number + 1,
        )
        (folder / f"many{number:03d}.xml").write_bytes(data)


def drop_area(place: Path) -> Path:
    """All of it below one folder: the drop area."""
    wish = Wish(
        seed=3, articles=44, titles=11, per_delivery=6, bad=14, ahead=0.3, corrected=0.4,
        repeated=0.3, figures=1, press=Press(True, 0, 0),
    )  # fmt: skip
    write_corpus(wish, place)
    hard(place / "drop" / "zor" / "hard")
    large(place / "drop" / "zor" / "large")
    return place / "drop"
