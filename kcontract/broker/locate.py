"""Finds records in the log whose acknowledgement did not say where they are."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence

from confluent_kafka import Consumer, KafkaError, TopicPartition

from kcontract.broker.client import LOGGER, Settings, unreachable
from kcontract.broker.reader import READER, TopicReader, log_record
from kcontract.model.cluster import Sendable
from kcontract.model.record import Headers, LogRecord, Record
from kcontract.model.record import TopicPartition as Place

_LOOK_BACK = 200_000
_SECONDS = 30.0
_BATCH = 5_000
_STEP_S = 0.05
_Bytes = tuple[bytes | None, bytes | None, Headers]


def locate(
    settings: Settings, place: Place, sent: Sequence[Sendable], first: int | None, end: int
) -> Sequence[int | None]:
    """Offsets of records, given in the order in which they were sent, in the log of one partition below `end`.

    `first`: where the first of them stands. They are looked for from there on, for a copy comes after what it is a
    copy of. Without it from the end backwards, for the same bytes may have been sent before. None for a record that
    is not there. BrokerError if the log between `first` and `end` cannot be read.
    """
    records = [item.record for item in sent]
    if first is not None:
        return match_onwards(_read(settings, place, first, end), records)

    def ends(_: Iterable[Place]) -> Mapping[Place, int]:
        return {place: end}

    reader = TopicReader(settings, {place: max(end - _LOOK_BACK, 0)}, ends, lambda _: ())
    try:
        log, _ = reader.drain(_SECONDS)
    finally:
        reader.close()
    return match([one for one in log if one.offset < end], records)


def match(log: Sequence[LogRecord], sent: Sequence[Record]) -> Sequence[int | None]:
    """The last places in the log where the sent records stand in their order; timestamps are not compared."""
    places = _places(log)
    offsets: list[int | None] = []
    above = len(log)
    for record in reversed(sent):
        known = places.get(_bytes(record), ())
        at = bisect_left(known, above) - 1
        above = above if at < 0 else known[at]
        offsets.append(None if at < 0 else log[above].offset)
    return offsets[::-1]


def match_onwards(log: Sequence[LogRecord], sent: Sequence[Record]) -> Sequence[int | None]:
    """The first places in the log where the sent records stand in their order; timestamps are not compared."""
    places = _places(log)
    offsets: list[int | None] = []
    below = -1
    for record in sent:
        known = places.get(_bytes(record), ())
        at = bisect_right(known, below)
        below = below if at == len(known) else known[at]
        offsets.append(None if at == len(known) else log[below].offset)
    return offsets


def _places(log: Sequence[LogRecord]) -> dict[_Bytes, list[int]]:
    places: dict[_Bytes, list[int]] = {}
    for number, one in enumerate(log):
        places.setdefault(_bytes(one.record), []).append(number)
    return places


def _bytes(record: Record) -> _Bytes:
    return record.key, record.value, record.headers


def _read(settings: Settings, place: Place, first: int, end: int) -> list[LogRecord]:
    """The log from `first` up to `end`, which is not beyond its end; also what open transactions have written."""
    consumer = Consumer({**settings, **READER, "isolation.level": "read_uncommitted"}, logger=LOGGER)
    deadline = time.monotonic() + _SECONDS
    log: list[LogRecord] = []
    reached = first
    try:
        consumer.assign([TopicPartition(*place, first)])
        while reached < end:
            for message in consumer.consume(_BATCH, _STEP_S):
                error = message.error()
                if error is None:
                    log.append(log_record(message))
                    reached = log[-1].offset + 1
                elif error.code() == KafkaError._PARTITION_EOF:
                    reached = end
            if time.monotonic() > deadline:
                raise unreachable(f"read {place[0]} to see where records of it stand", f"not within {_SECONDS:g} s")
    finally:
        consumer.close()
    return [one for one in log if one.offset < end]
