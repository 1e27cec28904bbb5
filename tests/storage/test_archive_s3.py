# SPDX-License-Identifier: Apache-2.0
"""The archive in a bucket of a real server: sealed, read by range, audited, half made and swept."""

from __future__ import annotations

import hashlib
from itertools import count
from pathlib import Path

import boto3
import pytest
from ocfl.storage_root import StorageRoot
from planning import WHEN, Kept, Planner, every_shape, kept_archive
from tests.servers.seaweed import Seaweed, seaweed

from emanet.model.errors import StorageError
from emanet.model.stored import Locator
from emanet.preservation.audit import audit_object
from emanet.storage.archive import Archive
from emanet.storage.ocfl.layout import place
from emanet.storage.ocfl.validate import StoreTree, validate_root
from emanet.storage.stores.bucket import Bucket, connect
from emanet.storage.stores.posix import PosixStore
from emanet.storage.stores.s3 import S3Store
from emanet.storage.stores.wrappers.faulty import FaultyStore

pytestmark = pytest.mark.server
__all__ = ["seaweed"]

NUMBER = count()


@pytest.fixture(scope="module")
def bucket(seaweed: Seaweed) -> Bucket:
    boto3.client(
        "s3",
        endpoint_url=seaweed.url,
        region_name="us-east-1",
        aws_access_key_id=seaweed.admin.access,
        aws_secret_access_key=seaweed.admin.secret,
    ).create_bucket(Bucket="archive")
    return connect(
        "archive",
        endpoint=seaweed.url,
        access=seaweed.admin.access,
        secret=seaweed.admin.secret,
        part_bytes=5 << 20,
        timeout_s=20,
    )


@pytest.fixture
def far(bucket: Bucket) -> Kept:
    return kept_archive(Path("unused"), store=S3Store(bucket, f"root-{next(NUMBER)}"))


def test_what_is_sealed_in_a_bucket_is_what_is_sealed_on_a_disk(far: Kept, tmp_path: Path) -> None:
    here = PosixStore(tmp_path / "root", durable=False)
    for key in far.archive.store.list():
        here.put(key, far.archive.store.stream(key))
    assert validate_root(StoreTree(here)) == ()
    judge = StorageRoot(root=str(tmp_path / "root"))
    assert judge.validate(log_warnings=True)
    assert (judge.good_objects, judge.errors) == (1, [])
    assert Archive(here).records(far.aip.id) == far.archive.records(far.aip.id)


def test_members_are_read_by_range_and_audited(far: Kept) -> None:
    assert [ref.id for ref in far.archive.objects()] == [far.aip.id]
    for member in far.aip.members:
        locator = Locator(far.aip.id, member.path, member.steps)
        data = far.archive.read(locator, member.bytes, member.crc32)
        assert hashlib.sha256(data).hexdigest() == member.sha256
    line = audit_object(far.archive, far.aip.id, lambda: WHEN)
    assert not line.damages
    assert (
        far.archive.seal(far.aip, far.planner.sources).bytes
        == far.archive.records(far.aip.id).bytes
    )


def test_cut_off_at_any_step_nothing_is_visible_and_sealing_again_works(bucket: Bucket) -> None:
    planner = Planner(whole_from=60_000)
    aip = planner.plan(every_shape())
    for number in count(0, 3):
        store = S3Store(bucket, f"root-{next(NUMBER)}")
        Archive.create(store)
        left = iter(range(number))

        def step(verb: str, key: str, left=left) -> None:
            if next(left, None) is None:
                raise OSError(5, "cut")

        try:
            Archive(FaultyStore(store, step=step)).seal(aip, planner.sources)
            break
        except StorageError:
            pass
        assert list(Archive(store).objects()) == []
        store.sweep()
        assert list(store.list(place(aip.id).prefix)) == []
        Archive(store).seal(aip, planner.sources)
        assert [ref.id for ref in Archive(store).objects()] == [aip.id]
    assert number > 9
