# SPDX-License-Identifier: Apache-2.0
"""Primary keys made from where a row comes from: the object's sequence, and a number inside it."""

from __future__ import annotations

from emanet.model.errors import RegistryError
from emanet.model.ids import normal_doi
from emanet.registry.words import plain

SHIFT = 24
ROWS_MAX = 1 << SHIFT


def key(sequence: int, number: int) -> int:
    """Give ``sequence << 24 | number``; raises RegistryError past 16,777,215 rows an object."""
    if number >= ROWS_MAX:
        raise RegistryError(
            f"Object {sequence} brings more rows of one kind than the registry can number.",
            f"{sequence} numaralı nesne, kütüğün numaralayabileceğinden çok satır getiriyor.",
        )
    return sequence << SHIFT | number


def sequence_of(row_key: int) -> int:
    """The sequence of the object that brought the row with this key."""
    return row_key >> SHIFT


def span(sequence: int) -> tuple[int, int]:
    """The keys an object can give: first, and the first that is no longer its own."""
    return sequence << SHIFT, (sequence + 1) << SHIFT


def subject_key(subject: str) -> str:
    """The subject of an event as it is looked up: a DOI in its form for comparison."""
    folded = normal_doi(subject) if subject[:3] == "10." else ""
    return plain(folded or subject)


class Numbers:
    """Gives the keys of one kind of row for one object after another, counting from 0 in each."""

    def __init__(self) -> None:
        self._sequence = -1
        self._next = 0

    def take(self, sequence: int) -> int:
        """The next key for a row that the object ``sequence`` brings."""
        if sequence != self._sequence:
            self._sequence, self._next = sequence, 0
        number = self._next
        self._next += 1
        return key(sequence, number)
