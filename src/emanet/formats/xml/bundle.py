# SPDX-License-Identifier: Apache-2.0
"""The bundled schemas: one archive inside the package, read in memory, and what looks into it.

The archive is made by ``tools/make_schemas.py`` and holds the files whole, with their notices.
"""

from __future__ import annotations

import io
import lzma
import re
import tarfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from lxml import etree

SCHEME = "bundle:///"
CHARACTERS = re.compile(r"/(?:iso8879|iso9573-13|xmlchars)/")
"""Modules that only declare named characters; validation does without them."""


@cache
def contents() -> Mapping[str, bytes]:
    """The bundled files by their path (``jats/archiving/1.2/…``); equal files are kept once."""
    packed = (files("emanet.formats.xml") / "schemas.tar.xz").read_bytes()
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(packed))) as archive:
        for entry in archive:
            if entry.islnk():
                found[entry.name] = found[entry.linkname]
            elif entry.isfile():
                handle = archive.extractfile(entry)
                found[entry.name] = handle.read() if handle else b""
    return found


@cache
def public_ids() -> dict[str, str]:
    """The bundled schema (a path) of each public identifier, white space collapsed."""
    return msgspec.json.decode(contents()["public-ids.json"], type=dict[str, str])


class Inside(etree.Resolver):
    """A resolver that never leaves the bundle: whatever is not in it is empty text.

    lxml asks it for every external thing; as it always answers, nothing is opened or fetched.
    ``characters`` False leaves the named characters out, which validation does not need.
    """

    def __init__(self, available: Mapping[str, bytes], *, characters: bool) -> None:
        self._available = available
        self._characters = characters

    def resolve(  # type: ignore[override]  # the stubs lack the context
        self, system_url: str | None, public_id: str | None, context: Any
    ) -> Any:
        """Answer with the bundled file of that address, else with nothing."""
        path = (system_url or "").removeprefix(SCHEME)
        skip = not self._characters and CHARACTERS.search(path)
        data = b"" if skip else self._available.get(path, b"")
        return self.resolve_string(data, context, base_url=system_url)
