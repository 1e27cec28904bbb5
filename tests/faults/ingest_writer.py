# SPDX-License-Identifier: Apache-2.0
"""Takes in made-up deliveries one run after another, and says what was acknowledged, line by line.

usage: ingest_writer.py HOME DROP

A line is "DELIVERY STATE ACCESSION NUMBER", printed when the run that decided it has ended. The
drop areas lie on another disk than HOME. EMANET_FAULT orders a fault, as for `emanet` itself.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stdout
from itertools import count
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
if "tests" not in sys.modules:  # run by path
    sys.modules["tests"] = ModuleType("tests")
    sys.modules["tests"].__path__ = [str(ROOT)]

from tests.cli.material import fill, issue, oup, zipped  # noqa: E402
from tests.faults import ingest_zygote as zygote  # noqa: E402


def deliveries(number: int) -> dict[str, bytes]:
    """The files of the drop area of one run: always something good, now and then more."""
    files = {f"good{number}.zip": zipped(issue(2 * number, 2 * number + 1))}
    if number % 3 == 0:
        files[f"notes{number}.zip"] = zipped({f"n{number}.txt": b"nothing", "l.csv": b"a;b"})
    if number % 4 == 0:
        pair = oup(10**7 + number, stem=f"2024-01-05_00_30_02_made_iss_2024_{number}")
        name = max(pair)
        files[name] = pair[name]
    return files


def main() -> None:
    """Take in until killed; stops with exit code 1 when a run fails."""
    home, folder = map(Path, sys.argv[1:3])
    zygote.ready()
    for number in count(os.getpid() * 1000):
        drop = fill(folder / str(number), deliveries(number))
        said = io.StringIO()
        sys.argv = ["emanet", "-C", str(home), "ingest", str(drop), "--json"]
        try:
            with redirect_stdout(said):
                zygote.app.main()
        except SystemExit as ended:
            if ended.code not in (None, 0, 3):
                sys.exit(1)
        for receipt in json.loads(said.getvalue())["receipts"]:
            accession = receipt.get("accession") or "-"
            print(receipt["delivery"]["id"], receipt["state"], accession, number, flush=True)


if __name__ == "__main__":
    main()
