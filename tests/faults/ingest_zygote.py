# SPDX-License-Identifier: Apache-2.0
"""Runs commands of `emanet` in forks of a process that has loaded what can be loaded beforehand.

A process of its own costs a second and a half, a fork of this one a fifth of it. Requests come as
lines of JSON on standard input, answers go to standard output in the same way:

    {"commands": [["-C", HOME, "status"], …], "fault": "kill:7:NOTE", "out": FILE, "err": FILE}
    {"code": 0}

The commands run one after another in one fork, under one count of durable steps, until one fails
with exit code 1. After each, a line {"words", "code", "out", "steps"} goes into ``out`` at once:
that is what was acknowledged ("steps": how many of each verb there were until then). The code is
that of the last command, -9 after a kill. Files are examined in a thread of the fork instead of a
worker process; all else is the program as it is.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from types import ModuleType

from emanet.bootstrap.django_settings import DatabaseSettings, configure

configure(DatabaseSettings(sqlite=":memory:"))  # tables cannot be imported before


class _Later(ModuleType):
    """pygfried, loaded when a scanner is wanted.

    It starts a Go runtime as it is loaded, and a fork of a process with threads is dead.
    """

    def version(self) -> str:
        """The version, asked of another process."""
        words = [sys.executable, "-c", "import pygfried; print(pygfried.version(), end='')"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    def Scanner(self) -> object:
        """A scanner of the real module."""
        sys.modules.pop(self.__name__, None)
        return import_module(self.__name__).Scanner()


sys.modules["pygfried"] = _Later("pygfried")
import emanet.duties.audit_archive  # noqa: E402
import emanet.duties.decide_delivery  # noqa: E402
import emanet.duties.describe  # noqa: E402
import emanet.duties.ingest_deliveries  # noqa: E402
import emanet.duties.rebuild_registry  # noqa: E402, F401
from emanet.bootstrap import wiring  # noqa: E402
from emanet.cli import app  # noqa: E402
from emanet.formats.articles.read import read_xml  # noqa: E402
from emanet.storage.stores import faults  # noqa: E402
from emanet.work.port import Limits  # noqa: E402
from emanet.work.runner import Crew  # noqa: E402

STEPS: Counter[str] = Counter()
ARTICLE = (
    '<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Publishing '
    'DTD v1.2 20190208//EN" "JATS-journalpublishing1.dtd"><article/>'
)


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


def ready(fault: str | None = None) -> None:
    """Let commands of this process examine files in a thread, under one count of steps.

    ``fault`` None: as EMANET_FAULT says.
    """
    os.environ["EMANET_LANG"] = "en"
    if fault is not None:
        os.environ["EMANET_FAULT"] = fault
    hook = faults.hook_from(os.environ.get("EMANET_FAULT", ""))

    def counted(verb: str, place: str) -> None:
        STEPS[verb] += 1
        if hook is not None:
            hook(verb, place)

    wiring.open_crew = _crew
    wiring.hook_from = lambda text: counted


def run(request: dict[str, object]) -> int:
    """Do what a request says, in this process; gives the exit code of the last command."""
    ready(str(request["fault"]))
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
            ack = {"words": words, "code": code, "out": said.getvalue(), "steps": STEPS}
            acked.write(json.dumps(ack) + "\n")
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
    read_xml(ARTICLE.encode(), "warm.xml")  # the schemas are unpacked and parsed once
    for line in sys.stdin:
        print(json.dumps({"code": fork(json.loads(line))}), flush=True)


if __name__ == "__main__":
    main()
