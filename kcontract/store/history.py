"""The history of a run on disk: one JSON line an event, written while it happens."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec

from kcontract.errors import UsageError
from kcontract.model.events import Event, Seen, Sent, decode_event, encode_events
from kcontract.store.folder import unwritable

_BATCH = 256
_BATCH_BYTES = 256 << 10
_BATCH_S = 0.5
_TOLD, _EVENT, _RUN = b'{"type":', b'{"type":"event"', b'{"type":"run"'


class HistoryFile:
    """Implements `ports.History`: appends events in batches, each as one write of whole lines.

    A batch is written when it is large or half a second old, whichever event comes next; a killed run loses the last
    one at most. STORE_UNWRITABLE from every method.
    """

    def __init__(self, file: Path, shown: str = "", lock: IO[str] | None = None) -> None:
        """Append to `file`, which reports call `shown`. `lock` is held until `close`."""
        self._path, self._shown, self._lock = file, shown or str(file), lock
        self._events: list[Event] = []
        self._size = 0
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
        data = memoryview(encode_events(self._events))
        self._events.clear()
        self._size = 0
        self._written = time.monotonic()
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            raise unwritable(self._path, error) from error

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
    """The events of a history or of a JSON report, in order. A last line that was cut off by a kill is left out.

    UsageError HISTORY_MISSING, or HISTORY_DAMAGED with the line's number.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError("HISTORY_MISSING", f"cannot read {path}: {error.strerror}", "give a stored run") from error
    with file:
        for number, line in enumerate(file, 1):
            if line.startswith(_TOLD) and not line.startswith(_EVENT):
                continue  # of a JSON report, which holds the history as well
            try:
                event = decode_event(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                if not line.endswith(b"\n"):
                    return
                raise _damaged(path, number, error) from error
            yield event


def read_summaries(path: Path) -> Iterator[str]:
    """The lines of a JSON report that sum up a run; a history has none. UsageError HISTORY_MISSING."""
    try:
        with path.open("rb") as file:
            yield from (line.decode() for line in file if line.startswith(_RUN))
    except OSError as error:
        raise UsageError("HISTORY_MISSING", f"cannot read {path}: {error.strerror}", "give a stored run") from error


def _damaged(path: Path, number: int, error: Exception) -> UsageError:
    return UsageError(
        "HISTORY_DAMAGED", f"{path}:{number}: not an event: {error}", "it may be of another version: run verify again"
    )
