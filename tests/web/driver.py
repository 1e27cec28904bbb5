# SPDX-License-Identifier: Apache-2.0
"""Starts the real ``emanet serve`` for tests, and asks it for pages as a browser would."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import html

EMANET = Path(sys.executable).with_name("emanet")
_PATIENCE_S = 60  # a loaded machine may be slow; nothing is measured by this


def environment(**more: str) -> dict[str, str]:
    """This process's environment without EMANET_… variables, in English, and what is given."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("EMANET_")}
    return bare | {"EMANET_LANG": "en"} | more


def emanet(*words: object, expect: int = 0, **more: str) -> str:
    """Run the command to its end; gives standard output and error together."""
    done = subprocess.run(
        [EMANET, *map(str, words)],
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )
    assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def tree(self) -> Any:
        """The body read as HTML."""
        return html.fromstring(self.text)

    @property
    def words(self) -> str:
        """The words of the page in one line."""
        return " ".join(self.tree.xpath("//body")[0].text_content().split())

    def links(self, xpath: str) -> list[str]:
        """The addresses of the links that an expression picks."""
        return [str(a.get("href")) for a in self.tree.xpath(xpath)]


@dataclass
class Site:
    """A server over an archive, started by the command.

    Used with ``with``: it is stopped at the end if ``stop`` did not do so before.
    """

    home: Path
    port: int = field(default_factory=free_port)
    command: tuple[str, ...] = (str(EMANET),)
    folder: Path = Path("/")
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where it is reached, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Site:
        """Start the server and wait until it answers."""
        words = [*self.command, "-C", str(self.home), "serve", "--bind", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            words,
            env=environment(**self.more),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.get("/healthz")
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"no answer: {self.stop(signal.SIGKILL)}")

    def __exit__(self, *_: object) -> None:
        """Leave no process and no open pipe behind."""
        if self.process is not None and self.process.stdout and not self.process.stdout.closed:
            self.stop(signal.SIGKILL)

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Stop it as Ctrl-C on a terminal does; gives exit code and all it has printed."""
        assert self.process is not None
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        said, _ = self.process.communicate(timeout=_PATIENCE_S)
        return self.process.returncode, said

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for an address, as it is written."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=named)
            answer = connection.getresponse()
            kept = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, kept, answer.read())
        finally:
            connection.close()
