# SPDX-License-Identifier: Apache-2.0
"""What the pages say when the archive underneath is not well: honestly, in both languages."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web import material
from tests.web.driver import Answer, Site, emanet


def told(answer: Answer, language: str) -> None:
    """Check that an answer is an honest page in both languages, its own first."""
    assert answer.status == 503
    assert answer.headers["retry-after"] == "30"
    assert answer.tree.get("lang") == language
    assert "kaybolmadı" in answer.words
    assert "Nothing that is kept is lost" in answer.words
    assert "Şu anda kullanılamıyor" in answer.words
    for secret in ("Traceback", "sqlite", "django", "/tmp", "Error", "catalogue_"):
        assert secret not in answer.text.replace("/static/emanet/", "")


def change(home: Path, statement: str) -> None:
    """Change the registry behind the server's back."""
    with sqlite3.connect(home / "registry.sqlite3") as database:
        database.execute(statement)
    database.close()


def replace(home: Path, data: bytes | None) -> None:
    """Put another registry in place, or none."""
    for part in home.glob("registry.sqlite3*"):
        part.unlink()
    if data is not None:
        (home / "registry.sqlite3").write_bytes(data)


@pytest.fixture(scope="module")
def spoilt(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages of an archive in which one article was damaged, and an audit has found it."""
    home = Path(shutil.copytree(kept, tmp_path_factory.mktemp("spoilt") / "archive"))
    (container,) = (home / "root").rglob("pack-0001.zip")
    data = bytearray(container.read_bytes())
    data[data.index("Uzunbaşlık".encode())] ^= 1
    container.chmod(0o644)
    container.write_bytes(data)
    emanet("-C", home, "verify", expect=3)
    with Site(home) as server:
        yield server
        assert server.stop()[0] == 0


def test_a_registry_that_cannot_be_used_is_repaired_and_breaks_again(copied: Path) -> None:
    good = (copied / "registry.sqlite3").read_bytes()
    change(
        copied,
        "insert into django_migrations (app, name, applied) values "
        "('catalogue', '9999_later', '2031-01-01')",
    )
    newer = (copied / "registry.sqlite3").read_bytes()
    change(copied, "delete from django_migrations where app = 'activity' or name = '9999_later'")
    older = (copied / "registry.sqlite3").read_bytes()
    with Site(copied) as site:
        for data in (older, None, b"not a database" * 1000, newer):
            replace(copied, data)
            told(site.get("/en/"), "en")
            told(site.get("/tr/search?q=x"), "tr")
            told(site.get("/healthz"), "tr")
        assert site.get("/static/emanet/style.css").status == 200
        replace(copied, good)
        assert site.get("/en/").status == 200  # without a new start
        change(copied, "drop table catalogue_article")
        told(site.get("/en/titles"), "en")
        told(site.get(f"/tr/article/{material.LONG}"), "tr")
        code, said = site.stop()
    assert code == 0
    assert "emanet rebuild" in said  # the operator is told what to do, in both languages
    assert "depodan yeniden kurulur" in said
    assert "no such table: catalogue_article" in said  # in the server's log, and only there


def test_a_damaged_search_index_leaves_the_rest_usable(spoilt: Site) -> None:
    index = spoilt.home / "index" / "meta.json"
    good = index.read_bytes()
    index.write_text("{torn")
    answer = spoilt.get("/tr/search?q=makale")
    assert answer.status == 503
    assert "Arama dizini şu anda okunamıyor." in answer.words
    assert "emanet rebuild" in answer.words
    assert "/tmp" not in answer.text
    assert spoilt.get(f"/tr/search?q={material.LONG}").status == 200
    assert spoilt.get("/tr/search?q=2049-3630").status == 200
    assert spoilt.get("/en/").status == 200
    index.write_bytes(good)
    assert spoilt.get("/tr/search?q=makale").status == 200


def test_an_index_that_lags_behind_is_told(spoilt: Site) -> None:
    state = spoilt.home / "index" / "emanet.json"
    good = state.read_bytes()
    assert "lags behind" not in spoilt.get("/en/search?q=makale").words
    state.write_text('{"age":1,"reached":1}')
    assert "lags behind" in spoilt.get("/en/search?q=makale").words
    state.write_bytes(good)


def test_damage_found_by_an_audit_stands_on_the_page_of_the_article(spoilt: Site) -> None:
    hit = spoilt.get(f"/tr/article/{material.LONG}").words
    assert "Son denetim bu makalenin dosyalarında hasar buldu." in hit
    spared = spoilt.get(f"/en/article/{material.GREEK}").words
    assert "damage in the accession; none was found in this article’s files" in spared
    assert "1 unit was found damaged in its last audit." in spoilt.get("/en/").words


def test_a_code_of_another_age_is_shown_by_its_name(spoilt: Site) -> None:
    change(
        spoilt.home,
        "update deliveries_finding set code = 'OF-ANOTHER-AGE' where code = 'ZIP-ENCRYPTED'",
    )
    (link,) = [
        a for a in spoilt.get("/tr/problems").links("//h3/a") if "OF-ANOTHER" in spoilt.get(a).text
    ]
    assert "not OF-ANOTHER-AGE" in spoilt.get(link).words
    assert "OF-ANOTHER-AGE" in spoilt.get("/tr/problems").words


def test_a_run_that_did_not_end_is_told_on_the_status_page(spoilt: Site) -> None:
    mark = spoilt.home / "unfinished"
    assert "did not end well" not in spoilt.get("/en/").words
    mark.touch()
    assert "did not end well" in spoilt.get("/en/").words
    mark.unlink()
