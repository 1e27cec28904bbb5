# SPDX-License-Identifier: Apache-2.0
"""A bucket of an S3-compatible service, by the few calls that all such services keep."""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
)

from emanet.model.errors import (
    AlreadyThere,
    ConfigError,
    NotThere,
    StorageError,
    StoreAway,
    StoreBroken,
    StoreFull,
    StoreRefuses,
)
from emanet.storage.stores.interface import CHUNK

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

T = TypeVar("T")

MOST_PARTS = 10_000
"""The most parts of one upload (Amazon S3 User Guide, multipart upload limits)."""

_SINGLE_TRY = 1
_TRIES = 4


class Bucket:
    """Whole keys of one bucket; every method raises the store's errors.

    ``client`` may try again by itself, so it is used only for what can be done twice;
    ``once`` never does, for the conditional puts, whose second try would meet its own first.
    """

    def __init__(
        self, client: S3Client, once: S3Client, name: str, *, part_bytes: int, in_flight: int
    ) -> None:
        self._client = client
        self._once = once
        self._name = name
        self._part_bytes = part_bytes
        self._in_flight = in_flight

    def require(self) -> None:
        """ConfigError when the bucket is not there: a missing bucket is not an empty one."""
        try:
            _call(lambda: self._client.head_bucket(Bucket=self._name), self._name)
        except NotThere as error:
            raise ConfigError(
                f"There is no bucket {self._name}.", f"{self._name} adlı kova yok."
            ) from error

    def head(self, key: str) -> int:
        """The size of a key; NotThere."""
        answer = _call(lambda: self._client.head_object(Bucket=self._name, Key=key), key)
        return answer["ContentLength"]

    def get(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of a range in pieces; NotThere is raised by the call itself."""
        if length == 0:
            self.head(key)
            return iter(())
        end = "" if length is None else str(offset + length - 1)
        wanted = {} if offset == 0 and length is None else {"Range": f"bytes={offset}-{end}"}
        try:
            answer = self._client.get_object(Bucket=self._name, Key=key, **wanted)  # type: ignore[arg-type]
        except ClientError as error:
            if _status(error) == 416:  # nothing there at or past the end
                return iter(())
            raise meaning(error, key) from error
        except BotoCoreError as error:
            raise meaning(error, key) from error
        return _body(answer["Body"].iter_chunks(CHUNK), answer["Body"].close, key)

    def put_new(self, key: str, data: bytes) -> None:
        """Put a small key that nobody has put before; AlreadyThere.

        After StoreAway it may be there all the same.
        """
        _call(
            lambda: self._once.put_object(
                Bucket=self._name, Key=key, Body=data, ContentMD5=_md5(data), IfNoneMatch="*"
            ),
            key,
        )

    def put_over(self, key: str, data: bytes) -> None:
        """Put a small key, whatever was there."""
        _call(
            lambda: self._client.put_object(
                Bucket=self._name, Key=key, Body=data, ContentMD5=_md5(data)
            ),
            key,
        )

    def put_parts(self, key: str, chunks: Iterable[bytes], *, new: bool) -> None:
        """Put a large key in parts; with ``new``, AlreadyThere where the service honours it.

        Not every service honours the condition here (Ceph 16 overwrites), so nothing may rest
        on it. When it raises, also because ``chunks`` did, the parts are taken away.
        """
        upload = _call(
            lambda: self._client.create_multipart_upload(Bucket=self._name, Key=key), key
        )["UploadId"]
        condition = {"IfNoneMatch": "*"} if new else {}
        try:
            tags = self._send_parts(key, upload, chunks)
            done = {"Parts": [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]}
            _call(
                lambda: self._once.complete_multipart_upload(
                    Bucket=self._name,
                    Key=key,
                    UploadId=upload,
                    MultipartUpload=done,  # type: ignore[arg-type]
                    **condition,  # type: ignore[arg-type]
                ),
                key,
            )
        except BaseException:
            with suppress(StorageError):
                self.abort(key, upload)
            raise

    def _send_parts(self, key: str, upload: str, chunks: Iterable[bytes]) -> list[str]:
        """Send the parts, a few at a time; their tags in order."""
        tags: list[str] = []
        waiting: deque[Future[str]] = deque()
        with ThreadPoolExecutor(self._in_flight) as pool:
            for number, part in enumerate(parts_of(chunks, self._part_bytes), 1):
                if number > MOST_PARTS:
                    raise StoreFull(
                        f"{key} needs more than {MOST_PARTS} parts.",
                        f"{key} {MOST_PARTS} parçadan fazlasını gerektiriyor.",
                    )
                while len(waiting) >= self._in_flight:
                    tags.append(waiting.popleft().result())
                waiting.append(pool.submit(self._send_part, key, upload, number, part))
            tags.extend(future.result() for future in waiting)
        return tags

    def _send_part(self, key: str, upload: str, number: int, part: bytes) -> str:
        answer = _call(
            lambda: self._client.upload_part(
                Bucket=self._name,
                Key=key,
                UploadId=upload,
                PartNumber=number,
                Body=part,
                ContentMD5=_md5(part),
            ),
            key,
        )
        return answer["ETag"]

    def keys(self, start: str) -> Iterator[str]:
        """The keys that begin with ``start``, in the order of the service."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._name, Prefix=start
        )
        walk = iter(pages)
        while (page := _call(lambda: next(walk, None), start)) is not None:
            for entry in page.get("Contents", ()):
                yield entry["Key"]

    def uploads(self, start: str) -> list[tuple[str, str]]:
        """The (key, upload id) of unfinished uploads whose keys begin with ``start``."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._name, Prefix=start
        )
        return _call(
            lambda: [(u["Key"], u["UploadId"]) for page in pages for u in page.get("Uploads", ())],
            start,
        )

    def abort(self, key: str, upload: str) -> None:
        """Take away the parts of an unfinished upload; nothing when there is none."""
        with suppress(NotThere):
            _call(
                lambda: self._client.abort_multipart_upload(
                    Bucket=self._name, Key=key, UploadId=upload
                ),
                key,
            )

    def remove(self, key: str) -> None:
        """Take a key away; nothing when it is not there."""
        with suppress(NotThere):
            _call(lambda: self._client.delete_object(Bucket=self._name, Key=key), key)


def connect(
    name: str,
    *,
    endpoint: str = "",
    region: str = "us-east-1",
    access: str = "",
    secret: str = "",
    part_bytes: int = 64 << 20,
    in_flight: int = 2,
    timeout_s: float = 60,
    connections: int = 32,
) -> Bucket:
    """A bucket of the service at ``endpoint`` ("": Amazon's own), reached by path-style addresses.

    Without ``access`` and ``secret``, boto3 looks for them in its usual places. A file of more
    than ``part_bytes`` x 10,000 cannot be put; ``part_bytes`` x (``in_flight`` + 2) bytes of
    memory are used by a large put. ConfigError when the bucket is not there.
    """

    def client(tries: int) -> S3Client:
        config = Config(
            connect_timeout=timeout_s,
            read_timeout=timeout_s,
            max_pool_connections=connections,
            retries={"total_max_attempts": tries, "mode": "standard"},
            s3={"addressing_style": "path"},
            # Content-MD5 and the read-back guard the bytes; the newer trailing checksums are
            # refused or ignored by some services.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=region,
            aws_access_key_id=access or None,
            aws_secret_access_key=secret or None,
            config=config,
        )

    bucket = Bucket(
        client(_TRIES), client(_SINGLE_TRY), name, part_bytes=part_bytes, in_flight=in_flight
    )
    bucket.require()
    return bucket


def parts_of(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes cut anew: each piece exactly ``size`` bytes, the last one 1 to ``size``."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= size:
            yield bytes(memoryview(waiting)[:size])
            del waiting[:size]
    if waiting:
        yield bytes(waiting)


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _body(pieces: Iterator[bytes], close: Callable[[], None], key: str) -> Iterator[bytes]:
    try:
        while (piece := _call(lambda: next(pieces, None), key)) is not None:
            yield piece
    finally:
        close()


def _call(act: Callable[[], T], place: str) -> T:
    try:
        return act()
    except (ClientError, BotoCoreError) as error:
        raise meaning(error, place) from error


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def meaning(error: ClientError | BotoCoreError, place: str) -> StorageError:
    """The error of ours that an answer of the service, or the lack of one, means."""
    if isinstance(error, NoCredentialsError | CredentialRetrievalError):
        return StoreRefuses(
            f"No credentials for {place}: {error}.", f"{place} için kimlik bilgisi yok: {error}."
        )
    if not isinstance(error, ClientError):
        return StoreAway(
            f"The service did not answer for {place}: {error}.",
            f"Hizmet {place} için yanıt vermedi: {error}.",
        )
    status = _status(error)
    code = error.response.get("Error", {}).get("Code", "")
    says = f"{code or status}"
    if code in ("QuotaExceeded", "EntityTooLarge", "XMinioStorageFull") or status == 507:
        return StoreFull(f"No space left for {place}: {says}.", f"{place} için yer yok: {says}.")
    if status == 404 and code != "NoSuchBucket":
        return NotThere(f"{place} is not there.", f"{place} yok.")
    if status == 412:
        return AlreadyThere(f"{place} is there already.", f"{place} zaten var.")
    if status in (401, 403, 405):
        return StoreRefuses(f"Not allowed at {place}: {says}.", f"{place} için izin yok: {says}.")
    if status in (408, 409, 429) or status >= 500 or code in ("BadDigest", "RequestTimeout"):
        return StoreAway(
            f"The service cannot do it now at {place}: {says}.",
            f"Hizmet {place} için şu anda yapamıyor: {says}.",
        )
    return StoreBroken(f"The service failed at {place}: {says}.", f"{place}: hata {says}.")
