# SPDX-License-Identifier: Apache-2.0
"""The tools lie beside the package, not in it: let the tests import them."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
