# SPDX-License-Identifier: Apache-2.0
"""The WSGI application that granian or another server runs; EMANET_HOME names the archive."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from emanet.model.errors import EmanetError
from emanet.web.failures import plain_answer
from emanet.web.means import served

log = logging.getLogger("emanet.web")


@cache
def _pages() -> WSGIHandler:
    return WSGIHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request: by the pages, or plainly while the archive cannot even be opened."""
    if not settings.configured:
        try:
            served()
        except EmanetError as error:
            if not settings.configured:
                log.error("the archive cannot be opened: %s", error.en)
                status, headers, body = plain_answer()
                start_response(status, headers)
                return [body]
    return _pages()(environ, start_response)


def _announce() -> None:
    """Try to open at the start, so that what is wrong is told to whoever started the server."""
    try:
        served()
    except EmanetError as error:
        log.error("%s %s / %s %s", error.en, error.next_en, error.tr, error.next_tr)


_announce()
