# SPDX-License-Identifier: Apache-2.0
"""Emanet: the national archive for electronic journals; see ARCHITECTURE.md."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emanet.bootstrap.opened import OpenArchive


def open_archive(home: str | PathLike[str]) -> OpenArchive:
    """Open the archive in a home folder; gives what can be done with it.

    Raises ``emanet.model.errors.ConfigError`` when there is no archive, ``RegistryError`` when its
    catalogue is of another age. One archive is open in a process at a time.
    """
    # Deferred, so that `import emanet` costs nothing and needs no archive.
    from emanet.bootstrap.opened import OpenArchive  # noqa: PLC0415

    return OpenArchive(home)
