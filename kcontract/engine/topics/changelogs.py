"""What a service builds its state of at each start, on a broker of ours: it can be made to begin with none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from kcontract.model.cluster import Outgoing
from kcontract.model.naming import is_changelog
from kcontract.model.record import LogRecord
from kcontract.ports import Cluster

_SECONDS = 30.0


def empty_changelogs(cluster: Cluster) -> None:
    """Write a tombstone for each key of every changelog: so a store on the service's own disk forgets it as well, which
    reads on from where it was. The service must not run."""
    topics = [topic for topic in cluster.topics() if is_changelog(topic)]
    if not cluster.ours or not topics:
        return
    last = {(one.place, one.record.key): one for one in _read(cluster, topics)}
    cluster.send([_tombstone(one) for one in last.values() if one.record.value is not None], _delivered)
    cluster.flush(_SECONDS)


def _read(cluster: Cluster, topics: Iterable[str]) -> Sequence[LogRecord]:
    reader = cluster.reader(())
    try:
        reader.add(topics)
        records, done = reader.drain(_SECONDS)
        while not done and (more := reader.drain(_SECONDS))[0]:
            records, done = [*records, *more[0]], more[1]
        return records
    finally:
        reader.close()


def _tombstone(one: LogRecord) -> Outgoing:
    """Its headers may tell of which store it is."""
    topic, partition = one.place
    return Outgoing(
        f"{topic}/{partition}@{one.offset}",
        topic,
        msgspec.structs.replace(one.record, value=None, timestamp=None),
        partition,
    )


def _delivered(_id: str, _topic: str, _partition: int, _offset: int, _error: str) -> None:
    """What is not taken shows: the service ends once more."""
