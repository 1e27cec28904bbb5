# SPDX-License-Identifier: Apache-2.0
"""Starting the web server: granian over WSGI, on the address given."""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from emanet.bootstrap.config import Config, read
from emanet.model.errors import ConfigError, ServeError, UsageError
from emanet.storage.archive import Archive
from emanet.storage.stores.posix import PosixStore

# A page is answered in milliseconds, and each thread holds a database connection of its own:
# more threads would cost memory and answer nothing sooner. Requests beyond wait their turn.
_THREADS = 16
_WAITING = 512
_STOP_S = 3  # for a worker to end; an open connection does not keep the server from stopping
_PAGES = "emanet.web.wsgi"
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_LOGGING = {
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "generic",
            "stream": "ext://sys.stderr",
        },
        "access": {
            "class": "logging.StreamHandler",
            "formatter": "access",
            "stream": "ext://sys.stderr",
        },
    }
}


def address_of(bind: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT`` (``[::1]:8000`` for IPv6); raises UsageError otherwise."""
    host, colon, port = bind.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    plain = host[1:-1] if bracketed else host
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    if not colon or not plain or not 0 < number < 65536 or (":" in plain) != bracketed:
        raise UsageError(
            f"{bind!r} is no address; write HOST:PORT, as in 127.0.0.1:8000.",
            f"{bind!r} bir adres değil; 127.0.0.1:8000 gibi HOST:PORT biçiminde yazın.",
        )
    return plain, number


def free_address(host: str, port: int) -> str:
    """The host as the number to listen on, after seeing that the port is free.

    Raises UsageError for a host that is unknown or not of this machine, ServeError for a port that
    is taken or not granted. Two servers would else share a port in silence, each getting a part
    of the requests.
    """
    try:
        family, kind, _proto, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except (socket.gaierror, UnicodeError) as error:
        raise UsageError(
            f"The host {host!r} is not known.", f"{host!r} adlı bir sunucu bilinmiyor."
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServeError(
                f"Port {port} on {host} is taken: another program listens there.",
                f"{host} üzerindeki {port} numaralı kapı dolu: orada başka bir program dinliyor.",
            ) from error
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise UsageError(
                f"{host} is no address of this machine.", f"{host} bu makinenin bir adresi değil."
            ) from error
        raise ServeError(
            f"This machine does not let us listen on {host}, port {port}: {error.strerror}.",
            f"Bu makine {host} adresinde {port} numaralı kapıyı dinlemeye izin vermiyor: "
            f"{error.strerror}.",
        ) from error
    return str(address[0])


def serve(home: Path, bind: str, *, language: str = "en") -> None:
    """Serve the pages of the archive in ``home`` until stopped (Ctrl-C, SIGTERM).

    Takes ``bind`` as HOST:PORT, "" for the configured one. Raises ConfigError, UsageError,
    ServeError.
    """
    config = read(home)
    _require_root(home, config)
    host, port = address_of(bind or config.web.bind)
    number = free_address(host, port)
    os.environ["EMANET_HOME"] = str(home.resolve())
    reached = _ANYWHERE.get(number, host)
    shown = f"[{reached}]" if ":" in reached else reached
    # The address that is told must be answered; names of other kinds stand in emanet.toml.
    os.environ["EMANET_WEB__HOSTS"] = json.dumps([*config.web.hosts, shown])
    _tell(f"http://{shown}:{port}/", language, everywhere=number in _ANYWHERE, config=config)
    _run(number, port, config.web.workers)


def _require_root(home: Path, config: Config) -> None:
    folder = home / config.storage.root
    if config.storage.kind == "folder" and not Archive.is_root(PosixStore(folder)):
        raise ConfigError(f"There is no OCFL root at {folder}.", f"{folder} bir OCFL kökü değil.")


def _tell(address: str, language: str, *, everywhere: bool, config: Config) -> None:
    turkish = language == "tr"
    lines = [f"{'Sayfalar' if turkish else 'Pages'}: {address}  (Ctrl-C)"]
    if everywhere:
        names = ", ".join(config.web.hosts)
        lines.append(
            f"Yalnızca şu adlarla yanıt verilir: {names}; ötekileri emanet.toml [web] hosts'a yazın"
            if turkish
            else f"Answered under these names alone: {names}; add others to [web] hosts"
        )
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def _pages() -> Callable[..., Any]:
    """The pages, imported in the worker by their full name, whatever the working folder holds."""
    application: Callable[..., Any] = import_module(_PAGES).application
    return application


def _run(host: str, port: int, workers: int) -> None:
    server = Granian(
        _PAGES,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS,
        backpressure=_WAITING,
        workers_kill_timeout=_STOP_S,
        respawn_failed_workers=True,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
    )
    # Ctrl-C reaches the workers as well as this process; their end is then no failure.
    logging.getLogger("_granian").addFilter(lambda _record: not server.interrupt_signal)
    try:
        server.serve(target_loader=_pages, wrap_loader=False)
    except SystemExit:
        if not server.interrupt_signal:
            raise
