# SPDX-License-Identifier: Apache-2.0
"""Restores every article of an Emanet archive, bit for bit, from a bare copy of its storage root.

    python3 emanet-reader.py ROOT OUT            every article's files, checked, into OUT
    python3 emanet-reader.py ROOT OUT --doi DOI  one article
    python3 emanet-reader.py ROOT OUT --deliveries   what the publishers sent, file by file

It needs Python 3.11 or later and nothing else: no part of Emanet, no network, no database. It also
checks each object whole: its inventory by its sidecar, each file by the inventory. What is damaged
is named and left out. Exit code 0: everything was there and right; 1: something was not.
The format is described in emanet-format.md (docs/spec/format.md), section by section as used here.
"""

import argparse
import bz2
import contextlib
import hashlib
import json
import lzma
import os
import re
import sys
import tempfile
import zlib

DECODERS = {
    "deflate": lambda: zlib.decompressobj(-15),
    "gzip": lambda: zlib.decompressobj(31),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lzma.LZMADecompressor,
}


def objects(root):
    """Section 2: the folders that hold an OCFL object, in the order of their sequence numbers."""
    found = []
    for folder, folders, files in os.walk(root):
        if any(name.startswith("0=ocfl_object_") for name in files):
            folders.clear()
            found.append(folder)
    return sorted(found, key=lambda f: re.findall(r"-(\d{8,})-", os.path.basename(f)) or [f])


def digest_of(path, algorithm):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def check_object(folder):
    """Section 3: the object's id, and what is wrong with its files by its inventory."""
    path = os.path.join(folder, "inventory.json")
    try:
        with open(path, "rb") as file:
            inventory = json.load(file)
    except (OSError, ValueError) as error:
        return os.path.basename(folder), [f"inventory.json: {error}"]
    algorithm, wrong = inventory["digestAlgorithm"], []
    with open(f"{path}.{algorithm}") as file:
        if file.read().split()[0] != digest_of(path, algorithm):
            wrong.append("inventory.json: not what its sidecar says")
    for digest, names in inventory["manifest"].items():
        for name in names:
            content = os.path.join(folder, *name.split("/"))
            if not os.path.isfile(content):
                wrong.append(f"{name}: missing")
            elif digest_of(content, algorithm) != digest:
                wrong.append(f"{name}: other bytes than were sealed")
    return inventory["id"].partition(":")[2], wrong


def lines(folder, name):
    """Section 5: the values of an index; its first line says what they are."""
    path = os.path.join(folder, "v1", "content", name)
    with open(path if os.path.exists(path) else os.devnull, "rb") as file:
        head = json.loads(file.readline() or "null")
        if head and head["schema"] != "emanet-" + name.replace(".jsonl", "-1"):
            raise ValueError(f"{name} holds {head['schema']}, which this reader does not know")
        for line in file:
            with contextlib.suppress(ValueError):  # a damaged file was told of before
                yield json.loads(line)


def decoded(chunks, method):
    """Section 6: plain bytes from coded ones; streams may follow each other, then zeros."""
    if method == "stored":
        yield from chunks
        return
    decoder = DECODERS[method]()
    for chunk in chunks:
        while chunk:
            if decoder.eof:
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    break
                decoder = DECODERS[method]()
            plain = decoder.decompress(chunk)
            chunk = decoder.unused_data
            if plain:
                yield plain
    if not decoder.eof:
        raise ValueError("coded bytes end too early")


def part(file, offset, length):
    """The bytes of a range of an open file."""
    file.seek(offset)
    while length and (chunk := file.read(min(1 << 20, length))):
        length -= len(chunk)
        yield chunk


class Reader:
    """Reads members by their steps; the last container stays open, decoded where it is coded."""

    def __init__(self, folder):
        self.content = os.path.join(folder, "v1", "content")
        self.kept = self.file = None

    def container(self, path, steps):
        """An open file of what the steps lead to, which end with a coded one or are none."""
        if self.kept != (path, steps):
            file, base = open(os.path.join(self.content, *path.split("/")), "rb"), 0  # noqa: SIM115
            for offset, length, method in steps:
                base += offset
                if method != "stored":
                    plain = tempfile.TemporaryFile()  # noqa: SIM115
                    for chunk in decoded(part(file, base, length), method):
                        plain.write(chunk)
                    file, base = plain, 0
            self.kept, self.file = (path, steps), file
        return self.file

    def chunks(self, member):
        """Section 6: the plain bytes of a member."""
        steps = tuple(tuple(step) for step in member.get("steps", ()))
        cut = max((i for i, step in enumerate(steps[:-1], 1) if step[2] != "stored"), default=0)
        file = self.container(member["path"], steps[:cut])
        offset = sum(step[0] for step in steps[cut:])
        _, length, method = steps[-1] if steps else (0, member["bytes"], "stored")
        return decoded(part(file, offset, length), method)

    def restore(self, member, path):
        """Write a member to ``path``, if its bytes are what was sealed; else ValueError."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        digest, crc, size = hashlib.sha256(), 0, 0
        with open(path, "wb") as out:
            for chunk in self.chunks(member):
                digest.update(chunk)
                crc = zlib.crc32(chunk, crc)
                size += out.write(chunk)
        if (digest.hexdigest(), crc, size) != (member["sha256"], member["crc32"], member["bytes"]):
            os.remove(path)
            raise ValueError("other bytes than were sealed")


def safe(text):
    return re.sub(r"[^\w.-]+", "_", text).strip("._")[-100:] or "_"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root")
    parser.add_argument("out")
    parser.add_argument("--doi", default="")
    parser.add_argument("--deliveries", action="store_true")
    wanted = parser.parse_args()
    files = articles = failures = 0
    for folder in objects(wanted.root):
        name, wrong = check_object(folder)
        members = {m["ordinal"]: m for m in lines(folder, "members.jsonl")}
        reader, plan, out = Reader(folder), [], os.path.join(wanted.out, name)
        for article in lines(folder, "articles.jsonl"):
            doi = article["record"].get("doi", "")
            if wanted.deliveries or (wanted.doi and wanted.doi.lower() != doi.lower()):
                continue
            place = os.path.join(out, f"{article['ordinal']:06d}-{safe(doi)}")
            os.makedirs(place, exist_ok=True)
            with open(os.path.join(place, "article.json"), "w", encoding="utf-8") as file:
                json.dump(article, file, ensure_ascii=False, indent=1)
            articles += 1
            plan += [(ordinal, place, i) for i, ordinal in enumerate(article["members"])]
        if wanted.deliveries:
            tops = [m for m in members.values() if m.get("parent") is None and m.get("path")]
            plan = [(m["ordinal"], os.path.join(out, m["delivery"]), m["ordinal"]) for m in tops]
        for ordinal, place, number in plan:
            try:
                path = f"{number:03d}-{safe(members[ordinal]['name'].split('/')[-1])}"
                reader.restore(members[ordinal], os.path.join(place, path))
                files += 1
            except (ValueError, OSError, EOFError, KeyError, zlib.error, lzma.LZMAError) as error:
                wrong.append(f"{members.get(ordinal, {}).get('name', ordinal)}: {error}")
        for line in wrong:
            print(f"{name}: {line}", file=sys.stderr)
        failures += len(wrong)
    print(f"{articles} articles, {files} files restored, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
