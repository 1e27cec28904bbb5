# SPDX-License-Identifier: Apache-2.0
"""Real power cuts: a file system in an image is shut down by the kernel under a running program.

The shutdown ioctl (FS_IOC_SHUTDOWN, without flushing the log) makes ext4 and xfs refuse
everything at once; what lay in the page cache never reaches the image. Unmounting, mounting and
reading is then what a machine finds after its power came back. It does not tear single sectors,
and a forgotten flush of a folder hides when anything is flushed after it.
"""

from __future__ import annotations

import fcntl
import os
import random
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2
SYSTEMS = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}
FIRST_ACK_SECONDS = 60

Verify = Callable[[Path, Sequence[str]], tuple[Sequence[str], Sequence[str]]]
"""(home, acknowledged lines) after the power is back: what is lost, and what is half there."""


@dataclass
class Report:
    """What a campaign of cuts found; ``late`` lines came after the cut was ordered.

    ``late`` lines prove nothing: while a file system shuts down, a flush may seem to succeed,
    but a real machine would be dead.
    """

    system: str
    cuts: int = 0
    acked: int = 0
    lost: int = 0
    torn: int = 0
    late: int = 0
    seconds: float = 0.0
    examples: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """All of it, for a summary."""
        return asdict(self)


def why_not(system: str) -> str:
    """Why no power can be cut here; "" when it can."""
    if os.geteuid() != 0:
        return "cutting power needs root (loop devices)"
    if not shutil.which(SYSTEMS[system][0]):
        return f"no {SYSTEMS[system][0]} here"
    with tempfile.TemporaryDirectory(prefix="emanet-cut-") as folder:
        try:
            with image(system, Path(folder)) as disk, disk.mounted():
                pass
        except subprocess.CalledProcessError as error:
            return f"cannot mount {system} on a loop device: {error.stderr.decode().strip()}"
    return ""


@dataclass(frozen=True)
class Image:
    """A file system in a file, and where it is mounted."""

    file: Path
    mount: Path

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        """Mounted, and unmounted at the end; what was cut comes back as the kernel finds it."""
        _run("mount", "-o", "loop", self.file, self.mount)
        try:
            yield self.mount
        finally:
            _unmount(self.mount)

    def cut(self) -> None:
        """Cut the power of the mounted file system."""
        handle = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(handle)


@contextmanager
def image(system: str, folder: Path, megabytes: int = 512) -> Iterator[Image]:
    """A new file system of this kind in ``folder``; the file is sparse."""
    disk = Image(folder / "disk.img", folder / "mount")
    disk.mount.mkdir()
    with disk.file.open("wb") as file:
        file.truncate(megabytes << 20)
    _run(*SYSTEMS[system], disk.file)
    try:
        yield disk
    finally:
        if disk.mount.is_mount():
            _run("umount", "-l", disk.mount)


def campaign(
    argv: Sequence[str],
    verify: Verify,
    *,
    system: str,
    cuts: int,
    seed: int,
    env: Mapping[str, str] | None = None,
    prepare: Callable[[Path], None] = lambda home: None,
    runs_a_home: int = 1,
    wait_s: tuple[float, float] = (0.0, 0.2),
    megabytes: int = 512,
) -> Report:
    """Cut the power ``cuts`` times under ``argv``, and verify after each.

    ``argv`` has "{home}" for its home, a folder of the mounted image. It writes a line to its
    standard output for each thing that it promises is durable, at once. After its first line
    (or its end) the cut comes within ``wait_s`` seconds, drawn from ``seed``. ``verify`` gets all
    lines read before the cut was ordered, since this home began. A home lives for
    ``runs_a_home`` cuts, so that a program also starts on what a cut left; ``prepare`` makes it.
    """
    draw = random.Random(seed)
    report = Report(system)
    start = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="emanet-cut-") as folder,
        image(system, Path(folder), megabytes) as disk,
    ):
        acked: list[str] = []
        home = disk.mount / "home"
        for number in range(cuts):
            with disk.mounted():
                if number % runs_a_home == 0:
                    shutil.rmtree(home, ignore_errors=True)
                    home.mkdir()
                    prepare(home)
                    acked = []
                    os.sync()
                before, late = _run_and_cut(argv, env, disk, home, draw.uniform(*wait_s))
            with disk.mounted():
                acked += before
                lost, torn = verify(home, acked)
            report.cuts += 1
            report.acked += len(before)
            report.late += len(late)
            report.lost += len(lost)
            report.torn += len(torn)
            report.examples += [f"cut {number}: {what}" for what in (*lost, *torn)]
            del report.examples[5:]
    report.seconds = round(time.monotonic() - start, 2)
    return report


def _run_and_cut(
    argv: Sequence[str], env: Mapping[str, str] | None, disk: Image, home: Path, wait_s: float
) -> tuple[list[str], list[str]]:
    """Run, cut, kill; the lines that were read before the cut, and after."""
    program = subprocess.Popen(
        [word.replace("{home}", str(home)) for word in argv],
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    assert program.stdout is not None
    pipe = program.stdout.fileno()
    try:
        got = _read_until(pipe, time.monotonic() + FIRST_ACK_SECONDS, first=True)
        got += _read_until(pipe, time.monotonic() + wait_s)
        disk.cut()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
    rest = _read_until(pipe, time.monotonic() + FIRST_ACK_SECONDS)
    program.wait()
    program.stdout.close()
    # A line cut in two by the cut was not read before it.
    whole, _, part = got.rpartition(b"\n")
    return _lines(whole), _lines(part + rest)


def _read_until(pipe: int, end: float, *, first: bool = False) -> bytes:
    """What comes through a pipe until a moment, or its end, or (``first``) its first line."""
    got = b""
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([pipe], [], [], left)
        if ready:
            data = os.read(pipe, 1 << 16)
            got += data
            if not data or (first and b"\n" in got):
                break
    return got


def _lines(data: bytes) -> list[str]:
    return data.decode(errors="replace").splitlines()


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _unmount(place: Path) -> None:
    """Unmount; a killed program's last descriptors may take a moment to close."""
    for _ in range(50):
        if subprocess.run(["umount", place], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    _run("umount", place)
