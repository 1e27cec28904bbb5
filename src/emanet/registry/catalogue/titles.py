# SPDX-License-Identifier: Apache-2.0
"""Which title an article belongs to: by any of its ISSNs, else by name and publisher folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from emanet.model.article import Issn, Record
from emanet.model.ids import fold, normal_issn, sort_key
from emanet.registry import bulk
from emanet.registry.catalogue.models import Title, TitleClash, TitleIssn, TitleName
from emanet.registry.keys import Numbers, sequence_of

_WORDS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=32768)
def folded(text: str) -> str:
    """The words of a text folded and joined by blanks: what names are compared by."""
    return " ".join(_WORDS.findall(fold(text)))


def name_key(name: str, publisher: str) -> str:
    """What a title without ISSN is recognised by; "" when it has no name."""
    words = folded(name)
    return f"{words} / {folded(publisher)}" if words else ""


@lru_cache(maxsize=8192)
def _issn(value: str) -> str:
    return normal_issn(value)


def year_of(record: Record) -> int:
    """The year of publication, 0 when unknown."""
    year = record.year
    return int(year) if year.isascii() and year.isdigit() else 0


@dataclass(slots=True)
class _Name:
    id: int
    title: int
    name: str
    publisher: str
    folded: str
    key: str
    first_year: int
    last_year: int
    first_seen: str
    new: bool = True
    changed: bool = False

    def row(self) -> bulk.Row:
        return (
            self.id,
            self.title,
            self.name,
            self.publisher,
            self.folded,
            self.key,
            self.first_year,
            self.last_year,
            self.first_seen,
        )


@dataclass(slots=True)
class _Number:
    id: int
    title: int
    medium: str
    new: bool = True
    changed: bool = False


@dataclass(slots=True)
class _Known:
    id: int
    name: str
    publisher: str
    first_seen: str
    has_issn: bool
    names: dict[str, _Name] = field(default_factory=dict)
    new: bool = True
    changed: bool = False


class TitleBook:
    """The titles that a batch of articles touches, read once, changed in memory, written once.

    An ISSN never changes its title. An article whose ISSNs belong to several titles goes to the
    one with most of them, of equal ones to the oldest; the others are noted as clashes.
    """

    def __init__(self) -> None:
        self._titles: dict[int, _Known] = {}
        self._issns: dict[str, _Number] = {}
        self._by_key: dict[str, list[int]] = {}
        self._clashes: dict[int, set[int]] = {}
        self._resolved: dict[tuple[tuple[Issn, ...], str, str, int], int] = {}
        self._new_issns: list[bulk.Row] = []
        self._new_clashes: list[bulk.Row] = []
        self._number_issns, self._number_clashes = Numbers(), Numbers()

    def load(self, records: Iterable[Record]) -> None:
        """Read what is known of the titles that these records can touch."""
        by_issns: dict[tuple[Issn, ...], set[tuple[str, str]]] = {}
        for record in records:
            by_issns.setdefault(record.issns, set()).add((record.journal, record.publisher))
        wanted = {_issn(issn.value) for issns in by_issns for issn in issns} - {""}
        for pk, title, value, medium in bulk.find(
            TitleIssn, ("id", "title_id", "issn", "medium"), "issn", sorted(wanted)
        ):
            self._issns[value] = _Number(pk, title, medium, new=False)
        keys = {
            name_key(*name)
            for issns, names in by_issns.items()
            if not any(_issn(issn.value) in self._issns for issn in issns)
            for name in names
        } - {""}
        touched = {number.title for number in self._issns.values()}
        touched.update(row[0] for row in bulk.find(TitleName, ("title_id",), "key", sorted(keys)))
        self._load_titles(sorted(touched))

    def _load_titles(self, touched: list[int]) -> None:
        with_issn = {row[0] for row in bulk.find(TitleIssn, ("title_id",), "title_id", touched)}
        for pk, name, publisher, first_seen in bulk.find(
            Title, ("id", "name", "publisher", "first_seen"), "id", touched
        ):
            self._titles[pk] = _Known(
                pk, name, publisher, first_seen, pk in with_issn, {}, new=False
            )
        for row in bulk.find(TitleName, bulk.columns(TitleName), "title_id", touched):
            known = dict(zip(bulk.columns(TitleName), row, strict=True))
            known["title"] = known.pop("title_id")
            name_row = _Name(**known, new=False)
            self._titles[name_row.title].names[name_row.key] = name_row
            self._by_key.setdefault(name_row.key, []).append(name_row.title)

    def resolve(self, version: int, record: Record, seen: str) -> int | None:
        """Give the key of the title of an article, made now if it is a new one.

        ``version`` is the key of the article's version (a new title takes it), ``seen`` when its
        object was sealed. None when the record names neither ISSN nor journal.
        """
        memo = (record.issns, record.journal, record.publisher, year_of(record))
        known = self._resolved.get(memo)
        if known is not None:
            return known
        issns = {_issn(issn.value): issn.medium for issn in record.issns}
        issns.pop("", None)
        title = self._choose(version, record, issns, seen)
        if title is None:
            return None
        for value, medium in issns.items():
            self._add_issn(title, version, value, medium, seen)
        self._add_name(title, version, record, seen)
        if issns:  # without ISSN a name that a title gains meanwhile may change the answer
            self._resolved[memo] = title.id
        return title.id

    def _choose(
        self, version: int, record: Record, issns: dict[str, str], seen: str
    ) -> _Known | None:
        votes: dict[int, int] = {}
        for value in issns:
            if value in self._issns:
                title = self._issns[value].title
                votes[title] = votes.get(title, 0) + 1
        if votes:
            best = min(votes, key=lambda title: (-votes[title], title))
            for other in sorted(votes.keys() - {best}):
                self._note_clash(version, best, other, issns, seen)
            return self._titles[best]
        key = name_key(record.journal, record.publisher)
        same = [self._titles[title] for title in sorted(self._by_key.get(key, ()))]
        for title_row in same:
            if not issns or not title_row.has_issn:
                return title_row
        if not issns and not key:
            return None
        name, publisher = bulk.plain(record.journal), bulk.plain(record.publisher)
        title_row = _Known(version, name, publisher, seen, has_issn=False)
        self._titles[version] = title_row
        return title_row

    def _add_issn(self, title: _Known, version: int, value: str, medium: str, seen: str) -> None:
        number = self._issns.get(value)
        if number is None:
            pk = self._number_issns.take(sequence_of(version))
            self._issns[value] = _Number(pk, title.id, medium)
            self._new_issns.append((pk, title.id, value, seen))
            title.has_issn = True
        elif medium and not number.medium:
            number.medium, number.changed = medium, True

    def _add_name(self, title: _Known, version: int, record: Record, seen: str) -> None:
        key = name_key(record.journal, record.publisher)
        if not key:
            return
        year = year_of(record)
        name = title.names.get(key)
        if name is None:
            name = _Name(
                version,
                title.id,
                bulk.plain(record.journal),
                bulk.plain(record.publisher),
                folded(record.journal),
                key,
                year,
                year,
                seen,
            )
            title.names[key] = name
            self._by_key.setdefault(key, []).append(title.id)
        elif year and not name.first_year <= year <= name.last_year:
            name.first_year = min(name.first_year or year, year)
            name.last_year = max(name.last_year, year)
            name.changed = True
        # A back-file that comes late does not bring its old name back.
        present = max(title.names.values(), key=lambda n: (n.last_year, n.id))
        if (present.name, present.publisher) != (title.name, title.publisher):
            title.name, title.publisher, title.changed = present.name, present.publisher, True

    def _note_clash(
        self, version: int, title: int, other: int, issns: dict[str, str], seen: str
    ) -> None:
        if title not in self._clashes:
            self._clashes[title] = {
                row[0] for row in bulk.find(TitleClash, ("other_id",), "title_id", [title])
            }
        if other in self._clashes[title]:
            return
        self._clashes[title].add(other)
        issn = next(v for v in issns if v in self._issns and self._issns[v].title == other)
        pk = self._number_clashes.take(sequence_of(version))
        self._new_clashes.append((pk, title, other, version, issn, seen))

    def save(self) -> None:
        """Write what is new and what has changed."""
        titles = [title for title in self._titles.values() if title.new]
        bulk.load(Title, [_title_row(title) for title in titles])
        changed = [t for t in self._titles.values() if t.changed and not t.new]
        bulk.rewrite(
            Title,
            ("name", "publisher", "folded", "sort_key"),
            [(t.id, *_title_row(t)[1:5]) for t in changed],
        )
        bulk.load(
            TitleIssn,
            [
                (pk, title, value, self._issns[value].medium, seen)
                for pk, title, value, seen in self._new_issns
            ],
        )
        bulk.rewrite(
            TitleIssn,
            ("medium",),
            [(n.id, n.medium) for n in self._issns.values() if n.changed and not n.new],
        )
        bulk.load(TitleName, [name.row() for name in self._all_names() if name.new])
        bulk.rewrite(
            TitleName,
            ("first_year", "last_year"),
            [
                (name.id, name.first_year, name.last_year)
                for name in self._all_names()
                if name.changed and not name.new
            ],
        )
        bulk.load(TitleClash, self._new_clashes)

    def _all_names(self) -> Iterator[_Name]:
        return (name for title in self._titles.values() for name in title.names.values())


def _title_row(title: _Known) -> bulk.Row:
    name = bulk.plain(title.name)
    return (
        title.id,
        name,
        bulk.plain(title.publisher),
        folded(name),
        bulk.plain(sort_key(name)),
        title.first_seen,
    )
