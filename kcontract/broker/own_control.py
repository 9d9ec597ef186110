"""What is done to groups and topics on a cluster of ours, to see what a service makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kcontract.broker.own_groups import OwnGroups
from kcontract.broker.topics import Topics
from kcontract.broker.visitor import GroupVisitor
from kcontract.model.record import TopicPartition


class OwnControl:
    """Implements `ports.ClusterControl`. BrokerError from every method."""

    def __init__(self, groups: OwnGroups, topics: Topics) -> None:
        self._groups = groups
        self._topics = topics
        self._allowed: dict[str, int] = {}
        """What topics allowed before we changed it."""

    def visit(self, group: str, topics: Sequence[str]) -> GroupVisitor:
        return self._groups.visit(group, topics)

    def limit_records(self, topics: Iterable[str], size: int | None) -> None:
        for topic in topics:
            allowed = self._allowed.setdefault(topic, self._topics.record_limit(topic))
            self._topics.limit(topic, allowed if size is None else size)

    def delete_records(self, before: Mapping[TopicPartition, int]) -> None:
        self._topics.delete_records(before)
