# SPDX-License-Identifier: Apache-2.0
"""Bytes passing once: digested and watched by threads while they are read and written.

hashlib, zlib and files release the interpreter's lock, so threads overlap well as long as they are
handed pieces of about one MiB.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

CHUNK = 1 << 20
DEPTH = 6

Feed = Callable[[bytes], None]


def gathered(chunks: Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """The same bytes in pieces of at least ``size`` bytes, the last one excepted."""
    held: list[bytes] = []
    length = 0
    for chunk in chunks:
        held.append(chunk)
        length += len(chunk)
        if length >= size:
            yield held[0] if len(held) == 1 else b"".join(held)
            held.clear()
            length = 0
    if length:
        yield b"".join(held)


def passed(chunks: Iterable[bytes], feeds: Sequence[Feed]) -> Generator[bytes]:
    """Give the chunks on unchanged, feeding each of ``feeds`` with all of them, in order.

    A feed runs in a thread of its own. When the last chunk was given and the caller asks for more,
    all feeds have seen everything; what a feed raised is raised here.
    """
    taps = [_Tap(feed) for feed in feeds]
    try:
        for chunk in chunks:
            for tap in taps:
                tap.put(chunk)
            yield chunk
        for tap in taps:
            tap.finish()
    finally:
        for tap in taps:
            tap.stop()


def fed(chunks: Iterable[bytes], feeds: Sequence[Feed]) -> Generator[bytes]:
    """As ``passed``, in the caller's thread: for bytes too few to be worth a thread."""
    for chunk in chunks:
        for feed in feeds:
            feed(chunk)
        yield chunk


class _Tap:
    """A thread that feeds one consumer."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._line = _Line()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="emanet-tap", daemon=True)
        self._thread.start()

    def put(self, chunk: bytes) -> None:
        if not self._line.put(chunk):
            self.finish()

    def finish(self) -> None:
        self.stop()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        self._line.end()
        self._thread.join()

    def _work(self) -> None:
        try:
            for chunk in self._line.taken():
                self._feed(chunk)
        except BaseException as error:  # noqa: BLE001 (handed to the thread that asked)
            self._error = error
        self._line.stop()


class _Line:
    """A short line of chunks from one thread to another: ``DEPTH`` of them, then the giver waits.

    Either side may leave: the giver by ``end``, the taker by ``stop``.
    """

    def __init__(self) -> None:
        self._chunks: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(DEPTH)
        self._stopped = False

    def put(self, chunk: bytes) -> bool:
        """Put a chunk in line, waiting for room; False when nobody takes them any more."""
        self._room.acquire()
        if self._stopped:
            return False
        self._chunks.put(chunk)
        return True

    def end(self) -> None:
        """No more will come."""
        self._chunks.put(None)

    def stop(self) -> None:
        """No more will be taken: nobody waits for room from now on."""
        self._stopped = True
        self._room.release()

    def taken(self) -> Iterator[bytes]:
        """The chunks in order, to the end."""
        while (chunk := self._chunks.get()) is not None:
            self._room.release()
            yield chunk
