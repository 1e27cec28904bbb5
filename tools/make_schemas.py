# SPDX-License-Identifier: Apache-2.0
"""Make the bundle of schemas: python -m tools.make_schemas SCHEMAS.tar.xz OUT.tar.xz.

Takes the collection of JATS and NLM schemas (``schemas/…`` with ``public-ids.json``), keeps what
the DTDs of the map really load, the RELAX NG files of Publishing 1.2, and for one DTD its character
modules too (``make_entities.py`` makes the table of named characters from it). The character
modules of the others are left out: validation needs none. Files stay whole, with their notices;
equal files are links. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import sys
import tarfile
from pathlib import Path

from lxml import etree

from emanet.formats.xml.bundle import CHARACTERS, SCHEME, Inside

WITH_CHARACTERS = "jats/archiving/1.2/JATS-archivearticle1-mathml3.dtd"
RELAX_NG = "jats/publishing/1.2-rng/"
RELAX_NG_MAIN = RELAX_NG + "JATS-journalpublishing1-mathml3.rng"
RELAX_NG_IDS = (
    "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD v1.2 20190208//EN",
    "-//NLM//DTD JATS (Z39.96) Journal Publishing DTD with MathML3 v1.2 20190208//EN",
)


class _Noting(Inside):
    """The resolver, noting what was asked of it."""

    def __init__(self, available: dict[str, bytes], *, characters: bool) -> None:
        super().__init__(available, characters=characters)
        self.asked: set[str] = set()

    def resolve(self, system_url, public_id, context):
        self.asked.add((system_url or "").removeprefix(SCHEME))
        return super().resolve(system_url, public_id, context)


def loaded(main: str, available: dict[str, bytes]) -> set[str]:
    """The files that the DTD at path ``main`` loads, character modules only where wanted."""
    characters = main == WITH_CHARACTERS
    noting = _Noting(available, characters=characters)
    parser = etree.XMLParser(load_dtd=True, no_network=True, resolve_entities=False)
    parser.resolvers.add(noting)
    stub = f'<!DOCTYPE article SYSTEM "{SCHEME}{main}"><article/>'
    etree.fromstring(stub.encode(), parser, base_url=SCHEME)
    absent = sorted(noting.asked - set(available))
    if absent:
        raise SystemExit(f"{main} asks for what is not there: {absent}")
    return {p for p in noting.asked if characters or not CHARACTERS.search(p)}


def gather(source: Path) -> dict[str, bytes]:
    """What goes into the bundle, from the collection at ``source``: path to bytes."""
    available: dict[str, bytes] = {}
    with tarfile.open(source) as archive:
        for entry in archive:
            if entry.isfile():
                available[entry.name.removeprefix("schemas/")] = archive.extractfile(entry).read()
    ids = json.loads(available["public-ids.json"])
    wanted = {p for p in available if p.startswith(RELAX_NG)}
    for path in sorted(set(ids.values())):
        wanted |= loaded(path, available)
    ids |= dict.fromkeys(RELAX_NG_IDS, RELAX_NG_MAIN)
    table = json.dumps(ids, indent=0, sort_keys=True).encode()
    return {"public-ids.json": table} | {path: available[path] for path in sorted(wanted)}


def main(source: str, target: str) -> None:
    """Read the collection at ``source`` and write the bundle to ``target``."""
    kept = gather(Path(source))
    raw = io.BytesIO()
    first: dict[bytes, str] = {}
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as bundle:
        # Like beside like: the versions of one module differ by a few lines.
        for path in sorted(kept, key=lambda p: (p.rpartition("/")[2], p)):
            digest = hashlib.sha256(kept[path]).digest()
            _add(bundle, path, kept[path], first.get(digest, ""))
            first.setdefault(digest, path)
    packed = lzma.compress(raw.getvalue(), preset=9 | lzma.PRESET_EXTREME)
    Path(target).write_bytes(packed)
    print(f"{len(kept)} files, {len(first)} different, {len(packed)} bytes")


def _add(bundle: tarfile.TarFile, path: str, data: bytes, same_as: str) -> None:
    entry = tarfile.TarInfo(path)
    if same_as:
        entry.type, entry.linkname = tarfile.LNKTYPE, same_as
        bundle.addfile(entry)
    else:
        entry.size = len(data)
        bundle.addfile(entry, io.BytesIO(data))


if __name__ == "__main__":
    main(*sys.argv[1:3])
