# SPDX-License-Identifier: Apache-2.0
"""Specimens of XML, each named by the one finding that it must get.

``SPECIMENS`` maps a file name, ``CODE--what.xml``, to a function that makes its bytes. Every one is
a sound and valid article save for what its name says.
"""

from __future__ import annotations

from collections.abc import Callable

PUBLIC = "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.2 20190208//EN"
SYSTEM = "JATS-archivearticle1.dtd"
NAMESPACES = (
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'
)
JOURNAL = (
    '<journal-id journal-id-type="publisher-id">ornek</journal-id><journal-title-group>'
    "<journal-title>Örnek Dergisi</journal-title></journal-title-group>"
    '<issn pub-type="epub">2822-3373</issn>'
    "<publisher><publisher-name>Örnek Yayınevi</publisher-name></publisher>"
)
DOI = '<article-id pub-id-type="doi">10.5555/emanet.2024.1</article-id>'
TITLE = (
    "<title-group><article-title>Işığın kırılması üzerine bir inceleme</article-title>"
    "</title-group>"
)
AUTHORS = (
    '<contrib-group><contrib contrib-type="author"><name><surname>Yıldız</surname>'
    "<given-names>İpek</given-names></name></contrib></contrib-group>"
)
DATE = '<pub-date pub-type="epub"><day>3</day><month>5</month><year>2024</year></pub-date>'
BODY = "<body><p>Metin.</p></body>"


def doctype(subset: str = "", public: str = PUBLIC, system: str = SYSTEM) -> str:
    """A document type declaration, with an internal subset where given."""
    named = f'PUBLIC "{public}" "{system}"' if public else f'SYSTEM "{system}"'
    return f"<!DOCTYPE article {named}{f' [{subset}]' if subset else ''}>"


def article(
    *,
    head: str = "",
    journal: str = JOURNAL,
    doi: str = DOI,
    title: str = TITLE,
    authors: str = AUTHORS,
    date: str = DATE,
    more: str = "",
    body: str = BODY,
    kind: str = "research-article",
    namespaces: str = NAMESPACES,
    version: str = "1.2",
) -> str:
    """A small article, valid by JATS Archiving 1.2, with parts exchanged."""
    return (
        f"{head or doctype()}\n"
        f'<article {namespaces} article-type="{kind}" dtd-version="{version}" xml:lang="tr">'
        f"<front><journal-meta>{journal}</journal-meta>"
        f"<article-meta>{doi}{title}{authors}{date}<volume>7</volume><issue>2</issue>"
        f"<fpage>11</fpage><lpage>19</lpage>{more}</article-meta></front>{body}</article>"
    )


def _plain(**parts: str) -> Callable[[], bytes]:
    return lambda: article(**parts).encode()


def _contrib(inside: str) -> str:
    return (
        f'<contrib-group><contrib contrib-type="author">{inside}<name><surname>Kaya</surname>'
        "<given-names>Ömer</given-names></name></contrib></contrib-group>"
    )


def _laughs() -> bytes:
    lines = ['<!ENTITY l0 "ha">']
    lines += [f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10)]
    return article(head=doctype("".join(lines)), body="<body><p>&l9;</p></body>").encode()


def _quadratic() -> bytes:
    head = doctype(f'<!ENTITY q "{"A" * 60_000}">')
    return article(head=head, body=f'<body><p id="{"&q;" * 2_000}">x</p></body>').encode()


def _loop() -> bytes:
    head = doctype('<!ENTITY a "&b;"><!ENTITY b "&a;">')
    return article(head=head, body="<body><p>&a;</p></body>").encode()


def _external(declared: str, body: str = "<body><p>&x;</p></body>") -> Callable[[], bytes]:
    return lambda: article(head=doctype(declared), body=body).encode()


def _related(kind: str, given: str) -> bytes:
    link = (
        f'<related-article related-article-type="{given}" ext-link-type="doi" '
        'xlink:href="10.5555/emanet.2023.9"/>'
    )
    return article(kind=kind, more=link).encode()


SPECIMENS: dict[str, Callable[[], bytes]] = {
    "XML-EMPTY--only-blanks.xml": lambda: b" \n\t\n",
    "XML-NOT-XML--binary.xml": lambda: bytes(range(128, 256)) * 4,
    "XML-NOT-XML--html-page.xml": lambda: (
        b"<!DOCTYPE html><html><head><meta charset=utf-8><title>404</title></head>"
        b"<body><p>Sayfa yok<br></body></html>"
    ),
    "XML-NOT-WELL-FORMED--truncated.xml": lambda: article().encode()[:-40],
    "XML-NOT-WELL-FORMED--bare-ampersand.xml": _plain(body="<body><p>A & B</p></body>"),
    "XML-ENCODING--latin-bytes-as-utf8.xml": lambda: article().encode("iso8859-9"),
    "XML-ENCODING--unknown-name.xml": lambda: (
        b'<?xml version="1.0" encoding="x-turkce"?>' + article().encode()
    ),
    "XML-ENTITY-BOMB--billion-laughs.xml": _laughs,
    "XML-ENTITY-BOMB--quadratic-in-attribute.xml": _quadratic,
    "XML-ENTITY-BOMB--loop.xml": _loop,
    "XML-ENTITY-EXTERNAL--local-file.xml": _external('<!ENTITY x SYSTEM "file:///etc/passwd">'),
    "XML-ENTITY-EXTERNAL--network.xml": _external('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">'),
    "XML-ENTITY-EXTERNAL--in-attribute.xml": _external(
        '<!ENTITY x SYSTEM "file:///etc/passwd">', '<body><p id="&x;">x</p></body>'
    ),
    "XML-ENTITY-EXTERNAL--parameter.xml": _external(
        '<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;', BODY
    ),
    "XML-ENTITY-EXTERNAL--climbing.xml": _external('<!ENTITY x SYSTEM "../../secret.txt">'),
    "XML-ENTITY-ELSEWHERE--chapter.xml": _external('<!ENTITY x SYSTEM "bolum1.xml">'),
    "XML-ENTITY-UNKNOWN--invented-name.xml": _plain(body="<body><p>&emanetim;</p></body>"),
    "XML-ENTITY-UNDECLARED--standalone.xml": lambda: (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        + article(body="<body><p>caf&eacute;</p></body>").encode()
    ),
    "XML-NAMESPACE-MISSING--mathml.xml": _plain(
        namespaces='xmlns:xlink="http://www.w3.org/1999/xlink"',
        body="<body><p><inline-formula><mml:math><mml:mi>x</mml:mi></mml:math></inline-formula>"
        "</p></body>",
    ),
    "XML-LEADING-SPACE--blank-line.xml": lambda: (
        b'\n<?xml version="1.0" encoding="UTF-8"?>' + article().encode()
    ),
    "XML-PADDED--to-a-block.xml": lambda: article().encode().ljust(4096, b"\0"),
    "XML-ENCODING-MISNAMED--utf-16.xml": lambda: (
        b'<?xml version="1.0" encoding="utf-16"?>' + article().encode()
    ),
    "XML-TOO-DEEP--three-hundred.xml": _plain(
        body=f"<body><p>{'<bold>' * 300}x{'</bold>' * 300}</p></body>"
    ),
    "XML-TOO-BIG--one-text.xml": _plain(body=f"<body><p>{'x' * 10_000_001}</p></body>"),
    "XML-DTD-EXTERNAL--intranet.xml": _plain(
        head=doctype(public="", system=f"http://127.0.0.1:9/dtd/{SYSTEM}")
    ),
    "XML-NO-SCHEMA--archiving-1.3.xml": _plain(
        head=doctype(public=PUBLIC.replace("v1.2 20190208", "v1.3 20210610")), version="1.3"
    ),
    "XML-INVALID--unknown-element.xml": _plain(body="<body><paragraf>Metin.</paragraf></body>"),
    "ARTICLE-NO-META--front-only.xml": lambda: (
        f"{doctype()}<article {NAMESPACES} dtd-version='1.2'><front><notes><p>x</p></notes>"
        "</front></article>"
    ).encode(),
    "ARTICLE-UNKNOWN-DIALECT--recipe.xml": lambda: "<tarif><ad>Aşure</ad></tarif>".encode(),
    "ARTICLE-TITLE-MISSING--empty.xml": _plain(title="<title-group><article-title/></title-group>"),
    "ARTICLE-JOURNAL-MISSING--only-issn.xml": _plain(
        journal=JOURNAL.replace("<journal-title>Örnek Dergisi</journal-title>", "")
    ),
    "ARTICLE-DATE-MISSING--accepted-only.xml": _plain(
        date="",
        more='<history><date date-type="accepted"><year>2024</year></date></history>',
    ),
    "ARTICLE-DATE-MALFORMED--thirteenth-month.xml": _plain(
        date=DATE.replace("<month>5</month>", "<month>13</month>")
    ),
    "ARTICLE-DOI-MISSING--publisher-id.xml": _plain(
        doi='<article-id pub-id-type="publisher-id">e-17</article-id>'
    ),
    "ARTICLE-DOI-MALFORMED--placeholder.xml": _plain(doi=DOI.replace("emanet.2024.1", "xxx")),
    "ARTICLE-DOI-SEVERAL--two.xml": _plain(doi=DOI + DOI.replace("2024.1", "2024.2")),
    "ARTICLE-ISSN-MISSING--none.xml": _plain(
        journal=JOURNAL.replace('<issn pub-type="epub">2822-3373</issn>', "")
    ),
    "ARTICLE-ISSN-MALFORMED--check-digit.xml": _plain(
        journal=JOURNAL.replace("2822-3373", "2822-3374")
    ),
    "ARTICLE-ORCID-MALFORMED--check-digit.xml": _plain(
        authors=_contrib(
            '<contrib-id contrib-id-type="orcid">https://orcid.org/0000-0002-1825-0098</contrib-id>'
        )
    ),
    "ARTICLE-RELATION-UNLIKELY--addendum-retracts.xml": lambda: _related(
        "addendum", "retracted-article"
    ),
    "ARTICLE-RELATION-UNLIKELY--article-corrects.xml": lambda: _related(
        "research-article", "corrected-article"
    ),
}
