# SPDX-License-Identifier: Apache-2.0
"""Runs commands of `emanet` in forks of a process that has loaded what can be loaded beforehand.

A process of its own costs a second and a half, a fork of this one a fifth of it. Requests come as
lines of JSON on standard input, answers go to standard output in the same way:

    {"commands": [["-C", HOME, "status"], …], "fault": "kill:7:NOTE", "out": FILE, "err": FILE}
    {"code": 0}

The commands run one after another in one fork, under one count of durable steps, until one fails
with exit code 1. After each, a line {"words", "code", "out"} goes into ``out`` at once: that is what
was acknowledged. The code is that of the last command, -9 after a kill. Files are examined in a
thread of the fork instead of a worker process; all else is the program as it is.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, redirect_stdout

# What starts no thread when it is loaded, for a fork has only the thread that forked:
# not pygfried (a Go runtime), and so not emanet.ingest.
import lxml.etree  # noqa: F401
import pypdfium2  # noqa: F401

import emanet.access.bags  # noqa: F401
import emanet.duties.means  # noqa: F401
import emanet.formats.articles.read  # noqa: F401
import emanet.formats.publishers.understand  # noqa: F401
from emanet.bootstrap.django_settings import DatabaseSettings, configure
from emanet.cli import app
from emanet.storage.stores import faults
from emanet.work.port import Limits
from emanet.work.runner import Crew

configure(DatabaseSettings(sqlite=":memory:"))


class Here:
    """A pool of one thread of this process."""

    workers = 1
    died: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    names_culprit = False

    def open(self, workers: int) -> Executor:
        """See ``work.port.Pools``."""
        return ThreadPoolExecutor(1)


@contextmanager
def _crew(config: object) -> Iterator[Crew]:
    with Crew(Here(), time.monotonic, limits=Limits(seconds=0.0, memory_bytes=0)) as crew:
        yield crew


def run(request: dict[str, object]) -> int:
    """Do what a request says, in this process; gives the exit code of the last command."""
    from emanet.bootstrap import wiring

    fault = str(request["fault"])
    hook = faults.hook_from(fault)
    os.environ["EMANET_FAULT"] = fault  # nofsync is no hook
    os.environ["EMANET_LANG"] = "en"
    wiring.open_crew = _crew
    wiring.hook_from = lambda text: hook
    code = 0
    with open(str(request["out"]), "w", encoding="utf-8", buffering=1) as acked:
        for words in request["commands"]:  # type: ignore[attr-defined]
            said = io.StringIO()
            sys.argv = ["emanet", *words, "--json"]
            try:
                with redirect_stdout(said):
                    app.main()
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            if code == 1:
                break
            acked.write(json.dumps({"words": words, "code": code, "out": said.getvalue()}) + "\n")
    return code


def fork(request: dict[str, object]) -> int:
    """The same in a fork; -9 when it was killed."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            err = os.open(str(request["err"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(err, 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            code = run(request)
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    """Serve requests until the input ends."""
    for line in sys.stdin:
        print(json.dumps({"code": fork(json.loads(line))}), flush=True)


if __name__ == "__main__":
    main()
