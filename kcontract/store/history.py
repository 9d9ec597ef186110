"""The history of a run on disk, written while it happens: blocks of events, in MessagePack.

It is written at the speed of the broker and read by kcontract alone. For people there is the JSON report, which holds
the same events as lines, and is read here as well.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import IO

import msgspec

from kcontract.errors import UsageError
from kcontract.model.events import (
    HEAD_SIZE,
    Event,
    Seen,
    Sent,
    begins_block,
    body_size,
    decode_block,
    decode_line,
    encode_block,
)
from kcontract.store.folder import unwritable

_BATCH = 256
_BATCH_BYTES = 256 << 10
_BATCH_S = 0.5
_LARGE = 4 << 20
"""Bytes of a block whose memory is given back."""
_TOLD, _EVENT, _RUN = b'{"type":', b'{"type":"event"', b'{"type":"run"'


class HistoryFile:
    """Implements `ports.History`: appends events in batches, each as one write of a whole block.

    A batch is written when it is large or half a second old, whichever event comes next; a killed run loses the last
    one at most. STORE_UNWRITABLE from every method.
    """

    def __init__(self, file: Path, shown: str = "", lock: IO[str] | None = None) -> None:
        """Append to `file`, which reports call `shown`. `lock` is held until `close`."""
        self._path, self._shown, self._lock = file, shown or str(file), lock
        self._events: list[Event] = []
        self._size = 0
        self._block = bytearray()
        self._written = time.monotonic()
        try:
            self._file = file.open("ab", buffering=0)
        except OSError as error:
            raise unwritable(file, error) from error

    @property
    def path(self) -> str:
        return self._shown

    def append(self, event: Event) -> None:
        self._events.append(event)
        self._size += _size(event)
        if len(self._events) >= _BATCH or self._size >= _BATCH_BYTES or time.monotonic() - self._written >= _BATCH_S:
            self.flush()

    def extend(self, events: Sequence[Event]) -> None:
        for start in range(0, len(events), _BATCH):
            self._events += events[start : start + _BATCH]
            if len(self._events) >= _BATCH:
                self.flush()
        if time.monotonic() - self._written >= _BATCH_S:
            self.flush()

    def flush(self) -> None:
        """Write what was appended so far."""
        self._written = time.monotonic()
        if not self._events:
            return
        encode_block(self._events, self._block)
        self._events.clear()
        self._size = 0
        try:
            with memoryview(self._block) as data:
                sent = 0
                while sent < len(data):
                    sent += self._file.write(data[sent:])
        except OSError as error:
            raise unwritable(self._path, error) from error
        if len(self._block) > _LARGE:
            self._block = bytearray()

    def close(self) -> None:
        """Write the rest. Closing twice does no harm."""
        if self._file.closed:
            return
        try:
            self.flush()
        finally:
            self._file.close()
            if self._lock is not None:
                self._lock.close()


def _size(event: Event) -> int:
    """Bytes of the value that the event holds: what makes a few of them large."""
    if type(event) is Sent:
        return len(event.case.record.value or b"")
    return len(event.record.record.value or b"") if type(event) is Seen else 0


def read_history(path: Path) -> Iterator[Event]:
    """The events of a history or of a JSON report, in order. What a kill has cut off at the end is left out.

    UsageError HISTORY_MISSING, or HISTORY_DAMAGED with the byte or the line.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError("HISTORY_MISSING", f"cannot read {path}: {error.strerror}", "give a stored run") from error
    with file:
        yield from _of_blocks(path, file) if _has_blocks(file) else _of_lines(path, file)


def _has_blocks(file: BufferedReader) -> bool:
    return begins_block(file.peek(1))


def _of_blocks(path: Path, file: BufferedReader) -> Iterator[Event]:
    at = 0
    while len(head := file.read(HEAD_SIZE)) == HEAD_SIZE:
        if not begins_block(head):
            raise _damaged(path, f"byte {at}", "no block begins here")
        body = _read(file, body_size(head))
        if len(body) < body_size(head):
            return
        try:
            events = decode_block(head, body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _damaged(path, f"byte {at}", error) from error
        at += HEAD_SIZE + len(body)
        yield from events


def _read(file: BufferedReader, length: int) -> bytearray:
    """So many bytes, fewer at the end: no more memory is taken than there is to be read, whatever a head claims."""
    body = bytearray()
    while len(body) < length and (part := file.read(min(length - len(body), _BATCH_BYTES))):
        body += part
    return body


def _of_lines(path: Path, file: BufferedReader) -> Iterator[Event]:
    for number, line in enumerate(file, 1):
        if line.startswith(_TOLD) and not line.startswith(_EVENT):
            continue  # of what a JSON report tells beside the history
        try:
            event = decode_line(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if not line.endswith(b"\n"):
                return
            raise _damaged(path, f"line {number}", error) from error
        yield event


def read_summaries(path: Path) -> Iterator[str]:
    """The lines of a JSON report that sum up a run; a history has none. UsageError HISTORY_MISSING."""
    try:
        with path.open("rb") as file:
            if not _has_blocks(file):
                yield from (line.decode() for line in file if line.startswith(_RUN))
    except OSError as error:
        raise UsageError("HISTORY_MISSING", f"cannot read {path}: {error.strerror}", "give a stored run") from error


def _damaged(path: Path, where: str, why: object) -> UsageError:
    return UsageError(
        "HISTORY_DAMAGED", f"{path}, {where}: not an event: {why}", "it may be of another version: run verify again"
    )
