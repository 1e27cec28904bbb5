# SPDX-License-Identifier: Apache-2.0
"""Starting the web server: granian over WSGI, on the address given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from emanet.bootstrap.config import read
from emanet.model.errors import UsageError


def address_of(bind: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT`` (``[::1]:8000`` for IPv6); raises UsageError otherwise."""
    host, colon, port = bind.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise UsageError(
            f"{bind!r} is no address; write HOST:PORT, as in 127.0.0.1:8000",
            f"{bind!r} bir adres değil; 127.0.0.1:8000 gibi HOST:PORT yazın",
        )
    return host.strip("[]"), int(port)


def serve(home: Path, bind: str, *, language: str = "en") -> None:
    """Serve the pages of the archive in ``home`` until stopped.

    Takes ``bind`` as HOST:PORT, "" for the configured one. Raises ConfigError, UsageError.
    """
    config = read(home)
    host, port = address_of(bind or config.web.bind)
    os.environ["EMANET_HOME"] = str(home.resolve())
    shown = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"
    sys.stderr.write(f"{'Sayfalar' if language == 'tr' else 'Pages'}: {shown}  (Ctrl-C)\n")
    Granian(
        "emanet.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=config.web.workers,
        websockets=False,
        log_access=False,
    ).serve()
