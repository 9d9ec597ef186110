"""Finds records in the log whose acknowledgement did not say where they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kcontract.broker.client import Settings
from kcontract.broker.reader import TopicReader
from kcontract.model.cluster import Outgoing
from kcontract.model.record import LogRecord, Record
from kcontract.model.record import TopicPartition as Place

_LOOK_BACK = 200_000
_SECONDS = 30.0


def locate(settings: Settings, place: Place, end: int, sent: Sequence[Outgoing]) -> Sequence[int | None]:
    """Offsets of records, given in the order in which they were sent, in the log of one partition up to `end`.

    From the end backwards, for the same bytes may have been sent before. None for a record that is not there.
    """

    def ends(_: Iterable[Place]) -> Mapping[Place, int]:
        return {place: end}

    reader = TopicReader(settings, {place: max(end - _LOOK_BACK, 0)}, ends, lambda _: ())
    try:
        log, _ = reader.drain(_SECONDS)
    finally:
        reader.close()
    return match(log, [item.record for item in sent])


def match(log: Sequence[LogRecord], sent: Sequence[Record]) -> Sequence[int | None]:
    """The last places in the log where the sent records stand in their order; timestamps are not compared."""
    offsets: list[int | None] = []
    above = len(log)
    for record in reversed(sent):
        at = next((i for i in range(above - 1, -1, -1) if _is_same(log[i].record, record)), None)
        offsets.append(None if at is None else log[at].offset)
        above = above if at is None else at
    return offsets[::-1]


def _is_same(stored: Record, sent: Record) -> bool:
    return (stored.key, stored.value, stored.headers) == (sent.key, sent.value, sent.headers)
