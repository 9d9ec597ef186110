"""Records sent to one partition one behind the other: the broker is heard of the first and of the last only.

An idempotent producer keeps their order, so that all stand between those two. Where as many offsets lie there as
records were sent, each stands at its turn: what a broker might refuse, so that somebody else's records could make up
the number, does not go in rows. A callback for each record costs more of our time than sending it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from confluent_kafka import KafkaError, Message, cimpl

from kcontract.model.case import CASE_HEADER
from kcontract.model.cluster import Delivered, Sendable, Standing
from kcontract.model.record import TopicPartition

SHORTEST = 3
"""Records: with fewer there is nobody between the first and the last."""
_SURE_BYTES = 64_000
_murmur2: Callable[[bytes, int], int] | None = getattr(cimpl, "murmur2", None)
"""As Java's client hashes keys; only newer versions of the client library (2.16) tell."""


class Row:
    """What was sent, and what the broker said of its ends."""

    def __init__(self, place: TopicPartition, delivered: Delivered, standing: Standing, answered: list[Row]) -> None:
        """Once both ends are answered, the row comes to `answered`."""
        self.topic, self.partition = place
        self.items: list[Sendable] = []
        self.delivered, self.standing = delivered, standing
        self.first: int | None = None
        self.last: int | None = None
        """Offsets; None while, or if, the broker does not tell."""
        self.error: KafkaError | None = None
        self._answered = answered
        self._answers = 0

    def begun(self, error: KafkaError | None, message: Message) -> None:
        """The fate of the first record; what the client library calls."""
        self.first = self._offset(error, message)

    def ended(self, error: KafkaError | None, message: Message) -> None:
        """The fate of the last record."""
        self.last = self._offset(error, message)

    @property
    def is_bounded(self) -> bool:
        """Whether both ends stand in the log: then the fate of all between is decided."""
        return self.first is not None and self.last is not None

    @property
    def stands(self) -> bool:
        """Whether every record is stored, one behind the other."""
        return self.first is not None and self.last is not None and self.last - self.first + 1 == len(self.items)

    def _offset(self, error: KafkaError | None, message: Message) -> int | None:
        self._answers += 1
        if self._answers == 2:
            self._answered.append(self)
        if error is not None:
            self.error = error
            return None
        offset = message.offset()  # below zero if the acknowledgement was of a second attempt
        return None if offset is None or offset < 0 else offset


def by_place(
    records: Iterable[Sendable], partitions: Callable[[str], int]
) -> dict[TopicPartition, list[Sendable]] | None:
    """The records of each partition, in order; None unless every one is sure to be taken, at a place that is known.

    `partitions`: how many a topic has; 0 if its records cannot go in rows.
    """
    topics: dict[str, list[list[Sendable]]] = {}
    plain = {CASE_HEADER}
    for item in records:
        if not _is_sure(item, plain):
            return None
        topic, partition, key = item.topic, item.partition, item.record.key
        places = topics.get(topic)
        if places is None:
            places = topics[topic] = [[] for _ in range(partitions(topic))]
        if partition is None and key is not None and places and _murmur2 is not None:
            partition = _murmur2(key, len(places))
        if partition is None or not 0 <= partition < len(places):
            return None
        places[partition].append(item)
    return {(topic, n): items for topic, places in topics.items() for n, items in enumerate(places) if items}


def _is_sure(item: Sendable, plain: set[str]) -> bool:
    """Whether the broker takes a record, whatever else is in its batch. `plain`: header names that are sendable."""
    record = item.record
    size = len(record.key or b"") + len(record.value or b"")
    for name, value in record.headers:
        if name not in plain:
            if not (name.isascii() and name.isprintable()):
                return False
            plain.add(name)
        size += len(value or b"")
    return size <= _SURE_BYTES and record.timestamp is None and not item.compressed
