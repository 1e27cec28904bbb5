# SPDX-License-Identifier: Apache-2.0
"""Everything built once: an archive's home made or opened, and the means handed to the duties."""

from __future__ import annotations

import os
import secrets
import time
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from emanet.access.search import SearchIndex
from emanet.bootstrap.config import FILE, Config, first_text, read
from emanet.bootstrap.django_settings import DatabaseSettings, WebSettings, configure
from emanet.bootstrap.holding import MARK, held, unfinished, write_durably
from emanet.bootstrap.workers import open_crew
from emanet.duties.means import Means
from emanet.formats.containers.entries import Limits
from emanet.ingest.assemble import Targets
from emanet.ingest.dropbox import DropRules
from emanet.ingest.judge import Policy
from emanet.model.errors import ConfigError, UsageError
from emanet.model.finding import catalogue
from emanet.registry import schema
from emanet.storage.archive import Archive
from emanet.storage.stores.faults import NO_FLUSH, hook_from
from emanet.storage.stores.interface import Step, Store
from emanet.storage.stores.posix import PosixStore
from emanet.storage.stores.wrappers.retry import RetryStore

_ADDRESS = "emanet:archive"  # where no mail address is given


def create_home(home: Path, *, name: str = "Emanet", digest: str = "sha512") -> Path:
    """Make a new archive in a folder that is empty or not there yet; gives its absolute path.

    What a call that died has begun is finished. Raises UsageError when something else is there or
    the digest is unknown, and what storage and registry raise.
    """
    home = home.absolute()
    if digest not in ("sha512", "sha256"):
        raise UsageError("The digest is sha512 or sha256.", "Özet sha512 ya da sha256 olabilir.")
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not (home / MARK).exists() and any(home.iterdir()):
            raise UsageError(f"{home} is not empty.", f"{home} boş değil.")
        write_durably(home / MARK, b"")
        secret = secrets.token_urlsafe(48).encode() + b"\n"
        write_durably(home / "secret", secret, 0o600)
        write_durably(home / FILE, first_text(name, digest).encode())
    except OSError as error:
        raise UsageError(
            f"{home} cannot be made: {error.strerror}", f"{home} oluşturulamıyor: {error.strerror}"
        ) from error
    config = read(home)
    step, durable = _faults()
    keeper, address = _keeper(config)
    root = _root(home, config, step, durable)
    Archive.create(root, config.archive.digest, keeper=keeper, address=address)
    configure(_database(home, config))
    schema.create()
    (home / MARK).unlink()
    return home


def open_home(home: Path, *, check: bool = True, web: bool = False) -> Means:
    """Open the archive in ``home``: read its settings, set Django up, build the means.

    ``check``: the registry must be of this program's age (not for rebuild); ``web``: the pages are
    served by this process. Raises ConfigError, RegistryError, StorageError.
    """
    home = home.absolute()
    config = read(home)
    step, durable = _faults()
    root = _root(home, config, step, durable)
    if not Archive.is_root(root):
        raise ConfigError(
            f"There is no OCFL root at {config.storage.root}.",
            f"{config.storage.root} konumunda bir OCFL kökü yok.",
        )
    pages = _web(home, config) if web else None
    configure(_database(home, config), pages)
    if check:
        schema.check()
    ingest = config.ingest
    keeper, address = _keeper(config)
    quarantine = PosixStore(home / config.storage.quarantine, step=step, durable=durable)
    return Means(
        name=config.archive.name,
        home=home,
        archive=Archive(root, digest=config.archive.digest, keeper=keeper, address=address),
        reopen=partial(reopen, home),
        quarantine=quarantine,
        index=SearchIndex(home / "index"),
        clock=lambda: datetime.now(UTC),
        ticks=time.monotonic,
        crew=lambda: open_crew(config),
        lock=lambda: held(home, (root, quarantine)),
        unfinished=lambda: unfinished(home),
        agent=f"emanet {version('emanet')}",
        limits=Limits(
            members=ingest.members_max,
            plain_bytes=ingest.plain_bytes_max,
            nesting=ingest.nesting_max,
        ),
        drop_rules=DropRules(settle_s=ingest.settle_s),
        targets=Targets(
            bytes=ingest.target_bytes, members=ingest.target_members, whole=ingest.whole_bytes
        ),
        policies=_policies(config),
        prefixes={prefix: key for key, p in config.publishers.items() for prefix in p.prefixes},
        wait_s=ingest.wait_hours * 3600,
        check_schemas=ingest.check_schemas,
    )


def _policies(config: Config) -> dict[str, Policy]:
    made = {"": Policy()}
    for key, agreed in config.publishers.items():
        unknown = sorted({*agreed.hold, *agreed.refuse, *agreed.accept} - set(catalogue()))
        if unknown:
            raise ConfigError(
                f"[publishers.{key}] names a finding that does not exist: {unknown[0]}.",
                f"[publishers.{key}] var olmayan bir bulguyu anıyor: {unknown[0]}.",
            )
        made[key] = Policy(agreed.hold, agreed.refuse, agreed.accept, agreed.accept_partial)
    return made


def _keeper(config: Config) -> tuple[str, str]:
    """Who stands in the inventories: the keeper, else the archive's name; and a URI for them."""
    mail = config.archive.mail
    return config.archive.keeper or config.archive.name, f"mailto:{mail}" if mail else _ADDRESS


def reopen(home: Path) -> Archive:
    """The sealed objects of the archive in ``home`` and nothing else, for workers that read."""
    return Archive(_root(home, read(home), None, True))


def _faults() -> tuple[Step | None, bool]:
    text = os.environ.get("EMANET_FAULT", "")
    return hook_from(text), text != NO_FLUSH


def _root(home: Path, config: Config, step: Step | None, durable: bool) -> Store:
    storage = config.storage
    if storage.kind == "folder":
        return PosixStore(home / storage.root, step=step, durable=durable)
    try:
        from emanet.storage.stores.bucket import connect  # the extra may be absent
        from emanet.storage.stores.s3 import S3Store
    except ImportError as error:
        raise ConfigError(
            "A bucket needs the extra 's3' (boto3), which is not installed.",
            "Kova için 's3' eki (boto3) gerekli; kurulu değil.",
        ) from error
    bucket = connect(
        storage.bucket,
        endpoint=storage.endpoint,
        region=storage.region,
        access=storage.access_key,
        secret=storage.secret_key,
    )
    return RetryStore(S3Store(bucket, storage.root), time.sleep)


def _database(home: Path, config: Config) -> DatabaseSettings:
    return DatabaseSettings(sqlite=str(home / "registry.sqlite3"), url=config.database.url)


def _web(home: Path, config: Config) -> WebSettings:
    secret = home / "secret"
    if not secret.is_file():
        raise ConfigError(f"{secret} is missing.", f"{secret} dosyası eksik.")
    return WebSettings(
        secret_key=secret.read_text(encoding="utf-8").strip(), hosts=config.web.hosts
    )
