# SPDX-License-Identifier: Apache-2.0
"""A work written for Elsevier's layout: the journal article (JA 5.6) and dataset.xml."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tools.corpus.world.works import Work

_KINDS = {
    "research-article": "fla",
    "review-article": "rev",
    "case-report": "sco",
    "editorial": "edi",
    "letter": "cor",
    "correction": "err",
    "retraction": "ret",
}
_PROLOGUE = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE article PUBLIC "-//ES//DTD journal article '
    'DTD version 5.6.0//EN//XML" "art560.dtd" [{entities}]>\n'
    '<article xmlns="http://www.elsevier.com/xml/ja/dtd" '
    'xmlns:ce="http://www.elsevier.com/xml/common/dtd" '
    'xmlns:sb="http://www.elsevier.com/xml/common/struct-bib/dtd" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" docsubtype="{kind}" xml:lang="en">'
)


def pii(work: Work) -> str:
    """A serial PII of 17 characters, as S0370269323005105."""
    digits = f"{work.issn_print.replace('-', '')}{work.year % 100:02d}{work.number % 100000:05d}"
    rest = sum(int(d) * w for d, w in zip(digits.replace("X", "0"), range(15, 0, -1), strict=True))
    return f"S{digits}{'0123456789X'[-rest % 11]}"


def pii_written(work: Work) -> str:
    """The PII with its punctuation, as S0370-2693(23)00510-5."""
    bare = pii(work)
    return f"{bare[:5]}-{bare[5:9]}({bare[9:11]}){bare[11:16]}-{bare[16]}"


def article(work: Work, figures: tuple[str, ...]) -> bytes:
    """A journal article; its journal, volume and pages stand in dataset.xml alone.

    ``figures`` are locators without extension (``gr1``), declared as NDATA entities.
    """
    entities = "".join(f'<!ENTITY {f} SYSTEM "{f}" NDATA IMAGE>' for f in figures)
    floats = "".join(
        f'<ce:figure id="fg{i}0"><ce:label>Fig. {i}</ce:label><ce:caption id="cp{i}0">'
        f'<ce:simple-para id="sq{i}0">A made-up chart.</ce:simple-para></ce:caption>'
        f'<ce:link locator="{f}" xlink:type="simple" xlink:href="pii:{pii(work)}/{f}" '
        f'id="ln{i}0"/></ce:figure>'
        for i, f in enumerate(figures, 1)
    )
    return (
        _PROLOGUE.format(entities=entities, kind=_KINDS.get(work.kind, "fla"))
        + f"<item-info><jid>{work.journal_key.upper()}</jid><aid>{work.number}</aid>"
        f"<ce:pii>{pii_written(work)}</ce:pii><ce:doi>{escape(work.doi)}</ce:doi>"
        f"{_copyright(work)}{_thread(work)}</item-info>"
        + (f"<ce:floats>{floats}</ce:floats>" if floats else "")
        + f'<head><ce:title id="ti0010">{escape(work.headline)}</ce:title>{_people(work)}'
        f'<ce:date-received day="1" month="2" year="{work.year - 1}"/>{_in_press(work)}'
        f"{_abstract(work)}</head>"
        f'<body><ce:sections><ce:section id="se0010">{_text(work)}</ce:section></ce:sections>'
        f"</body>{_tail(work)}</article>\n"
    ).encode()


def _copyright(work: Work) -> str:
    if work.licence:
        return f'<ce:copyright year="{work.year}" type="other">The Author(s)</ce:copyright>'
    holder = escape(work.publisher)
    return f'<ce:copyright year="{work.year}" type="full-transfer">{holder}</ce:copyright>'


def _thread(work: Work) -> str:
    if not work.related:
        return ""
    return (
        '<ce:document-thread><ce:refers-to-document id="rt0010">'
        f"<ce:doi>{escape(work.related)}</ce:doi></ce:refers-to-document></ce:document-thread>"
    )


def _people(work: Work) -> str:
    authors = "".join(
        f'<ce:author id="au{i}0"'
        + (f' orcid="{p.orcid}"' if p.orcid else "")
        + f"><ce:given-name>{escape(p.given)}</ce:given-name><ce:surname>{escape(p.family)}"
        f'</ce:surname><ce:cross-ref refid="aff{i}0" id="crf{i}0"><ce:sup>{i}</ce:sup>'
        "</ce:cross-ref></ce:author>"
        for i, p in enumerate(work.authors, 1)
    )
    places = "".join(
        f'<ce:affiliation id="aff{i}0"><ce:label>{i}</ce:label><ce:textfn>{escape(p.institution)}'
        "</ce:textfn></ce:affiliation>"
        for i, p in enumerate(work.authors, 1)
    )
    return f'<ce:author-group id="ag0010">{authors}{places}</ce:author-group>'


def _in_press(work: Work) -> str:
    if work.stage != "aop":
        return ""
    return '<ce:miscellaneous id="ms0010">Article in press</ce:miscellaneous>'


def _abstract(work: Work) -> str:
    if not work.abstract:
        return ""
    keywords = "".join(
        f'<ce:keyword id="ky{i}0"><ce:text>{escape(k)}</ce:text></ce:keyword>'
        for i, k in enumerate(work.keywords, 1)
    )
    return (
        '<ce:abstract class="author" xml:lang="en" id="ab0010"><ce:section-title id="st0010">'
        'Abstract</ce:section-title><ce:abstract-sec id="as0010"><ce:simple-para id="sp0010">'
        f"{escape(work.abstract)}</ce:simple-para></ce:abstract-sec></ce:abstract>"
        f'<ce:keywords class="keyword" xml:lang="en" id="kw0010">{keywords}</ce:keywords>'
    )


def _text(work: Work) -> str:
    paragraphs = [*work.body]
    if work.edition:
        paragraphs.insert(0, f"(Edition {work.edition + 1}.)")
    return "".join(
        f'<ce:para id="p{i}0">{escape(text)}</ce:para>' for i, text in enumerate(paragraphs, 1)
    )


def _tail(work: Work) -> str:
    references = "".join(
        f'<ce:bib-reference id="br{i}0"><ce:label>[{i}]</ce:label><ce:other-ref id="or{i}0">'
        f"<ce:textref>{escape(r)}</ce:textref></ce:other-ref></ce:bib-reference>"
        for i, r in enumerate(work.references, 1)
    )
    return (
        '<tail><ce:bibliography id="bl0010"><ce:section-title id="st0990">References'
        f'</ce:section-title><ce:bibliography-sec id="bs0010">{references}'
        "</ce:bibliography-sec></ce:bibliography></tail>"
    )


def dataset(name: str, items: list[tuple[Work, list[tuple[str, int]]]]) -> bytes:
    """Give dataset.xml: each work with its files (path, bytes), the main XML first.

    Transport schema ``journal-2021.2/items``; the volume and pages of a finished article stand in
    its properties.
    """
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<dataset schema-version="2021.2" '
        'xmlns="http://www.elsevier.com/xml/schema/transport/ew-xcr/journal-2021.2/items">\n'
        f"<dataset-unique-ids><profile-code>MADE</profile-code><profile-dataset-id>{name}"
        "</profile-dataset-id><timestamp>2024-01-01T00:00:00</timestamp></dataset-unique-ids>"
        "<dataset-properties><dataset-action>LOAD</dataset-action></dataset-properties>\n"
        f"<dataset-content>\n{''.join(_item(work, files) for work, files in items)}"
        "</dataset-content>\n</dataset>\n"
    ).encode()


def _item(work: Work, files: list[tuple[str, int]]) -> str:
    stage = "S100" if work.stage == "aop" else "S300"
    place = (
        f"<volume-issue-number><vol-first>{work.volume}</vol-first><iss-first>{work.issue}"
        f"</iss-first></volume-issue-number><page-range><first-page>{work.first_page}"
        f"</first-page><last-page>{work.last_page}</last-page></page-range>"
        if work.volume
        else ""
    )
    return (
        '<journal-item cross-mark="false"><version><version-number>'
        f"{stage}.{work.edition + 1}</version-number><stage>{stage}</stage></version>"
        f"<journal-item-unique-ids><pii>{pii_written(work)}</pii><doi>{escape(work.doi)}</doi>"
        f"<jid-aid><jid>{work.journal_key.upper()}</jid><issn>{work.issn_print}</issn>"
        f"<aid>{work.number}</aid></jid-aid></journal-item-unique-ids>"
        f"<journal-item-properties><pit>{_KINDS.get(work.kind, 'fla').upper()}</pit>"
        f"<production-type>NON-CRC</production-type><collection-title>{escape(work.journal)}"
        f"</collection-title>{place}<online-publication-date>{work.year}-{work.month:02d}-"
        f"{work.day:02d}T06:00:00Z</online-publication-date></journal-item-properties>"
        f"<files-info>{_files(files)}</files-info></journal-item>\n"
    )


def _files(files: list[tuple[str, int]]) -> str:
    xml, *others = files
    pictures = "".join(
        f"<asset><pathname>{path}</pathname><filesize>{size}</filesize>"
        "<type>IMAGE-DOWNSAMPLED</type></asset>"
        for path, size in others
        if not path.endswith(".pdf")
    )
    pdfs = "".join(
        f"<web-pdf><pathname>{path}</pathname><filesize>{size}</filesize>"
        "<purpose>MAIN</purpose><pdf-version>1.4 7.0</pdf-version></web-pdf>"
        for path, size in others
        if path.endswith(".pdf")
    )
    return (
        f"<ml><pathname>{xml[0]}</pathname><filesize>{xml[1]}</filesize><purpose>MAIN</purpose>"
        f"<dtd-version>JA 5.6.0 ARTICLE</dtd-version><weight>FULL-TEXT</weight>{pictures}"
        f"</ml>{pdfs}"
    )
