# SPDX-License-Identifier: Apache-2.0
"""A large delivery cut into parts that workers can read, and what one worker does with one."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from emanet.formats.publishers.survey import Survey
from emanet.formats.publishers.understand import understand
from emanet.ingest import checks
from emanet.ingest.contents import Contents, contents
from emanet.ingest.members import Depth, Facts
from emanet.ingest.reach import Found, Reach
from emanet.ingest.survey import (
    Order,
    build,
    read_members,
    still_wanted,
    survey,
    with_digests,
)
from emanet.model.delivery import Method
from emanet.model.errors import SourceChanged, WorkError
from emanet.model.finding import Finding
from emanet.model.package import Package

_OURS = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM))


class Sizes(msgspec.Struct, frozen=True):
    """How work is divided. None of it changes any answer.

    A delivery of at most ``whole_bytes`` and ``whole_files`` is one task; else its members are read
    in parts of about ``part_bytes`` and ``part_files``, ``tar_times`` as much where each part must
    decode a compressed TAR, or a large compressed container in another, from its start. Up to
    ``window_drops`` deliveries or ``window_bytes`` are under way at once.
    """

    whole_bytes: int = 96 << 20
    whole_files: int = 600
    part_bytes: int = 48 << 20
    part_files: int = 48
    tar_times: int = 40
    window_drops: int = 48
    window_bytes: int = 192 << 20


class Examined(msgspec.Struct, frozen=True):
    """A delivery examined: the package as understood and every finding about it.

    ``left`` says why it was left alone this time (a file changed or could not be read); then there
    is no package.
    """

    order: Order
    package: Package | None = None
    findings: tuple[Finding, ...] = ()
    left: Finding | None = None


class First(msgspec.Struct, frozen=True):
    """A first look: at the whole when it is small enough (``files_max``), else at the list."""

    order: Order
    whole: bool
    files_max: int


class Part(msgspec.Struct, frozen=True):
    """Some members of a delivery, to be read together, with the containers that they lie in."""

    number: int  # of the delivery, in its window
    order: Order
    containers: tuple[Found, ...]
    members: tuple[Found, ...]
    depth: Depth

    @property
    def weight(self) -> int:
        """Bytes to be read."""
        return sum(found.bytes for found in self.members)


class Last(msgspec.Struct, frozen=True):
    """A delivery read in parts, to be concluded: built, understood, checked."""

    number: int
    order: Order
    listed: Contents
    facts: tuple[Facts, ...]
    more: tuple[Facts, ...]
    findings: tuple[Finding, ...]
    final: bool  # no further digests will come


class Wanted(msgspec.Struct, frozen=True):
    """Digests that must be taken before a delivery can be concluded: ordinal to algorithms."""

    digests: dict[int, set[str]]


def look(task: First) -> Examined | Contents:
    """Examine a delivery whole, or list it only (in a worker)."""
    order = task.order
    try:
        with Reach(order.drop, order.opener, order.limits) as reach:
            listed = contents(order.drop, reach, order.limits)
            if not task.whole or len(listed.found) > task.files_max:
                return listed
            return conclude_survey(order, survey(order, listed, reach), ())
    except (SourceChanged, OSError) as error:
        return Examined(order, left=why_left(order, error))


def read_part(part: Part) -> list[Facts] | Examined:
    """Read a part (in a worker)."""
    try:
        return read_members(part.order, part.containers, part.members, part.depth)
    except (SourceChanged, OSError) as error:
        return Examined(part.order, left=why_left(part.order, error))


def conclude(task: Last) -> Examined | Wanted:
    """Put a delivery together from its parts (in a worker)."""
    made = build(task.order, task.listed, task.facts)
    if task.final:
        made = with_digests(made, task.more)
    elif missing := still_wanted(made):
        return Wanted(missing)
    return conclude_survey(task.order, made, task.findings)


def conclude_survey(order: Order, made: Survey, findings: Iterable[Finding]) -> Examined:
    """Understand a survey and check it as far as it can be checked alone."""
    package = understand(made)
    found = checks.gather(made, package, findings)
    return Examined(order, checks.mark_held(package, found), found)


def not_examined(task: Last, code: str, words: str) -> Examined:
    """What is left to say of a delivery that could not be concluded: all of it waits, unread."""
    made = build(task.order, task.listed, task.facts)
    finding = Finding("DELIVERY-UNEXAMINED", "", {"code": code, "words": words})
    findings = checks.distinct((finding, *task.findings, *made.findings))
    package = Package(made.delivery, "", made.members, findings=findings)
    return Examined(task.order, checks.hold_all(package), findings)


def why_left(order: Order, error: Exception) -> Finding:
    """The finding for a drop that is left alone; raises WorkError when the fault is ours."""
    if isinstance(error, SourceChanged):
        return Finding("DROP-CHANGED", order.drop.name)
    number = error.errno if isinstance(error, OSError) else None
    if number in _OURS:
        raise WorkError(
            f"A worker ran out of room for temporary files or of open files: {error}",
            f"Bir işçi sürecin geçici dosya yeri ya da açık dosya hakkı bitti: {error}",
        ) from error
    return Finding("DROP-UNREADABLE", order.drop.name, {"why": str(error)})


def cut(
    number: int,
    order: Order,
    listed: Contents,
    members: Sequence[Found],
    depth: Depth,
    sizes: Sizes,
) -> Iterator[Part]:
    """Cut members into parts, in their order.

    Larger ones where each part must decode from the start what it lies in: a compressed TAR, or a
    large container that is compressed in another.
    """
    batch: list[Found] = []
    weight = 0
    before = False
    coded: dict[int | None, bool] = {None: False}
    for found in members:
        dear = _is_forward(found) or _in_coded(found.parent, listed, sizes, coded)
        times = sizes.tar_times if dear else 1
        full = (
            len(batch) >= sizes.part_files * times
            or weight + found.bytes > sizes.part_bytes * times
            or before != dear
        )
        if batch and full:
            yield _part(number, order, listed, batch, depth)
            batch, weight = [], 0
        batch.append(found)
        weight += found.bytes
        before = dear
    if batch:
        yield _part(number, order, listed, batch, depth)


def divide(part: Part, listed: Contents, sizes: Sizes) -> list[Part]:
    """Cut a part that killed its worker: in two while it is large, then into single members."""
    members = part.members
    if len(members) > 2 * sizes.part_files:
        middle = len(members) // 2
        pieces: list[Sequence[Found]] = [members[:middle], members[middle:]]
    else:
        pieces = [(found,) for found in members]
    return [_part(part.number, part.order, listed, piece, part.depth) for piece in pieces]


def _part(
    number: int, order: Order, listed: Contents, members: Sequence[Found], depth: Depth
) -> Part:
    above: dict[int, Found] = {}
    for found in members:
        parent = found.parent
        while parent is not None and parent not in above:
            above[parent] = listed.found[parent]
            parent = listed.found[parent].parent
    return Part(number, order, tuple(above.values()), tuple(members), depth)


def _in_coded(
    ordinal: int | None, listed: Contents, sizes: Sizes, known: dict[int | None, bool]
) -> bool:
    """Whether a container, or one that it lies in, is large and compressed in its own container."""
    if ordinal not in known:
        assert ordinal is not None
        container = listed.found[ordinal]
        packed = any(step.method is not Method.STORED for step in container.inner)
        large = packed and container.bytes > sizes.part_bytes
        known[ordinal] = large or _in_coded(container.parent, listed, sizes, known)
    return known[ordinal]


def _is_forward(found: Found) -> bool:
    return len(found.inner) > 1 and found.inner[0].method is not Method.STORED
