"""Composing a window: each partition gets a healthy record, the cases, a valid sentinel and an invalid marker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kcontract.generate.partitioner import partition_of
from kcontract.generate.source import CaseSource
from kcontract.model.case import Case, Role
from kcontract.model.record import TopicPartition

Sources = Mapping[str, CaseSource]
"""The source of cases of each input topic."""
MarkerKinds = Mapping[str, str]
"""For an input topic, a kind that was seen to get an outcome in the probe phase."""


def compose(
    cases: Sequence[Case],
    sources: Sources,
    places: Sequence[TopicPartition],
    markers: MarkerKinds,
    *,
    healthy: bool = True,
) -> tuple[list[Case], list[Case]]:
    """The records of a window in sending order, for these partitions: those that open it with the cases, and those
    that close it."""
    front = [sources[topic].healthy(Role.HEALTHY, partition) for topic, partition in places] if healthy else []
    sentinels = [case for topic, partition in places for case in sources[topic].sentinels(partition)]
    marked = [(topic, partition) for topic, partition in places if topic in markers]
    ends = [case for topic, partition in marked for case in sources[topic].ends(markers[topic], partition)]
    return [*front, *cases], [*sentinels, *ends]


def places_of(cases: Sequence[Case], partitions: Mapping[str, int]) -> tuple[TopicPartition, ...]:
    """The partitions that these cases go to."""
    return tuple(dict.fromkeys((case.topic, _partition(case, partitions[case.topic])) for case in cases))


def pinned(case: Case, partitions: Mapping[str, int]) -> Case:
    """The case with its partition made explicit, as its key decides anyway."""
    return msgspec.structs.replace(case, partition=_partition(case, partitions[case.topic]))


def _partition(case: Case, count: int) -> int:
    if case.partition is not None:
        return case.partition
    return partition_of(case.record.key, count) if case.record.key is not None else int(case.root) % count
