# SPDX-License-Identifier: Apache-2.0
"""The format is as described: tree, fields, packs; and the reader restores all."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
import struct
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from planning import WHEN, Kept

from emanet.model import article, delivery, event, finding, stored
from emanet.model.event import EventKind
from emanet.model.stored import AuditLine, Locator, Packed, Records
from emanet.octets import zipstruct
from emanet.storage import packs
from emanet.storage.archive import Archive
from emanet.storage.ocfl.layout import object_id, place

SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec"
FORMAT = (SPEC / "format.md").read_text(encoding="utf-8")


def section(number: int) -> str:
    return re.split(r"^## \d+\. ", FORMAT, flags=re.MULTILINE)[number]


def test_every_root_gets_the_description_and_the_reader(kept: Kept) -> None:
    for name, source in (("emanet-format.md", "format.md"), ("emanet-reader.py", "reader.py")):
        assert (kept.root / name).read_bytes() == (SPEC / source).read_bytes()
    texts = files("emanet.storage") / "texts"
    for name in ("root.txt", "acc.txt", "evt.txt"):
        text = (texts / name).read_text(encoding="utf-8")
        assert "ı" in text  # both languages
        assert all(len(line) <= 100 for line in text.splitlines())


def seal_events(archive: Archive) -> str:
    name = object_id("evt", 2, "0d9e8f7a6b5c")
    kind = event.Event(WHEN, EventKind.ACCESSION_VERIFIED, "acc-1", "emanet test")
    audits = (AuditLine("acc-1", WHEN, 1),)
    archive.seal_events(Records(name, "evt", 2, WHEN, 0, "", events=(kind,), audits=audits))
    return name


def test_the_tree_is_the_one_described(kept: Kept) -> None:
    name = seal_events(kept.archive)
    listing = re.search(r"```\n(ROOT/\n.*?)```", section(2), re.DOTALL)
    assert listing
    described, folders = set(), []
    for line in listing[1].splitlines()[1:]:
        depth = (len(line) - len(line.lstrip())) // 2 - 1
        folders = [*folders[:depth], line.strip().rstrip("/")]
        if not line.endswith("/"):
            described.add("/".join(folders))
    parts = {
        kept.aip.id: place(kept.aip.id).prefix,
        name: place(name).prefix,
    }
    real = set()
    for key in kept.archive.store.list():
        for known, shown in ((kept.aip.id, "acc-00000001-"), (name, "evt-00000002-")):
            if key.startswith(parts[known] + "/"):
                prefix = next(p for p in described if shown in p).split("/")[:2]
                key = "/".join(prefix) + key.removeprefix(parts[known])
        real.add(re.sub(r"d-[0-9a-f]{16}-", "d-8b1f6f7d6f0f3f57-", key))
    assert real == described


STRUCTS = {
    name: value
    for module in (stored, delivery, article, event, finding)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, msgspec.Struct)
}


def shown_default(default: object) -> str:
    if default is msgspec.NODEFAULT:
        return ""
    if default is None:
        return "none"
    if default == "":
        return '""'
    if isinstance(default, msgspec.Struct | dict):
        return "{}"
    if isinstance(default, tuple):
        return "[]"
    return '""' if default == b"" else str(default).lower() if default is False else str(default)


def test_every_field_is_described_with_its_default() -> None:
    tables = re.findall(r"^\| (\w+) \| type \| default \|.*\n\|[-|]+\n((?:\|.*\n)+)", FORMAT, re.M)
    described = {
        name: {row.split("|")[1].strip(): row.split("|")[3].strip() for row in rows.splitlines()}
        for name, rows in tables
    }
    short = re.findall(r"^\| (\w+) \| ((?:`\w+`[^|]*,? ?)+) \|$", section(5), re.M)
    for name, text in short:
        text = re.sub(r"\([^)]*\)", "", text)
        described[name] = {
            field: value.strip() for field, value in re.findall(r"`(\w+)`([^,`]*)", text)
        }
    wanted = {
        "MemberLine", "ArticleLine", "Receipt", "Event", "AuditLine", "Damage", "Format", "Record",
        "Text", "Issn", "PubDate", "Author", "Licence", "Related", "Delivery", "Payload", "Finding",
    }  # fmt: skip
    assert set(described) == wanted
    for name in wanted:
        real = {}
        for field in msgspec.structs.fields(STRUCTS[name]):
            default = field.default
            if field.default_factory is not msgspec.NODEFAULT:
                default = field.default_factory()
            text = shown_default(default)
            real[field.name] = text.strip('"') if text not in ('""',) else text
        given = {
            field: value.strip('"') if value not in ('""',) else value
            for field, value in described[name].items()
        }
        assert given == real, name


def test_the_words_of_closed_lists_are_described() -> None:
    for kind in (delivery.Role, delivery.Fate, delivery.Verdict, delivery.State, delivery.Method):
        for word in kind:
            assert f"`{word}`" in FORMAT, word
    for word in EventKind:
        assert f"| `{word}` | {word.premis} |" in FORMAT
    for stage in article.VersionStage:
        assert re.search(rf"\b{stage}\b", FORMAT)


def test_the_bytes_of_a_pack_are_as_described() -> None:
    name, data = "d-1/ışık.zip", b"payload"
    entry = Packed(name, name, len(data), "", 0x1234)
    made = b"".join(packs.write((entry,), lambda _: iter([data])))
    n, size = len(name.encode()), len(data)
    local = struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 45, 0x800, 0, 0, 33, 0x1234, 2**32 - 1, 2**32 - 1, n, 20
    ) + name.encode() + struct.pack("<HHQQ", 1, 16, size, size)  # fmt: skip
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 0x032D, 45, 0x800, 0, 0, 33, 0x1234, 2**32 - 1,
        2**32 - 1, n, 28, 0, 0, 0, 0x81A40000, 2**32 - 1,
    ) + name.encode() + struct.pack("<HHQQQ", 1, 24, size, size, 0)  # fmt: skip
    at = len(local) + size
    end = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 0x032D, 45, 0, 0, 1, 1, len(central), at
    ) + struct.pack("<4sIQI", b"PK\x06\x07", 0, at + len(central), 1) + struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0
    )  # fmt: skip
    assert made == local + data + central + end
    assert zipstruct.STORED == 0


def run_reader(root: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the reader as anybody would: no site-packages, nothing of ours on the way."""
    command = [sys.executable, "-I", "-S", str(SPEC / "reader.py"), str(root), str(out), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_reader_is_short_and_stands_alone() -> None:
    text = (SPEC / "reader.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert names <= sys.stdlib_module_names


def test_the_reader_restores_every_article_from_a_bare_copy(kept: Kept, tmp_path: Path) -> None:
    seal_events(kept.archive)
    shutil.copytree(kept.root, tmp_path / "copy")
    done = run_reader(tmp_path / "copy", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert f"{len(kept.aip.articles)} articles" in done.stdout
    folders = sorted((tmp_path / "out" / kept.aip.id).iterdir())
    assert len(folders) == len(kept.aip.articles) > 30
    for folder, line in zip(folders, kept.aip.articles, strict=True):
        restored = sorted(p for p in folder.iterdir() if p.name != "article.json")
        assert len(restored) == len(line.members)
        for path, ordinal in zip(restored, line.members, strict=True):
            member = kept.aip.members[ordinal]
            locator = Locator(kept.aip.id, member.path, member.steps)
            assert path.read_bytes() == kept.archive.read(locator, member.bytes)
        record = json.loads((folder / "article.json").read_bytes())["record"]
        assert msgspec.convert(record, article.Record) == line.record


def test_the_reader_restores_deliveries_and_single_articles(kept: Kept, tmp_path: Path) -> None:
    done = run_reader(kept.root, tmp_path / "all", "--deliveries")
    assert done.returncode == 0, done.stderr
    restored = {
        hashlib.sha256(p.read_bytes()).hexdigest()
        for p in (tmp_path / "all").rglob("*")
        if p.is_file()
    }
    sent = {p.sha256 for r in kept.aip.receipts for p in r.delivery.payloads}
    assert restored == sent
    done = run_reader(kept.root, tmp_path / "one", "--doi", kept.aip.articles[3].record.doi)
    assert "1 articles" in done.stdout


@pytest.mark.parametrize("where", ["pack-0001.zip", "members.jsonl", "inventory.json"])
def test_the_reader_names_damage_and_restores_the_rest(
    kept: Kept, tmp_path: Path, where: str
) -> None:
    path = place(kept.aip.id).prefix if where == "inventory.json" else ""
    broken = next(
        p for p in kept.root.rglob(where) if path in str(p.parent) and p.parent.name != "v1"
    )
    data = bytearray(broken.read_bytes())
    at = data.index(b"<article/>") if where.startswith("pack") else len(data) // 2
    data[at] ^= 0x10
    broken.write_bytes(bytes(data))
    done = run_reader(kept.root, tmp_path / "out")
    assert done.returncode == 1
    assert where in done.stderr
    count = int(re.search(r"(\d+) files restored", done.stdout)[1])
    wanted = sum(len(line.members) for line in kept.aip.articles)
    assert count == wanted - 1 if where.startswith("pack") else count >= 0
