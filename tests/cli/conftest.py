# SPDX-License-Identifier: Apache-2.0
"""The tests of the command line work on archives of their own."""

from __future__ import annotations

from tests.cli.archives import crew_goes, drop, emanet, empty

__all__ = ["crew_goes", "drop", "emanet", "empty"]
