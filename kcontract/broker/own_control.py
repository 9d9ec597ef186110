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
            if size is None:
                self._restore(topic)
                continue
            if topic not in self._allowed:
                self._allowed[topic] = self._topics.record_limit(topic)
            self._topics.limit(topic, size)

    def _restore(self, topic: str) -> None:
        """Another unit may make a topic of this name with another limit: nothing is remembered beyond the fault."""
        if topic in self._allowed:
            self._topics.limit(topic, self._allowed[topic])
            del self._allowed[topic]

    def delete_records(self, before: Mapping[TopicPartition, int]) -> None:
        self._topics.delete_records(before)
