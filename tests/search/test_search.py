# SPDX-License-Identifier: Apache-2.0
"""The search finds words whatever their casing, accents and endings, and ranks sensibly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emanet.access.search import SearchIndex
from emanet.model.article import Author, Record, Text
from emanet.model.errors import RegistryError, StoreBusy
from emanet.model.search import SearchDocument, search_document


def document(key: int, title: str, language: str = "", **more: object) -> SearchDocument:
    """A document with what a test cares for; its version is its key plus 100."""
    version = int(str(more.pop("version", key + 100)))
    titles = (Text(title, language),)
    return SearchDocument(key, version, titles, **more)  # type: ignore[arg-type]


def ids(index: SearchIndex, text: str, **more: object) -> list[int]:
    """The keys found, best first."""
    return [hit.id for hit in index.search(text, **more).hits]  # type: ignore[arg-type]


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    """An empty index."""
    return SearchIndex(tmp_path / "search")


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Işık hızı", "ışık IŞIK isik Isik ISIK işık"),
        ("İzmir'de hava", "izmir İzmir IZMIR İZMİR ızmır"),
        ("DİYARBAKIR", "diyarbakır Diyarbakir"),
        ("Çocuklarda şeker ölçümü", "COCUKLARDA Şeker olcumu"),
        ("Εισαγωγή στην Ιατρική", "εισαγωγη ΕΙΣΑΓΩΓΗ ΙΑΤΡΙΚΉ ιατρική"),
        ("Οι νόμοι του κράτους", "ΝΟΜΟΙ ΚΡΑΤΟΥΣ κρατους"),  # final sigma
        ("Straße und Öl", "strasse STRASSE ol"),
        ("Bayés na\u00efve", "bayes NAÏVE"),
        ("Bayés", "baye\u0301s"),  # composed and decomposed
    ],
)
def test_casing_and_accents_do_not_matter(index: SearchIndex, written: str, asked: str):
    index.put([document(1, written), document(2, "Something else")])
    for word in asked.split():
        assert ids(index, word) == [1], word


def test_turkish_endings_are_looked_through(index: SearchIndex):
    index.put(
        [
            document(1, "Kitaplarımızdan seçmeler", "tr"),
            document(2, "Kitap", "tr"),
            document(3, "Internet for internationals", "en"),
        ]
    )
    assert ids(index, "kitap") == [2, 1]  # exact before prefix
    assert ids(index, "kitapların") == [2, 1] or ids(index, "kitapların") == [1, 2]
    assert ids(index, "interval") == []  # an English text is not cut to five letters


def test_english_endings_are_looked_through(index: SearchIndex):
    index.put([document(1, "Studies of cells", "en"), document(2, "A study of a cell", "en")])
    assert ids(index, "study cell") == [2, 1]
    assert sorted(ids(index, "studying")) == [1, 2]


def test_title_stands_before_authors_and_abstract(index: SearchIndex):
    index.put(
        [
            document(1, "Other", bodies=(Text("A photon, and a photon", "en"),)),
            document(2, "Photon", "en"),
            document(3, "Other", authors=("Ada Photon",)),
        ]
    )
    assert ids(index, "photon") == [2, 3, 1]


def test_every_word_must_be_there_somewhere(index: SearchIndex):
    index.put(
        [
            document(1, "Light", "en", authors=("Gökhan Şimşek",), bodies=(Text("speed"),)),
            document(2, "Light", "en"),
        ]
    )
    assert ids(index, "light SIMSEK speed") == [1]
    assert ids(index, "light, simsek; darkness") == []


def test_texts_in_several_languages_are_all_found(index: SearchIndex):
    record = Record(
        title="Işığın kırılması",
        subtitle="Bir deneme",
        languages=("tr",),
        translated_titles=(Text("The refraction of light", "en"),),
        abstracts=(Text("Özet burada", "tr"), Text("Abstracts are here", "en")),
        keywords=(Text("mercek", "tr"),),
        authors=(Author("Yılmaz", "Ayşe"),),
    )
    index.put([search_document(5, 6, record, journal=2, year=2020)])
    for text in ("kirilma", "deneme", "refraction light", "ozet", "abstract", "MERCEK", "ayse"):
        assert ids(index, text) == [5], text


def test_journal_and_years_narrow(index: SearchIndex):
    index.put(
        [document(n, "Light", journal=n % 2 + 1, year=2000 + n, version=n) for n in range(1, 7)]
    )
    assert sorted(ids(index, "light", journal=1)) == [2, 4, 6]
    assert sorted(ids(index, "light", years=(2003, 2005))) == [3, 4, 5]
    assert sorted(ids(index, "", journal=2, years=(2004, 2009))) == [5]
    assert ids(index, "light", journal=12) == []
    plain = index.search("light").hits[0].score
    assert index.search("light", journal=1).hits[0].score == pytest.approx(plain)


def test_pages_do_not_overlap(index: SearchIndex):
    index.put(document(n, f"Light {'beam ' * (n % 7)}") for n in range(50))
    first = index.search("light", limit=20)
    second = index.search("light", limit=20, offset=20)
    third = index.search("light", limit=20, offset=40)
    assert first.total == second.total == 50
    found = [hit.id for hits in (first, second, third) for hit in hits.hits]
    assert sorted(found) == list(range(50))
    assert index.search("light", limit=0).hits == ()
    assert index.search("light", limit=0).total == 50


def test_a_document_takes_the_place_of_its_forerunner(index: SearchIndex):
    assert index.reached() == 0
    assert index.put([document(1, "First"), document(1, "Second", version=102)]) == 2
    assert (ids(index, "first"), ids(index, "second")) == ([], [1])
    assert index.put([document(1, "Third", version=103), document(2, "Third", version=104)]) == 2
    assert (ids(index, "second"), sorted(ids(index, "third"))) == ([], [1, 2])
    assert (index.count(), index.reached()) == (2, 104)
    index.remove([2, 99])
    assert ids(index, "third") == [1]
    index.clear()
    assert (index.count(), index.reached(), ids(index, "third")) == (0, 0, [])


def test_what_was_put_is_there_after_opening_again(index: SearchIndex, tmp_path: Path):
    index.put([document(1, "Işık")])
    again = SearchIndex(tmp_path / "search")
    assert (ids(again, "isik"), again.reached()) == ([1], 101)
    again.put([document(2, "Işık")])
    assert sorted(ids(index, "isik")) == [1, 2]  # a reader sees what another has put


@pytest.mark.parametrize("harm", ["meta", "state", "age", "alien"])
def test_an_index_that_cannot_be_used_is_begun_anew(tmp_path: Path, harm: str):
    folder = tmp_path / "search"
    SearchIndex(folder).put([document(1, "Işık")])
    if harm == "meta":
        (folder / "meta.json").write_bytes(b"{ not json")
    elif harm == "state":
        (folder / "emanet.json").unlink()
    elif harm == "age":
        (folder / "emanet.json").write_bytes(b'{"age": 0, "reached": 9}')
    else:
        text = (folder / "meta.json").read_text()
        (folder / "meta.json").write_text(text.replace('"title_tr"', '"title_xx"'))
        (folder / "emanet.json").write_bytes(b"[]")
    again = SearchIndex(folder)
    assert (again.count(), again.reached()) == (0, 0)
    again.put([document(1, "Işık")])
    assert ids(again, "isik") == [1]


def test_a_writer_that_fails_leaves_what_was(index: SearchIndex):
    index.put([document(1, "Light")])

    def broken():
        yield document(2, "Light")
        raise RuntimeError("the registry went away")

    with pytest.raises(RuntimeError):
        index.put(broken())
    assert (ids(index, "light"), index.reached()) == ([1], 101)
    index.put([document(3, "Light")])
    assert sorted(ids(index, "light")) == [1, 3]


def test_two_writers_do_not_mix(index: SearchIndex, tmp_path: Path):
    other = SearchIndex(tmp_path / "search")

    def while_the_other_writes():
        yield document(1, "Light")
        with pytest.raises(StoreBusy, match="another process"):
            other.put([document(2, "Light")])

    index.put(while_the_other_writes())
    assert ids(index, "light") == [1]


def test_a_folder_that_cannot_be_is_our_error(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RegistryError):
        SearchIndex(tmp_path / "file")


def test_lost_segments_are_seen_and_the_index_begun_anew(index: SearchIndex, tmp_path: Path):
    index.put([document(1, "Light")])
    lost = list((tmp_path / "search").glob("*.term"))
    assert lost
    for segment in lost:
        segment.unlink()
    assert SearchIndex(tmp_path / "search").reached() == 0


@settings(max_examples=150, deadline=None, derandomize=True)
@given(text=st.text(max_size=200) | st.sampled_from(['"', "a AND", "title:x^", "[1 TO", "\0", "*"]))
def test_no_text_is_a_syntax_error(shared_index: SearchIndex, text: str):
    assert shared_index.search(text).total in (0, 1)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    word=st.text(
        st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=1, max_size=12
    )
)
def test_a_word_is_found_in_upper_and_lower_case(tmp_path_factory, word: str):
    index = SearchIndex(tmp_path_factory.mktemp("i"), heap_mb=15)
    index.put([document(1, word)])
    for form in (word, word.upper(), word.lower(), word.title()):
        assert ids(index, form) == [1], form


@pytest.fixture(scope="module")
def shared_index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    """An index with one document."""
    index = SearchIndex(tmp_path_factory.mktemp("search"))
    index.put([document(1, "Light a title 1 to x")])
    return index


def test_the_search_knows_no_django():
    code = "import emanet.access.search, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
