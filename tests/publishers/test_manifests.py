# SPDX-License-Identifier: Apache-2.0
"""Manifests: which digests they want, lists of checksums in their spellings, many at once."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from emanet.formats.publishers.manifests import FINDINGS_MAX, wants_digests
from emanet.formats.publishers.survey import Survey, wants_text
from emanet.formats.publishers.understand import understand
from emanet.model.delivery import Delivery, Member

DATA = b"page"
MD5, SHA1, SHA256 = (hashlib.new(a, DATA).hexdigest() for a in ("md5", "sha1", "sha256"))
SHA512 = hashlib.sha512(DATA).hexdigest()


def _survey(text: bytes, name: str = "checksums.txt.md5") -> Survey:
    members = (
        Member(0, "a.pdf", 0, len(DATA), SHA256, 0),
        Member(1, name, 1, len(text), "f" * 64, 0),
    )
    return Survey(Delivery("d", "d", (), ""), members, {}, (), {1: text})


@pytest.mark.parametrize(
    ("line", "algorithm"),
    [
        (f"{MD5}  a.pdf", "md5"),
        (f"{MD5} *a.pdf", "md5"),
        (f"{MD5.upper()} ./a.pdf", "md5"),
        (f"MD5 (a.pdf) = {MD5}", "md5"),
        (f"{SHA1}  a.pdf", "sha1"),
        (f"{SHA512}  a.pdf\r", "sha512"),
    ],
)
def test_a_list_of_sums_wants_its_own_digest(line: str, algorithm: str) -> None:
    assert wants_digests(_survey(line.encode())) == {0: {algorithm}}


def test_sha256_is_known_already_and_is_compared() -> None:
    good, bad = _survey(f"{SHA256}  a.pdf".encode()), _survey(f"{'0' * 64}  a.pdf".encode())
    assert wants_digests(good) == {} == wants_digests(bad)
    assert not [f for f in understand(good).findings if "MANIFEST" in f.code]
    (finding,) = [f for f in understand(bad).findings if "MANIFEST" in f.code]
    assert finding.code == "PACKAGE-MANIFEST-DIGEST"
    assert finding.detail["found"] == SHA256
    assert SHA256 in finding.text("tr")


def test_a_digest_nobody_took_is_not_judged() -> None:
    survey = _survey(f"{'0' * 32}  a.pdf".encode())
    assert not [f for f in understand(survey).findings if f.code == "PACKAGE-MANIFEST-DIGEST"]


def test_a_text_that_is_no_manifest_is_left_alone() -> None:
    survey = _survey(b"Dear archive,\nplease find enclosed\n", "manifest.txt")
    assert wants_digests(survey) == {}
    assert not [f for f in understand(survey).findings if "MANIFEST" in f.code]


def test_a_thousand_missing_files_make_fifty_findings_and_a_sum() -> None:
    lines = "\n".join(f"{MD5}  none-{n}.pdf" for n in range(1000))
    findings = understand(_survey(lines.encode())).findings
    assert Counter(f.code for f in findings)["PACKAGE-MANIFEST-MISSING-FILE"] == FINDINGS_MAX
    (more,) = [f for f in findings if f.code == "CONTAINER-MORE"]
    assert more.detail == {"code": "PACKAGE-MANIFEST-MISSING-FILE", "count": "950"}


def test_a_bag_without_its_payload_says_so_fifty_times_and_once() -> None:
    sums = "".join(f"{MD5}  data/{n}.pdf\n" for n in range(1000))
    texts = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "manifest-md5.txt": sums.encode(),
    }
    members = tuple(
        Member(n, name, n, len(data), f"{n:064d}", 0)
        for n, (name, data) in enumerate(texts.items())
    )
    bag = Survey(Delivery("d", "d", (), ""), members, texts=dict(enumerate(texts.values())))
    codes = Counter(f.code for f in understand(bag).findings)
    assert (codes["BAG-FILE-MISSING"], codes["CONTAINER-MORE"]) == (FINDINGS_MAX, 1)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("x/2022-09-01T03_01_40_manifest.txt", True),
        ("x/checkmd5.fil", True),
        ("bag/bagit.txt", True),
        ("bag/tagmanifest-sha512.txt", True),
        ("bag/fetch.txt", True),
        ("x/article.txt", False),
        ("x/main.xml", False),
    ],
)
def test_which_texts_a_survey_keeps(name: str, wanted: bool) -> None:
    assert wants_text(name, 100) is wanted
    assert not wants_text(name, 1 << 30)
