"""What a process prints, kept in a file of bounded size: its beginning and its end."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import IO

HEAD_BYTES = 1 << 20
TAIL_BYTES = 4 << 20
_CHUNK = 1 << 16


class BoundedFile:
    """A file that keeps the first `head` bytes and at least the last `tail` bytes of what is written to it.

    It never grows over head + 2 * tail bytes and a line that says how much was left out. Not for two threads at once.
    """

    def __init__(self, path: Path, *, head: int = HEAD_BYTES, tail: int = TAIL_BYTES) -> None:
        self._head, self._tail = head, tail
        self._file = path.open("w+b", buffering=0)
        self._size = 0
        self._left_out = 0
        self._start_of_tail = head

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._size += len(data)
        if self._size > self._start_of_tail + 2 * self._tail:
            self._compact()

    def close(self) -> None:
        self._file.close()

    def _compact(self) -> None:
        self._file.seek(self._size - self._tail)
        kept = self._file.read(self._tail)
        self._left_out += self._size - self._start_of_tail - self._tail
        note = f"\n... {self._left_out} bytes left out ...\n".encode()
        self._file.seek(self._head)
        self._file.truncate()
        self._file.write(note + kept)
        self._start_of_tail = self._head + len(note)
        self._size = self._start_of_tail + len(kept)


def pump(source: IO[bytes], path: Path) -> threading.Thread:
    """Copies the unbuffered pipe `source` into a BoundedFile until its end, in a thread of its own, and closes it."""
    thread = threading.Thread(target=_copy, args=(source, BoundedFile(path)), name=f"pump {path.name}", daemon=True)
    thread.start()
    return thread


def tail(path: Path, max_bytes: int = 4096) -> str:
    """The last `max_bytes` of a file as text; nothing when it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - max_bytes))
            return file.read(max_bytes).decode("utf-8", "replace")
    except OSError:
        return ""


def _copy(source: IO[bytes], target: BoundedFile) -> None:
    with source:
        while chunk := source.read(_CHUNK):
            _write(target, chunk)
    target.close()


def _write(target: BoundedFile, chunk: bytes) -> None:
    with contextlib.suppress(OSError):  # a full disk must not block the process that prints: keep emptying its pipe
        target.write(chunk)
