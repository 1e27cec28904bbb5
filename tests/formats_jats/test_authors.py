# SPDX-License-Identifier: Apache-2.0
"""Authors: persons and groups in order, members not counted, affiliations from three places."""

from __future__ import annotations

import pytest
from lxml import etree

from emanet.formats.articles.identifiers import read_orcid
from emanet.formats.articles.jats_authors import affiliation, read_authors
from emanet.model.article import Author

XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def read(inside: str) -> tuple[Author, ...]:
    meta = etree.fromstring(f"<article-meta {XLINK}>{inside}</article-meta>")
    return read_authors(meta, "a.xml")[0]


def person(family: str, more: str = "", kind: str = "author") -> str:
    typed = f" contrib-type='{kind}'" if kind else ""
    return f"<contrib{typed}><name><surname>{family}</surname></name>{more}</contrib>"


def test_the_members_of_a_group_are_no_authors_by_themselves() -> None:
    authors = read(
        f"<contrib-group>{person('Yıldız')}<contrib contrib-type='author'><collab>ATLAS Grubu"
        f"<xref rid='a'>1</xref><contrib-group>{person('Üye')}{person('Αλεξίου')}</contrib-group>"
        "<email>x@y.org</email></collab></contrib></contrib-group>"
    )
    assert [(a.family, a.collective) for a in authors] == [("Yıldız", False), ("ATLAS Grubu", True)]


def test_editors_reviewers_and_member_lists_are_left_out() -> None:
    authors = read(
        f"<contrib-group>{person('A')}{person('B', kind='')}"
        f"{person('C', kind='editor')}"
        f"{person('D', kind='author non-byline')}</contrib-group>"
        f"<contrib-group content-type='section'>{person('E')}</contrib-group>"
        f"<contrib-group content-type='authors'>{person('F')}</contrib-group>"
        f"<contrib-group>{person('G', kind='Academic Editor')}</contrib-group>"
    )
    assert [a.family for a in authors] == ["A", "B", "F"]


@pytest.mark.parametrize(
    ("inside", "author"),
    [
        (
            "<name><surname>Öz</surname><given-names>İ. K.</given-names><suffix>Jr.</suffix>"
            "<prefix>Dr</prefix></name><degrees>MD</degrees>",
            Author("Öz", "İ. K.", "Jr."),
        ),
        ("<name><given-names>Sukarno</given-names></name>", Author("Sukarno")),
        ("<string-name>Kaya, Ömer</string-name>", Author("Kaya", "Ömer")),
        (
            "<name-alternatives><name name-style='western'><surname>Papadopoulou</surname></name>"
            "<name xml:lang='el'><surname>Παπαδοπούλου</surname></name></name-alternatives>",
            Author("Papadopoulou"),
        ),
        ("<anonymous/>", Author("Anonymous", collective=True)),
        (
            "<collab-alternatives><collab>TÜBİTAK,</collab></collab-alternatives>",
            Author("TÜBİTAK", collective=True),
        ),
    ],
)
def test_names_in_all_their_forms(inside: str, author: Author) -> None:
    assert read(f"<contrib-group><contrib>{inside}</contrib></contrib-group>") == (author,)


def test_nameless_contributors_are_passed_over() -> None:
    assert read("<contrib-group><contrib><role/></contrib><contrib><name/></contrib>"
                "<contrib><collab/></contrib></contrib-group>") == ()  # fmt: skip


AFF1 = '<aff id="a1"><label>1</label><institution>ODTÜ</institution>, <city>Ankara</city></aff>'
AFF2 = '<aff id="a2"><sup>2</sup>ΕΚΠΑ, Αθήνα</aff>'
AFF1_BARE = AFF1.replace(' id="a1"', "")
LINK = '<xref ref-type="aff" rid="{}"/>'


def test_affiliations_are_linked_wherever_they_stand() -> None:
    both = ("ΕΚΠΑ, Αθήνα", "ODTÜ, Ankara")
    linked = person("A", LINK.format("a2 a1"))
    for source in (
        f"<contrib-group>{linked}{AFF1}{AFF2}</contrib-group>",
        f"<contrib-group>{linked}</contrib-group>{AFF1}{AFF2}",
        f"<contrib-group>{person('A', AFF2 + AFF1)}</contrib-group>",
        f"<contrib-group>{linked}</contrib-group><aff-alternatives id='a1'>"
        f"{AFF1_BARE}<aff>METU</aff></aff-alternatives>{AFF2}",
    ):
        assert read(source)[0].affiliations == both


def test_unlinked_affiliations_are_common_to_their_group() -> None:
    authors = read(
        f"<contrib-group>{person('A')}{person('B')}{AFF1}{AFF2}</contrib-group>"
        f"<contrib-group>{person('C')}</contrib-group>"
    )
    assert [len(a.affiliations) for a in authors] == [2, 2, 0]
    single = read(f"<contrib-group>{person('A')}{person('B')}</contrib-group>{AFF1}")
    assert [a.affiliations for a in single] == [("ODTÜ, Ankara",)] * 2
    unsure = read(f"<contrib-group>{person('A')}</contrib-group>{AFF1}{AFF2}")
    assert unsure[0].affiliations == ()


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        (
            "<institution-wrap><institution-id>https://ror.org/014weej12</institution-id>"
            "<institution>ODTÜ</institution></institution-wrap><city>Ankara</city>"
            "<country>Türkiye</country>",
            "ODTÜ, Ankara, Türkiye",
        ),
        ("<label>a</label>ODTÜ, Ankara; e-mail: <email>x@metu.edu.tr</email>", "ODTÜ, Ankara"),
        ("ODTÜ, Ankara, x.y@metu.edu.tr (İ.Y.); (A.K.)", "ODTÜ, Ankara"),
        (
            '<institution content-type="original">USP. São Paulo, SP. email: a@usp.br</institution>'
            '<institution content-type="orgname">USP</institution><country>BR</country>',
            "USP. São Paulo, SP.",
        ),
        ("<bold>1</bold> <italic>Ege</italic> Üniversitesi", "Ege Üniversitesi"),
        ("Dept. of <sub>x</sub> Physics", "Dept. of x Physics"),
        ("<institution/><country>  </country>", ""),
    ],
)
def test_an_affiliation_is_one_clean_line(inside: str, line: str) -> None:
    assert affiliation(etree.fromstring(f"<aff>{inside}</aff>")) == line


@pytest.mark.parametrize(
    ("given", "orcid"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        (" https://orcid.org/0000-0002-1825-0097 ", "0000-0002-1825-0097"),
        ("http://www.orcid.org/0000-0002-9079-593x/", "0000-0002-9079-593X"),
        ("0000000218250097", "0000-0002-1825-0097"),
        ("0000‐0002‐1825‐0097", "0000-0002-1825-0097"),
        ("", ""),
    ],
)
def test_orcid_ids_are_brought_to_one_form(given: str, orcid: str) -> None:
    assert read_orcid(given, "a") == (orcid, ())


@pytest.mark.parametrize("given", ["0000-0002-1825-0098", "0000-0002-2002-631", "orcid", "1234"])
def test_malformed_orcid_ids_are_found(given: str) -> None:
    value, (finding,) = read_orcid(given, "a")
    assert value == ""
    assert (finding.code, finding.detail) == ("ARTICLE-ORCID-MALFORMED", {"given": given})


def test_an_orcid_is_read_where_publishers_put_it() -> None:
    address = "https://orcid.org/0000-0002-1825-0097"
    for more in (
        f"<contrib-id contrib-id-type='orcid'>{address}</contrib-id>",
        f"<uri content-type='orcid'>{address}</uri>",
        f"<ext-link xlink:href='{address}'/>",
        f"<contrib-id contrib-id-type='publisher'>7</contrib-id><uri>{address}</uri>",
    ):
        authors = read(f"<contrib-group>{person('A', more)}</contrib-group>")
        assert authors[0].orcid == "0000-0002-1825-0097"
    attribute = f"<contrib xlink:href='{address}'><name><surname>A</surname></name></contrib>"
    assert read(f"<contrib-group>{attribute}</contrib-group>")[0].orcid == "0000-0002-1825-0097"


@pytest.mark.parametrize("piece", ["a", "a.", "(", "(a. ", "; ,", "e-mail ", "a@b."])
def test_a_line_of_a_hundred_thousand_letters_costs_no_square(piece: str) -> None:
    line = piece * (100_000 // len(piece))
    aff = etree.fromstring(f"<aff>{line}</aff>")
    assert len(affiliation(aff)) <= len(line)
