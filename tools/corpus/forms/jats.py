# SPDX-License-Identifier: Apache-2.0
"""A work written as JATS or NLM XML, in the dialects in which publishers deliver it."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tools.corpus.world.words import tables
from tools.corpus.world.works import Work

_SPACES = (
    'xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
_NLM_NET = "http://dtd.nlm.nih.gov"
_SILVER = "http://specifications.silverchair.com/xsd/1/24/SCJATS-journalpublishing.xsd"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one publisher writes JATS: prologue, attributes of the root, and style of the dates."""

    doctype: str
    version: str
    more: str = ""
    orcid: bool = True
    formats: bool = True  # @publication-format and @date-type (JATS 1.1 on), else @pub-type
    stage: bool = False  # article-version (JATS 1.2 on)
    pdf: bool = False  # self-uri names the PDF


DIALECTS = {
    "springer": Dialect(
        '<!DOCTYPE article SYSTEM "http://jats.nlm.nih.gov/archiving/1.1/JATS-archivearticle1.dtd">',
        "1.1",
        formats=False,
    ),
    "iop": Dialect(
        '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.1 '
        '20151215//EN" "JATS-journalpublishing1.dtd">',
        "1.1",
        formats=False,
    ),
    "oup": Dialect("", "", f'xmlns="{_SILVER}"', formats=False),
    "scielo": Dialect(
        '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.1 '
        '20151215//EN" "https://jats.nlm.nih.gov/publishing/1.1/JATS-journalpublishing1.dtd">',
        "1.1",
        'specific-use="sps-1.9"',
    ),
    "elife": Dialect(
        '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange '
        'DTD v1.1 20151215//EN" "JATS-archivearticle1.dtd">',
        "1.1",
        pdf=True,
    ),
    "openjournals": Dialect(
        '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.2 '
        '20190208//EN" "JATS-publishing1.dtd">',
        "1.2",
    ),
    "folders": Dialect(
        '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.3 '
        '20210610//EN" "JATS-journalpublishing1-3.dtd">',
        "1.3",
        stage=True,
    ),
    "nlm": Dialect(
        '<!DOCTYPE article PUBLIC "-//NLM//DTD Journal Publishing DTD v3.0 20080202//EN" '
        f'"{_NLM_NET}/publishing/3.0/journalpublishing3.dtd">',
        "3.0",
        orcid=False,
        formats=False,
    ),
}


def jats(work: Work, dialect: str, *, figures: tuple[str, ...] = (), pdf_name: str = "") -> bytes:
    """Give a work as XML; ``figures`` are the file names its figures point to."""
    if work.xml:
        return work.xml
    d = DIALECTS[dialect]
    version = f' dtd-version="{d.version}"' if d.version else ""
    more = f" {d.more}" if d.more else ""
    meta = "".join(
        (
            f'<article-id pub-id-type="doi">{escape(work.doi)}</article-id>'
            f'<article-id pub-id-type="publisher-id">{escape(work.stem)}</article-id>',
            _stage(work) if d.stage else "",
            '<article-categories><subj-group subj-group-type="heading"><subject>'
            f"{escape(work.kind)}</subject></subj-group></article-categories>",
            _titles(work),
            _authors(work, d),
            _dates(work, d),
            _place(work),
            _history(work),
            _permissions(work),
            f'<self-uri content-type="pdf" xlink:href={quoteattr(pdf_name)}/>'
            if d.pdf and pdf_name
            else "",
            _related(work),
            _abstracts(work),
        )
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{d.doctype}\n'
        f'<article {_SPACES} article-type="{work.kind}"{version} '
        f'xml:lang="{work.language}"{more}>\n'
        f"<front>{_journal(work, d)}<article-meta>{meta}</article-meta></front>\n"
        f"<body>{_body(work, figures)}</body>\n<back>{_references(work)}</back>\n</article>\n"
    ).encode()


def _journal(work: Work, d: Dialect) -> str:
    if d.formats:
        kinds = ('publication-format="print"', 'publication-format="electronic"')
    else:
        kinds = ('pub-type="ppub"', 'pub-type="epub"')
    issns = "".join(
        f"<issn {kind}>{value}</issn>"
        for kind, value in zip(kinds, (work.issn_print, work.issn_electronic), strict=True)
        if value
    )
    return (
        f'<journal-meta><journal-id journal-id-type="publisher-id">{escape(work.journal_key)}'
        f"</journal-id><journal-title-group><journal-title>{escape(work.journal)}</journal-title>"
        f'<abbrev-journal-title abbrev-type="publisher">{escape(work.abbreviation)}'
        f"</abbrev-journal-title></journal-title-group>{issns}<publisher><publisher-name>"
        f"{escape(work.publisher)}</publisher-name></publisher></journal-meta>"
    )


def _stage(work: Work) -> str:
    word = "AM" if work.stage == "aop" else "CVoR" if work.edition else "VoR"
    return f'<article-version vocab="JAV" article-version-type="{word}">{word}</article-version>'


def _titles(work: Work) -> str:
    second = (
        f'<trans-title-group xml:lang="{work.second}"><trans-title>'
        f"{escape(work.second_headline)}</trans-title></trans-title-group>"
        if work.second
        else ""
    )
    first = f"<article-title>{escape(work.headline)}</article-title>"
    return f"<title-group>{first}{second}</title-group>"


def _authors(work: Work, d: Dialect) -> str:
    places = list(dict.fromkeys(p.institution for p in work.authors))
    people = []
    for person in work.authors:
        orcid = (
            f'<contrib-id contrib-id-type="orcid">https://orcid.org/{person.orcid}</contrib-id>'
            if person.orcid and d.orcid
            else ""
        )
        people.append(
            f'<contrib contrib-type="author">{orcid}<name><surname>{escape(person.family)}'
            f"</surname><given-names>{escape(person.given)}</given-names></name>"
            f'<xref ref-type="aff" rid="aff{places.index(person.institution) + 1}"/></contrib>'
        )
    country = tables().get(work.language, tables()["en"])["country"]
    affs = "".join(
        f'<aff id="aff{i}"><institution>{escape(place)}</institution>, '
        f'<country country="{country[0]}">{country[1]}</country></aff>'
        if d.version != "3.0"
        else f'<aff id="aff{i}"><institution>{escape(place)}</institution></aff>'
        for i, place in enumerate(places, 1)
    )
    return f"<contrib-group>{''.join(people)}</contrib-group>{affs}"


def _dates(work: Work, d: Dialect) -> str:
    online, cover = 'pub-type="epub"', 'pub-type="ppub"'
    if d.formats:
        online = 'date-type="pub" publication-format="electronic"'
        cover = 'date-type="pub" publication-format="print"'
    first = (
        f"<pub-date {online}><day>{work.day}</day><month>{work.month}</month>"
        f"<year>{work.year}</year></pub-date>"
    )
    if work.stage == "aop" or not (work.volume or work.issue):
        return first
    printed = f"<month>{work.month}</month><year>{work.year}</year>"
    return f"{first}<pub-date {cover}>{printed}</pub-date>"


def _place(work: Work) -> str:
    parts = (
        ("volume", work.volume),
        ("issue", work.issue),
        ("fpage", work.first_page),
        ("lpage", work.last_page),
        ("elocation-id", work.elocation),
    )
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts if value)


def _history(work: Work) -> str:
    return (
        f'<history><date date-type="received"><day>1</day><month>2</month>'
        f"<year>{work.year - 1}</year></date></history>"
    )


def _permissions(work: Work) -> str:
    terms = (
        f'<license license-type="open-access" xlink:href="{work.licence}"><license-p>This is an '
        "open access article under the terms of a Creative Commons licence.</license-p></license>"
        if work.licence
        else ""
    )
    return (
        f"<permissions><copyright-statement>\u00a9 {work.year} {escape(work.publisher)}"
        f"</copyright-statement><copyright-year>{work.year}</copyright-year>{terms}</permissions>"
    )


def _related(work: Work) -> str:
    if not work.related:
        return ""
    word = "retracted-article" if work.kind == "retraction" else "corrected-article"
    return (
        f'<related-article id="ra1" related-article-type="{word}" ext-link-type="doi" '
        f"xlink:href={quoteattr(work.related)}/>"
    )


def _abstracts(work: Work) -> str:
    if not work.abstract:
        return ""
    second = (
        f'<trans-abstract xml:lang="{work.second}"><p>{escape(work.second_abstract)}</p>'
        "</trans-abstract>"
        if work.second
        else ""
    )
    words = "".join(f"<kwd>{escape(word)}</kwd>" for word in work.keywords)
    return (
        f"<abstract><p>{escape(work.abstract)}</p></abstract>{second}"
        f'<kwd-group xml:lang="{work.language}">{words}</kwd-group>'
    )


def _body(work: Work, figures: tuple[str, ...]) -> str:
    mended = f"<p>(Edition {work.edition + 1}.)</p>" if work.edition else ""
    shown = "".join(
        f'<fig id="f{i}"><label>Figure {i}</label><caption><p>A made-up chart.</p></caption>'
        f"<graphic xlink:href={quoteattr(name)}/></fig>"
        for i, name in enumerate(figures, 1)
    )
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in work.body)
    return f'<sec id="s1"><title>1</title>{mended}{text}{shown}</sec>'


def _references(work: Work) -> str:
    if not work.references:
        return ""
    items = "".join(
        f'<ref id="r{i}"><mixed-citation publication-type="journal">{escape(text)} '
        f"({work.year - i}).</mixed-citation></ref>"
        for i, text in enumerate(work.references, 1)
    )
    return f"<ref-list>{items}</ref-list>"
