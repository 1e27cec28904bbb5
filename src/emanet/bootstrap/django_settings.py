# SPDX-License-Identifier: Apache-2.0
"""Django settings made from values: the registry's database, and the pages when there are any."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
import msgspec
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from emanet.model.errors import ConfigError

REGISTRY_APPS = (
    "emanet.registry.catalogue",
    "emanet.registry.deliveries",
    "emanet.registry.activity",
)

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    # A commit is durable when it returns (one flush an object sealed): a run that ended well left
    # nothing to register again, and nobody has to look after a power cut.
    "PRAGMA synchronous=FULL;"
    "PRAGMA cache_size=-65536;"
)


class DatabaseSettings(msgspec.Struct, frozen=True):
    """Where the registry lives: a SQLite file, or PostgreSQL by address.

    ``sqlite`` is the file's path (``:memory:`` for none); ``url`` is
    ``postgresql://user:password@host:port/name?option=value`` (``host=/folder`` names a socket's
    folder) and wins when it is not empty. ``keep_s`` is how long an idle connection is kept.
    """

    sqlite: str = ""
    url: str = ""
    keep_s: int = 60


class WebSettings(msgspec.Struct, frozen=True):
    """What the pages need: secret key, host names, folders of static files and of translations."""

    secret_key: str = ""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    secure: bool = False
    debug: bool = False
    language: str = "tr"


def database_values(database: DatabaseSettings) -> dict[str, Any]:
    """Give Django's description of one database; raises ConfigError for an address it cannot use.

    SQLite: one writer at a time, taken at the start of the transaction, readers never blocked
    (WAL). The file must not lie on a network file system.
    """
    if not database.url:
        if not database.sqlite:
            raise ConfigError(
                "No database is configured: neither a SQLite file nor a PostgreSQL address.",
                "Veritabanı ayarlanmamış: ne SQLite dosyası ne PostgreSQL adresi var.",
            )
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": database.sqlite,
            "CONN_MAX_AGE": database.keep_s,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": _SQLITE_PRAGMAS,
            },
        }
    parts = urlsplit(database.url)
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise ConfigError(
            "The database address must look like postgresql://user@host/name.",
            "Veritabanı adresi postgresql://kullanıcı@sunucu/ad biçiminde olmalı.",
        )
    if find_spec("psycopg") is None:
        raise ConfigError(
            "PostgreSQL needs the extra 'postgres' (psycopg), which is not installed.",
            "PostgreSQL için 'postgres' eki (psycopg) gerekli; kurulu değil.",
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": database.keep_s,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def values(database: DatabaseSettings, web: WebSettings | None = None) -> dict[str, Any]:
    """Give all Django settings as a dictionary; with ``web``, those of the pages too."""
    chosen: dict[str, Any] = {
        "DATABASES": {DEFAULT_DB_ALIAS: database_values(database)},
        "INSTALLED_APPS": list(REGISTRY_APPS),
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "LANGUAGE_CODE": "tr",
        "LANGUAGES": [("tr", "Türkçe"), ("en", "English")],
    }
    return chosen | _web_values(web) if web is not None else chosen


def _web_values(web: WebSettings) -> dict[str, Any]:
    pages = Path(__file__).resolve().parents[1] / "web"
    return {
        "INSTALLED_APPS": [*REGISTRY_APPS, "django.contrib.staticfiles", "emanet.web"],
        "SECRET_KEY": web.secret_key,
        "DEBUG": web.debug,
        "ALLOWED_HOSTS": list(web.hosts),
        "ROOT_URLCONF": "emanet.web.urls",
        "WSGI_APPLICATION": "emanet.web.wsgi.application",
        "LANGUAGE_CODE": web.language,
        "LOCALE_PATHS": [str(pages / "locale")],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "csp.middleware.CSPMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "emanet.web.failures.HonestFailures",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.template.context_processors.i18n",
                    ]
                },
            }
        ],
        "STATIC_URL": "/static/",
        # Served as they lie in the package: nothing to collect, nothing to forget.
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": web.debug,
        "WHITENOISE_ALLOW_ALL_ORIGINS": False,
        "WHITENOISE_MAX_AGE": 600,
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": ["'self'"],
                "object-src": ["'none'"],
                "base-uri": ["'none'"],
                "form-action": ["'self'"],
                "frame-ancestors": ["'none'"],
            }
        },
        "CSRF_FAILURE_VIEW": "emanet.web.failures.forbidden",
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SESSION_COOKIE_SECURE": web.secure,
        "CSRF_COOKIE_SECURE": web.secure,
        "LANGUAGE_COOKIE_SECURE": web.secure,
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "LOGGING_CONFIG": None,
    }


def _log_to_stderr() -> None:
    """Let what fails be told on standard error; a page or host not found is no failure."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name, level in (("django", logging.ERROR), ("emanet", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
        logger.propagate = False
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)


def configure(database: DatabaseSettings, web: WebSettings | None = None) -> None:
    """Set Django up for this process; the one place where that is done.

    The first call fixes everything. A later call with another database points the process at that
    one (an archive opened after another); a later call can no longer bring the pages in, and
    raises ConfigError if it tries.
    """
    if not settings.configured:
        settings.configure(**values(database, web))
        if web is not None:
            _log_to_stderr()
        django.setup()
        return
    if web is not None and "emanet.web" not in settings.INSTALLED_APPS:
        raise ConfigError(
            "Django was set up without the pages; start the pages in a process of their own.",
            "Django sayfalar olmadan kuruldu; sayfaları ayrı bir süreçte başlatın.",
        )
    wanted = database_values(database)
    present = connections.databases[DEFAULT_DB_ALIAS]
    if all(present.get(key) == value for key, value in wanted.items()):
        return
    connections[DEFAULT_DB_ALIAS].close()
    del connections[DEFAULT_DB_ALIAS]
    connections.databases.update(
        connections.configure_settings({DEFAULT_DB_ALIAS: wanted})  # fills in the defaults
    )
