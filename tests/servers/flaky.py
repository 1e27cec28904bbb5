# SPDX-License-Identifier: Apache-2.0
"""A forwarder on loopback before a real HTTP server, that loses answers or connections on order."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
"""Not yet an answer: the client sends its body only after it."""


class Flaky:
    """Passes bytes both ways, save for requests whose first line matches an order.

    ``lose(pattern, times)``: the server gets the request and does it, the answer is lost.
    ``refuse(pattern, times)``: the request itself is lost. Each order counts down and ends.
    """

    def __init__(self, target: str) -> None:
        self._target = (urlsplit(target).hostname or "", urlsplit(target).port or 0)
        self._orders: list[tuple[str, re.Pattern[str], list[int]]] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.struck: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, pattern: str, times: int = 1) -> None:
        """Lose the answer of the next requests that match."""
        self._orders.append(("lose", re.compile(pattern), [times]))

    def refuse(self, pattern: str, times: int = 1) -> None:
        """Lose the next requests that match."""
        self._orders.append(("refuse", re.compile(pattern), [times]))

    def close(self) -> None:
        """Accept nothing more."""
        # A listening socket wakes its accept only by shutdown.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _order(self, line: str) -> str:
        for kind, pattern, left in self._orders:
            if left[0] > 0 and pattern.search(line):
                left[0] -= 1
                self.struck.append(f"{kind} {line}")
                return kind
        return ""

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server, suppress(OSError):
            lost = threading.Event()
            threading.Thread(target=_answers, args=(server, client, lost), daemon=True).start()
            while data := client.recv(1 << 16):
                first = re.match(rb"(?:GET|PUT|POST|HEAD|DELETE) \S+ HTTP/1.1\r\n", data)
                kind = self._order(first[0].decode().strip()) if first else ""
                if kind == "refuse":
                    return
                if kind == "lose":
                    lost.set()
                server.sendall(data)


def _answers(server: socket.socket, client: socket.socket, lost: threading.Event) -> None:
    with suppress(OSError):
        while data := server.recv(1 << 16):
            if lost.is_set() and not data.startswith(GO_ON):
                break
            client.sendall(GO_ON if lost.is_set() else data)
            if lost.is_set() and data != GO_ON:
                break
    for end in (client, server):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def before(target: str) -> Iterator[Flaky]:
    """A forwarder before the server at this URL."""
    flaky = Flaky(target)
    try:
        yield flaky
    finally:
        flaky.close()
