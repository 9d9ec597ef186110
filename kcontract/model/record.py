"""Records: what the log holds, as opposed to events, which a contract promises."""

from __future__ import annotations

from kcontract.model.value import Value

Headers = tuple[tuple[str, bytes | None], ...]
TopicPartition = tuple[str, int]


class Record(Value, frozen=True):
    """A record as it is sent. `timestamp` is milliseconds since the epoch, None for the time of sending."""

    key: bytes | None = None
    value: bytes | None = None
    headers: Headers = ()
    timestamp: int | None = None

    @property
    def is_tombstone(self) -> bool:
        return self.value is None

    def header(self, name: str) -> bytes | None:
        """The last header of that name (FORMAT.md: of several with one name an expression takes the last)."""
        for key, value in reversed(self.headers):
            if key == name:
                return value
        return None


class LogRecord(Value, frozen=True):
    """A record read from the log, with its place there."""

    topic: str
    partition: int
    offset: int
    record: Record

    @property
    def place(self) -> TopicPartition:
        return self.topic, self.partition
