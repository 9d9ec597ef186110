"""UNDECLARED_EVENT where the service writes to its own input: what stands there beside the harness's records."""

from __future__ import annotations

from collections.abc import Iterable

from kcontract.engine.stage import Stage
from kcontract.model import events as ev
from kcontract.model.record import TopicPartition

_SECONDS = 10.0


def look_for_strangers(stage: Stage, topics: Iterable[str]) -> None:
    """Record the first foreign record of each of these inputs, which are not read otherwise.

    Only a topic that holds more than was sent is read, from its beginning; on a cluster of others' never.
    """
    cluster, own = stage.tools.cluster, stage.observer.own
    if not cluster.ours or not cluster.is_broker or not own.complete:
        return
    counts = {contract.topic: contract.partitions for contract, _ in stage.unit.receives}
    for topic in topics:
        places: list[TopicPartition] = [(topic, number) for number in range(counts.get(topic, 0))]
        ends = cluster.end_offsets(places)
        if not all(own.is_whole(place, ends[place]) for place in places):
            _find(stage, topic)


def _find(stage: Stage, topic: str) -> None:
    recorder, own = stage.tools.recorder, stage.observer.own
    reader = stage.tools.cluster.reader(())
    try:
        reader.add((topic,))
        deadline = recorder.now() + _SECONDS
        while recorder.now() < deadline:
            records = reader.poll(0.5)
            for record in records:
                if not own.holds(record.topic, record.partition, record.offset):
                    recorder.record(ev.Seen(recorder.now(), record))
                    return
            if not records:
                return
    finally:
        reader.close()
