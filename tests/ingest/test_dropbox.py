# SPDX-License-Identifier: Apache-2.0
"""The drop area: which files are one delivery, and what is left alone."""

from __future__ import annotations

import io
import os
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emanet.ingest.dropbox import DropRules, discover, looks_packed
from emanet.model.errors import UsageError

XML = b"<?xml version='1.0'?><article/>"
ZIP = b"PK\x05\x06" + bytes(18)


def drops(*paths: Path | str, **rules: float) -> dict[str, list[str]]:
    found = discover(paths, now=time.time() + 3600, rules=DropRules(**rules))  # type: ignore[arg-type]
    names = [drop.name for drop in found]
    assert len(set(names)) == len(names)
    return {drop.name: [file.name for file in drop.files] for drop in found}


def test_archives_are_deliveries_and_loose_papers_one(fill) -> None:
    root = fill({"b.zip": ZIP, "a.tar": b"", "in/c.tgz": b"", "read.me.txt": b"x", "list.csv": b""})
    assert drops(root) == {
        "a.tar": ["a.tar"],
        "b.zip": ["b.zip"],
        "drop": ["list.csv", "read.me.txt"],
        "in/c.tgz": ["c.tgz"],
    }


def test_siblings_are_one_delivery(fill) -> None:
    root = fill({f"i/x{part}": ZIP for part in (".xml.zip", ".pdf.zip", "_archival.zip")})
    assert drops(root) == {"i/x": ["x.pdf.zip", "x.xml.zip", "x_archival.zip"]}


def test_what_a_delivery_waits_for_is_said(fill) -> None:
    (drop,) = discover([fill({"x.xml.zip": ZIP})], now=time.time())
    assert drop.missing == ("x.pdf.zip",)


@pytest.mark.parametrize(
    "files",
    [
        {"main.xml": XML, "sub/fig.tif": b"II*\0", "more.zip": ZIP},
        {"dataset.xml": XML, "S01/main.xml": XML, "S02/main.xml": XML},
        {"JOU=1/VOL=2/ISU=3/ART=4/a.xml.Meta": XML, "JOU=1/VOL=2/ISU=3/ART=5/b.xml.Meta": XML},
        {"2020_manifest.txt": b"x", "1/2/3.xml": XML, "1/4/5.xml": XML},
        {"bagit.txt": b"BagIt-Version: 1.0", "data/a/b.xml": XML, "data/c.zip": ZIP},
        {"xml/a.xml": XML, "pdf/a.pdf": b"%PDF-1.4"},
    ],
    ids=["content", "dataset", "springer", "manifest", "bag", "parallel"],
)
def test_a_folder_delivery_has_everything_below_it(fill, files: dict[str, bytes]) -> None:
    assert drops(fill(files)) == {"drop": sorted(files)}


def test_a_manifest_of_one_archive_does_not_swallow_its_folder(fill) -> None:
    root = fill({"a.zip": ZIP, "a_manifest.txt": b"x", "b.zip": ZIP})
    assert drops(root) == {"a.zip": ["a.zip", "a_manifest.txt"], "b.zip": ["b.zip"]}


def test_article_folders_side_by_side_are_one_delivery(fill) -> None:
    files = {f"j/{n}/article.xml": XML for n in range(50)}
    files |= {"j/7/article.pdf": b"%PDF-1.4", "j/7/figures/f1.png": b"", "k/1/a.xml": XML}
    files["j/index.csv"] = b""
    got = drops(fill(files))
    assert got == {
        "j": sorted(n[2:] for n in files if n.startswith("j/")),
        "k": ["1/a.xml"],
    }


def test_a_new_issue_beside_it_changes_no_delivery(fill) -> None:
    fill({f"{j}/{n}/a.xml": XML for j in "jk" for n in range(3)})
    before = drops(fill({}))
    after = drops(fill({"l/1/a.xml": XML, "m/x.zip": ZIP}))
    assert {name: after[name] for name in before} == before


def test_a_giant_folder_of_articles_is_split_into_runs(fill) -> None:
    root = fill({f"{n:03}/a.xml": XML for n in range(25)})
    got = drops(root, files_max=10)
    assert list(got) == ["drop [000 … 009]", "drop [010 … 019]", "drop [020 … 024]"]
    assert sum(map(len, got.values())) == 25


def test_folders_of_many_articles_stay_apart(fill) -> None:
    root = fill({f"{issue}/{n}.xml": XML for issue in "ab" for n in range(5)})
    assert list(drops(root)) == ["a", "b"]


def test_archives_are_known_by_content_too(fill) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("x"))
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as z:
        z.writestr("a", b"b")
    root = fill({"issue-7": packed.getvalue(), "issue.dat": other.getvalue(), "notes": b"words"})
    assert drops(root) == {"issue-7": ["issue-7"], "issue.dat": ["issue.dat"], "drop": ["notes"]}


@pytest.mark.parametrize(
    ("head", "packed"),
    [
        (b"PK\x03\x04" + bytes(30), True),
        (b"\0" * 257 + b"ustar\0" + bytes(100), True),
        (b"\x1f\x8b\x08broken", False),
        (b"%PDF-1.4", False),
        (b"", False),
    ],
)
def test_looks_packed(head: bytes, packed: bool) -> None:
    assert looks_packed(head) is packed


def test_files_given_by_name(fill) -> None:
    root = fill({"x.xml.zip": ZIP, "x.pdf.zip": ZIP, "a.xml": XML, "a.pdf": b"%PDF", "no.zip": ZIP})
    given = [root / name for name in ("x.xml.zip", "x.pdf.zip", "a.xml", "a.pdf")]
    assert drops(*given) == {"x": ["x.pdf.zip", "x.xml.zip"], "a.pdf … a.xml": ["a.pdf", "a.xml"]}
    assert drops(root / "a.xml", root / "a.xml") == {"a.xml": ["a.xml"]}


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing at"):
        discover([tmp_path / "gone"], now=0.0)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="neither"):
        discover([tmp_path / "pipe"], now=0.0)


def test_what_is_still_being_written_is_said(fill) -> None:
    root = fill({"old.zip": ZIP, "new.zip": ZIP, "c/a.xml": XML, "c/b.pdf.filepart": b""})
    old = time.time() - 100
    for path in root.rglob("*"):
        os.utime(path, (old, old))
    os.utime(root / "new.zip")
    found = discover([root], now=time.time(), rules=DropRules(settle_s=60))
    assert {d.name: d.busy for d in found} == {
        "old.zip": (),
        "new.zip": ("new.zip",),
        "drop": ("c/b.pdf.filepart",),
    }
    later = discover([root], now=time.time() + 90_000, rules=DropRules(settle_s=60))
    assert not any(drop.busy for drop in later)


def test_a_date_in_the_future_does_not_wait_for_ever(fill) -> None:
    root = fill({"a.zip": ZIP})
    os.utime(root / "a.zip", (time.time() + 1e6, time.time() + 1e6))
    (drop,) = discover([root], now=time.time(), rules=DropRules(settle_s=60))
    assert drop.busy == ()


def test_links_are_never_followed(fill, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.xml").write_bytes(XML)
    root = fill({"a/1/a.xml": XML, "b.zip": ZIP})
    (root / "a" / "1" / "out").symlink_to(outside)
    (root / "ring").symlink_to(root)
    (root / "c.zip").symlink_to(outside / "secret.xml")
    found = discover([root], now=time.time())
    assert [f.name for d in found for f in d.files] == ["b.zip", "1/a.xml"]
    said = {(f.code, f.place) for d in found for f in d.findings}
    assert said == {("DROP-LINK", "ring"), ("DROP-LINK", "c.zip"), ("DROP-LINK", "a/1/out")}


def test_a_path_that_is_a_link_itself_is_the_callers_choice(fill, tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(fill({"a.zip": ZIP}))
    assert drops(tmp_path / "here") == {"a.zip": ["a.zip"]}


def test_names_that_are_not_utf8(fill) -> None:
    root = fill({"a.xml": XML})
    raw = b"r\xe9sum\xe9.pdf"
    Path(os.fsdecode(os.fsencode(root) + b"/" + raw)).write_bytes(b"%PDF")
    (drop,) = discover([root], now=time.time())
    odd = drop.files[1]
    assert (odd.name, odd.raw_name) == (r"r\xe9sum\xe9.pdf", raw)
    assert Path(odd.path).read_bytes() == b"%PDF"


def test_junk_alone_is_no_delivery(fill) -> None:
    root = fill({".DS_Store": b"x", "a/Thumbs.db": b"x", "lost+found/old.zip": ZIP})
    assert drops(root) == {}


_TREE = st.dictionaries(
    st.lists(st.sampled_from(["a", "b", "xml", "pdf"]), min_size=0, max_size=3).map(tuple),
    st.sets(
        st.sampled_from(["a.xml", "b.xml", "a.pdf", "x.zip", "y.tar", "n.csv", "x.xml.zip"]),
        min_size=1,
    ),
    max_size=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TREE, st.integers(1, 5))
def test_every_file_is_in_one_delivery(tmp_path_factory, tree, files_max: int) -> None:
    root = tmp_path_factory.mktemp("tree")
    for folder, names in tree.items():
        (root / Path(*folder)).mkdir(parents=True, exist_ok=True)
        for name in names:
            (root / Path(*folder) / name).write_bytes(b"")
    found = discover([root], now=time.time() + 10, rules=DropRules(files_max=files_max))
    paths = sorted(file.path for drop in found for file in drop.files)
    assert paths == sorted(str(p) for p in root.rglob("*") if p.is_file())
    assert found == discover([root], now=time.time() + 10, rules=DropRules(files_max=files_max))
    names = [drop.name for drop in found]
    assert len(set(names)) == len(names)
