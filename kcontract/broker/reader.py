"""Reads topics without a group, read_committed, from fixed positions, and knows when it has read everything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import methodcaller
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from kcontract.broker.client import LOGGER, REQUEST_S, Settings
from kcontract.errors import BrokerError
from kcontract.model.record import LogRecord, Record
from kcontract.model.record import TopicPartition as Place

_BATCH = 500
"""Few enough that messages are near at hand, in the processor's cache, when their records are made."""
_MOST = 100_000
"""Records of one poll: a service that writes without end must not keep it from returning."""
_MOST_BYTES = 64 << 20
_STEP_S = 0.05
UNREADABLE = "(headers with a name that is not UTF-8)"
"""Stands for all headers of a record with such a name, which the client library cannot read."""
_FORBIDDEN = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED})

# Not `message.headers()`: a hot call is not checked by the interpreter, and the error would show somewhere else.
_headers = methodcaller("headers")

READER: dict[str, Any] = {
    "group.id": "kcontract-reader",  # demanded by the client, never joined
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "isolation.level": "read_committed",
    "enable.partition.eof": True,
    "auto.offset.reset": "earliest",
    "allow.auto.create.topics": False,
    # A broker that comes back may not know of its topics at once: that must not be believed for five minutes.
    "topic.metadata.refresh.interval.ms": 10_000,
    # What is there is answered at once, and nothing is asked while there is nothing: fifty empty answers a second
    # cost a tenth of a core. No longer than that, for the first request after an assignment often asks for some of the
    # partitions only, and what stands in the others waits for its end. Few records in an answer cost no more than a
    # delay would: they gather while one is read.
    "fetch.wait.max.ms": 100,
    "fetch.min.bytes": 1,
    "fetch.queue.backoff.ms": 10,
    "fetch.error.backoff.ms": 50,
    "max.partition.fetch.bytes": 10_000_000,
    "queued.max.messages.kbytes": 200_000,
}


# While many records come, an answer for each handful of them costs the broker more than the records do. The last of
# them wait no longer than it takes to work off those before.
_GATHERING: dict[str, Any] = {**READER, "fetch.wait.max.ms": 15, "fetch.min.bytes": 200_000}


class TopicReader:
    """A consumer that is assigned, not subscribed. Topics must not be deleted while it reads them."""

    def __init__(
        self,
        settings: Settings,
        starts: Mapping[Place, int],
        ends: Callable[[Iterable[Place]], Mapping[Place, int]],
        places: Callable[[Iterable[str]], Iterable[Place]],
    ) -> None:
        """Start at the offsets `starts`. `ends` and `places` ask the cluster for high watermarks and partitions."""
        self._prompt = self._client = _Client({**settings, **READER})
        self._gathering: _Client | None = None
        self._settings = settings
        self._reached: dict[Place, int] = {}
        self._ends, self._places = ends, places
        self._assign(starts)

    def poll(self, timeout: float) -> Sequence[LogRecord]:
        """See `Reader.poll`."""
        records: list[LogRecord] = []
        deadline = time.monotonic() + timeout
        wait, size = timeout, 0
        consumer = self._client.consumer
        while (message := consumer.poll(wait)) is not None:
            self._take((message,), records)
            while len(records) < _MOST and size < _MOST_BYTES and (batch := consumer.consume(_BATCH, 0)):
                before = len(records)
                self._take(batch, records)
                size += sum([len(one.record.value or b"") for one in records[before:]])
            if records:
                break
            wait = max(deadline - time.monotonic(), 0)
        return records

    def drain(self, timeout: float) -> tuple[Sequence[LogRecord], bool]:
        """See `Reader.drain`. With a transaction open at the end the time runs out: its records cannot be read.
        A flood ends it early as well."""
        deadline = time.monotonic() + timeout
        targets = self._ends(self._reached)
        records: list[LogRecord] = []
        size = 0
        while not self._has_reached(targets):
            left = deadline - time.monotonic()
            if left <= 0:
                return records, False
            new = self.poll(min(left, _STEP_S))
            records += new
            size += sum([len(one.record.value or b"") for one in new])
            if len(records) >= 2 * _MOST or size >= 2 * _MOST_BYTES:
                return records, self._has_reached(targets)
        return records, True

    def gather(self, gathers: bool) -> None:
        """See `Reader.gather`. What was fetched by then and not taken is fetched again."""
        if gathers == (self._client is not self._prompt):
            return
        if self._gathering is None:
            self._gathering = _Client({**self._settings, **_GATHERING})
        self._note_positions(self._reached)
        self._client.leave(self._reached)
        self._client = self._gathering if gathers else self._prompt
        self._client.assign(self._reached)

    def renew(self) -> None:
        """See `Reader.renew`."""
        self._note_positions(self._reached)
        self.close()
        self._prompt = self._client = _Client({**self._settings, **READER})
        self._gathering = None
        self._assign(self._reached)

    def add(self, topics: Iterable[str]) -> None:
        """See `Reader.add`. TOPIC_UNKNOWN for one that does not exist; one that is read already stays as it is."""
        self._assign({place: 0 for place in self._places(topics) if place not in self._reached})

    def close(self) -> None:
        for client in (self._prompt, self._gathering):
            if client is not None:
                client.consumer.close()

    def _assign(self, starts: Mapping[Place, int]) -> None:
        self._client.assign(starts)
        self._reached.update(starts)

    def _take(self, messages: Iterable[Message], records: list[LogRecord]) -> None:
        for message in messages:
            if (error := message.error()) is None:
                records.append(log_record(message))
            elif error.code() == KafkaError._PARTITION_EOF:
                self._note_end(message)
            elif error.code() in _FORBIDDEN:
                raise BrokerError("BROKER_REFUSED", f"cannot read {message.topic()}: {error.str()}", "grant READ on it")
            # Other errors pass: the client library reconnects, and `drain` tells when it does not.

    def _note_end(self, message: Message) -> None:
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        if topic is not None and partition is not None and offset is not None:
            self._advance((topic, partition), offset)

    def _has_reached(self, targets: Mapping[Place, int]) -> bool:
        behind = [place for place, target in targets.items() if self._reached[place] < target]
        if behind:
            self._note_positions(behind)
        return all(self._reached[place] >= targets[place] for place in behind)

    def _note_positions(self, places: Iterable[Place]) -> None:
        """Positions move with records, the end of a partition also past transaction markers: both are needed."""
        for at in self._client.consumer.position([TopicPartition(*place) for place in places]):
            self._advance((at.topic, at.partition), at.offset)

    def _advance(self, place: Place, offset: int) -> None:
        self._reached[place] = max(self._reached[place], offset)


class _Client:
    """A consumer, and the topics that it knows of."""

    def __init__(self, settings: Settings) -> None:
        self.consumer = Consumer(dict(settings), logger=LOGGER)
        self._known: set[str] = set()

    def assign(self, starts: Mapping[Place, int]) -> None:
        """Read these as well, from there on."""
        new = {topic for topic, _ in starts} - self._known
        for topic in new if self._known else ():
            self.consumer.list_topics(topic, timeout=REQUEST_S)  # else it takes a second to learn of the topic
        self._known |= new
        if starts:
            self.consumer.incremental_assign([TopicPartition(*place, at) for place, at in starts.items()])

    def leave(self, places: Iterable[Place]) -> None:
        """Read these no more."""
        self.consumer.incremental_unassign([TopicPartition(*place) for place in places])


def log_record(message: Any) -> LogRecord:
    """A message that was read; headers with a name that cannot be read are `UNREADABLE`."""
    kind, time_ms = message.timestamp()
    try:
        headers = _headers(message)
    except SystemError:  # the client library trips over a name that is not UTF-8
        headers = [(UNREADABLE, None)]
    record = Record(message.key(), message.value(), tuple(headers) if headers else (), time_ms if kind else None)
    return LogRecord(message.topic(), message.partition(), message.offset(), record)
