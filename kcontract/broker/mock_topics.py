"""Topics on librdkafka's mock, which answers no admin request: asked for its metadata, a topic comes to be."""

from __future__ import annotations

from collections.abc import Iterable

from kcontract.broker.topics import DEFAULT_LIMIT, Topics
from kcontract.model.cluster import TopicSpec


class MockTopics(Topics):
    """Creates topics with the mock's own partition count (four), and cannot delete any: a later run finds them."""

    def create(self, specs: Iterable[TopicSpec]) -> None:
        """Make those that are not there. Partition counts and configurations that were asked for are not heeded."""
        names = [spec.name for spec in specs]
        for name in names:
            self._metadata(name)
        self._wait_until(lambda: set(names) <= self.counts().keys(), f"create topic {', '.join(names)}")

    def delete(self, names: Iterable[str]) -> None:
        """Nothing: the mock cannot. Whoever reads starts at the end."""

    def record_limit(self, name: str) -> int:  # noqa: ARG002
        """Kafka's default: the mock would let the question time out, and takes records of any size."""
        return DEFAULT_LIMIT
