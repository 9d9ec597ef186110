"""What a handler is handed, and what it may answer. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Headers = tuple[tuple[str, bytes | None], ...]


class Rejected(Exception):  # noqa: N818 - an answer as much as an exception
    """The record was refused, as the contract wants it of an invalid one. A handler may return it or raise it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in the log. `timestamp` is milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int | None

    def header(self, name: str) -> bytes | None:
        """The last header of that name."""
        return next((value for key, value in reversed(self.headers) if key == name), None)


@dataclass(frozen=True, slots=True)
class Case:
    """A record for a test, and what the contract says of it."""

    record: Record
    kind: str
    """`valid`, or the way in which it is malformed (`kcontract kinds`)."""
    expectation: str
    """`valid`, `invalid`, or `either`: then both accepting and refusing it is right."""
    reason: str = ""
    """Why it is not valid."""
    payload: Any = None
    """In JSON form, as far as it can be read."""

    @property
    def message(self) -> Message:
        """The record as confluent-kafka gives it."""
        return Message(self.record)


@dataclass(frozen=True, slots=True)
class Event:
    """What a handler sends, where the payload alone does not say it all.

    `value`: bytes are sent as they are, anything else is the payload in JSON form. Without `headers` the loop around
    the handler is taken to pass on those of the record.
    """

    topic: str
    value: Any
    key: Any = None
    headers: Any = None


class Message:
    """The record as confluent-kafka's `Message` gives it, whose own class cannot be made in every version."""

    __slots__ = ("_record",)

    def __init__(self, record: Record) -> None:
        self._record = record

    def topic(self) -> str:
        return self._record.topic

    def partition(self) -> int:
        return self._record.partition

    def offset(self) -> int:
        return self._record.offset

    def key(self) -> bytes | None:
        return self._record.key

    def value(self) -> bytes | None:
        return self._record.value

    def headers(self) -> list[tuple[str, bytes | None]] | None:
        """A list; None for none, as the library has it."""
        return list(self._record.headers) or None

    def timestamp(self) -> tuple[int, int]:
        """Sort (0: not available, 1: of its creation) and milliseconds."""
        return (0, -1) if self._record.timestamp is None else (1, self._record.timestamp)

    def error(self) -> None:
        """None: it is a record."""

    def latency(self) -> None:
        """None: it was not produced here."""

    def leader_epoch(self) -> None:
        """None: no broker said."""

    def __len__(self) -> int:
        return len(self._record.value or b"")
