# SPDX-License-Identifier: Apache-2.0
"""Files handed out are those that were sealed, under names that harm nobody."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning import Kept

from emanet.access.handout import File, safe_names, write
from emanet.model.errors import DamageError, UsageError
from emanet.model.stored import Locator


def files_of(kept: Kept, article: int) -> list[File]:
    return [
        File(m.name, m.bytes, m.sha256, m.crc32, Locator(kept.aip.id, m.path, m.steps))
        for m in (kept.aip.members[o] for o in kept.aip.articles[article].members)
    ]


def test_an_articles_files_come_out_bit_for_bit(kept: Kept, tmp_path: Path) -> None:
    number = 0
    for line in kept.aip.articles:
        folder = tmp_path / str(line.ordinal)
        for file, path in write(kept.archive, files_of(kept, line.ordinal), folder):
            assert path.is_relative_to(folder)
            assert path.read_bytes() == kept.archive.read(file.locator, file.bytes, file.crc32)
            number += 1
    assert number == sum(len(line.members) for line in kept.aip.articles) > 30
    assert sorted(p.name for p in (tmp_path / "0").iterdir()) == ["1.pdf", "1.xml"]


def test_nothing_is_overwritten(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_bytes(b"mine")
    with pytest.raises(UsageError):
        list(write(kept.archive, files_of(kept, 0), tmp_path))
    assert (tmp_path / "1.pdf").read_bytes() == b"mine"


@pytest.mark.parametrize("field", ["sha256", "crc32", "bytes"])
def test_a_file_that_is_not_what_was_sealed_is_not_left(
    kept: Kept, tmp_path: Path, field: str
) -> None:
    wrong = {"sha256": "0" * 64, "crc32": 1, "bytes": 7}
    for article in range(len(kept.aip.articles)):
        first = msgspec.structs.replace(files_of(kept, article)[0], **{field: wrong[field]})
        folder = tmp_path / str(article)
        with pytest.raises(DamageError):
            list(write(kept.archive, [first], folder))
        assert list(folder.iterdir()) == []


parts = st.text(st.sampled_from("aAbİı.~/\\:\0\n\x7f<é "), max_size=12)


@given(st.lists(parts, max_size=8), st.booleans())
def test_names_are_safe_and_apart(names: list[str], shorten: bool) -> None:
    made = safe_names(names, shorten=shorten)
    assert len(made) == len(names)
    lowered = [name.lower() for name in made]
    assert len(set(lowered)) == len(made)
    for name in lowered:
        assert name
        assert not any(other.startswith(name + "/") for other in lowered)
        for part in name.split("/"):
            assert part not in ("", ".", "..")
            assert part[-1] not in ". "
            assert not set(part) & set('\\:*?"<>|\0\n\x7f')
            assert len(part.encode()) <= 210


@pytest.mark.parametrize(
    ("names", "made"),
    [
        (["issue.zip/art1/main.xml", "issue.zip/art1/main.pdf"], ["main.xml", "main.pdf"]),
        (["z/a/x.xml", "z/b/x.xml"], ["a/x.xml", "b/x.xml"]),
        (["only.xml"], ["only.xml"]),
        (["../../etc/passwd", "/abs"], ["etc/passwd", "abs"]),
        (["A.tar.gz", "a.tar.gz"], ["A.tar.gz", "a~2.tar.gz"]),
        (["a", "a/b", "a/c"], ["a", "a~2/b", "a~2/c"]),
        (["a/b", "a"], ["a/b", "a~2"]),
        ([".hidden", ".hidden"], [".hidden", ".hidden~2"]),
    ],
)
def test_names_by_example(names: list[str], made: list[str]) -> None:
    assert safe_names(names) == made


def test_long_names_keep_their_end() -> None:
    (name,) = safe_names(["x" * 500 + ".pdf"])
    assert name.endswith(".pdf")
    assert len(name) == 200
