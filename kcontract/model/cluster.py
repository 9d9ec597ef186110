"""What goes to a broker and what it tells: topics, outgoing records, consumer groups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from kcontract.model.record import Record, TopicPartition
from kcontract.model.value import Value

Delivered = Callable[[str, str, int, int, str], None]
"""Called with case id, topic, partition, offset, error: error is empty for an acknowledged record (offset ≥ 0)."""
Standing = Callable[[str, int, int, Sequence[str]], None]
"""Called with topic, partition, first offset and the case ids of acknowledged records that stand one behind the
other."""


class TopicSpec(Value, frozen=True):
    name: str
    partitions: int = 1
    config: tuple[tuple[str, str], ...] = ()


class Sendable(Protocol):
    """What can be sent: a case, or an `Outgoing`."""

    @property
    def id(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def record(self) -> Record: ...
    @property
    def partition(self) -> int | None:
        """None: the key decides (murmur2, as Java's client does)."""
        ...

    @property
    def compressed(self) -> bool:
        """Whether its batch is compressed (gzip), for no other could hold it."""
        ...


class Outgoing(Value, frozen=True):
    """A record on its way that is no case."""

    id: str
    topic: str
    record: Record
    partition: int | None = None
    compressed: bool = False


class Member(Value, frozen=True):
    id: str
    client: str
    host: str
    partitions: tuple[TopicPartition, ...] = ()


class GroupView(Value, frozen=True):
    """A consumer group as the broker describes it. `state`: STABLE, EMPTY, PREPARING_REBALANCING, DEAD, UNKNOWN …"""

    state: str
    members: tuple[Member, ...] = ()

    def without(self, gone: Collection[str]) -> GroupView:
        """The same group but for these members."""
        return GroupView(self.state, tuple(member for member in self.members if member.id not in gone))

    def assigned(self) -> frozenset[TopicPartition]:
        return frozenset(place for member in self.members for place in member.partitions)
