# SPDX-License-Identifier: Apache-2.0
"""A corpus: the same from the same seed, whatever the workers, and as its manifest says."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from tests.conftest import shared_root
from tools.corpus import real
from tools.corpus.__main__ import main
from tools.corpus.bad import BAD
from tools.corpus.layouts import LAYOUTS, NEEDS_PDF
from tools.corpus.parcels import Press
from tools.corpus.plan import Wish, plan
from tools.corpus.writing import read_lines, write_corpus

from emanet.ingest.dropbox import discover


def _tree(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus") / "c"
    out.mkdir()
    wish = Wish(seed=9, articles=400, titles=33, ahead=0.4, corrected=0.3, repeated=0.3, bad=14)
    write_corpus(wish, out)
    return out


def test_same_seed_same_bytes_whatever_the_workers(made: Path, tmp_path: Path) -> None:
    wish = Wish(seed=9, articles=400, titles=33, ahead=0.4, corrected=0.3, repeated=0.3, bad=14)
    write_corpus(wish, tmp_path / "two", workers=2)
    assert _tree(tmp_path / "two") == _tree(made)
    write_corpus(Wish(seed=10, articles=60, titles=33), tmp_path / "other")
    assert not set(_tree(tmp_path / "other").values()) & set(_tree(made).values())


def test_the_manifest_names_every_file_once(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    told = {
        f"{d['folder']}/{f['name']}": f["sha256"]
        for d in manifest["deliveries"]
        for f in d["files"]
    }
    assert told == _tree(made / "drop")
    assert manifest["totals"]["files"] == len(told)


def test_the_manifest_counts_what_was_asked_for(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    lines = list(read_lines(made))
    first = [line for line in lines if line["edition"] == 0 and line["stage"] == "vor"]
    assert len(first) == 400 == len({line["doi"] for line in first})
    assert {line["doi"] for line in lines} == {line["doi"] for line in first}
    totals = manifest["totals"]
    assert totals["versions"] == len(lines) + totals["from_bad"]
    states = Counter(d["expect"] for d in manifest["deliveries"])
    assert totals["states"] == dict(sorted(states.items()))
    assert states["held"] and states["refused"] and states["repeated"]
    assert {d["bad"] for d in manifest["deliveries"]} - {""} == set(BAD)


def test_every_layout_and_kind_is_there(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    assert {d["layout"] for d in manifest["deliveries"]} - {""} == set(LAYOUTS)
    kinds = {d["kind"] for d in manifest["deliveries"]}
    assert kinds == {"plain", "ahead", "corrected", "repeated", "bad"}


def test_each_consignment_is_found_as_one_delivery(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    root = (made / "drop").resolve()
    told = {
        frozenset(f"{d['folder']}/{f['name']}" for f in d["files"]) for d in manifest["deliveries"]
    }
    found = {
        frozenset(str(Path(f.path).relative_to(root)) for f in drop.files)
        for drop in discover([root], now=0.0)
    }
    assert found == told


def test_without_pdfs_no_layout_that_lives_by_them() -> None:
    wish = Wish(articles=300, titles=40, figures=0, press=Press(pdfs=False))
    layouts = {c.publisher.layout for c in plan(wish, wish.world())}
    assert layouts and not layouts & NEEDS_PDF


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path / "c"), "--articles", "60", "--no-pdf"]) == 0
    assert "articles: 60" in capsys.readouterr().out
    assert not list((tmp_path / "c").rglob("*.pdf"))
    assert main(["--out", str(tmp_path / "c"), "--articles", "60"]) == 2
    assert main(["--out", str(tmp_path / "d"), "--layouts", "unheard-of"]) == 2


def test_a_real_article_is_laid_out_untouched() -> None:
    place = shared_root()
    if place is None:
        pytest.skip("no shared real material here")
    folder = place / "data" / "jats" / "dev" / "articles" / "plos"
    path = next(iter(sorted(folder.glob("*pone*/article.xml"))))
    data = path.read_bytes()
    work = real.work("journal." + path.parent.name.partition("journal.")[2], data, 3)
    assert work.doi.startswith("10.1371/journal.pone.") and work.journal and work.headline
    for name in ("springer", "iop", "oup", "openjournals", "folders"):
        parcels = LAYOUTS[name]([work], 7, Press())
        texts = [member for parcel in parcels for _, member in parcel.members]
        assert data in texts
        assert any(t.startswith(b"%PDF-") for t in texts)
