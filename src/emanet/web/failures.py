# SPDX-License-Identifier: Apache-2.0
"""Pages for what goes wrong: honest, in both languages, without a word of the inside.

They ask the archive nothing, for that may be what failed. What happened goes to the server's log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from emanet.model.errors import EmanetError, RegistryError

log = logging.getLogger("emanet.web")

_TITLES = {
    400: ("Bad request", "Geçersiz istek"),
    403: ("Not allowed", "İzin yok"),
    500: ("Something failed", "Bir arıza oldu"),
    503: ("Not available at the moment", "Şu anda kullanılamıyor"),
}
_REQUEST = (
    "The server did not understand this address, or is not reached under this name.",
    "Sunucu bu adresi anlamadı ya da bu adla hizmet vermiyor.",
)
_FORBIDDEN = ("This request is not allowed.", "Bu isteğe izin verilmiyor.")
_FAULT = (
    "The failure was recorded on the server. Nothing that is kept is lost. Please try again later.",
    "Arıza sunucuda kayda geçti. Saklanan hiçbir şey kaybolmadı. Biraz sonra yeniden deneyin.",
)
_REGISTRY = (
    "The registry or the search index cannot be read now: it is being remade, it is damaged, or it "
    "belongs to another version of this program. Nothing that is kept is lost; the operator can "
    "remake both from storage with the command “emanet rebuild”.",
    "Kütük ya da arama dizini şu anda okunamıyor: yeniden kuruluyor, hasarlı ya da bu programın "
    "başka bir sürümüne ait. Saklanan hiçbir şey kaybolmadı; işletmen ikisini de “emanet rebuild” "
    "komutuyla depodan yeniden kurabilir.",
)
_STORAGE = (
    "The storage of the archive does not answer now. What happened was recorded on the server.",
    "Arşivin deposu şu anda yanıt vermiyor. Olan biten sunucuda kayda geçti.",
)
_PAGE = """<!doctype html>
<html lang="{first}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Emanet</title>
<link rel="stylesheet" href="/static/emanet/style.css">
<link rel="icon" href="/static/emanet/mark.svg" type="image/svg+xml">
</head>
<body class="failure">
<main id="main">
{parts}</main>
</body>
</html>
"""
_PART = """<section lang="{language}">
<h{level}>{title}</h{level}>
<p>{words}</p>
<p><a href="/{language}/">{home}</a></p>
</section>
"""
_HOME = {"en": "To the first page", "tr": "İlk sayfaya"}


def _html(status: int, words: tuple[str, str], path: str = "") -> str:
    texts = {"en": (_TITLES[status][0], words[0]), "tr": (_TITLES[status][1], words[1])}
    order = ("en", "tr") if path.startswith("/en/") else ("tr", "en")
    parts = "".join(
        _PART.format(
            language=language,
            level=1 + place,
            title=texts[language][0],
            words=texts[language][1],
            home=_HOME[language],
        )
        for place, language in enumerate(order)
    )
    return _PAGE.format(first=order[0], title=texts[order[0]][0], parts=parts)


def _answer(status: int, words: tuple[str, str], path: str) -> HttpResponse:
    return HttpResponse(_html(status, words, path), status=status)


def plain_answer() -> tuple[str, list[tuple[str, str]], bytes]:
    """WSGI status, headers and body while the archive cannot be opened at all."""
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Retry-After", "30"),
    ]
    return "503 Service Unavailable", headers, _html(503, _STORAGE).encode()


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for a request that makes no sense, or for a host name that is not ours."""
    return _answer(400, _REQUEST, request.path_info)


def forbidden(
    request: HttpRequest, exception: Exception | None = None, reason: str = ""
) -> HttpResponse:
    """The page for a request that is refused."""
    return _answer(403, _FORBIDDEN, request.path_info)


def failed(request: HttpRequest) -> HttpResponse:
    """The page for a failure of ours."""
    return _answer(500, _FAULT, request.path_info)


class HonestFailures:
    """Middleware: what the archive cannot do now becomes a page with status 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for an exception that the archive raised; None for any other."""
        if not isinstance(exception, EmanetError | DatabaseError):
            return None
        known = isinstance(exception, EmanetError)  # says itself what happened and what to do
        log.error("%s: %s", request.path_info, exception, exc_info=None if known else exception)
        words = _REGISTRY if isinstance(exception, RegistryError | DatabaseError) else _STORAGE
        response = _answer(503, words, request.path_info)
        response["Retry-After"] = "30"
        return response
