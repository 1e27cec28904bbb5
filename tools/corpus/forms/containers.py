# SPDX-License-Identifier: Apache-2.0
"""ZIP and TAR written fast and the same each time: fixed dates, no names of the machine."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zlib
from collections.abc import Iterable
from typing import BinaryIO

_DATE = 0x5821  # 2024-01-01 in MS-DOS form
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_COMPRESSED = (".pdf", ".png", ".zip", ".gz", ".jpg")
Members = Iterable[tuple[str, bytes]]


def write_zip(file: BinaryIO, members: Members, *, level: int = 1) -> None:
    """Write a ZIP of (name, bytes); text is deflated, what is compressed already is stored.

    Names are marked as UTF-8. Below 65,535 members and 4 GiB: no ZIP64.
    """
    directory, at = [], 0
    for name, data in members:
        raw = name.encode()
        flags = 0 if name.isascii() else 0x800
        crc, method, packed = zlib.crc32(data), 0, data
        if level and data and not name.endswith(_COMPRESSED):
            squeezer = zlib.compressobj(level, zlib.DEFLATED, -15)
            packed, method = squeezer.compress(data) + squeezer.flush(), 8
        shape = (flags, method, 0, _DATE, crc, len(packed), len(data), len(raw), 0)
        file.write(_LOCAL.pack(0x04034B50, 20, *shape))
        file.write(raw)
        file.write(packed)
        entry = _CENTRAL.pack(0x02014B50, 0x314, 20, *shape, 0, 0, 0, 0o100644 << 16, at)
        directory.append(entry + raw)
        at += _LOCAL.size + len(raw) + len(packed)
    listing = b"".join(directory)
    file.write(listing)
    file.write(_END.pack(0x06054B50, 0, 0, len(directory), len(directory), len(listing), at, 0))


def zip_bytes(members: Members, *, level: int = 1) -> bytes:
    """The same as ``write_zip``, as bytes (for a ZIP inside another container)."""
    file = io.BytesIO()
    write_zip(file, members, level=level)
    return file.getvalue()


def write_tar(file: BinaryIO, members: Members) -> None:
    """Write a TAR (ustar, PAX where a name asks for it) of (name, bytes)."""
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_704_067_200
            tar.addfile(info, io.BytesIO(data))


def write_tar_gz(file: BinaryIO, members: Members) -> None:
    """Write a TAR.GZ without time and name in its header."""
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0, filename="") as packed:
        write_tar(packed, members)  # type: ignore[arg-type]
