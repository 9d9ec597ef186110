"""The newest records of a topic on a cluster that is only looked at: nothing is created, joined or committed."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.broker.client import Admin, client_settings
from kcontract.broker.reader import TopicReader
from kcontract.broker.topics import Topics
from kcontract.model.record import LogRecord
from kcontract.model.value import Value


class Sample(Value, frozen=True):
    """Records in the order of partition and offset, and what the cluster says of the topic."""

    records: tuple[LogRecord, ...]
    partitions: int
    compacted: bool


def newest(bootstrap: str, topic: str, count: int, seconds: float) -> Sample:
    """About the `count` newest records of a topic, evenly from its partitions, as far as they come in `seconds`.

    Raises BrokerError: TOPIC_UNKNOWN, and whatever keeps the cluster from answering.
    """
    settings = client_settings(bootstrap, {})
    topics = Topics(Admin(settings))
    places = topics.places([topic])
    ends = topics.end_offsets(places)
    each = -(-count // max(1, len(places)))
    starts = {place: max(0, end - each) for place, end in ends.items()}
    reader = TopicReader(settings, starts, topics.end_offsets, topics.places)
    try:
        records, _ = reader.drain(seconds)
    finally:
        reader.close()
    return Sample(_spread(records, each), len(places), topics.is_compacted(topic))


def _spread(records: Sequence[LogRecord], each: int) -> tuple[LogRecord, ...]:
    """The last `each` of every partition: more may have come meanwhile."""
    by_place: dict[int, list[LogRecord]] = {}
    for record in sorted(records, key=lambda one: (one.partition, one.offset)):
        by_place.setdefault(record.partition, []).append(record)
    return tuple(record for some in by_place.values() for record in some[-each:])
