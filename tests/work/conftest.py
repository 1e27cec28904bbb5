# SPDX-License-Identifier: Apache-2.0
"""Makes the deeds of these tests importable in the workers."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)
