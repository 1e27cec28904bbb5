# SPDX-License-Identifier: Apache-2.0
"""The survey: every byte digested once, whatever it lies in; limits kept; nothing guessed."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

import pytest
from ingest_material import (
    WHEN,
    article,
    drops,
    issue,
    open_broken,
    open_changed,
    open_changing,
    order,
    pdf,
    tarred,
    zipped,
)

from emanet.formats.containers.entries import Limits
from emanet.formats.publishers.survey import Survey
from emanet.ingest.reach import Forward
from emanet.ingest.survey import Order, survey_drop
from emanet.model.delivery import Method, Step, delivery_id
from emanet.model.errors import SourceChanged
from emanet.model.finding import Severity, explain
from emanet.octets.steps import DecodeError, read, reader


def codes(survey: Survey) -> set[str]:
    return {finding.code for finding in survey.findings}


def check_members(root: Path, survey: Survey) -> None:
    """Each member is reached by its steps from its payload, with its digest, CRC and size."""
    for ordinal, member in enumerate(survey.members):
        assert member.ordinal == ordinal
        payload = survey.delivery.payloads[member.payload]
        with (root / payload.name).open("rb") as file:
            size = payload.bytes if not member.steps else member.bytes
            data = read(reader(file), member.steps, size=size)
        assert len(data) == member.bytes
        assert hashlib.sha256(data).hexdigest() == member.sha256
        assert zlib.crc32(data) == member.crc32
        if member.parent is not None:
            parent = survey.members[member.parent]
            assert parent.ordinal < ordinal
            assert member.name.startswith(parent.name + "/")
            assert member.steps[: len(parent.steps)] == parent.steps


def test_a_folder(fill) -> None:
    files = {"one/article.xml": article(), "one/article.pdf": pdf()}
    root = fill(files)
    survey = survey_drop(order(root))
    assert [m.name for m in survey.members] == sorted(files)
    assert survey.delivery.id == delivery_id(survey.delivery.payloads)
    assert survey.delivery.received == WHEN
    assert [m.format.puid for m in survey.members] == ["fmt/18", "fmt/101"]
    assert survey.members[0].format.tool.startswith("siegfried ")
    assert survey.members[1].format.label == "JATS Publishing 1.1"
    assert survey.readings[1].record is not None
    assert survey.findings == ()
    check_members(root, survey)


NESTED = {
    "first.xml": article(1),
    "inner.zip": zipped(
        {"b/second.xml": article(2), "deep.zip": zipped({"third.xml": article(3)})}
    ),
    "stored.zip": zipped({"fourth.xml": article(4)}, zipfile.ZIP_STORED),
    "inner.tar.gz": tarred({"fifth.xml": article(5), "more.zip": zipped({"6.xml": article(6)})}),
}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.zip", zipped(NESTED)),
        ("x.zip", zipped(NESTED, zipfile.ZIP_STORED)),
        ("x.tar", tarred(NESTED, "w:")),
        ("x.tar.gz", tarred(NESTED, "w:gz")),
        ("x.tar.bz2", tarred(NESTED, "w:bz2")),
        ("x.tar.xz", tarred(NESTED, "w:xz")),
    ],
    ids=["deflated", "stored", "tar", "gz", "bz2", "xz"],
)
def test_containers_in_containers(fill, name: str, data: bytes) -> None:
    root = fill({name: data})
    survey = survey_drop(order(root))
    assert [m.name.removeprefix(name) for m in survey.members] == [
        "",
        "/first.xml",
        "/inner.zip",
        "/inner.zip/b/second.xml",
        "/inner.zip/deep.zip",
        "/inner.zip/deep.zip/third.xml",
        "/stored.zip",
        "/stored.zip/fourth.xml",
        "/inner.tar.gz",
        "/inner.tar.gz/fifth.xml",
        "/inner.tar.gz/more.zip",
        "/inner.tar.gz/more.zip/6.xml",
    ]
    dois = [r.record.doi for r in survey.readings.values() if r.record]
    assert dois == [f"10.5555/specimen.{n}" for n in range(1, 7)]
    assert survey.findings == ()
    check_members(root, survey)


def test_the_same_bytes_have_the_same_id_and_survey(fill, tmp_path: Path) -> None:
    root = fill(issue(3))
    once = survey_drop(order(root))
    assert survey_drop(order(root)) == once
    root.rename(tmp_path / "elsewhere")
    again = survey_drop(order(tmp_path / "elsewhere"))
    assert again.delivery.id == once.delivery.id


def test_manifests_are_kept_as_text_and_their_digests_taken(fill) -> None:
    data = article()
    sums = f"{hashlib.md5(data).hexdigest()} main.xml\n".encode()
    survey = survey_drop(order(fill({"checkmd5.fil": sums, "main.xml": data})))
    assert survey.texts == {0: sums}
    assert survey.extra[1]["md5"] == hashlib.md5(data).hexdigest()


def test_a_digest_that_no_name_announced_is_taken_in_a_second_reading(fill) -> None:
    data = article()
    sums = f"{hashlib.sha1(data).hexdigest()} main.xml\n".encode()
    survey = survey_drop(order(fill({"package_manifest.txt": sums, "main.xml": data})))
    assert survey.extra == {0: {"sha1": hashlib.sha1(data).hexdigest()}}


def test_a_wrong_crc_holds(fill) -> None:
    plain = article()
    data = zipped({"a.xml": plain, "b.xml": article(2)}, zipfile.ZIP_STORED)
    at = data.index(plain) + plain.index(b"<p>Text")
    survey = survey_drop(order(fill({"x.zip": data[:at] + b"<q>" + data[at + 3 :]})))
    assert [(f.code, f.place) for f in survey.findings] == [("CONTAINER-CRC-WRONG", "x.zip/a.xml")]
    damaged = survey.members[1]
    changed = plain.replace(b"<p>Text", b"<q>Text")
    assert damaged.sha256 == hashlib.sha256(changed).hexdigest()


def test_what_does_not_decode_holds_and_has_no_digest(fill) -> None:
    data = bytearray(zipped({"a.xml": article(), "b.xml": article(2)}))
    at = data.index(b"a.xml") + 5
    data[at : at + 20] = b"\xff" * 20
    survey = survey_drop(order(fill({"x.zip": bytes(data)})))
    assert "CONTAINER-MEMBER-BROKEN" in codes(survey)
    assert survey.members[1].sha256 == ""
    assert survey.readings.keys() == {2}


def test_what_cannot_be_decoded_here_is_kept_as_it_is(fill) -> None:
    data = zipped({"a.xml": article(), "b.xml": article(2)}, zipfile.ZIP_BZIP2)
    survey = survey_drop(order(fill({"x.zip": data})))
    assert codes(survey) == {"ZIP-METHOD"}
    check_members(Path(drops(fill({}))[0].files[0].path).parent, survey)
    assert not survey.readings


def test_a_hostile_container_is_not_opened(fill) -> None:
    data = zipped({"../../etc/passwd": b"root", "a.xml": article()})
    survey = survey_drop(order(fill({"x.zip": data, "x.zip.md5": b"0"})))
    assert any(explain(code).severity is Severity.REFUSE for code in codes(survey))
    assert [m.name for m in survey.members] == ["x.zip", "x.zip.md5"]
    assert survey.members[0].sha256 == hashlib.sha256(data).hexdigest()
    assert not survey.readings


def test_zips_in_zips_cannot_multiply(fill) -> None:
    bomb = zipped({f"{n}.zip": zipped({"z": bytes(1 << 20)}) for n in range(5)})
    limits = Limits(hollow_bytes=4 << 20, hollow_ratio=2)
    survey = survey_drop(order(fill({"x.zip": bomb}), limits=limits))
    assert "CONTAINER-TOO-LARGE" in codes(survey)
    assert len(survey.members) == 1


def test_members_are_counted_over_the_whole_delivery(fill) -> None:
    few = zipped({f"{n}.txt": b"x" for n in range(6)})
    survey = survey_drop(order(fill({"x.zip": zipped({"a.zip": few, "b.zip": few})}),
                               limits=Limits(members=10)))  # fmt: skip
    assert codes(survey) == {"CONTAINER-TOO-MANY"}


def test_what_is_nested_too_large_stays_closed(fill) -> None:
    inner = zipped({"a.xml": article()})
    survey = survey_drop(order(fill({"x.zip": zipped({"i.zip": inner})}),
                               limits=Limits(nested_bytes=len(inner) - 1)))  # fmt: skip
    assert codes(survey) == {"NESTED-TOO-LARGE"}
    assert len(survey.members) == 2


def test_documents_that_are_zips_are_one_file(fill) -> None:
    data = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    survey = survey_drop(order(fill({"a.xml": article(), "s.docx": data})))
    assert len(survey.members) == 2


@pytest.mark.parametrize("opener", [open_changed, open_changing])
def test_a_file_that_changes_is_not_taken(fill, opener) -> None:
    asked = order(fill({"x.zip": zipped(issue(1))}), opener=opener)
    with pytest.raises(SourceChanged):
        survey_drop(asked)


def test_a_disk_that_fails_is_not_silence(fill) -> None:
    with pytest.raises(OSError, match="Input/output"):
        survey_drop(order(fill({"x.zip": zipped(issue(1))}), opener=open_broken))


def test_a_link_put_there_after_discovery_is_not_followed(fill) -> None:
    asked = order(fill({"a.xml": article()}))
    path = Path(asked.drop.files[0].path)
    path.unlink()
    path.symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic"):
        survey_drop(asked)


def test_xml_beyond_all_measure_is_not_read(fill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emanet.ingest.members.XML_BYTES_MAX", 100)
    survey = survey_drop(order(fill({"a.xml": article()})))
    assert codes(survey) == {"XML-TOO-BIG"}
    assert not survey.readings


def test_large_members_are_not_held_in_memory(fill, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.xml": article(), "a.pdf": pdf(), "f.png": b"\x89PNG\r\n\x1a\n" + bytes(100)}
    asked = Order(drops(fill({"x.zip": zipped(files)}))[0], WHEN)
    expected = survey_drop(asked)
    monkeypatch.setattr("emanet.ingest.members.HOLD_BYTES", 10)
    monkeypatch.setattr("emanet.ingest.reach.MEMORY_BYTES", 10)
    assert survey_drop(asked) == expected


def test_forward_reading_goes_back_by_beginning_anew() -> None:
    plain = bytes(range(256)) * 4000
    coded = zlib.compress(plain, wbits=31)
    forward = Forward(lambda o, n: coded[o : o + n], Step(0, len(coded), Method.GZIP))
    for offset, length in ((0, 10), (500_000, 100_000), (3, 7), (1_023_000, 1000), (5, 0)):
        assert forward(offset, length) == plain[offset : offset + length]
    with pytest.raises(DecodeError):
        forward(len(plain) - 1, 2)
