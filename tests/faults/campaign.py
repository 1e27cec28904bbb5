# SPDX-License-Identifier: Apache-2.0
"""The long fault campaigns over the store on disk, with a summary in JSON.

usage: scripts/faults [--cuts 300] [--trees 3] [--seed 1] [--out FILE]

Exit code 0 when every bar is met: nothing acknowledged lost, nothing half shown, and every
deliberately broken build caught.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

# Run by path, so that these are the files beside this one.
import driver
import powercut
import writer

PROGRAM = [sys.executable, str(Path(__file__).with_name("writer.py")), "{home}"]


def verify(home: Path, acked: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What the power cuts ask."""
    found = writer.look(home, acked)
    return found.lost, found.torn


def steps(kind: str, trees: int, folder: Path, *, in_place: bool = False) -> dict[str, object]:
    """One kind of fault at every step: how many points, and what was wrong after them."""
    lost = torn = late = unfinished = 0

    def check(home: Path, run: driver.Run) -> None:
        nonlocal lost, torn, late, unfinished
        found = writer.look(home, run.lines)
        lost, torn = lost + len(found.lost), torn + len(found.torn)
        late += kind == "fsynceio" and run.code == 0 and bool(run.struck)
        if not in_place:
            again: list[str] = []
            writer.run_here(home, None, again.append, trees)
            whole = writer.look(home, again)
            unfinished += bool(len(again) != 2 * trees or whole.lost or whole.torn)
        shutil.rmtree(home, ignore_errors=True)

    argv = [*PROGRAM, "--trees", str(trees), *(["--in-place"] if in_place else [])]
    done = driver.every_fault(argv, kind, lambda n: folder / f"{kind}-{n}", check)
    return {
        "points": done.points, "lost": lost, "torn": torn, "acked_after_failed_flush": late,
        "not_finished_by_a_second_run": unfinished,
    }  # fmt: skip


def kernel_flushes(trees: int, folder: Path) -> dict[str, int]:
    """The kernel fails each fsync in turn (by strace): flushes tried again, things lost."""
    points = again = lost = torn = 0
    while True:
        home, log = folder / f"strace-{points}", folder / "log"
        done = subprocess.run(
            ["strace", "-f", "-o", log, "-e", "trace=fsync",
             "-e", f"inject=fsync:error=EIO:when={points + 1}",
             *PROGRAM[:2], home, "--trees", str(trees)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        _, mark, after = log.read_text().partition("(INJECTED)")
        if not mark:
            return {"points": points, "tried_again": again, "lost": lost, "torn": torn}
        points += 1
        again += len(re.findall(r"\bfsync\(", after))
        found = writer.look(home, done.stdout.splitlines())
        lost, torn = lost + len(found.lost), torn + len(found.torn)
        shutil.rmtree(home, ignore_errors=True)


def cuts(system: str, count: int, seed: int) -> dict[str, object]:
    """Power cuts on one file system, and the broken builds that must be caught."""
    few = max(5, count // 20)

    def run(many: int, *words: str, env: dict[str, str] | None = None, homes: int = 1) -> object:
        report = powercut.campaign(
            [*PROGRAM, *words], verify, system=system, cuts=many, seed=seed, env=env,
            runs_a_home=homes,
        )  # fmt: skip
        say(f"{system} {' '.join(words)} {env or ''}: {report}")
        return report.as_json()

    return {
        "good": run(count, "--endless", homes=2),
        "good, a lone tree": run(few, "--one"),
        "control: no flush at all": run(few, "--endless", env={"EMANET_FAULT": "nofsync"}),
        "control: folders not flushed": run(few, "--one", "--no-dirsync"),
        "control: written in place": run(few, "--endless", "--in-place"),
    }


def judge(summary: dict[str, dict[str, dict[str, object]]]) -> list[str]:
    """What in the summary misses its bar."""
    missed = []
    for part, rows in summary.items():
        for name, row in rows.items():
            if "skipped" in row:
                continue
            wrong = sum(
                int(str(row.get(key, 0)))
                for key in ("lost", "torn", "acked_after_failed_flush", "tried_again",
                            "not_finished_by_a_second_run")
            )  # fmt: skip
            if wrong and not name.startswith("control"):
                missed.append(f"{part}: {name}: {row}")
            if not wrong and name.startswith("control"):
                missed.append(f"{part}: {name}: the broken build was not caught")
    return missed


def say(line: str) -> None:
    """Progress, for whoever waits."""
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Run all, print the summary; 1 when a bar is missed."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--cuts", type=int, default=300, help="power cuts a file system")
    words.add_argument("--trees", type=int, default=3, help="trees written in a run of steps")
    words.add_argument("--seed", type=int, default=1, help="of the moments of the cuts")
    words.add_argument("--out", type=Path, help="where the summary goes besides the output")
    given = words.parse_args()
    summary: dict[str, dict[str, dict[str, object]]] = {"steps": {}}
    with tempfile.TemporaryDirectory(prefix="emanet-faults-") as name:
        folder = Path(name)
        for kind in driver.KINDS:
            summary["steps"][kind] = steps(kind, given.trees, folder)
            say(f"{kind}: {summary['steps'][kind]}")
        control = steps("kill", 1, folder, in_place=True)
        summary["steps"]["control: killed, written in place"] = control
        if shutil.which("strace"):
            summary["steps"]["kernel fails fsync"] = dict(kernel_flushes(given.trees, folder))
        else:
            summary["steps"]["kernel fails fsync"] = {"skipped": "no strace here"}
    for system in powercut.SYSTEMS:
        reason = powercut.why_not(system)
        summary[system] = (
            {"all": {"skipped": reason}} if reason else cuts(system, given.cuts, given.seed)
        )  # type: ignore[assignment]
    missed = judge(summary)
    text = json.dumps({"summary": summary, "missed": missed}, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
