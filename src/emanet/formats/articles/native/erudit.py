# SPDX-License-Identifier: Apache-2.0
"""EruditArticle 3: root ``article`` in Érudit's namespace, element names in French.

``admin`` holds identifiers, journal (``revue``), issue (``numero``) and rights, ``liminaire``
titles, authors, abstracts and keywords, ``corps`` the text, whole or as running words only.
"""

from __future__ import annotations

from lxml import etree

from emanet.formats.articles.native.elements import (
    Element,
    Flow,
    attribute,
    child,
    children,
    date_in,
    date_text,
    every,
    issns,
    licence,
    orcid_in,
    text,
    unique,
)
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.article import Author, Licence, PubDate, Record, Text
from emanet.model.ids import clean_doi
from emanet.model.package import Reading

DIALECT = "EruditArticle"
_NAMESPACE = "http://www.erudit.org/xsd/article"
_FLOW = Flow(
    blocks=("alinea", "para", "titre", "ligne"),
    dropped=("renvoi", "appel"),
    inline={"exposant": "sup", "indice": "sub", "marquage": "i"},
)


def knows(root: str, space: str, doctype: Doctype) -> bool:
    """Whether a root element belongs to this dialect."""
    return root == "article" and space.startswith(_NAMESPACE)


def read(tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
    """Read an article; ``place`` is its path. Kind ``article``."""
    root = tree.getroot()
    links = (attribute(e, "href") for e in every(root, "image", "video", "audio", "objetmedia"))
    return Reading(
        kind="article",
        dialect=DIALECT,
        record=_record(root),
        mentions=unique(link for link in links if ":" not in link),
    )


def _record(root: Element) -> Record:
    admin = child(root, "admin")
    front = child(root, "liminaire")
    info = child(admin, "infoarticle")
    journal = child(admin, "revue")
    number = child(admin, "numero")
    titles = child(front, "grtitre")
    main = attribute(root, "lang")
    public = {attribute(i, "scheme"): text(i) for i in children(info, "idpublic")}
    ids = {"publisher-id": attribute(root, "idproprio")}
    ids |= {k: v for k, v in public.items() if k and k != "doi"}
    dates = _dates(number)
    # dpage is the last page (dernière page), ppage the first (première page).
    pages = child(info, "pagination")
    return Record(
        doi=clean_doi(public.get("doi", "")),
        ids={k: v for k, v in ids.items() if v},
        title=_FLOW.plain(child(titles, "titre")),
        title_html=_FLOW.html(child(titles, "titre")),
        subtitle=_FLOW.plain(child(titles, "sstitre")),
        translated_titles=tuple(
            Text(_FLOW.plain(t), attribute(t, "lang")) for t in children(titles, "titreparal")
        ),
        journal=_FLOW.plain(child(journal, "titrerev")),
        journal_abbreviation=text(journal, "titrerevabr"),
        issns=tuple(
            issn
            for name, medium in (("idissn", "print"), ("idissnnum", "electronic"))
            for issn in issns(map(text, children(journal, name)), medium)
        ),
        publisher=text(admin, "editeur", "nomorg"),
        volume=text(number, "volume"),
        issue="-".join(text(n) for n in children(number, "nonumero")),
        first_page=text(pages, "ppage"),
        last_page=text(pages, "dpage"),
        published=dates[0].value if dates else "",
        dates=tuple(dates),
        type=attribute(root, "typeart"),
        languages=unique((main,)),
        authors=_authors(front),
        abstracts=tuple(
            Text(_FLOW.plain_of(children(r, "alinea", "para", "section1")), attribute(r, "lang"))
            for r in children(front, "resume")
        ),
        keywords=tuple(
            Text(_FLOW.plain(w), attribute(group, "lang"))
            for group in children(front, "grmotcle")
            for w in children(group, "motcle")
        ),
        subjects=unique((_FLOW.plain(child(titles, "surtitre")),)),
        licences=tuple(
            stated
            for rights in children(admin, "droitsauteur")
            if (stated := _licence(rights)) is not None
        ),
        references=sum(1 for _ in every(root, "refbiblio")),
        dialect=DIALECT,
    )


def _licence(rights: Element) -> Licence | None:
    links = " ".join(attribute(e, "href") for e in every(rights))
    stated = licence(f"{text(rights)} {links}".strip())
    return stated if stated is not None and (stated.url or stated.open) else None


def _dates(number: Element | None) -> list[PubDate]:
    """The year of the issue first (its cover date), then the day it went online."""
    found = []
    year = date_text(text(number, "pub", "annee"))
    if year:
        found.append(PubDate("cover", year, text(number, "pub", "periode")))
    for node in children(child(number, "pubnum"), "date"):
        value = date_in(text(node))
        if value:
            found.append(PubDate("online", value))
    return found


def _authors(front: Element | None) -> tuple[Author, ...]:
    found = []
    for node in children(child(front, "grauteur"), "auteur"):
        if attribute(node, "contribution") and attribute(node, "contribution") != "aut":
            continue
        name = child(node, "nompers")
        group = text(node, "nomorg")
        places = unique(
            _FLOW.plain_of(children(a, "alinea")) or text(a) for a in children(node, "affiliation")
        )
        found.append(
            Author(
                family=text(name, "nomfamille") or group,
                given=" ".join(text(p) for p in children(name, "prenom", "autreprenom")),
                suffix=text(name, "suffixe"),
                orcid=orcid_in(
                    " ".join(text(e) for e in every(node, "elem", "idpublic", "liensimple"))
                ),
                collective=not text(name, "nomfamille") and bool(group),
                affiliations=places,
            )
        )
    return tuple(found)
