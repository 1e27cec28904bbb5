# SPDX-License-Identifier: Apache-2.0
"""A work written as WileyML 3G, by its public structure."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tools.corpus.world.works import Work

_KINDS = {
    "research-article": "article",
    "review-article": "reviewArticle",
    "case-report": "caseStudy",
    "editorial": "editorial",
    "letter": "letter",
    "correction": "correction",
    "retraction": "retraction",
}


def component(work: Work, figures: tuple[str, ...]) -> bytes:
    """Give a WileyML component of a serial article; ``figures`` are the files it points to."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<component '
        'xmlns="http://www.wiley.com/namespaces/wiley" version="2.0" type="serialArticle" '
        f'xml:lang="en" xml:id="{work.journal_key}{work.number}"><header>{_product(work)}'
        f"{_part(work)}{_unit(work)}{_content(work)}</header>"
        f'<body><section xml:id="s1"><title type="main">1</title>{_text(work, figures)}'
        "</section></body></component>\n"
    ).encode()


def _product(work: Work) -> str:
    return (
        f'<publicationMeta level="product"><publisherInfo><publisherName>{escape(work.publisher)}'
        f'</publisherName></publisherInfo><issn type="print">{work.issn_print}</issn>'
        f'<issn type="electronic">{work.issn_electronic}</issn><titleGroup><title type="main" '
        f'xml:lang="en">{escape(work.journal)}</title><title type="short">'
        f"{escape(work.abbreviation)}</title></titleGroup></publicationMeta>"
    )


def _part(work: Work) -> str:
    numbers = (
        f'<numberingGroup><numbering type="journalVolume" number="{work.volume}">{work.volume}'
        f'</numbering><numbering type="journalIssue">{work.issue}</numbering></numberingGroup>'
        f'<coverDate startDate="{work.year}-{work.month:02d}">{work.month} {work.year}</coverDate>'
        if work.volume
        else ""
    )
    return f'<publicationMeta level="part">{numbers}</publicationMeta>'


def _unit(work: Work) -> str:
    pages = (
        f'<numberingGroup><numbering type="pageFirst">{work.first_page}</numbering>'
        f'<numbering type="pageLast">{work.last_page}</numbering></numberingGroup>'
        if work.first_page
        else ""
    )
    word = "retractedArticle" if work.kind == "retraction" else "correctedArticle"
    related = (
        f'<relatedObjectGroup><relatedObject type="{word}"><id type="doi" '
        f'value="{escape(work.related)}"/></relatedObject></relatedObjectGroup>'
        if work.related
        else ""
    )
    owner = "authors" if work.licence else "publisher"
    holder = "The Authors" if work.licence else escape(work.publisher)
    terms = (
        f'<legalStatement type="creativeCommons" href="{work.licence}">Open access.'
        "</legalStatement>"
        if work.licence
        else ""
    )
    return (
        f'<publicationMeta level="unit" type="{_KINDS.get(work.kind, "article")}" '
        f'position="{work.number}" status="{"unpaginated" if work.stage == "aop" else "forIssue"}">'
        f'<doi>{escape(work.doi)}</doi><copyright ownership="{owner}">\u00a9 {work.year} {holder}'
        f'</copyright>{terms}<eventGroup><event type="firstOnline" date="{work.year}-'
        f'{work.month:02d}-{work.day:02d}"/></eventGroup>{pages}{related}</publicationMeta>'
    )


def _content(work: Work) -> str:
    creators = "".join(
        f'<creator xml:id="cr{i}" creatorRole="author" affiliationRef="#a{i}">'
        + (
            f'<idGroup><id type="orcid" value="https://orcid.org/{p.orcid}"/></idGroup>'
            if p.orcid
            else ""
        )
        + f"<personName><givenNames>{escape(p.given)}</givenNames><familyName>{escape(p.family)}"
        "</familyName></personName></creator>"
        for i, p in enumerate(work.authors, 1)
    )
    places = "".join(
        f'<affiliation xml:id="a{i}"><orgName>{escape(p.institution)}</orgName></affiliation>'
        for i, p in enumerate(work.authors, 1)
    )
    abstract = (
        '<abstractGroup><abstract type="main" xml:lang="en"><p>'
        f"{escape(work.abstract)}</p></abstract></abstractGroup>"
        if work.abstract
        else ""
    )
    keywords = "".join(
        f'<keyword xml:id="k{i}">{escape(k)}</keyword>' for i, k in enumerate(work.keywords, 1)
    )
    return (
        f'<contentMeta><titleGroup><title type="main" xml:lang="en">{escape(work.headline)}'
        f"</title></titleGroup><creators>{creators}</creators><affiliationGroup>{places}"
        f'</affiliationGroup><keywordGroup type="author">{keywords}</keywordGroup>{abstract}'
        "</contentMeta>"
    )


def _text(work: Work, figures: tuple[str, ...]) -> str:
    shown = "".join(
        f'<figure xml:id="fig{i}"><mediaResourceGroup><mediaResource alt="" mimeType="image/png" '
        f'href="{name}"/></mediaResourceGroup><caption>A made-up chart.</caption></figure>'
        for i, name in enumerate(figures, 1)
    )
    mended = f"<p>(Edition {work.edition + 1}.)</p>" if work.edition else ""
    return mended + "".join(f"<p>{escape(p)}</p>" for p in work.body) + shown
