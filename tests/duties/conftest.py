# SPDX-License-Identifier: Apache-2.0
"""The duties are tested through archives like those of the command line."""

from __future__ import annotations

from tests.cli.archives import crew_goes, drop, emanet, empty

__all__ = ["crew_goes", "drop", "emanet", "empty"]
