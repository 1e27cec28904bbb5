# SPDX-License-Identifier: Apache-2.0
"""Schemas: chosen by what the file says of itself, compiled from the bundle alone."""

from __future__ import annotations

import csv
import runpy
import sys
from collections import Counter
from pathlib import Path

import pytest

from emanet.formats.xml import schemas
from emanet.formats.xml.bundle import contents, public_ids
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed, parse
from emanet.formats.xml.schemas import choose, schema, validate

ROOT = Path(__file__).resolve().parents[2]
MADE = runpy.run_path(str(ROOT / "tests" / "specimens" / "make_xml.py"))
ARCHIVING = "jats/archiving/1.2/JATS-archivearticle1.dtd"


def test_every_schema_of_the_map_compiles() -> None:
    paths = sorted(set(public_ids().values()))
    assert len(paths) == 75
    for path in paths:
        schema.__wrapped__(path)


@pytest.mark.parametrize(
    ("doctype", "version", "path"),
    [
        (Doctype("article", MADE["PUBLIC"]), "", ARCHIVING),
        (Doctype("article", MADE["PUBLIC"].lower(), "other.dtd"), "9", ARCHIVING),
        (Doctype("article", "-//EMANET//DTD Unknown//EN", "JATS-archivearticle1.dtd"), "1.2", ""),
        (
            Doctype(
                "article", "", "http://jats.nlm.nih.gov/archiving/1.1/JATS-archivearticle1.dtd"
            ),
            "",
            "jats/archiving/1.1/JATS-archivearticle1.dtd",
        ),
        (
            Doctype("article", "", "http://dtd.nlm.nih.gov/publishing/2.3/journalpublishing.dtd"),
            "2.3",
            "nlm/publishing/2.3/journalpublishing.dtd",
        ),
        (Doctype("article", "", r"C:\dtd\JATS-archivearticle1.dtd"), "1.2", ARCHIVING),
        (Doctype("article", "", "JATS-archivearticle1.dtd"), "", ""),
        (
            Doctype("article", "", "archivearticle3.dtd"),
            "",
            "nlm/archiving/3.0/archivearticle3.dtd",
        ),
        (Doctype(), "1.1", "jats/archiving/1.1/JATS-archivearticle1-mathml3.dtd"),
        (Doctype(), "3.0", "nlm/archiving/3.0/archivearticle3.dtd"),
        (Doctype(), "1.3", "jats/publishing/1.3-mathml3/JATS-journalpublishing1-3-mathml3.dtd"),
        (Doctype(), "", ""),
        (Doctype(), "7.9", ""),
    ],
)
def test_the_schema_is_chosen_by_what_the_file_says(
    doctype: Doctype, version: str, path: str
) -> None:
    assert choose(doctype, version) == path


def test_relax_ng_stands_for_publishing_1_2() -> None:
    public = "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.2 20190208//EN"
    head = MADE["doctype"](public=public)
    assert validate(parse(MADE["article"](head=head).encode(), "a"), "a") == ()
    wrong = MADE["article"](head=head, body="<body><paragraf/></body>")
    (finding,) = validate(parse(wrong.encode(), "a"), "a")
    assert finding.code == "XML-INVALID"
    assert finding.detail["schema"].endswith(".rng")


def test_invalid_says_the_first_errors_and_their_number() -> None:
    data = MADE["article"](body="<body>" + "<yok/>" * 9 + "</body>").encode()
    (finding,) = validate(parse(data, "a.xml"), "a.xml")
    assert finding.detail["schema"] == ARCHIVING
    assert int(finding.detail["count"]) > schemas.ERRORS_SHOWN_MAX
    assert finding.detail["errors"].count(";") == schemas.ERRORS_SHOWN_MAX - 1
    assert "9 errors" not in finding.text("en") or "yok" in finding.text("en")
    assert "şemasına göre geçerli değil" in finding.text("tr")


def test_what_has_no_tree_is_not_validated() -> None:
    assert validate(Parsed(), "a") == ()


def test_the_bundle_keeps_the_notices() -> None:
    assert b"public domain" in contents()[ARCHIVING]
    assert len({id(v) for v in contents().values()}) < len(contents())


@pytest.mark.shared
def test_the_script_makes_the_same_bundle(shared: Path) -> None:
    sys.path.insert(0, str(ROOT))
    try:
        tool = runpy.run_path(str(ROOT / "tools" / "make_schemas.py"))
    finally:
        sys.path.remove(str(ROOT))
    made = tool["gather"](shared / "data" / "jats" / "jats-schemas.tar.xz")
    assert made == dict(contents())


@pytest.mark.shared
def test_real_articles_are_judged_as_measured(jats: Path) -> None:
    """448 valid, 20 invalid of the loose articles, as measured with the whole DTDs loaded."""
    found: Counter[str] = Counter()
    with (jats / "index.csv").open(encoding="utf-8") as lines:
        rows = [r for r in csv.DictReader(lines) if r["kind"] == "article"]
    for row in rows:
        if row["path"].split("/")[0] != "articles" or not row["doctype"].strip():
            continue
        if "{" in row["path"] or ("JATS" not in row["doctype"] and "NLM" not in row["doctype"]):
            continue
        publisher = row["path"].split("/")[1]
        findings = validate(parse((jats / row["path"]).read_bytes(), ""), "")
        found[findings[0].code if findings else "valid"] += 1
        if findings and findings[0].code == "XML-INVALID":
            found[f"invalid {publisher}"] += 1
    assert found["invalid scielo"] == 16
    assert found["invalid elife"] == 4
    assert found["XML-INVALID"] <= 21
    assert found["valid"] >= 440
