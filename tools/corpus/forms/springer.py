# SPDX-License-Identifier: Apache-2.0
"""A work's header in Springer's A++ 2.4 (``.xml.Meta``); the full text lies beside it as JATS."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tools.corpus.world.works import Work

_KINDS = {
    "research-article": "OriginalPaper",
    "review-article": "ReviewPaper",
    "case-report": "CaseReport",
    "editorial": "EditorialNotes",
    "letter": "Letter",
    "correction": "Erratum",
    "retraction": "Erratum",
}
_PROLOGUE = (
    "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE Publisher PUBLIC \"-//Springer-Verlag//"
    'DTD A++ V2.4//EN" "http://devel.springer.de/A++/V2.4/DTD/A++V2.4.dtd">\n'
)


def header(work: Work) -> bytes:
    """Give the A++ header of a work."""
    return (
        f"{_PROLOGUE}<Publisher><PublisherInfo><PublisherName>{escape(work.publisher)}"
        f'</PublisherName></PublisherInfo><Journal OutputMedium="All">{_journal(work)}'
        f'<Volume OutputMedium="All"><VolumeInfo TocLevels="0" VolumeType="Regular">'
        f'{_volume(work)}</VolumeInfo><Issue IssueType="Regular" OutputMedium="All">'
        f'<IssueInfo IssueType="Regular" TocLevels="0">{_issue(work)}</IssueInfo>'
        f'<Article ID="s{work.journal_key}-{work.number}" OutputMedium="All">{_info(work)}'
        f"<ArticleHeader>{_people(work)}{_abstract(work)}</ArticleHeader><NoBody/>"
        "</Article></Issue></Volume></Journal></Publisher>\n"
    ).encode()


def _journal(work: Work) -> str:
    issns = (
        f"<JournalPrintISSN>{work.issn_print}</JournalPrintISSN>" if work.issn_print else ""
    ) + f"<JournalElectronicISSN>{work.issn_electronic}</JournalElectronicISSN>"
    return (
        '<JournalInfo JournalProductType="ArchiveJournal" NumberingStyle="Unnumbered">'
        f"<JournalID>{work.journal_key}</JournalID>{issns}"
        f"<JournalTitle>{escape(work.journal)}</JournalTitle><JournalAbbreviatedTitle>"
        f"{escape(work.abbreviation)}</JournalAbbreviatedTitle></JournalInfo>"
    )


def _volume(work: Work) -> str:
    if not work.volume:
        return ""
    return f"<VolumeIDStart>{work.volume}</VolumeIDStart><VolumeIDEnd>{work.volume}</VolumeIDEnd>"


def _issue(work: Work) -> str:
    if not work.issue:
        return ""
    return (
        f"<IssueIDStart>{work.issue}</IssueIDStart><IssueIDEnd>{work.issue}</IssueIDEnd>"
        f"<IssueHistory><CoverDate><Year>{work.year}</Year><Month>{work.month}</Month></CoverDate>"
        "</IssueHistory>"
    )


def _info(work: Work) -> str:
    pages = (
        f"<ArticleFirstPage>{work.first_page}</ArticleFirstPage>"
        f"<ArticleLastPage>{work.last_page}</ArticleLastPage>"
        if work.first_page
        else ""
    )
    return (
        f'<ArticleInfo ArticleType="{_KINDS.get(work.kind, "OriginalPaper")}" ContainsESM="No" '
        f'Language="En" NumberingStyle="Unnumbered" TocLevels="0"><ArticleID>{work.number}'
        f"</ArticleID><ArticleDOI>{escape(work.doi)}</ArticleDOI>"
        f'<ArticleTitle Language="En" OutputMedium="All">{escape(work.headline)}</ArticleTitle>'
        f"{pages}<ArticleHistory><OnlineDate><Year>{work.year}</Year><Month>{work.month}</Month>"
        f"<Day>{work.day}</Day></OnlineDate></ArticleHistory></ArticleInfo>"
    )


def _people(work: Work) -> str:
    authors = "".join(
        f'<Author AffiliationIDS="Aff{i}" ID="Au{i}"'
        + (f' ORCID="http://orcid.org/{p.orcid}"' if p.orcid else "")
        + f'><AuthorName DisplayOrder="Western"><GivenName>{escape(p.given)}</GivenName>'
        f"<FamilyName>{escape(p.family)}</FamilyName></AuthorName></Author>"
        for i, p in enumerate(work.authors, 1)
    )
    places = "".join(
        f'<Affiliation ID="Aff{i}"><OrgName>{escape(p.institution)}</OrgName></Affiliation>'
        for i, p in enumerate(work.authors, 1)
    )
    return f"<AuthorGroup>{authors}{places}</AuthorGroup>"


def _abstract(work: Work) -> str:
    if not work.abstract:
        return ""
    return (
        '<Abstract ID="Abs1" Language="En" OutputMedium="All"><Heading>Abstract</Heading>'
        f'<Para ID="Par1">{escape(work.abstract)}</Para></Abstract>'
    )
