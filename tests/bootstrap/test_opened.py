# SPDX-License-Identifier: Apache-2.0
"""The Python interface does what the command line does."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from emanet.bootstrap.config import first_text
from emanet.bootstrap.wiring import create_home
from emanet.model.errors import ConfigError, UnknownThing

ARTICLE = """<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article">
<front><journal-meta><journal-title-group><journal-title>Işık Dergisi</journal-title>
</journal-title-group><issn pub-type="epub">1300-0004</issn></journal-meta><article-meta>
<article-id pub-id-type="doi">10.5555/isik.1</article-id><title-group>
<article-title>Işığın hızı</article-title></title-group><pub-date pub-type="epub"><year>2024</year>
</pub-date><volume>7</volume><issue>2</issue><fpage>11</fpage></article-meta></front></article>
"""

SCRIPT = """
import json, sys, emanet
archive = emanet.open_archive(sys.argv[1])
report = archive.ingest([sys.argv[2]])
doi = "10.5555/ISIK.1"
handed = archive.get(doi, sys.argv[3])
print(json.dumps({
    "states": [r.state for r in report.receipts],
    "in": report.accounting.bytes_in, "accounted": report.accounting.accounted,
    "articles": archive.status()["articles"],
    "title": archive.show(doi).title,
    "found": archive.find("IŞIĞIN HIZI").total,
    "files": [h.path for h in handed],
    "deliveries": [d.state for d in archive.deliveries()],
    "fates": [f.fate for f in archive.delivery(report.receipts[0].delivery.id).files],
    "damaged": len(archive.verify().damaged),
    "rebuilt": archive.rebuild().articles,
}))
"""


def test_an_archive_is_used_from_python(tmp_path: Path) -> None:
    create_home(tmp_path / "home")
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "isik.xml").write_text(ARTICLE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *(str(tmp_path / n) for n in ("home", "drop", "out"))],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    written = [Path(path) for path in told.pop("files")]
    assert [path.read_text(encoding="utf-8") for path in written] == [ARTICLE]
    assert told == {
        "states": ["accepted"],
        "in": len(ARTICLE.encode()),
        "accounted": len(ARTICLE.encode()),
        "articles": 1,
        "title": "Işığın hızı",
        "found": 1,
        "deliveries": ["accepted"],
        "fates": ["article"],
        "damaged": 0,
        "rebuilt": 1,
    }


def test_a_folder_that_is_no_archive_is_told(tmp_path: Path) -> None:
    import emanet

    with pytest.raises(ConfigError, match="not an archive"):
        emanet.open_archive(tmp_path)


def test_an_unknown_doi_is_told(tmp_path: Path) -> None:
    import emanet

    create_home(tmp_path / "home")
    archive = emanet.open_archive(tmp_path / "home")
    with pytest.raises(UnknownThing):
        archive.show("10.5555/nothing")


def test_a_store_given_by_the_environment_stands_in_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMANET_STORAGE__KIND", "s3")
    monkeypatch.setenv("EMANET_STORAGE__ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("EMANET_STORAGE__BUCKET", "emanet")
    monkeypatch.setenv("EMANET_STORAGE__SECRET_KEY", "very secret")
    text = first_text('Arşiv "A"', "sha256")
    told = tomllib.loads(text)
    assert told["archive"] == {"name": 'Arşiv "A"', "digest": "sha256"}
    assert told["storage"]["kind"] == "s3"
    assert told["storage"]["bucket"] == "emanet"
    assert "very secret" not in text


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMANET_STORAGE__KIND", "tape")
    with pytest.raises(ConfigError, match="EMANET_STORAGE__KIND"):
        first_text("A", "sha512")
