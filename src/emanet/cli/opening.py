# SPDX-License-Identifier: Apache-2.0
"""Opening an archive to read in it: what a broken-off run sealed is registered first, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emanet.cli.speaking import Voice
from emanet.model.errors import StorageError

if TYPE_CHECKING:  # loading it takes a third of a second
    from emanet.duties.means import Means


def opened(voice: Voice) -> Means:
    """Open the archive of this voice; on standard error it is told if a run had broken off.

    Raises what ``open_home`` raises.
    """
    from emanet.bootstrap.wiring import open_home

    means = open_home(voice.home)
    from emanet.duties.settle_archive import settle

    try:
        registered = settle(means)
    except StorageError as error:
        voice.warn(
            f"The last run did not end, and its work cannot be registered now: {error.en}",
            f"Son çalışma sona ermemiş; yaptıkları şimdi kaydedilemiyor: {error.tr}",
        )
        return means
    if registered:
        voice.warn(
            f"The last run did not end; registered now: {', '.join(registered)}.",
            f"Son çalışma sona ermemiş; şimdi kaydedildi: {', '.join(registered)}.",
        )
    return means
