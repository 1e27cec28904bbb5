# SPDX-License-Identifier: Apache-2.0
"""Make the table of named characters: python -m tools.make_entities OUT.txt.

The names are gathered from the modules of one bundled DTD; what each means is asked of
libxml2, which expands them under that DTD. Reading the values out of the modules by pattern goes
wrong: mathematical letters are escaped twice through a parameter entity.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from lxml import etree

from emanet.formats.xml.bundle import SCHEME, Inside, contents
from tools.make_schemas import WITH_CHARACTERS

NAME = re.compile(rb"<!ENTITY\s+([A-Za-z][\w.-]*)\s")


def expand(names: list[str]) -> dict[str, str]:
    """What libxml2 makes of each name under the bundled DTD; nothing where it has no character."""
    parser = etree.XMLParser(
        load_dtd=True, no_network=True, resolve_entities=True, recover=True, huge_tree=True
    )
    parser.resolvers.add(Inside(contents(), characters=True))
    rows = "".join(f'<p id="{n}">&{n};</p>' for n in names)
    source = f'<!DOCTYPE article SYSTEM "{SCHEME}{WITH_CHARACTERS}"><article>{rows}</article>'
    tree = etree.fromstring(source.encode(), parser, base_url=SCHEME)
    return {p.get("id"): p.text for p in tree if p.text and p.text != "\ufffd"}


def main(target: str) -> None:
    """Write the table: a name and its code points (hexadecimal) a line, sorted."""
    folder = WITH_CHARACTERS.rpartition("/")[0] + "/"
    found: set[str] = set()
    for path, data in contents().items():
        if path.startswith(folder):
            found |= {n.decode() for n in NAME.findall(data)}
    table = expand(sorted(found))
    lines = [f"{n} {' '.join(f'{ord(c):04X}' for c in v)}\n" for n, v in sorted(table.items())]
    Path(target).write_text("".join(lines), encoding="ascii")
    print(f"{len(lines)} names")


if __name__ == "__main__":
    main(*sys.argv[1:2])
