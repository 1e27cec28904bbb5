# SPDX-License-Identifier: Apache-2.0
"""Runs the command `emanet`: inside this process, which is quick, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from emanet.bootstrap import wiring
from emanet.cli import app
from emanet.work.local import LocalPools
from emanet.work.port import Limits
from emanet.work.runner import Crew

EMANET = Path(sys.executable).with_name("emanet")


@dataclass(frozen=True)
class Ran:
    """What a command answered: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The standard output, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Emanet:
    """The command with a home: ``run`` in this process, ``spawn`` as a process of its own.

    ``environment`` comes on top of this process's, without whose EMANET_… variables it runs.
    """

    home: Path
    environment: Mapping[str, str]

    def __call__(self, *words: object, expect: int | None = 0, **environment: str) -> Ran:
        """Run in this process; ``expect`` is the exit code that it must have (None: any)."""
        done = _here(self._words(words), self._environment(environment))
        assert expect is None or done.code == expect, done
        return done

    def json(self, *words: object, expect: int | None = 0, **environment: str) -> Any:
        """The same with ``--json``; gives the answer read."""
        return self(*words, "--json", expect=expect, **environment).json

    def spawn(self, *words: object, expect: int | None = 0, **environment: str) -> Ran:
        """Run as a process of its own."""
        done = subprocess.run(
            [EMANET, *self._words(words)],
            env={**self._bare(), **self._environment(environment)},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        ran = Ran(done.returncode, done.stdout, done.stderr)
        assert expect is None or ran.code == expect, ran
        return ran

    def init(self, *words: object) -> Emanet:
        """Make the archive."""
        done = _here(["init", str(self.home), *map(str, words)], dict(self.environment))
        assert done.code == 0, done
        return self

    def settle(self, text: str) -> Emanet:
        """Add lines to the configuration."""
        path = self.home / "emanet.toml"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        return self

    def _words(self, words: tuple[object, ...]) -> list[str]:
        return ["-C", str(self.home), *map(str, words)]

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**self.environment, **more}

    @staticmethod
    def _bare() -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if not k.startswith("EMANET_")}


def archive(home: Path, **environment: str) -> Emanet:
    """The command for an archive in ``home``, in English unless told otherwise."""
    return Emanet(home, {"EMANET_LANG": "en", **environment})


def _here(words: list[str], environment: Mapping[str, str]) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    old_words = sys.argv
    handlers = {number: signal.getsignal(number) for number in (signal.SIGPIPE, signal.SIGINT)}
    sys.argv = ["emanet", *words]
    try:
        with _environed(environment), _one_crew(), redirect_stdout(out), redirect_stderr(err):
            app.main()
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        sys.argv = old_words
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Ran(code if isinstance(code, int) else 1, out.getvalue(), err.getvalue())


@contextmanager
def _environed(environment: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in [n for n in os.environ if n.startswith("EMANET_")]:
        del os.environ[name]
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@cache
def _crew() -> Crew:
    """Real worker processes, kept from one command to the next: their start costs a second."""
    return Crew(LocalPools(2), time.monotonic, limits=Limits(seconds=120.0, memory_bytes=1 << 31))


def let_crew_go() -> None:
    """End the kept workers."""
    if _crew.cache_info().currsize:
        _crew().close()
    _crew.cache_clear()


@contextmanager
def _one_crew() -> Iterator[None]:
    @contextmanager
    def lent(config: object) -> Iterator[Crew]:
        yield _crew()

    kept, wiring.open_crew = wiring.open_crew, lent
    try:
        yield
    finally:
        wiring.open_crew = kept
