# SPDX-License-Identifier: Apache-2.0
"""Which title an article belongs to: by any of its ISSNs, else by name and publisher folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from emanet.model.ids import sort_key
from emanet.registry import bulk
from emanet.registry.catalogue.models import Title, TitleClash, TitleIssn, TitleName
from emanet.registry.keys import Numbers, sequence_of
from emanet.registry.prepared import Line, Row
from emanet.registry.words import folded, plain


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

    def row(self) -> Row:
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
        self._resolved: dict[tuple[tuple[tuple[str, str], ...], str, str, int], int] = {}
        self._new_issns: list[Row] = []
        self._new_clashes: list[Row] = []
        self._number_issns, self._number_clashes = Numbers(), Numbers()

    def load(self, lines: Sequence[Line]) -> None:
        """Read what is known of the titles that these versions can touch."""
        keys_by_issns: dict[tuple[tuple[str, str], ...], set[str]] = {}
        for line in lines:
            keys_by_issns.setdefault(line.issns, set()).add(line.name_key)
        wanted = {value for issns in keys_by_issns for value, _ in issns}
        for pk, title, value, medium in bulk.find(
            TitleIssn, ("id", "title_id", "issn", "medium"), "issn", sorted(wanted)
        ):
            self._issns[value] = _Number(pk, title, medium, new=False)
        keys = {
            name_key
            for issns, name_keys in keys_by_issns.items()
            if not any(value in self._issns for value, _ in issns)
            for name_key in name_keys
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

    def resolve(self, line: Line, seen: str) -> int | None:
        """Give the key of the title of an article, made now if it is a new one.

        A new title takes the key of the version; ``seen`` is when its object was sealed. None when
        the record names neither ISSN nor journal.
        """
        memo = (line.issns, line.journal, line.publisher, line.year)
        known = self._resolved.get(memo)
        if known is not None:
            return known
        title = self._choose(line, seen)
        if title is None:
            return None
        for value, medium in line.issns:
            self._add_issn(title, line.version, value, medium, seen)
        self._add_name(title, line, seen)
        if line.issns:  # without ISSN a name that a title gains meanwhile may change the answer
            self._resolved[memo] = title.id
        return title.id

    def _choose(self, line: Line, seen: str) -> _Known | None:
        votes: dict[int, int] = {}
        for value, _ in line.issns:
            if value in self._issns:
                title = self._issns[value].title
                votes[title] = votes.get(title, 0) + 1
        if votes:
            best = min(votes, key=lambda title: (-votes[title], title))
            for other in sorted(votes.keys() - {best}):
                self._note_clash(line, best, other, seen)
            return self._titles[best]
        same = [self._titles[title] for title in sorted(self._by_key.get(line.name_key, ()))]
        for title_row in same:
            if not line.issns or not title_row.has_issn:
                return title_row
        if not line.issns and not line.name_key:
            return None
        title_row = _Known(line.version, line.journal, line.publisher, seen, has_issn=False)
        self._titles[line.version] = title_row
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

    def _add_name(self, title: _Known, line: Line, seen: str) -> None:
        key, year = line.name_key, line.year
        if not key:
            return
        name = title.names.get(key)
        if name is None:
            name = _Name(
                line.version,
                title.id,
                line.journal,
                line.publisher,
                folded(line.journal),
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

    def _note_clash(self, line: Line, title: int, other: int, seen: str) -> None:
        if title not in self._clashes:
            self._clashes[title] = {
                row[0] for row in bulk.find(TitleClash, ("other_id",), "title_id", [title])
            }
        if other in self._clashes[title]:
            return
        self._clashes[title].add(other)
        issn = next(v for v, _ in line.issns if v in self._issns and self._issns[v].title == other)
        pk = self._number_clashes.take(sequence_of(line.version))
        self._new_clashes.append((pk, title, other, line.version, issn, seen))

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


def _title_row(title: _Known) -> Row:
    name = title.name
    return (
        title.id,
        name,
        title.publisher,
        folded(name),
        plain(sort_key(name)),
        title.first_seen,
    )
