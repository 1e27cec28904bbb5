# SPDX-License-Identifier: Apache-2.0
"""Siblings: an issue in four ZIPs, a dataset over tars, files that go with an archive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emanet.ingest.siblings import Group, join


def test_an_issue_in_four_zips() -> None:
    names = ["i_9.xml.zip", "i_9.pdf.zip", "i_9.img.zip", "i_9_archival.zip"]
    assert join(names)[0] == [Group("i_9", tuple(sorted(names)))]


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["i.xml.zip"], ("i.pdf.zip",)),
        (["i.pdf.zip", "i_archival.zip"], ("i.xml.zip",)),
        (["i.img.zip"], ("i.xml.zip", "i.pdf.zip")),
        (["i.xml.zip", "i.pdf.zip"], ()),
    ],
)
def test_what_an_issue_waits_for(names: list[str], missing: tuple[str, ...]) -> None:
    (group,) = join(names)[0]
    assert group.missing == missing


def test_a_lone_archival_is_nobodys_sibling() -> None:
    assert join(["old_archival.zip"])[0] == [Group("old_archival.zip", ("old_archival.zip",))]


def test_a_dataset_over_tars() -> None:
    groups, _ = join(["CERNQ000000010669B.tar", "CERNQ000000010669A.tar", "other.tar"])
    assert groups == [
        Group("CERNQ000000010669", ("CERNQ000000010669A.tar", "CERNQ000000010669B.tar")),
        Group("other.tar", ("other.tar",)),
    ]


def test_the_second_tar_waits_for_the_first() -> None:
    (group,) = join(["CERNQ000000010669C.tar"])[0]
    assert group.missing == ("CERNQ000000010669A.tar", "CERNQ000000010669B.tar")


def test_tars_of_two_kinds_are_two_datasets() -> None:
    assert len(join(["X000001A.tar", "X000001B.tar.gz"])[0]) == 2


@pytest.mark.parametrize(
    "side", ["a.zip.md5", "a.md5", "a_manifest.txt", "a.manifest.txt", "a.zip.done", "a.sha256"]
)
def test_files_that_go_with_an_archive(side: str) -> None:
    groups, rest = join(["a.zip", "ab.zip"], [side, "ReadMe.txt", "index.csv"])
    assert groups[0].files == tuple(sorted(("a.zip", side)))
    assert groups[1].files == ("ab.zip",)
    assert rest == ["ReadMe.txt", "index.csv"]


_NAMES = st.lists(
    st.from_regex(
        r"[ab]{1,2}(\d{6}[AB])?(\.xml|\.pdf|\.img|_archival)?\.(zip|tar)", fullmatch=True
    ),
    unique=True,
)
_OTHERS = st.lists(st.from_regex(r"[ab]{1,2}(\.zip)?\.(md5|txt|csv)", fullmatch=True), unique=True)


@given(_NAMES, _OTHERS)
def test_every_file_is_in_one_group_or_left_over(names: list[str], others: list[str]) -> None:
    groups, rest = join(names, others)
    together = [file for group in groups for file in group.files] + rest
    assert sorted(together) == sorted(names + others)
    assert join(reversed(names), reversed(others)) == (groups, rest)
    for group in groups:
        assert not set(group.missing) & set(names)
