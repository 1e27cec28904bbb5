# SPDX-License-Identifier: Apache-2.0
"""Sealed objects made ready for the registry by workers; nothing here needs a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import msgspec

from emanet.registry.prepared import Prepared
from emanet.registry.preparing import pack, prepare, unpack
from emanet.storage.archive import Archive
from emanet.work.runner import Crew, Shape, run

Reopen = Callable[[], Archive]
"""Opens the archive in another process; it goes to the workers, so it must pickle."""


class Order(msgspec.Struct, frozen=True):
    """One object to be made ready: its place in the sequence of orders, and its id."""

    number: int
    reopen: Reopen
    object: str


@lru_cache(maxsize=1)
def _opened(reopen: Reopen) -> Archive:
    return reopen()


def make_ready(order: Order) -> bytes:
    """Read the records of one object and make its rows, as far as it alone determines them."""
    return pack(prepare(_opened(order.reopen).records(order.object)))


def prepared(
    archive: Archive, reopen: Reopen, objects: Iterable[str], crew: Crew
) -> Iterator[Prepared]:
    """Give the objects made ready, in the order given, by the workers of a crew.

    What a worker could not do is done here, so that its error, if there is one, is raised. Raises
    DamageError when an index of an object cannot be read.
    """
    orders = (Order(number, reopen, name) for number, name in enumerate(objects))
    waiting: dict[int, Prepared] = {}
    following = 0
    for result in run(orders, make_ready, crew, shape=Shape(items=1)):
        order = result.task
        waiting[order.number] = (
            unpack(result.value)
            if result.value is not None
            else prepare(archive.records(order.object))
        )
        while following in waiting:
            yield waiting.pop(following)
            following += 1
