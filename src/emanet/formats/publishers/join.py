# SPDX-License-Identifier: Apache-2.0
"""Which files are one article: by folder and stem, by what the XML names, by standing alone.

Used for every layout; what differs between publishers is data (layouts.toml). Nothing is joined on
a guess: where two articles could claim a file, nobody gets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from emanet.formats.publishers.desk import Claim, Desk, is_broken
from emanet.formats.publishers.layouts import layouts
from emanet.formats.publishers.merge import same_article
from emanet.formats.publishers.tree import Kind, Node, extension, fold_name, stem_of
from emanet.model.article import Record
from emanet.model.finding import Finding
from emanet.model.ids import normal_doi

K = TypeVar("K")

_ALIKE_MAX = 16  # a DOI that more articles share says nothing of whom a description belongs to
_CUTS_MAX = 12  # parts taken off a file's name in search of its article's stem
_SEPARATORS = "-_. "
_CUT = re.compile(rf"[{re.escape(_SEPARATORS)}]+")
_FILES = (Kind.PDF, Kind.IMAGE, Kind.OTHER, Kind.XML, Kind.SGML)


def open_articles(desk: Desk) -> None:
    """Begin an article for each file that holds one, and seat what else describes it beside it."""
    _open_articles(desk)
    _seat_witnesses(desk)
    _open_unread(desk)


def give_files(desk: Desk) -> None:
    """Sort the other files into the articles, as far as names and mentions say."""
    _by_mention(desk)
    _by_stem(desk)
    _by_standing_alone(desk)


def _open_articles(desk: Desk) -> None:
    by_key: dict[tuple[str, str], Claim] = {}
    for node in desk.tree.nodes:
        reading = node.reading
        if node.kind is not Kind.XML or reading is None:
            continue
        if reading.kind == "issue":
            for record in reading.records.values():
                desk.open(node, record)
        elif reading.kind == "article" and reading.record is not None:
            key = (node.place, node.stem)
            twin = by_key.get(key)
            said = desk.record_of(twin) if twin is not None else None
            if twin is not None and said is not None and same_article(said, reading.record):
                desk.give(twin, node)
                twin.readings.append(node.ordinal)
            else:
                by_key.setdefault(key, desk.open(node))


def _seat_witnesses(desk: Desk) -> None:
    """Join headers and metadata to their articles; what belongs to none begins one itself."""
    at = _by_key(desk.claims)
    for node in desk.tree.nodes:
        reading = node.reading
        if node.kind is not Kind.XML or reading is None:
            continue
        if reading.kind not in ("header", "metadata"):
            continue
        records = list(reading.records.values()) or (
            [reading.record] if reading.record is not None else []
        )
        for record in records:
            beside = at.get((node.place, node.stem))
            owners = desk.alike(record)
            if beside is not None and beside in owners:
                owners = [beside]  # of several with this DOI the one of the same stem
            elif not owners and beside is not None and len(records) == 1:
                owners = [beside] if _may_describe(desk, beside, record) else []
            for claim in owners if len(owners) <= _ALIKE_MAX else ():
                desk.give(claim, node)
                claim.witnesses.append((node.path, record))
            if not owners:
                claim = desk.open(node, record if len(records) > 1 else None)
                if len(records) == 1:
                    at.setdefault((node.place, node.stem), claim)


def _may_describe(desk: Desk, beside: Claim, record: Record) -> bool:
    """Whether metadata of the same stem describe an article, whatever they say of its DOI.

    Beside the article's own file they are a witness that contradicts; beside other metadata with
    another DOI they describe another article.
    """
    main = desk.tree.nodes[next(iter(beside.members))].reading
    return (main is not None and main.kind == "article") or desk.may_be(beside, record)


def _open_unread(desk: Desk) -> None:
    """Hold article files that cannot be read; their places do not pass to a neighbour."""
    at = _by_key(desk.claims)
    places = {claim.place for claim in desk.claims}
    for node in desk.tree.nodes:
        sgml = node.kind is Kind.SGML
        if not sgml and not (node.kind is Kind.XML and is_broken(node)):
            continue
        beside = at.get((node.place, node.stem))
        if beside is not None:
            desk.give(beside, node)
            if not sgml:
                desk.held.add(node.ordinal)
            continue
        if sgml:
            desk.findings.append(Finding("PACKAGE-SGML", node.path))
        elif node.place in places and not _alone_in(desk, node):
            desk.held.add(node.ordinal)
            continue
        claim = desk.open(node)
        claim.held = True
        at[(node.place, node.stem)] = claim


def _alone_in(desk: Desk, node: Node) -> bool:
    """Whether an unreadable XML has a PDF of its own: then it is an article, not a supplement."""
    return any(
        n.kind is Kind.PDF and n.place == node.place for n in desk.tree.by_stem.get(node.stem, ())
    )


def _by_key(claims: Iterable[Claim]) -> dict[tuple[str, str], Claim]:
    return _single(((claim.place, claim.stem), claim) for claim in claims)


def _single(pairs: Iterable[tuple[K, Claim]]) -> dict[K, Claim]:
    """The claims by their keys; a key that two claims have is nobody's."""
    found: dict[K, Claim | None] = {}
    for key, claim in pairs:
        found[key] = claim if found.get(key, claim) is claim else None
    return {key: claim for key, claim in found.items() if claim is not None}


def _by_mention(desk: Desk) -> None:
    """Give each article the files that its XML names; say which of them are not there.

    Of metadata nothing is said: the addresses in them are those of a site, not of the delivery.
    """
    for claim in desk.claims:
        absent: list[str] = []
        for ordinal in claim.readings:
            reading = desk.tree.nodes[ordinal].reading
            for mention in reading.mentions if reading is not None else ():
                found = list(mentioned(desk, claim, mention))
                for node in found:
                    desk.give(claim, node)
                if not found and reading is not None and reading.kind != "metadata":
                    absent.append(mention)
        if absent:
            names = ", ".join(absent[:5]) + (" …" if len(absent) > 5 else "")
            detail = {"count": str(len(absent)), "names": names}
            place = desk.tree.nodes[claim.readings[0]].path
            claim.findings.append(Finding("PACKAGE-MENTIONED-ABSENT", place, detail))


def mentioned(desk: Desk, claim: Claim, mention: str) -> Iterator[Node]:
    """The files that an article calls ``mention``: by name, else by stem, the nearest ones only."""
    last = fold_name(mention.replace("\\", "/")).rpartition("/")[2]
    if not last or last.startswith("#"):
        return
    tree = desk.tree
    options = tree.near(claim.place, last) or tree.near(claim.place, last, by_stem=True)
    if not options and extension(last):
        options = tree.near(claim.place, stem_of(last), by_stem=True)
    near = [
        n
        for n in options
        if n.kind in _FILES
        and n.ordinal not in claim.readings
        and n.ordinal not in desk.packaging
        and not (n.reading is not None and n.reading.kind)
    ]
    places = {n.place for n in near}
    if len(places) > 1:
        near = [n for n in near if claim.stem in n.place.split("/")]
    yield from near


def _by_stem(desk: Desk) -> None:
    at = _single(_cuts(desk)) | _by_key(desk.claims)
    names = _single((key, claim) for claim in desk.claims for key in _name_keys(desk, claim))
    for node in desk.tree.nodes:
        if node.kind not in _FILES or not desk.free(node):
            continue
        owner = next((at[k] for k in _stems(node) if k in at), None)
        if owner is None and node.kind is Kind.PDF:
            owner = names.get(_letters(node.stem))
        if owner is not None:
            desk.give(owner, node)


def _cuts(desk: Desk) -> Iterator[tuple[tuple[str, str], Claim]]:
    """The stems of XML named ``<id>_<prefix>`` without the prefix, which their PDFs may lack."""
    for claim in desk.claims:
        main = desk.tree.nodes[next(iter(claim.members))]
        cut = claim.stem.rpartition("_")[0]
        if cut and layouts().names.prefixed.search(main.name):
            yield (claim.place, cut), claim


def _stems(node: Node) -> Iterator[tuple[str, str]]:
    """The stems a file may share with its article: its own, then shorter and shorter ones."""
    stem = node.stem
    yield node.place, stem
    seen = {stem}
    pending = [stem]
    while pending and len(seen) <= _CUTS_MAX:
        current = pending.pop(0)
        cut = max((m.start() for m in _CUT.finditer(current)), default=0)
        bare = layouts().names.parts.sub("", current).rstrip(_SEPARATORS)
        for shorter in (bare, current[:cut]):
            if shorter and shorter not in seen:
                seen.add(shorter)
                pending.append(shorter)
                yield node.place, shorter


def _name_keys(desk: Desk, claim: Claim) -> Iterator[str]:
    """What a PDF may be called after when only metadata speak of the article: DOI, identifiers.

    Of an OAI identifier also its last part, the repository's own number.
    """
    record = desk.record_of(claim)
    if record is None:
        return
    doi = normal_doi(record.doi)
    ids = [value for kind, value in record.ids.items() if kind != "journal-id"]
    local = re.split("[:/]", record.ids.get("oai", ""))[-1]
    for value in (doi, doi.partition("/")[2], *ids, local):
        if len(_letters(value)) > 3:
            yield _letters(value)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _by_standing_alone(desk: Desk) -> None:
    """Give what is left to the only article of its folder, or of the nearest folder above."""
    below: dict[str, dict[int, Claim]] = {}
    for claim in desk.claims:
        for place in _upwards(claim.place):
            below.setdefault(place, {})[id(claim)] = claim
    with_pdf = {
        id(claim)
        for claim in desk.claims
        if any(desk.tree.nodes[o].kind is Kind.PDF for o in claim.members)
    }
    for node in desk.tree.nodes:
        if node.kind not in _FILES or not desk.free(node):
            continue
        only = _only(below, node.place)
        if only is None:
            continue
        own = not only.place or f"{node.place}/".startswith(f"{only.place}/")
        if own or node.kind is not Kind.PDF or id(only) not in with_pdf:
            desk.give(only, node)


def _only(below: dict[str, dict[int, Claim]], place: str) -> Claim | None:
    for above in _upwards(place):
        claims = below.get(above)
        if claims:
            return next(iter(claims.values())) if len(claims) == 1 else None
    return None


def _upwards(place: str) -> Iterator[str]:
    """A place, the places above it, and last the delivery itself ("")."""
    while place:
        yield place
        place = place.rpartition("/")[0]
    yield ""
