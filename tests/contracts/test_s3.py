# SPDX-License-Identifier: Apache-2.0
"""The store in a bucket keeps the contract, on a real server."""

from __future__ import annotations

from itertools import count

import boto3
import pytest
from tests.contracts.contract import Fresh, Pair, WritingContract
from tests.servers.seaweed import Login, Seaweed, seaweed

from emanet.storage.stores.bucket import Bucket, connect
from emanet.storage.stores.s3 import S3Store

pytestmark = pytest.mark.server
__all__ = ["seaweed"]

BUCKET = "contracts"
NUMBER = count()


def bucket_as(server: Seaweed, login: Login) -> Bucket:
    """The bucket of these tests, for one identity; parts of 5 MiB, the least S3 allows."""
    return connect(
        BUCKET,
        endpoint=server.url,
        access=login.access,
        secret=login.secret,
        part_bytes=5 << 20,
        timeout_s=20,
    )


@pytest.fixture(scope="session")
def bucket(seaweed: Seaweed) -> Bucket:
    boto3.client(
        "s3",
        endpoint_url=seaweed.url,
        region_name="us-east-1",
        aws_access_key_id=seaweed.admin.access,
        aws_secret_access_key=seaweed.admin.secret,
    ).create_bucket(Bucket=BUCKET)
    return bucket_as(seaweed, seaweed.admin)


class TestS3(WritingContract):
    shadows = False
    examples = 12

    @pytest.fixture
    def fresh(self, bucket: Bucket) -> Fresh:
        def make() -> Pair:
            store = S3Store(bucket, f"root-{next(NUMBER)}")
            return Pair(store, store)

        return make
