# SPDX-License-Identifier: Apache-2.0
"""All specimens of the project, each named by the finding that it must get: ``CODE--what.ext``.

They are made by the ``make_*.py`` files beside this one and collected here. As a script it writes
them into a folder, one delivery each:  python tests/specimens/make.py FOLDER
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
# What a maker may give: the bytes of one file; the files of a delivery by their path; or None,
# when it takes the folder of the delivery and fills it itself (links, odd names).
Made = bytes | Mapping[str, bytes] | None


@dataclass(frozen=True)
class Specimen:
    """One specimen: its name, the finding it must get, and what else it may get.

    ``also`` are codes of severity problem or worse that come with it and are no mistake. ``make``
    is the maker's function, ``room`` the maker's name without ``make_``.
    """

    name: str
    room: str
    make: Callable[..., Made]
    also: frozenset[str] = frozenset()

    @property
    def code(self) -> str:
        """The finding in its name."""
        return self.name.partition("--")[0]

    def write(self, folder: Path) -> None:
        """Write it as a delivery of its own into a folder that is empty or not there yet."""
        folder.mkdir(parents=True, exist_ok=True)
        made = self.make(folder) if _wants_folder(self.make) else self.make()
        if isinstance(made, bytes):
            made = {self.name: made}
        for path, data in (made or {}).items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


def _wants_folder(make: Callable[..., Made]) -> bool:
    return any(p.default is p.empty for p in signature(make).parameters.values())


def _load(path: Path) -> ModuleType:
    name = f"specimens_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def collect() -> dict[str, Specimen]:
    """All specimens by name. Raises ValueError when two makers use the same name."""
    found: dict[str, Specimen] = {}
    for path in sorted(HERE.glob("make_*.py")):
        module = _load(path)
        made: dict[str, Any] = module.SPECIMENS
        also: dict[str, tuple[str, ...]] = getattr(module, "ALSO", {})
        unknown = set(also) - set(made)
        if unknown:
            raise ValueError(f"{path.name}: ALSO names no specimen: {sorted(unknown)}")
        for name, make in made.items():
            if name in found:
                raise ValueError(f"specimen {name} is made twice")
            room = path.stem.removeprefix("make_")
            found[name] = Specimen(name, room, make, frozenset(also.get(name, ())))
    return found


def main(words: list[str]) -> int:
    """Write all specimens below a folder."""
    if len(words) != 1:
        print("usage: python tests/specimens/make.py FOLDER")
        return 2
    specimens = collect()
    for specimen in specimens.values():
        specimen.write(Path(words[0]) / specimen.name)
    print(f"{len(specimens)} specimens in {words[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
