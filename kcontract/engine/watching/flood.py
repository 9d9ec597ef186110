"""A flood of records must fill neither memory nor history: what only repeats is counted, not kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kcontract.model.case import CASE_HEADER
from kcontract.model.events import Flooded
from kcontract.model.record import LogRecord

_LEAST, _PER_SENT = 10_000, 20
"""So many records may come in a window, and so many more for each that was sent, before any is taken for a repeat."""
_MOST_BYTES = 64 << 20
_OF_ONE = 16
"""So many records of one case, or of one value, are kept of a flood."""
_IDENTITIES = 50_000
_TELL_EVERY = 1.0
_WINDOW_BYTES, _LEAST_WINDOW = 128 << 20, 8


class FloodGate:
    """Lets records pass as long as a window's share of them is sane. Then each case, told by the marker that its
    records carry, else by key and value, keeps its first few: what is missing is never behind what floods."""

    def __init__(self) -> None:
        self._window = -1
        self._records = self._bytes = 0
        self._seen: Counter[tuple[str, int]] = Counter()
        self._dropped: dict[str, tuple[int, int]] = {}
        self._told_at = 0.0

    def admit(self, records: Sequence[LogRecord], window: int, sent: int, count: int = 1) -> Sequence[LogRecord]:
        """Those to be kept. `sent`: records sent in this window so far; `count`: effects that one may have."""
        if window != self._window:
            self._window, self._records, self._bytes = window, 0, 0
            self._seen.clear()
        self._records += len(records)
        self._bytes += _size_of_all(records)
        if self._records <= _LEAST + _PER_SENT * count * sent and self._bytes <= _MOST_BYTES:
            return records
        return [one for one in records if self._is_new(one, _OF_ONE + 2 * count)]

    def fits(self, sent: int) -> int:
        """How many cases a window may have, if what they lead to is as large as it was in this one."""
        return max(_LEAST_WINDOW, _WINDOW_BYTES * max(sent, 1) // max(self._bytes, 1))

    def report(self, now: float, *, last: bool = False) -> list[Flooded]:
        """What was left out since the last report, at most once a second; `last`: whatever is left to tell."""
        if not self._dropped or (now - self._told_at < _TELL_EVERY and not last):
            return []
        self._told_at = now
        dropped, self._dropped = self._dropped, {}
        return [Flooded(now, topic, records, size) for topic, (records, size) in dropped.items()]

    def _is_new(self, one: LogRecord, most: int) -> bool:
        marker = one.record.header(CASE_HEADER)
        identity = one.topic, hash(marker if marker is not None else (one.record.key, one.record.value))
        if self._seen[identity] < most and (identity in self._seen or len(self._seen) < _IDENTITIES):
            self._seen[identity] += 1
            return True
        records, size = self._dropped.get(one.topic, (0, 0))
        self._dropped[one.topic] = records + 1, size + _size(one)
        return False


def _size_of_all(records: Sequence[LogRecord]) -> int:
    """The sum of their sizes."""
    values = sum([len(one.record.value or b"") for one in records])
    return values + sum([len(value or b"") for one in records for _, value in one.record.headers])


def _size(one: LogRecord) -> int:
    """Bytes of value and headers."""
    record = one.record
    return len(record.value or b"") + sum([len(value or b"") for _, value in record.headers])
