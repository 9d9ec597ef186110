"""Sends records through idempotent, uncompressed producers and tells each one's fate once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import chain, repeat
from typing import Any, Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from kcontract.broker.client import LOGGER, REQUEST_S, Settings
from kcontract.broker.rows import SHORTEST, Row, by_place
from kcontract.model.case import CASE_HEADER
from kcontract.model.cluster import Delivered, Sendable, Standing
from kcontract.model.record import Headers

_Report = Callable[[Sendable, Delivered, KafkaError | None, Message], None]

_VOLLEY = 100
"""Records: with fewer at once their callbacks cost less than reading the log would if they did not stand in a row."""
_BATCH_BYTES = 1_000_000
_BATCH_OVERHEAD = 128
"""More than the header of a record batch (61 bytes)."""
_COMPRESSED = 0
"""Stands for the batch size of the producer that compresses."""
_SERVE_S = 0.05

_PRODUCER: dict[str, Any] = {
    # Without idempotence first batches to a new topic come out reordered in half of the runs: offset ≠ case.
    "enable.idempotence": True,
    "compression.type": "none",
    "partitioner": "murmur2_random",
    # Long enough for a volley to be queued, so that it goes in few batches. Who has queued it, or waits for
    # acknowledgements, has everything sent at once: `flush`.
    "linger.ms": 20,
    "topic.metadata.propagation.max.ms": 5_000,  # how long a topic may be unknown before its records are refused
    "message.max.bytes": 500_000_000,
    "queue.buffering.max.messages": 500_000,
    "queue.buffering.max.kbytes": 1_000_000,
}


class Locate(Protocol):
    """Finds records in the log."""

    def __call__(
        self, topic: str, partition: int, sent: Sequence[Sendable], first: int | None = None, last: int | None = None
    ) -> Sequence[int | None]:
        """Offsets at which these records, sent in this order, stand in a partition; None where one is not found.
        `first` and `last`: between which offsets they stand, as far as that is known."""
        ...


class Sender:
    """One producer for each batch size in use, all topics with ordinary limits on the first of them.

    A broker refuses a whole batch that is over its topic's `max.message.bytes`: topics with low limits need smaller
    batches, or healthy records would share the fate of their neighbours.
    """

    def __init__(self, settings: Settings, record_limit: Callable[[str], int], locate: Locate) -> None:
        self._settings = {**settings, **_PRODUCER}
        self._record_limit = record_limit
        self._locate = locate
        self._producers: dict[int, Producer] = {}
        self._by_topic: dict[str, Producer] = {}
        self._partitions: dict[str, int] = {}
        """Of topics whose records may go in rows; 0 for others."""
        self._deleted: set[str] = set()
        self._closed = False
        self._refused: list[Callable[[], None]] = []
        self._unplaced: list[tuple[Sendable, Delivered, int]] = []
        self._acknowledged: list[tuple[Delivered, Sendable, int, int]] = []
        """To be told: each with its partition and offset."""
        self._answered: list[Row] = []
        self._doubtful: list[Row] = []
        """Their records are looked for in the log, as soon as their fate is decided."""
        self._noting = _noting(self._acknowledged, self._report)
        self._producer(_BATCH_BYTES)  # connects while topics are made

    def send(self, records: Sequence[Sendable], delivered: Delivered, standing: Standing | None = None) -> None:
        """Queue records in order; see `Cluster.send`."""
        places = None if standing is None or len(records) < _VOLLEY else by_place(records, self._count)
        if standing is None or places is None:
            self._send_each(records, delivered)
            return
        for place, items in places.items():
            if len(items) < SHORTEST:
                self._send_each(items, delivered)
            else:
                self._send_row(items, Row(place, delivered, standing, self._answered))

    def _send_each(self, records: Iterable[Sendable], delivered: Delivered) -> None:
        report, known = self._noting, self._by_topic
        for item in records:
            try:
                usual = known.get(item.topic) or self._producer_for(item.topic)
                producer = self._compressing() if item.compressed else usual
                _produce(producer, item, partial(report, item, delivered))
            except KafkaException as error:
                self._refuse(item, delivered, _text(error.args[0]))
            except (ValueError, OverflowError) as error:
                self._refuse(item, delivered, f"not sendable: {error}")

    def _send_row(self, items: Sequence[Sendable], row: Row) -> None:
        topic, partition, producer = row.topic, row.partition, self._by_topic[row.topic]
        produce, sent = producer.produce, row.items
        for item, report in zip(items, chain((row.begun,), repeat(None, len(items) - 2), (row.ended,)), strict=True):
            record = item.record
            headers: list[tuple[str, str | bytes | None]] | None = [*record.headers] if record.headers else None
            try:
                while True:
                    try:
                        produce(topic, record.value, record.key, partition, report, None, 0, headers)
                        break
                    except BufferError:
                        producer.poll(_SERVE_S)
                sent.append(item)
            except KafkaException as error:
                self._refuse(item, row.delivered, _text(error.args[0]))
        if sent and (sent[0] is not items[0] or sent[-1] is not items[-1]):  # nobody will tell of its ends
            self._doubtful.append(row)

    def flush(self, timeout: float) -> int:
        """Serve deliveries; the number of records still on their way after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        refused, self._refused = self._refused, []
        for tell in refused:
            tell()
        left = sum(_serve(each, deadline - time.monotonic()) for each in self._producers.values())
        acknowledged = self._acknowledged[:]
        self._acknowledged.clear()
        for delivered, item, place, offset in acknowledged:
            delivered(item.id, item.topic, place, offset, "")
        self._place()
        self._tell_rows(left)
        return left

    def forget(self, topics: Iterable[str]) -> None:
        """Topics that were deleted: their limits and partitions are asked for again."""
        for topic in topics:
            if self._partitions.get(topic):  # who wrote among ours will write to the new one, too
                del self._partitions[topic]
            if self._by_topic.pop(topic, None) is not None:
                self._deleted.add(topic)

    def close(self) -> None:
        """Drop what is still queued, and tell nobody."""
        self._closed = True
        for producer in self._producers.values():
            producer.purge()
            producer.flush(0)
        self._producers.clear()
        self._by_topic.clear()

    def _producer_for(self, topic: str) -> Producer:
        topic.encode()  # a lone surrogate would crash the client library
        size = min(_BATCH_BYTES, max(self._record_limit(topic) - _BATCH_OVERHEAD, 1))
        producer = self._producer(size)
        if topic in self._deleted:  # it may have more partitions now than the clients remember
            self._deleted.remove(topic)
            for each in self._producers.values():
                each.list_topics(topic, timeout=REQUEST_S)
        self._by_topic[topic] = producer
        return producer

    def _count(self, topic: str) -> int:
        """How many partitions a topic has, if it has ordinary limits; 0 otherwise."""
        if topic not in self._partitions:
            try:
                self._partitions[topic] = self._asked(self._by_topic.get(topic) or self._producer_for(topic), topic)
            except (KafkaException, ValueError):
                self._partitions[topic] = 0
        return self._partitions[topic]

    def _asked(self, producer: Producer, topic: str) -> int:
        if producer is not self._producers[_BATCH_BYTES]:
            return 0
        known = producer.list_topics(topic, timeout=REQUEST_S).topics[topic]
        return 0 if known.error is not None else len(known.partitions)

    def _compressing(self) -> Producer:
        """For records alone in their batches, which no uncompressed batch could hold."""
        if _COMPRESSED not in self._producers:
            settings = {**self._settings, "compression.type": "gzip", "linger.ms": 0}
            self._producers[_COMPRESSED] = Producer(settings, logger=LOGGER)
        return self._producers[_COMPRESSED]

    def _producer(self, batch_bytes: int) -> Producer:
        if batch_bytes not in self._producers:
            settings = {**self._settings, "batch.size": batch_bytes}
            self._producers[batch_bytes] = Producer(settings, logger=LOGGER)
        return self._producers[batch_bytes]

    def _report(self, item: Sendable, delivered: Delivered, error: KafkaError | None, message: Message) -> None:
        """The fate of a record that is not acknowledged at a place."""
        if self._closed:
            return
        place = message.partition()
        if error is not None:
            delivered(item.id, item.topic, -1 if place is None else place, -1, _text(error))
        else:  # stored, but the acknowledgement was of a second attempt
            self._unplaced.append((item, delivered, place or 0))

    def _refuse(self, item: Sendable, delivered: Delivered, error: str) -> None:
        place = -1 if item.partition is None else item.partition
        self._refused.append(partial(delivered, item.id, item.topic, place, -1, error))

    def _tell_rows(self, left: int) -> None:
        """`left`: how many records are on their way."""
        rows = self._answered[:]
        self._answered.clear()
        for row in rows:
            if row.stands:
                row.standing(row.topic, row.partition, row.first or 0, [item.id for item in row.items])
            else:
                self._doubtful.append(row)
        decided = [row for row in self._doubtful if row.is_bounded or not left]
        if decided:
            self._doubtful = [row for row in self._doubtful if row not in decided]
            for row in decided:
                self._find(row)

    def _find(self, row: Row) -> None:
        """Somebody else writes there too, or a batch was refused: from now on each record is asked for."""
        self._partitions[row.topic] = 0
        offsets = self._locate(row.topic, row.partition, row.items, row.first, row.last)
        error = _text(row.error) if row.error is not None else "not in the log, where others that were sent with it are"
        for item, offset in zip(row.items, offsets, strict=True):
            if offset is None:
                row.delivered(item.id, row.topic, row.partition, -1, error)
            else:
                row.delivered(item.id, row.topic, row.partition, offset, "")

    def _place(self) -> None:
        unplaced, self._unplaced = self._unplaced, []
        for topic, place in dict.fromkeys((item.topic, place) for item, _, place in unplaced):
            same = [(item, tell) for item, tell, at in unplaced if (item.topic, at) == (topic, place)]
            offsets = self._locate(topic, place, [item for item, _ in same])
            for (item, delivered), offset in zip(same, offsets, strict=True):
                if offset is None:
                    delivered(item.id, topic, place, -1, "acknowledged, but not found in the log")
                else:
                    delivered(item.id, topic, place, offset, "")


def _noting(acknowledged: list[tuple[Delivered, Sendable, int, int]], report: _Report) -> _Report:
    """What the client library calls for each record: it does as little as it can for those that are acknowledged."""

    def note(item: Sendable, delivered: Delivered, error: KafkaError | None, message: Message) -> None:
        if error is None and (offset := message.offset()) is not None and offset >= 0:
            acknowledged.append((delivered, item, message.partition() or 0, offset))
        else:
            report(item, delivered, error, message)

    return note


def _produce(producer: Producer, item: Sendable, report: Callable[[KafkaError | None, Message], None]) -> None:
    record, place = item.record, -1 if item.partition is None else item.partition
    headers = _headers(record.headers) if record.headers else None
    time_ms = 0 if record.timestamp is None else _timestamp(record.timestamp)
    while True:
        try:
            return producer.produce(item.topic, record.value, record.key, place, report, None, time_ms, headers)
        except BufferError:
            producer.poll(_SERVE_S)


def _serve(producer: Producer, timeout: float) -> int:
    """Serve deliveries; how many records are left. Without a timeout half batches are not sent before their time: the
    client library drops what is less than a millisecond, and would take the rest of one for none."""
    if timeout > 0:
        return producer.flush(math.ceil(timeout * 1_000) / 1_000)
    producer.poll(0)
    return len(producer)


def _headers(headers: Headers) -> list[tuple[str, str | bytes | None]]:
    for name, _ in headers:
        if name != CASE_HEADER and not (name.isascii() and name.isprintable()):
            _check_header_name(name)
    return [*headers]


@lru_cache(maxsize=1024)
def _check_header_name(name: str) -> None:
    if b"\0" in name.encode():  # librdkafka would cut the name there; a lone surrogate crashes the client library
        raise ValueError(f"header name {name!r} holds a NUL")


def _timestamp(milliseconds: int) -> int:
    if milliseconds == 0:  # librdkafka would take it for now
        raise ValueError("timestamp 0")
    return milliseconds


def _text(error: KafkaError) -> str:
    return f"{error.name()}: {error.str()}"
