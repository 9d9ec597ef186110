"""Where a dead letter says that its record came from: the header families of the frameworks, or the contract's own.

Spring Kafka writes numbers as big-endian int32 and int64 (KafkaHeaders: `kafka_dlt-original-…`, behind retry topics
`kafka_original-…`), Spring Cloud Stream likewise as `x-original-…`; Kafka Connect (KIP-298) and Kafka Streams
(KIP-1034) as decimal text. A mapping (`deadLetter: {headers: {NAME: MEANING}}`) takes either.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kcontract.model.contract import DeadLetter
from kcontract.model.record import Record

Place = tuple[str, int, int]
Number = Callable[[bytes], int | None]

MEANINGS = ("topic", "partition", "offset", "timestamp")
"""What a mapping's header can mean; any other word says that the header is none of these."""


def _binary(value: bytes) -> int | None:
    """A big-endian integer of 4 or 8 bytes."""
    formats = {4: ">i", 8: ">q"}
    return int(struct.unpack(formats[len(value)], value)[0]) if len(value) in formats else None


def _text(value: bytes) -> int | None:
    """A whole number in ASCII digits, of at most as many as an int64 has."""
    digits = value[1:] if value.startswith(b"-") else value
    return int(value) if digits.isdigit() and len(digits) <= 19 else None


def _either(value: bytes) -> int | None:
    """Digits are text though they might be a number of 4 or 8 bytes: no topic grows so far."""
    number = _text(value)
    return _binary(value) if number is None else number


@dataclass(frozen=True, slots=True)
class Family:
    """The headers that say where a record stood, and how their numbers are written. An empty name: not written."""

    topic: str
    partition: str
    offset: str
    timestamp: str
    number: Number

    @classmethod
    def prefixed(cls, prefix: str, number: Number, *, timed: bool) -> Family:
        timestamp = f"{prefix}timestamp" if timed else ""
        return cls(f"{prefix}topic", f"{prefix}partition", f"{prefix}offset", timestamp, number)


_SPRING = tuple(
    Family.prefixed(prefix, _binary, timed=True) for prefix in ("kafka_dlt-original-", "kafka_original-", "x-original-")
)
_CONNECT = (Family.prefixed("__connect.errors.", _text, timed=False),)
_STREAMS = (Family.prefixed("__streams.errors.", _text, timed=False),)
_FAMILIES = {"auto": _SPRING + _CONNECT + _STREAMS, "spring": _SPRING, "connect": _CONNECT, "streams": _STREAMS}


def families(dead_letter: DeadLetter | None) -> tuple[Family, ...]:
    """The families that count for this promise; all known ones where it names none."""
    if dead_letter is None:
        return _FAMILIES["auto"]
    if dead_letter.headers == "mapping":
        named = {meaning: name for name, meaning in dead_letter.mapping}
        topic, partition, offset, timestamp = (named.get(meaning, "") for meaning in MEANINGS)
        return (Family(topic, partition, offset, timestamp, _either),)
    return _FAMILIES[dead_letter.headers]


def header_names(dead_letter: DeadLetter) -> frozenset[str]:
    """The headers with which this promise's families say topic, partition and offset."""
    known = families(dead_letter)
    return frozenset(name for one in known for name in (one.topic, one.partition, one.offset) if name)


def read_origins(record: Record, known: tuple[Family, ...]) -> Iterator[Place]:
    """Original topic, partition and offset, oldest first: a record that went by retry topics may name several."""
    for family in known:
        parts = [_values(record, name) for name in (family.topic, family.partition, family.offset)]
        for topic, partition, offset in zip(*parts, strict=False):
            numbers = family.number(partition), family.number(offset)
            if topic and numbers[0] is not None and numbers[1] is not None:
                yield topic.decode("utf-8", "replace"), numbers[0], numbers[1]


def read_time(record: Record, known: tuple[Family, ...]) -> int | None:
    """The original record's timestamp in milliseconds since the epoch, as first noted; None where it is not."""
    for family in known:
        for value in _values(record, family.timestamp):
            if (number := family.number(value)) is not None:
                return number
    return None


def _values(record: Record, name: str) -> list[bytes]:
    return [value or b"" for key, value in record.headers if name and key == name]
