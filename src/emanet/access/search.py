# SPDX-License-Identifier: Apache-2.0
"""Full-text search over titles, abstracts and authors: tantivy behind a port of a few verbs.

The index is a cache in a folder handed in: it is filled from the registry's documents, and one that
is missing, damaged or of another age is begun anew, empty. It knows how far it has come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import tantivy

from emanet.model.article import Text
from emanet.model.errors import RegistryError, StoreBusy
from emanet.model.ids import fold
from emanet.model.search import SearchDocument

_AGE = 1  # of the fields below; another number begins the index anew
_STATE = "emanet.json"
_WORDS = re.compile(r"[^\W_]+")
_WORD_MAX = 60  # characters of a word that count
_QUERY_WORDS_MAX = 40
_PREFIX = 5  # letters; a Turkish stem is seldom longer before its endings begin
_ENGLISH = ("en", "eng")

# Field and weight: the title before the authors before the rest, the word as written before its
# English stem before its first letters.
_WEIGHTS = (
    ("title", 6.0),
    ("title_en", 3.0),
    ("title_tr", 2.0),
    ("authors", 4.0),
    ("body", 1.5),
    ("body_en", 0.8),
    ("body_tr", 0.5),
)


class Hit(msgspec.Struct, frozen=True):
    """An article found: its key in the registry, and how well it fits (only for the order)."""

    id: int
    score: float


class Hits(msgspec.Struct, frozen=True):
    """What a search found: how many in all, and one page of them, best first."""

    total: int
    hits: tuple[Hit, ...]


class _State(msgspec.Struct, frozen=True):
    age: int
    reached: int


class SearchIndex:
    """The index in one folder. One process writes at a time; any number read meanwhile."""

    def __init__(self, folder: Path, *, heap_mb: int = 64, threads: int = 1) -> None:
        """Open the index in ``folder``, made if it is missing.

        ``heap_mb`` and ``threads`` are for writing (at least 15 MB a thread). Raises RegistryError
        when the folder cannot be used.
        """
        self._folder = folder
        self._heap = heap_mb << 20
        self._threads = threads
        stems = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        self._analyzer = stems.filter(tantivy.Filter.stemmer("english")).build()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = self._open()
        except OSError as error:
            raise RegistryError(
                f"The search index in {folder} cannot be opened: {error}",
                f"{folder} içindeki arama dizini açılamıyor: {error}",
            ) from error
        self._schema = self._index.schema
        self._seen = self._stamp()

    def _open(self) -> tantivy.Index:
        path = str(self._folder)
        if self._state().age == _AGE and tantivy.Index.exists(path):
            try:
                if tantivy.Index.is_compatible(path):
                    return self._with_analyzers(tantivy.Index.open(path))
            except (ValueError, OSError):
                pass  # damaged: as good as missing
        return self._begin()

    def _begin(self) -> tantivy.Index:
        for old in self._folder.iterdir():
            if old.is_file():
                old.unlink()
        index = self._with_analyzers(tantivy.Index(_schema(), path=str(self._folder)))
        self._write_state(0)
        return index

    def _with_analyzers(self, index: tantivy.Index) -> tantivy.Index:
        words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer("words", words)
        index.register_tokenizer("stems", self._analyzer)
        return index

    def reached(self) -> int:
        """The key of the last version whose article is in the index; 0 for an empty index."""
        return self._state().reached

    def count(self) -> int:
        """How many articles are in the index."""
        self._refresh()
        return int(self._index.searcher().num_docs)

    def put(self, documents: Iterable[SearchDocument]) -> int:
        """Add documents, each in place of an earlier one of the same article; gives how many.

        Durable and visible when it returns. Takes them by ascending version; ``reached`` then
        gives the last one's. A run that dies before changes nothing, and may be repeated.
        """
        count, reached = 0, self.reached()
        fresh = self.count() == 0
        seen: set[int] = set()
        with self._writer() as writer:
            for document in documents:
                if not fresh or document.id in seen:
                    writer.delete_documents_by_term("id", str(document.id))
                seen.add(document.id)
                writer.add_document(_document(document))
                reached = max(reached, document.version)
                count += 1
        if count:
            self._write_state(reached)
        return count

    def remove(self, articles: Iterable[int]) -> None:
        """Take articles out; unknown ones are passed over."""
        with self._writer() as writer:
            for article in articles:
                writer.delete_documents_by_term("id", str(article))

    def clear(self) -> None:
        """Take everything out: ``reached`` is 0 afterwards."""
        self._write_state(0)
        with self._writer() as writer:
            writer.delete_all_documents()

    def search(
        self,
        text: str,
        limit: int = 20,
        offset: int = 0,
        *,
        journal: int = 0,
        years: tuple[int, int] | None = None,
    ) -> Hits:
        """Find the articles that hold every word of ``text``, best first.

        Any text will do: all but letters and digits only parts words, and nothing in it is a
        command. ``journal`` (a title's key) and ``years`` (first and last, inclusive) narrow the
        search; with them, a text without words finds all that is left. Raises RegistryError when
        the index is damaged.
        """
        words = list(dict.fromkeys(_words(text)))[:_QUERY_WORDS_MAX]
        must = [self._word_query(word) for word in words]
        if journal:
            must.append(_exactly(self._schema, "journal", str(journal)))
        if years is not None:
            query = tantivy.Query.range_query(
                self._schema, "year", tantivy.FieldType.Integer, years[0], years[1]
            )
            must.append(tantivy.Query.const_score_query(query, 0.0))
        if not must:
            return Hits(0, ())
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in must])
        self._refresh()
        try:
            searcher = self._index.searcher()
            # Any: the result's count is missing from the stubs
            found: Any = searcher.search(query, limit=max(limit, 1), offset=max(offset, 0))
            hits = tuple(
                Hit(int(str(searcher.doc(address).get_first("id"))), float(score))
                for score, address in found.hits[: max(limit, 0)]
            )
        except (ValueError, OSError) as error:
            raise _damaged(self._folder, error) from error
        return Hits(int(found.count), hits)

    def _word_query(self, word: str) -> tantivy.Query:
        forms = {"": word, "tr": word[:_PREFIX], "en": self._analyzer.analyze(word)[0]}
        parts = []
        for name, weight in _WEIGHTS:
            term = forms[name.partition("_")[2]]
            query = tantivy.Query.term_query(self._schema, name, term, index_option="freq")
            parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, weight)))
        return tantivy.Query.boolean_query(parts)

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        try:
            writer = self._index.writer(heap_size=self._heap, num_threads=self._threads)
        except ValueError as error:
            raise StoreBusy(
                f"The search index in {self._folder} is being written by another process.",
                f"{self._folder} içindeki arama dizinine başka bir süreç yazıyor.",
            ) from error
        try:
            yield writer
            writer.commit()
        except (ValueError, OSError) as error:
            raise _damaged(self._folder, error) from error
        finally:
            writer.wait_merging_threads()
        self._index.reload()
        self._seen = self._stamp()

    def _refresh(self) -> None:
        stamp = self._stamp()
        if stamp != self._seen:
            try:
                self._index.reload()
            except (ValueError, OSError) as error:
                raise _damaged(self._folder, error) from error
            self._seen = stamp

    def _stamp(self) -> int:
        """Changes when another process has committed."""
        try:
            return (self._folder / "meta.json").stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _state(self) -> _State:
        try:
            return msgspec.json.decode((self._folder / _STATE).read_bytes(), type=_State)
        except (FileNotFoundError, msgspec.DecodeError):
            return _State(0, 0)

    def _write_state(self, reached: int) -> None:
        part = self._folder / f"{_STATE}.part"
        part.write_bytes(msgspec.json.encode(_State(_AGE, reached)))
        part.replace(self._folder / _STATE)


def _damaged(folder: Path, error: Exception) -> RegistryError:
    return RegistryError(
        f"The search index in {folder} is damaged: {error}",
        f"{folder} içindeki arama dizini bozuk: {error}",
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Text, for a number cannot be deleted by: that deletes nothing, and says nothing.
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("journal", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", indexed=True, fast=True)
    for name, _ in _WEIGHTS:
        tokenizer = "stems" if name.endswith("_en") else "words"
        builder.add_text_field(name, tokenizer_name=tokenizer, index_option="freq")
    return builder.build()


def _exactly(schema: tantivy.Schema, field: str, value: str) -> tantivy.Query:
    query = tantivy.Query.term_query(schema, field, value, index_option="basic")
    return tantivy.Query.const_score_query(query, 0.0)


def _words(text: str) -> list[str]:
    return [word[:_WORD_MAX] for word in _WORDS.findall(fold(text))]


def _document(given: SearchDocument) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", str(given.id))
    if given.journal:
        document.add_text("journal", str(given.journal))
    document.add_integer("year", given.year)
    for field, texts in (("title", given.titles), ("body", given.bodies)):
        for text in texts:
            _add_text(document, field, text)
    document.add_text("authors", " ".join(_words(" ".join(given.authors))))
    return document


def _add_text(document: tantivy.Document, field: str, text: Text) -> None:
    """Add a text: as it is, by first letters unless it is English, by stems unless it is not."""
    words = _words(text.text)
    language = text.language.lower().replace("_", "-").partition("-")[0]
    document.add_text(field, " ".join(words))
    if language not in _ENGLISH:
        document.add_text(f"{field}_tr", " ".join(word[:_PREFIX] for word in words))
    if not language or language in _ENGLISH:
        document.add_text(f"{field}_en", " ".join(words))
