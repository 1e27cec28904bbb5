# SPDX-License-Identifier: Apache-2.0
"""A work described beside its PDF: Crossref deposit and OAI Dublin Core."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tools.corpus.world.works import Work


def crossref(works: list[Work], batch: str) -> bytes:
    """A Crossref deposit (schema 5.3.1) of works of one issue."""
    first = works[0]
    issue = (
        f'<journal_issue><publication_date media_type="online"><month>{first.month:02d}</month>'
        f"<year>{first.year}</year></publication_date><journal_volume><volume>{first.volume}"
        f"</volume></journal_volume><issue>{first.issue}</issue></journal_issue>"
        if first.volume
        else ""
    )
    articles = "".join(_article(work) for work in works)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<doi_batch '
        'xmlns="http://www.crossref.org/schema/5.3.1" '
        'xmlns:ai="http://www.crossref.org/AccessIndicators.xsd" '
        'xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="5.3.1">'
        f"<head><doi_batch_id>{batch}</doi_batch_id><timestamp>{first.year}{first.month:02d}01000000"
        "</timestamp><depositor><depositor_name>Made for demonstration</depositor_name>"
        "<email_address>nobody@example.org</email_address></depositor>"
        f"<registrant>{escape(first.publisher)}</registrant></head><body><journal>"
        f'<journal_metadata language="{first.language}"><full_title>{escape(first.journal)}'
        f'</full_title><issn media_type="print">{first.issn_print}</issn>'
        f'<issn media_type="electronic">{first.issn_electronic}</issn></journal_metadata>'
        f"{issue}{articles}</journal></body></doi_batch>\n"
    ).encode()


def _article(work: Work) -> str:
    people = "".join(
        f'<person_name sequence="{"first" if i == 0 else "additional"}" '
        f'contributor_role="author"><given_name>{escape(p.given)}</given_name>'
        f"<surname>{escape(p.family)}</surname>"
        + (f"<ORCID>https://orcid.org/{p.orcid}</ORCID>" if p.orcid else "")
        + "</person_name>"
        for i, p in enumerate(work.authors)
    )
    second = (
        f'<original_language_title language="{work.second}">{escape(work.second_headline)}'
        "</original_language_title>"
        if work.second
        else ""
    )
    abstract = (
        f'<jats:abstract xml:lang="{work.language}"><jats:p>{escape(work.abstract)}</jats:p>'
        "</jats:abstract>"
        if work.abstract
        else ""
    )
    pages = (
        f"<pages><first_page>{work.first_page}</first_page><last_page>{work.last_page}</last_page>"
        "</pages>"
        if work.first_page
        else f"<publisher_item><item_number>{work.elocation}</item_number></publisher_item>"
        if work.elocation
        else ""
    )
    notice = (
        "<crossmark><crossmark_policy>10.5555/policy</crossmark_policy><updates>"
        f'<update type="{work.kind}" date="{work.year}-{work.month:02d}-{work.day:02d}">'
        f"{escape(work.related)}</update></updates></crossmark>"
        if work.related
        else ""
    )
    terms = (
        '<ai:program name="AccessIndicators"><ai:license_ref applies_to="vor">'
        f"{work.licence}</ai:license_ref></ai:program>"
        if work.licence
        else ""
    )
    return (
        f'<journal_article publication_type="full_text" language="{work.language}"><titles>'
        f"<title>{escape(work.headline)}</title>{second}</titles>"
        f'<contributors>{people}</contributors>{abstract}<publication_date media_type="online">'
        f"<month>{work.month:02d}</month><day>{work.day:02d}</day><year>{work.year}</year>"
        f"</publication_date>{pages}{notice}{terms}<doi_data><doi>{escape(work.doi)}</doi>"
        f"<resource>https://example.org/{escape(work.stem)}</resource></doi_data>"
        "</journal_article>"
    )


def oai_dc(work: Work) -> bytes:
    """An OAI record with unqualified Dublin Core, as a national journal platform gives it."""
    tongue = {"tr": "tr-TR", "en": "en-US", "el": "el-GR"}
    second = (
        f'<dc:title xml:lang="{tongue[work.second]}">{escape(work.second_headline)}</dc:title>'
        if work.second
        else ""
    )
    creators = "".join(
        f"<dc:creator>{escape(p.family)}, {escape(p.given)}</dc:creator>" for p in work.authors
    )
    source = escape(work.journal) + (
        f", Vol. {work.volume} No. {work.issue}, {work.first_page}-{work.last_page}"
        if work.volume
        else ""
    )
    described = (
        f'<dc:description xml:lang="{tongue[work.language]}">{escape(work.abstract)}'
        "</dc:description>"
        if work.abstract
        else ""
    )
    rights = f"<dc:rights>{work.licence}</dc:rights>" if work.licence else ""
    about = f"https://doi.org/{escape(work.related)}"
    relation = f"<dc:relation>{about}</dc:relation>" if work.related else ""
    iso = {"tr": "tur", "en": "eng", "el": "ell"}[work.language]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<record '
        'xmlns="http://www.openarchives.org/OAI/2.0/"><header>'
        f"<identifier>oai:example.org:record/{escape(work.stem)}</identifier><datestamp>{work.year}-"
        f"{work.month:02d}-{work.day:02d}</datestamp></header><metadata><oai_dc:dc "
        'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:title xml:lang="{tongue[work.language]}">{escape(work.headline)}</dc:title>{second}'
        f"{creators}<dc:subject>{escape(', '.join(work.keywords))}</dc:subject>{described}"
        f"<dc:publisher>{escape(work.publisher)}</dc:publisher><dc:date>{work.year}-"
        f"{work.month:02d}-{work.day:02d}</dc:date>"
        "<dc:type>info:eu-repo/semantics/article</dc:type><dc:format>application/pdf</dc:format>"
        f"<dc:identifier>https://doi.org/{escape(work.doi)}</dc:identifier>"
        f"<dc:source>{source}</dc:source><dc:source>{work.issn_print}</dc:source>"
        f"<dc:source>{work.issn_electronic}</dc:source><dc:language>{iso}</dc:language>"
        f"{relation}{rights}</oai_dc:dc></metadata></record>\n"
    ).encode()
