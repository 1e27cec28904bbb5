# SPDX-License-Identifier: Apache-2.0
"""The store in a bucket keeps the contract, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.contract import Fresh, Pair, WritingContract, everything
from tests.servers.flaky import Flaky, before
from tests.servers.seaweed import Login, Seaweed, free_ports, seaweed

from emanet.model.errors import (
    AlreadyThere,
    ConfigError,
    NotThere,
    StorageError,
    StoreAway,
    StoreBroken,
    StoreFull,
    StoreRefuses,
    UsageError,
)
from emanet.storage.stores.bucket import Bucket, connect, meaning, parts_of
from emanet.storage.stores.s3 import Intent, S3Draft, S3Store
from emanet.storage.stores.wrappers.retry import RetryStore

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
    rounds = 2

    @pytest.fixture
    def fresh(self, bucket: Bucket) -> Fresh:
        def make() -> Pair:
            store = S3Store(bucket, f"root-{next(NUMBER)}")
            return Pair(store, store)

        return make


@pytest.fixture
def store(bucket: Bucket) -> S3Store:
    return S3Store(bucket, f"root-{next(NUMBER)}")


@pytest.fixture
def flaky(seaweed: Seaweed) -> Iterator[Flaky]:
    with before(seaweed.url) as forwarder:
        yield forwarder


@pytest.fixture
def far(seaweed: Seaweed, bucket: Bucket, flaky: Flaky) -> S3Store:
    """A store that is reached through the flaky forwarder."""
    return S3Store(bucket_as(replace(seaweed, url=flaky.url), seaweed.admin), f"r-{next(NUMBER)}")


BIG = bytes(range(256)) * (9 << 12)  # 9 MiB: too large to wait in memory
FILES = {"v1/content/a": BIG, "v1/content/b": b"b", "i.sha": b"digest", "i": b"inventory"}


def write(draft: S3Draft) -> S3Draft:
    for name, data in FILES.items():
        draft.write(name, [data])
    return draft


def whole(store: S3Store, prefix: str) -> bool:
    return everything(store) == {f"{prefix}/{name}": data for name, data in FILES.items()}


class TestWhoMay:
    def test_a_reader_reads_and_changes_nothing(self, seaweed: Seaweed, store: S3Store) -> None:
        store.put("a", [b"x"])
        prefix = store.full("a").removesuffix("/a")
        reader = S3Store(bucket_as(seaweed, seaweed.reader), prefix)
        assert everything(reader) == {"a": b"x"}
        for act in (
            lambda: reader.put("b", [b"x"]),
            lambda: reader.put("b", [BIG]),
            lambda: reader.delete("a"),
            lambda: reader.draft("t"),
        ):
            with pytest.raises(StoreRefuses):
                act()
        assert everything(store) == {"a": b"x"}

    def test_a_wrong_secret_is_refused(self, seaweed: Seaweed, bucket: Bucket) -> None:
        with pytest.raises(StoreRefuses):
            bucket_as(seaweed, Login("admin", "wrong"))

    def test_a_missing_bucket_is_not_an_empty_one(self, seaweed: Seaweed) -> None:
        with pytest.raises(ConfigError):
            connect("no-such-bucket", endpoint=seaweed.url, access="admin", secret="admin-secret")


class TestDyingDrafts:
    def test_a_tree_in_the_making_is_hidden_and_its_prefix_taken(self, store: S3Store) -> None:
        draft = write(store.draft("p/t"))
        store.put("q", [b"x"])
        assert list(store.list()) == ["q"]
        assert list(store.list("p")) == []
        with pytest.raises(AlreadyThere):
            store.draft("p/t")
        draft.commit(last=("i.sha", "i"))
        store.delete("q")
        assert whole(store, "p/t")

    @pytest.mark.parametrize("closing", [False, True])
    def test_a_dead_draft_is_swept(self, store: S3Store, closing: bool) -> None:
        draft = write(store.draft("p/t"))
        if closing:  # it died after all but the closing file
            draft._announce(*draft._held, closing="i")
            for name in ("v1/content/b", "i.sha"):
                draft._put_held(name)
        store.put("p/other", [b"x"])
        again = S3Store(store.bucket, store.full("x").removesuffix("/x"))
        with pytest.raises(AlreadyThere):
            again.draft("p/t")
        assert again.sweep() == ("p/t",)
        assert everything(again) == {"p/other": b"x"}
        assert list(store.bucket.keys(store.full("p/t"))) == []
        assert again.sweep() == ()
        again.delete("p/other")
        write(again.draft("p/t")).commit(last=("i.sha", "i"))
        assert whole(again, "p/t")

    def test_a_whole_tree_with_its_intent_left_is_kept(self, store: S3Store) -> None:
        draft = write(store.draft("p/t"))
        draft._announce(*draft._held, closing="i")
        for name in ("v1/content/b", "i.sha", "i"):
            draft._put_held(name)
        assert whole(store, "p/t")
        assert store.sweep() == ()
        assert whole(store, "p/t")
        assert list(store.intents()) == []

    def test_a_draft_that_died_at_once_takes_nothing_along(self, store: S3Store) -> None:
        """Its prefix was sealed by another just before: not a name of that is its own."""
        write(store.draft("p/t")).commit(last=("i.sha", "i"))
        where = store.full("x").removesuffix("/x") + ".staging/dead"
        store.bucket.put_new(where, b'{"prefix":"p/t","owner":"dead"}')
        assert whole(store, "p/t")
        assert store.sweep() == ()
        assert whole(store, "p/t")
        assert list(store.intents()) == []

    def test_a_prefix_sealed_while_a_draft_begins(self, bucket: Bucket) -> None:
        prefix = f"root-{next(NUMBER)}"
        other = S3Store(bucket, prefix)

        class Slow(Bucket):
            """Another writer seals the same prefix just before our intent is put."""

            def put_new(self, key: str, data: bytes) -> None:
                write(other.draft("p/t")).commit(last=("i.sha", "i"))
                super().put_new(key, data)

        slow = Slow(bucket._client, bucket._once, BUCKET, part_bytes=5 << 20, in_flight=1)
        with pytest.raises(AlreadyThere):
            S3Store(slow, prefix).draft("p/t")
        assert whole(other, "p/t")
        assert list(other.intents()) == []

    def test_unfinished_uploads_are_swept(self, store: S3Store) -> None:
        client = store.bucket._client
        full = store.full("a/b")
        client.create_multipart_upload(Bucket=BUCKET, Key=full)
        assert store.bucket.uploads(full) != []
        assert store.sweep() == ("a/b",)
        assert store.bucket.uploads(full) == []

    def test_a_foreign_intent_is_not_guessed_at(self, store: S3Store) -> None:
        store.bucket.put_over(store.full("x").removesuffix("/x") + ".staging/odd", b"{not json")
        with pytest.raises(StoreBroken):
            store.sweep()
        with pytest.raises(StoreBroken):
            store.list()

    def test_a_closing_file_is_small(self, store: S3Store) -> None:
        with store.draft("t") as draft:
            draft.write("large", [BIG])
            with pytest.raises(UsageError, match="too large to close"):
                draft.commit(last=("large",))
            draft.commit()
        assert everything(store) == {"t/large": BIG}

    def test_what_waits_in_memory_is_bounded(self, store: S3Store) -> None:
        data = bytes(8 << 20)
        with store.draft("t") as draft:
            for number in range(9):
                draft.write(str(number), [data])
            assert sum(map(len, draft._held.values())) == 64 << 20
            draft.commit(last=("8",))
        assert [store.size(f"t/{n}") for n in range(9)] == [8 << 20] * 9


class TestLostAnswers:
    def test_a_lost_answer_to_a_put(self, far: S3Store, flaky: Flaky) -> None:
        flaky.lose("^PUT .*/a ")
        with pytest.raises(StoreAway):
            far.put("a", [b"x"])
        assert far.read("a") == b"x"
        flaky.lose("^PUT .*/b ")
        store = RetryStore(far, lambda seconds: None)
        assert store.put("b", [b"yz"]) == 2
        assert len(flaky.struck) == 2
        assert everything(far) == {"a": b"x", "b": b"yz"}

    @pytest.mark.parametrize("how", ["lose", "refuse"])
    @pytest.mark.parametrize(
        "what",
        [
            "^PUT .*[.]staging/p%252Ft ", "^PUT .*/p/t/i ", "^PUT .*/p/t/i.sha ",
            "^GET .*/p/t/i.sha ", "^GET .*/p/t/i ", "^PUT .*/p/t/v1/content/b ",
            "^DELETE .*[.]staging",
        ],
    )  # fmt: skip
    def test_a_tree_survives_each(self, far: S3Store, flaky: Flaky, how: str, what: str) -> None:
        getattr(flaky, how)(what)
        store = RetryStore(far, lambda seconds: None)
        with store.draft("p/t") as draft:
            for name, data in FILES.items():
                draft.write(name, [data])
            draft.commit(last=("i.sha", "i"))
        assert len(flaky.struck) == 1
        assert whole(far, "p/t")
        far.sweep()
        assert whole(far, "p/t")
        assert list(far.intents()) == []

    def test_parts_survive(self, far: S3Store, flaky: Flaky) -> None:
        flaky.lose("^PUT .*/big.*partNumber=1")
        flaky.refuse("^PUT .*/big.*partNumber=2")
        assert far.put("big", [BIG, BIG]) == 2 * len(BIG)
        assert len(flaky.struck) == 2
        assert far.read("big") == BIG * 2

    def test_a_draft_given_up_at_its_closing_is_left_to_the_sweep(
        self, far: S3Store, flaky: Flaky
    ) -> None:
        """The closing file may have arrived: only a later look can tell."""
        flaky.lose("^PUT .*/p/t/i ")
        with pytest.raises(StoreAway), far.draft("p/t") as draft:
            write(draft).commit(last=("i.sha", "i"))
        assert whole(far, "p/t")
        assert far.sweep() == ()
        assert whole(far, "p/t")

    def test_no_server(self, seaweed: Seaweed) -> None:
        (port,) = free_ports(1)
        with pytest.raises(StoreAway):
            bucket_as(replace(seaweed, url=f"http://127.0.0.1:{port}"), seaweed.admin)


class Rotten(Bucket):
    """Gives the last byte of what it holds wrongly."""

    def get(self, key: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        data = b"".join(super().get(key, offset, length))
        yield data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("data", [b"small", BIG])
def test_what_reads_back_otherwise_is_broken(bucket: Bucket, data: bytes) -> None:
    rotten = Rotten(bucket._client, bucket._once, BUCKET, part_bytes=5 << 20, in_flight=1)
    store = S3Store(rotten, f"root-{next(NUMBER)}")
    with pytest.raises(StoreBroken):
        store.put("a", [data])
    assert not store.exists("a")
    assert list(rotten.keys(store.full("a"))) == []
    with pytest.raises(StoreBroken), S3Draft(store, Intent("t", "me"), store.full("in")) as draft:
        draft.write("f", [data])
        draft.commit()
    assert list(rotten.keys(store.full("t"))) == []


def test_a_closing_file_put_by_another_is_not_ours(store: S3Store) -> None:
    """Not even when it is the same: the other's tree may differ elsewhere."""
    draft = write(store.draft("p/t"))
    store.bucket.put_new(store.full("p/t/i"), FILES["i"])
    with pytest.raises(AlreadyThere):
        draft.commit(last=("i.sha", "i"))
    draft.abandon()
    assert store.read("p/t/i") == FILES["i"]


def test_a_large_put_does_not_replace(store: S3Store) -> None:
    store.put("a", [b"first"])
    with pytest.raises(AlreadyThere):
        store.bucket.put_parts(store.full("a"), [BIG], new=True)
    assert store.read("a") == b"first"
    assert store.bucket.uploads(store.full("a")) == []


@given(chunks=st.lists(st.binary(max_size=20)), size=st.integers(1, 30))
def test_cutting_anew_keeps_the_bytes(chunks: list[bytes], size: int) -> None:
    parts = list(parts_of(chunks, size))
    assert b"".join(parts) == b"".join(chunks)
    assert all(len(part) == size for part in parts[:-1])
    assert all(0 < len(part) <= size for part in parts)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "NoSuchKey", NotThere), (404, "", NotThere), (404, "NoSuchBucket", StoreBroken),
        (412, "PreconditionFailed", AlreadyThere), (403, "AccessDenied", StoreRefuses),
        (401, "", StoreRefuses), (405, "MethodNotAllowed", StoreRefuses),
        (409, "ConditionalRequestConflict", StoreAway), (503, "SlowDown", StoreAway),
        (500, "InternalError", StoreAway), (429, "", StoreAway), (400, "BadDigest", StoreAway),
        (507, "", StoreFull), (403, "QuotaExceeded", StoreFull), (400, "InvalidPart", StoreBroken),
    ],
)  # fmt: skip
def test_what_an_answer_means(status: int, code: str, kind: type[StorageError]) -> None:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = meaning(ClientError(answer, "PutObject"), "the/key")
    assert type(error) is kind
    assert "the/key" in error.en and "the/key" in error.tr
    assert type(meaning(NoCredentialsError(), "k")) is StoreRefuses
    assert type(meaning(ReadTimeoutError(endpoint_url="x"), "k")) is StoreAway
