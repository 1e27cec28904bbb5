# SPDX-License-Identifier: Apache-2.0
"""The registry: remade from sealed records against raw insertion of the same rows, and lookups.

The records lie on disk as storage writes them (JSON Lines); reading and decoding them is in our
time. The peer inserts the same rows, table by table, the fastest way the driver has (executemany,
binary COPY) into the same tables with the same indexes. Lookups are held against the 5 ms that the
design allows at 10 million articles, which a full run makes (EMANET_BENCH_LOOKUPS: another number).
"""

from __future__ import annotations

import gc
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import synthetic
import vast

from emanet.bootstrap.django_settings import DatabaseSettings, configure
from emanet.model.delivery import Receipt
from emanet.model.event import Event
from emanet.model.stored import ArticleLine, AuditLine, MemberLine, Records
from emanet.registry.prepared import Prepared
from emanet.registry.preparing import pack, prepare, unpack

ROOT = Path(__file__).resolve().parents[1]
if "tests" not in sys.modules:  # packages installed beside us have a module of that name too
    sys.modules["tests"] = ModuleType("tests")
    sys.modules["tests"].__path__ = [str(ROOT / "tests")]
postgres = import_module("tests.servers.postgres")

_SIZES = {"quick": (300, 3_000), "full": (1_000, 10_000, 100_000)}
_LOOKUPS = {"quick": 20_000, "full": 10_000_000}
_ASKED = 0.5
_LIMIT_MS = 5.0
_BATCH_LINES = 50_000
_KINDS = {
    "members": MemberLine,
    "articles": ArticleLine,
    "receipts": Receipt,
    "events": Event,
    "audits": AuditLine,
}
_ENCODER = msgspec.json.Encoder()
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _KINDS.items()}
Row = dict[str, Any]


def rows(scale: str) -> list[Row]:
    """Rows for both engines (PostgreSQL where it is installed), rebuilds first."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="emanet-bench-", dir="/tmp") as name:
        folder = Path(name)
        for articles in _SIZES[scale]:
            sealed = folder / f"sealed-{articles}"
            _seal(sealed, articles)
            for engine in _engines(folder):
                found += _rebuild(engine, sealed, articles)
            for file in sealed.iterdir():
                file.unlink()
        lookups = int(os.environ.get("EMANET_BENCH_LOOKUPS", _LOOKUPS[scale]))
        for engine in _engines(folder):
            found += _lookups(engine, lookups)
    return found


# --- engines ---------------------------------------------------------------------------------


class _Raw:
    """Inserts rows the fastest way a driver has; gives the seconds it took."""

    def __init__(self, link: Any) -> None:
        self._link = link

    def __call__(self, model: Any, rows: Sequence[tuple[Any, ...]]) -> float:
        raise NotImplementedError

    def close(self) -> None:
        """Let the database go."""
        self._link.close()


class _RawSqlite(_Raw):
    def __call__(self, model: Any, rows: Sequence[tuple[Any, ...]]) -> float:
        columns = [field.column for field in model._meta.concrete_fields]
        blanks = ",".join("?" * len(columns))
        statement = f"insert into {model._meta.db_table}({','.join(columns)}) values({blanks})"
        begun = time.perf_counter()
        self._link.execute("begin immediate")
        self._link.executemany(statement, rows)
        self._link.execute("commit")
        return time.perf_counter() - begun


class _RawPostgres(_Raw):
    _TYPES = {"bigint": "int8", "integer": "int4", "smallint": "int2", "boolean": "bool"}

    def __call__(self, model: Any, rows: Sequence[tuple[Any, ...]]) -> float:
        from django.db import connection

        fields = model._meta.concrete_fields
        names = ",".join(field.column for field in fields)
        kinds = [str(field.db_type(connection)).split(" ")[0] for field in fields]
        statement = f"copy {model._meta.db_table}({names}) from stdin (format binary)"
        begun = time.perf_counter()
        with self._link.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([self._TYPES.get(kind, kind) for kind in kinds])
            for row in rows:
                copy.write_row(row)
        return time.perf_counter() - begun


class _Engine:
    """One database for us and an equal one for the peer."""

    name = ""

    def use(self, which: str) -> None:
        """Point Django at one of the two, its tables made anew."""
        configure(self.settings(which))
        from emanet.registry import schema

        schema.remake()

    def settings(self, which: str) -> DatabaseSettings:
        """Where the one or the other is."""
        raise NotImplementedError

    def raw(self, which: str) -> _Raw:
        """The peer's way in."""
        raise NotImplementedError


class _Sqlite(_Engine):
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def settings(self, which: str) -> DatabaseSettings:
        return DatabaseSettings(sqlite=str(self._folder / f"{which}.sqlite"))

    def raw(self, which: str) -> _Raw:
        link = sqlite3.connect(self._folder / f"{which}.sqlite", isolation_level=None)
        for pragma in ("journal_mode=wal", "synchronous=normal", "cache_size=-131072"):
            link.execute(f"pragma {pragma}")
        link.execute("pragma wal_autocheckpoint=16384")
        return _RawSqlite(link)


class _Postgres(_Engine):
    name = "PostgreSQL"

    def __init__(self, server: Any) -> None:
        self._server = server

    def settings(self, which: str) -> DatabaseSettings:
        return DatabaseSettings(url=f"postgresql://postgres@/{which}?host={self._server.socket}")

    def use(self, which: str) -> None:
        from django.db import connection

        connection.close()
        self._server.create(which)
        super().use(which)

    def raw(self, which: str) -> _Raw:
        import psycopg

        link = psycopg.connect(self._server.dsn(which), autocommit=True)
        link.execute("set synchronous_commit=off")
        return _RawPostgres(link)


def _engines(folder: Path) -> Iterator[_Engine]:
    yield _Sqlite(folder)
    if postgres.programs() is not None and postgres.account() != "":
        with (
            tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as place,
            postgres.running(Path(place)) as server,
        ):
            yield _Postgres(server)
            _leave()


def _leave() -> None:
    from django.db import connection

    connection.close()


# --- rebuild ---------------------------------------------------------------------------------


def _seal(folder: Path, articles: int) -> None:
    folder.mkdir()
    for sealed in synthetic.synthetic(articles):
        head = (sealed.id, sealed.kind, sealed.sequence, sealed.created, sealed.bytes)
        place = folder / f"{sealed.sequence:08d}"
        place.with_suffix(".head").write_bytes(_ENCODER.encode((*head, sealed.inventory_digest)))
        for name in _KINDS:
            lines = _ENCODER.encode_lines(getattr(sealed, name))
            place.with_suffix(f".{name}").write_bytes(lines)


def _read(head: Path) -> Records:
    parts = {
        name: tuple(_DECODERS[name].decode_lines(head.with_suffix(f".{name}").read_bytes()))
        for name in _KINDS
    }
    return Records(*msgspec.json.decode(head.read_bytes()), **parts)


def _ready(head: Path) -> bytes:
    """Read, decode, prepare and pack one object: what a helper process does."""
    gc.disable()
    return pack(prepare(_read(head)))


def _batches(objects: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    batch: list[Prepared] = []
    lines = 0
    for sealed in objects:
        batch.append(sealed)
        lines += len(sealed.catalogue.files) + len(sealed.catalogue.lines)
        if lines >= _BATCH_LINES:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def _prepared(heads: Iterable[Path], helper: Executor | None) -> Iterator[Prepared]:
    """The objects in their order, made ready here, or by a helper that is a few ahead."""
    if helper is None:
        yield from (prepare(_read(head)) for head in heads)
        return
    waiting: deque[Future[bytes]] = deque()
    for head in heads:
        waiting.append(helper.submit(_ready, head))
        if len(waiting) > 40:
            yield unpack(waiting.popleft().result())
    while waiting:
        yield unpack(waiting.popleft().result())


def _rebuild(engine: _Engine, folder: Path, articles: int) -> Iterator[Row]:
    alone = _fill(engine, folder, None)
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as helper:
        heads = sorted(folder.glob("*.head"))
        helper.submit(_ready, heads[0]).result()  # it is there before the clock runs
        helped = _fill(engine, folder, helper)
    whole = _whole(engine, articles)
    raw = _raw(engine)
    yield _rebuild_row(f"{engine.name}, one process", articles, alone, raw, "")
    yield _rebuild_row(f"{engine.name}, a helper prepares", articles, helped, raw, _ASKED)
    yield whole


def _fill(engine: _Engine, folder: Path, helper: Executor | None) -> tuple[float, float]:
    """Remake our database; gives seconds, and the most memory in use between two batches, MiB."""
    engine.use("ours")
    from emanet.registry import schema

    peak = 0.0
    begun = time.perf_counter()
    with schema.bulk_filling():
        for batch in _batches(_prepared(sorted(folder.glob("*.head")), helper)):
            _project(batch)
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            peak = max(peak, pages * resource.getpagesize() / (1 << 20))
    return time.perf_counter() - begun, peak


def _project(batch: list[Any]) -> None:
    from django.db import transaction

    from emanet.registry.activity import records as activity
    from emanet.registry.catalogue import records as catalogue
    from emanet.registry.deliveries import records as deliveries

    with transaction.atomic():
        catalogue.project(batch)
        deliveries.project(batch)
        activity.project(batch)


def _rebuild_row(
    name: str, articles: int, ours: tuple[float, float], raw: tuple[float, int], bar: float | str
) -> Row:
    (seconds, peak), (peer, count) = ours, raw
    return {
        "row": f"rebuild of the registry, {name}",
        "size": f"{articles:,} articles",
        "ours": count / seconds,
        "peer": count / peer,
        "peer_name": "raw insertion",
        "ratio": peer / seconds,
        "unit": "rows/s",
        "bar": bar,
        "rss_mb": peak,
        "note": f"{count:,} rows, {articles / seconds:,.0f} articles/s",
    }


def _raw(engine: _Engine) -> tuple[float, int]:
    """Copy the rows of our database into the peer's; only the insertion is timed."""
    from emanet.registry import schema

    with tempfile.TemporaryDirectory(prefix="emanet-rows-", dir="/tmp") as name:
        kept = _dump(Path(name))
        engine.use("peer")
        insert = engine.raw("peer")
        seconds, count = 0.0, 0
        models = {model.__name__: model for model in schema.tables()}
        for file in kept:
            chunk: list[tuple[Any, ...]] = msgspec.msgpack.decode(
                file.read_bytes(), type=list[tuple[Any, ...]]
            )
            with _no_collection():
                seconds += insert(models[file.name.partition("-")[0]], chunk)
            count += len(chunk)
        insert.close()
    return seconds, count


def _dump(folder: Path) -> list[Path]:
    from emanet.registry import schema

    files: list[Path] = []
    for model in schema.tables():
        columns = [field.attname for field in model._meta.concrete_fields]
        found = model._default_manager.order_by("pk").values_list(*columns)
        chunk: list[tuple[Any, ...]] = []
        for row in found.iterator(chunk_size=5_000):
            chunk.append(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row))
            if len(chunk) == _BATCH_LINES:
                files.append(_keep(folder, model.__name__, len(files), chunk))
                chunk = []
        files.append(_keep(folder, model.__name__, len(files), chunk))
    return files


def _keep(folder: Path, name: str, number: int, chunk: list[tuple[Any, ...]]) -> Path:
    file = folder / f"{name}-{number}"
    file.write_bytes(msgspec.msgpack.encode(chunk))
    return file


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


# --- lookups ---------------------------------------------------------------------------------


def _whole(engine: _Engine, articles: int) -> Row:
    """The whole record of articles of the registry just remade."""
    from emanet.registry.catalogue import models, queries

    rng = random.Random(7)
    some = models.Article.objects.filter(id__in=_some_keys(rng, articles))
    dois = list(some.values_list("doi", flat=True))
    return _lookup_row(
        f"whole record by DOI (versions, files, relations), {engine.name}",
        articles,
        [(queries.article_by_doi, doi) for doi in dois],
    )


def _some_keys(rng: random.Random, articles: int) -> list[int]:
    """Keys of versions, as the made-up objects give them."""
    an_object = min(articles, synthetic.ARTICLES_AN_OBJECT)
    numbers = rng.sample(range(articles), min(articles, 1_000))
    return [(n // an_object + 1) << 24 | n % an_object for n in numbers]


def _lookups(engine: _Engine, articles: int) -> Iterator[Row]:
    """Lookups among so many articles, whose rows are made by SQL alone."""
    engine.use("ours")
    from emanet.registry.catalogue import queries

    vast.fill(articles)
    rng = random.Random(7)
    asked = [vast.article(n) for n in rng.sample(range(articles), min(articles, 3_000))]
    yield _lookup_row(
        f"lookup by DOI, {engine.name}", articles, [(queries.brief, one.doi) for one in asked]
    )
    yield _lookup_row(
        f"lookup by ISSN, year, volume, page, {engine.name}",
        articles,
        [(_at, one) for one in asked],
    )


def _at(one: vast.Made) -> Any:
    from emanet.registry.catalogue import queries

    found = queries.articles_at(one.issn, year=one.year, volume=one.volume, page=one.page)
    return [brief for brief in found if brief.doi == one.doi]


def _lookup_row(name: str, articles: int, asked: list[tuple[Callable[[Any], Any], Any]]) -> Row:
    timed = [_timed(look, what) for look, what in asked]
    times, busy = (sorted(column) for column in zip(*timed, strict=True))
    p50, p99, busy99 = (x[len(x) * n // 100] for x, n in ((times, 50), (times, 99), (busy, 99)))
    return {
        "row": name,
        "size": f"{articles:,} articles",
        "ours": p99,
        "peer": _LIMIT_MS,
        "peer_name": "the limit",
        "ratio": _LIMIT_MS / p99,
        "unit": "ms (p99)",
        "bar": 1.0,
        "rss_mb": None,
        "note": f"p50 {p50:.2f} ms; p99 of our processor time {busy99:.2f} ms",
    }


def _timed(look: Callable[[Any], Any], what: Any) -> tuple[float, float]:
    """Milliseconds by the clock, and of processor time (other programs do not count there)."""
    begun, busy = time.perf_counter(), time.thread_time()
    found = look(what)
    times = (time.perf_counter() - begun) * 1000, (time.thread_time() - busy) * 1000
    if not found:
        raise AssertionError(f"{what} is not found")
    return times
