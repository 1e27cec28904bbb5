# SPDX-License-Identifier: Apache-2.0
"""JATS and NLM articles (every version and tag set) to a record; also those made by pandoc."""

from __future__ import annotations

import re

from lxml import etree

from emanet.formats.articles import (
    jats_authors,
    jats_dates,
    jats_files,
    jats_relations,
    jats_rights,
)
from emanet.formats.articles.identifiers import read_doi, read_issn
from emanet.formats.articles.jats_text import FIGURES, NOTES, collapse, html, language, plain
from emanet.formats.articles.settle import missing
from emanet.formats.xml.doctype import Doctype, XmlSniff
from emanet.formats.xml.flavours import jats_label
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Issn, PubDate, Record, Text, VersionStage
from emanet.model.finding import Finding
from emanet.model.ids import fold, normal_doi
from emanet.model.package import Reading

Element = etree._Element

_NAMESPACES = re.compile(r"://(?:specifications\.silverchair\.com/xsd/|jats\.nlm\.nih\.gov)")
_FOREIGN = re.compile(r"//ES//|DocBook|XHTML|ERUDIT", re.IGNORECASE)
_MEDIA = {
    "epub": "electronic",
    "electronic": "electronic",
    "online": "electronic",
    "online-only": "electronic",
    "ppub": "print",
    "print": "print",
    "linking": "linking",
    "issn-l": "linking",
}
_PLAIN_ABSTRACTS = ("abstract", "summary", "standard", "author")
_STAGES = {
    "ao": VersionStage.AO,
    "authors original": VersionStage.AO,
    "c_b1a7d7d4d402bcce": VersionStage.AO,
    "smur": VersionStage.SMUR,
    "submitted manuscript under review": VersionStage.SMUR,
    "c_71e4c1898caa6e32": VersionStage.SMUR,
    "am": VersionStage.AM,
    "accepted manuscript": VersionStage.AM,
    "accepted version": VersionStage.AM,
    "c_ab4af688f83e57aa": VersionStage.AM,
    "p": VersionStage.P,
    "proof": VersionStage.P,
    "uncorrected proof": VersionStage.P,
    "c_fa2ee174bc00049f": VersionStage.P,
    "vor": VersionStage.VOR,
    "version of record": VersionStage.VOR,
    "vor update to uncorrected proof": VersionStage.VOR,
    "c_970fb48d4fbd8a85": VersionStage.VOR,
    "cvor": VersionStage.CVOR,
    "corrected version of record": VersionStage.CVOR,
    "c_e19f295774971610": VersionStage.CVOR,
    "evor": VersionStage.EVOR,
    "enhanced version of record": VersionStage.EVOR,
    "c_dc82b40f9837b551": VersionStage.EVOR,
}


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a file is JATS or NLM: ``article`` in no namespace, or in Silverchair's or NLM's.

    The root's name alone proves nothing (Elsevier, Érudit and OJS use it in their namespaces).
    """
    foreign = _FOREIGN.search(doctype.public)
    return root == "article" and not foreign and (not space or bool(_NAMESPACES.search(space)))


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read an article. ``place`` is its path inside the delivery. Never raises for bad data.

    Sub-articles (reviews, replies) stay out of the record, save translations, which give titles,
    abstracts and keywords in their language. Without ``front/article-meta`` there is no record but
    the finding ARTICLE-NO-META. Source: JATS 1.3 (Z39.96) and NLM 1.0-3.0 tag libraries.
    """
    root = tree.getroot()
    space = etree.QName(root).namespace or ""
    dialect = jats_label(_sniffed(root, space, parsed.doctype)) or "JATS"
    if space:
        _strip_namespace(root, space)
    meta = root.find("front/article-meta")
    if meta is None:
        finding = Finding("ARTICLE-NO-META", place)
        return Reading(dialect=dialect, findings=(finding,))
    record, findings = _Article(root, meta, place).record(dialect)
    mentions = jats_files.read_mentions(root)
    return Reading("article", dialect, record, mentions, findings=tuple(findings))


def _sniffed(root: Element, space: str, doctype: Doctype) -> XmlSniff:
    attributes = {"dtd-version": root.get("dtd-version") or ""}
    return XmlSniff("article", space, doctype, attributes)


def _strip_namespace(root: Element, space: str) -> None:
    """Take JATS elements out of the namespace they stand in, in the tree in memory."""
    prefix = f"{{{space}}}"
    for element in list(root.iter(f"{prefix}*")):
        element.tag = str(element.tag).removeprefix(prefix)


class _Article:
    """One article while it is read: its parts, and what was found wrong on the way."""

    def __init__(self, root: Element, meta: Element, place: str) -> None:
        self._root = root
        self._meta = meta
        self._place = place
        self._journal = root.find("front/journal-meta")
        self._type = (root.get("article-type") or "").strip()
        self._translations = [
            s for s in root.findall("sub-article") if s.get("article-type") == "translation"
        ]
        self._ids: dict[str, str] = {}
        self._findings: list[Finding] = []

    def record(self, dialect: str) -> tuple[Record, list[Finding]]:
        """The record and the findings."""
        meta, place = self._meta, self._place
        titles = meta.find("title-group")
        titles = meta if titles is None else titles
        title = titles.find("article-title")
        authors, wrong_orcids = jats_authors.read_authors(meta, place)
        dates, wrong_dates = jats_dates.read_dates(meta, place)
        related, unlikely = jats_relations.read_relations(self._parts(), self._type, place)
        first_page, last_page = self._pages()
        doi = self._identifiers()
        issns = self._issns()
        record = Record(
            doi=doi,
            ids=self._ids,
            title=plain(title, NOTES),
            title_html=html(title, NOTES),
            subtitle=plain(titles.find("subtitle"), NOTES),
            translated_titles=self._translated_titles(titles),
            journal=self._journal_title(),
            journal_abbreviation=self._abbreviation(),
            issns=issns,
            publisher=self._in_journal("publisher/publisher-name"),
            volume=self._of_meta("volume"),
            issue=self._of_meta("issue") or self._of_meta("supplement"),
            first_page=first_page,
            last_page=last_page,
            elocation_id=self._of_meta("elocation-id"),
            published=jats_dates.published(self._publication(dates)),
            dates=tuple(dates),
            type=self._type,
            stage=self._stage(),
            languages=self._languages(),
            authors=authors,
            abstracts=self._abstracts(),
            keywords=self._keywords(),
            subjects=self._subjects(),
            funders=self._funders(),
            licences=jats_rights.read_licences(meta),
            related=related,
            references=self._references(),
            dialect=dialect,
        )
        self._findings += [*wrong_orcids, *wrong_dates, *unlikely, *missing(record, place)]
        return record, self._findings

    def _parts(self) -> list[Element]:
        """The article without its sub-articles and responses."""
        return list(self._root.iterchildren("front", "body", "back", "floats-group"))

    def _of_meta(self, name: str) -> str:
        grouped = self._meta.find(f"volume-issue-group/{name}")
        return plain(self._meta.find(name)) or plain(grouped)

    def _in_journal(self, path: str) -> str:
        return plain(self._journal.find(path)) if self._journal is not None else ""

    def _identifiers(self) -> str:
        """The DOI; every other identifier goes to the table. Only direct children count."""
        doi = ""
        for element in self._meta.findall("article-id"):
            kind = (element.get("pub-id-type") or "other").strip()
            use = (element.get("specific-use") or "").strip()
            given = collapse(element.text or "")
            if not given:
                continue
            if kind in ("pmc", "pmcid"):
                self._note("pmcid", given if given.upper().startswith("PMC") else f"PMC{given}")
            elif kind != "doi":
                self._note(f"{kind}:{use}" if use else kind, given)
            elif use:
                self._note(f"doi:{use}", given)
            else:
                doi = self._doi(given, doi)
        for sub in self._translations:
            for element in sub.iterfind("front-stub/article-id[@pub-id-type='doi']"):
                self._note(f"doi:{language(sub) or 'translation'}", collapse(element.text or ""))
        return doi

    def _doi(self, given: str, before: str) -> str:
        found, wrong = read_doi(given, self._place)
        self._findings += wrong
        if not found:
            self._note("doi", given)
            return before
        if before and normal_doi(found) != normal_doi(before):
            self._note("doi:other", found)
            detail = {"first": before, "other": found}
            self._findings.append(Finding("ARTICLE-DOI-SEVERAL", self._place, detail))
        return before or found

    def _note(self, kind: str, value: str) -> None:
        if value:
            self._ids.setdefault(kind, value)

    def _issns(self) -> tuple[Issn, ...]:
        found: dict[str, Issn] = {}
        if self._journal is None:
            return ()
        for element in self._journal.iterchildren("issn", "issn-l"):
            kind = element.get("pub-type") or element.get("publication-format") or ""
            medium = "linking" if element.tag == "issn-l" else _MEDIA.get(kind.lower(), "")
            issn, wrong = read_issn(element.text or "", medium, self._place)
            self._findings += wrong
            if issn:
                found.setdefault(issn.value, issn)
            elif wrong:
                self._note("issn", collapse(element.text or ""))
        return tuple(found.values())

    def _journal_title(self) -> str:
        return self._in_journal("journal-title-group/journal-title") or self._in_journal(
            "journal-title"
        )

    def _abbreviation(self) -> str:
        if self._journal is None:
            return ""
        short = [*self._journal.iterfind("journal-title-group/abbrev-journal-title")]
        short += self._journal.findall("abbrev-journal-title")
        for kind in ("iso-abbrev", "nlm-ta"):
            short += self._journal.findall(f"journal-id[@journal-id-type='{kind}']")
        return next((text for e in short if (text := plain(e))), "")

    def _pages(self) -> tuple[str, str]:
        first, last = self._of_meta("fpage"), self._of_meta("lpage")
        ranged = self._of_meta("page-range")
        if ranged and not first:
            first, _, last = (p.strip() for p in re.sub("[–—]", "-", ranged).partition("-"))
        return first, last

    def _publication(self, dates: list[PubDate]) -> list[PubDate]:
        """The dates that stood in ``pub-date``: those of history and events come after them."""
        return dates[: len(self._meta.findall("pub-date"))] if dates else []

    def _languages(self) -> tuple[str, ...]:
        found = [language(self._root), *(language(s) for s in self._translations)]
        return tuple(dict.fromkeys(t for t in found if t))

    def _translated_titles(self, titles: Element) -> tuple[Text, ...]:
        found: dict[Text, None] = {}
        for group in titles.iterchildren("trans-title-group", "trans-title"):
            title = group if group.tag == "trans-title" else group.find("trans-title")
            if title is not None and (words := plain(title, NOTES)):
                found[Text(words, language(title))] = None
        for sub in self._translations:
            title = sub.find("front-stub/title-group/article-title")
            if title is None:
                title = sub.find("front/article-meta/title-group/article-title")
            if title is not None and (words := plain(title, NOTES)):
                found[Text(words, language(title))] = None
        return tuple(found)

    def _metas(self) -> list[Element]:
        """The article's own header and the headers of its translations."""
        found = [self._meta]
        for sub in self._translations:
            for path in ("front-stub", "front/article-meta"):
                found += sub.findall(path)
        return found

    def _abstracts(self) -> tuple[Text, ...]:
        found: dict[Text, None] = {}
        for meta in self._metas():
            elements = list(meta.iterchildren("abstract", "trans-abstract"))
            main = [e for e in elements if not e.get("abstract-type")]
            if not main:
                main = [e for e in elements if _abstract_type(e) in _PLAIN_ABSTRACTS]
            for element in main:
                if words := _abstract(element):
                    found[Text(words, language(element))] = None
        return tuple(found)

    def _keywords(self) -> tuple[Text, ...]:
        found: dict[Text, None] = {}
        for meta in self._metas():
            for group in meta.findall("kwd-group"):
                if "abbrev" in (group.get("kwd-group-type") or "").lower():
                    continue
                for kwd in group.iter("kwd", "compound-kwd"):
                    if words := _keyword(kwd):
                        found[Text(words, language(group))] = None
        return tuple(found)

    def _subjects(self) -> tuple[str, ...]:
        subjects = self._meta.iterfind("article-categories//subject")
        return tuple(dict.fromkeys(t for s in subjects if (t := plain(s))))

    def _funders(self) -> tuple[str, ...]:
        sources = self._meta.iterfind("funding-group//funding-source")
        drop = frozenset({"institution-id", "ext-link"})
        return tuple(dict.fromkeys(t for s in sources if (t := plain(s, drop))))

    def _references(self) -> int:
        return sum(1 for part in self._parts() for _ in part.iter("ref"))

    def _stage(self) -> VersionStage | None:
        """The version stage where the XML states it: article-version, PLOS, NIH manuscripts."""
        stated: list[str] = []
        for element in self._meta.iter("article-version"):
            address = element.get("vocab-term-identifier") or ""
            stated += [element.get("article-version-type") or "", address.rpartition("/")[2]]
            text = collapse(element.text or "")
            stated += [element.get("vocab-term") or "", text]
            if re.fullmatch(r"[\d.]+", text):
                self._note("version", text)
        for custom in self._meta.iterfind("custom-meta-group/custom-meta"):
            if fold(plain(custom.find("meta-name"))) == "plos publication stage":
                stated.append(plain(custom.find("meta-value")))
        for word in stated:
            key = re.sub(r"[-_ ]+", " ", fold(word).replace("'", "").replace("’", ""))
            stage = _STAGES.get(key.strip()) or _STAGES.get(word.lower())
            if stage:
                return stage
        manuscript = self._meta.find("pub-date[@pub-type='nihms-submitted']") is not None
        return VersionStage.AM if manuscript else None


def _keyword(element: Element) -> str:
    """A keyword; of a compound one the part that is the term, not its code in a thesaurus."""
    parts = element.findall("compound-kwd-part")
    terms = [p for p in parts if p.get("content-type") in ("term", "text", "keyword")]
    return collapse(" ".join(plain(p, NOTES) for p in terms or parts or [element]))


def _abstract_type(element: Element) -> str:
    return (element.get("abstract-type") or "").strip().lower()


def _abstract(element: Element) -> str:
    """The words of an abstract; its own heading ("Abstract", "Öz") is left out."""
    heading = element.find("title")
    if heading is None:
        return plain(element, FIGURES)
    pieces = [collapse(element.text or "")]
    for child in element:
        if child is not heading:
            pieces.append(plain(child, FIGURES))
        pieces.append(collapse(child.tail or ""))
    return collapse(" ".join(pieces))
