# SPDX-License-Identifier: Apache-2.0
"""The configuration: emanet.toml in the archive's home, each setting also as EMANET_… variable.

Secrets never stand in the file: S3 keys and the database's password come from the environment
(``EMANET_STORAGE__ACCESS_KEY``, ``EMANET_STORAGE__SECRET_KEY``, ``EMANET_DATABASE__URL`` …).
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from emanet.model.errors import ConfigError

FILE = "emanet.toml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ArchiveSection(_Section):
    """Who keeps the archive, and the digest of its root."""

    name: str = "Emanet"
    keeper: str = ""
    mail: str = ""
    digest: Literal["sha512", "sha256"] = "sha512"


class StorageSection(_Section):
    """Where the bytes lie: a local folder, or a bucket of an S3-compatible store."""

    kind: Literal["folder", "s3"] = "folder"
    root: str = "root"
    quarantine: str = "quarantine"
    endpoint: str = ""
    bucket: str = ""
    region: str = "us-east-1"
    access_key: str = Field(default="", repr=False)
    secret_key: str = Field(default="", repr=False)


class DatabaseSection(_Section):
    """The registry's database: "" for SQLite in the home folder, else ``postgresql://…``."""

    url: str = Field(default="", repr=False)


class IngestSection(_Section):
    """Sizes and limits of taking in deliveries; bytes, seconds, megabytes as the names say."""

    target_bytes: int = Field(default=1 << 30, ge=1 << 20)
    target_members: int = Field(default=50_000, ge=100)
    whole_bytes: int = Field(default=64 << 20, ge=1 << 10)
    members_max: int = Field(default=500_000, ge=1)
    plain_bytes_max: int = Field(default=1 << 41, ge=1 << 20)
    nesting_max: int = Field(default=4, ge=1, le=16)
    item_seconds_max: int = Field(default=60, ge=1)
    item_memory_mb_max: int = Field(default=2048, ge=256)
    settle_s: float = Field(default=0.0, ge=0)
    wait_hours: float = Field(default=72.0, ge=0)
    check_schemas: bool = True


class WorkSection(_Section):
    """Where heavy work runs: local processes, or a Dask cluster over mutual TLS."""

    kind: Literal["processes", "dask"] = "processes"
    workers: int = Field(default=0, ge=0, le=1024)
    address: str = ""
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""


class WebSection(_Section):
    """The pages: where they listen, and under which names they are reached."""

    bind: str = "127.0.0.1:8000"
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    workers: int = Field(default=1, ge=1, le=64)


class PublisherSection(_Section):
    """What was agreed with a publisher on its deliveries.

    Findings named in ``hold``, ``refuse`` or ``accept`` get that severity for this publisher, in
    place of the catalogue's; ``prefixes`` are its DOI prefixes, by which it is recognised;
    ``accept_partial``: a delivery is accepted though single files of it must wait.
    """

    name: str = ""
    prefixes: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    accept_partial: bool = True


class Config(BaseSettings):
    """All settings, read once."""

    model_config = SettingsConfigDict(
        env_prefix="EMANET_", env_nested_delimiter="__", extra="ignore", frozen=True
    )

    archive: ArchiveSection = ArchiveSection()
    storage: StorageSection = StorageSection()
    database: DatabaseSection = DatabaseSection()
    ingest: IngestSection = IngestSection()
    work: WorkSection = WorkSection()
    web: WebSection = WebSection()
    publishers: dict[str, PublisherSection] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file; no .env file and no secrets folder."""
        return env_settings, init_settings


_SECTIONS = tuple(Config.model_fields)


def read(home: Path) -> Config:
    """Read ``home/emanet.toml`` and the environment.

    Raises ConfigError naming the setting, when the file is missing, is no TOML, or a setting is
    unknown or has a wrong value.
    """
    path = home / FILE
    if not path.is_file():
        raise ConfigError(
            f"{home} is not an archive: it has no {FILE}. Make one with: emanet init {home}",
            f"{home} bir arşiv değil: {FILE} yok. Oluşturmak için: emanet init {home}",
        )
    try:
        tables: dict[str, Any] = TomlConfigSettingsSource(Config, toml_file=path)()
        unknown = sorted(set(tables) - set(_SECTIONS))
        if unknown:
            raise ConfigError(
                f"{path}: unknown section [{unknown[0]}]; known are {', '.join(_SECTIONS)}.",
                f"{path}: bilinmeyen bölüm [{unknown[0]}]; bilinenler: {', '.join(_SECTIONS)}.",
            )
        return Config(**tables)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path} is not valid TOML: {error}", f"{path} geçerli TOML değil: {error}"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{path}: setting {where}: {first['msg']}.",
            f"{path}: {where} ayarı geçersiz: {first['msg']}.",
        ) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error}", f"{path} okunamıyor: {error}") from (
            error
        )


def first_text(name: str, digest: str) -> str:
    """The text of a new emanet.toml; a store given by the environment is written into it.

    Keys and passwords are not. Raises ConfigError for a wrong variable.
    """
    try:
        storage = Config().storage
    except ValidationError as error:
        first = error.errors()[0]
        where = "EMANET_" + "__".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(f"{where}: {first['msg']}.", f"{where} geçersiz: {first['msg']}.") from (
            error
        )
    shown = [f'kind = "{storage.kind}"            # folder, or s3 with endpoint and bucket']
    for setting in ("root", "endpoint", "bucket", "region"):
        value = getattr(storage, setting)
        if setting == "root" or (storage.kind == "s3" and value):
            shown.append(f"{setting} = {json.dumps(value)}")
    return _TEMPLATE.format(name=json.dumps(name), digest=digest, storage="\n".join(shown))


_TEMPLATE = """\
# The settings of this archive. Each can also be given as an environment variable, for example
# EMANET_INGEST__TARGET_BYTES=2147483648. Secrets (S3 keys, database password) only there.
# Bu arşivin ayarları. Her biri ortam değişkeni olarak da verilebilir. Sırlar yalnızca orada durur.

[archive]
name = {name}
digest = "{digest}"          # sha512 (the OCFL standard's choice) or sha256 (about twice as fast)

[storage]
{storage}

# [database]
# url = "postgresql://emanet@/emanet"      # empty: SQLite in this folder

# [work]
# workers = 0               # 0: one for each core
# kind = "dask"             # a cluster, by mutual TLS: address, tls_ca, tls_cert, tls_key

# [publishers.example]
# name = "Example Press"
# prefixes = ["10.1234"]
# hold = ["PACKAGE-MANIFEST-MISSING-FILE"]
"""
