# SPDX-License-Identifier: Apache-2.0
"""Settle what a run left that did not end: so that whoever reads sees all that is sealed."""

from __future__ import annotations

from emanet.duties.means import Means
from emanet.duties.projection import behind, reconcile
from emanet.model.errors import StoreBusy


def settle(means: Means) -> tuple[str, ...]:
    """Register what is sealed and not registered, if the last writer did not end well.

    Costs a look at one file when it did. Gives the ids of the objects registered; while somebody
    is writing, nothing is done: that run registers what it seals. Raises StorageError when this
    process may not write.
    """
    if not means.unfinished() and not behind(means.index):
        return ()
    try:
        with means.lock():
            return reconcile(means)
    except StoreBusy:
        return ()
