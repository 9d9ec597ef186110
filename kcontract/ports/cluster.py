"""The broker: its records, groups and topics, what fails it, and what stands before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from kcontract.model.cluster import Delivered, GroupView, Sendable, Standing, TopicSpec
from kcontract.model.load import EchoFigures
from kcontract.model.record import LogRecord, TopicPartition
from kcontract.model.tap import Lever, Sighting


class Reader(Protocol):
    """Reads topics from the end that they had when the reader was made, read_committed."""

    def poll(self, timeout: float) -> Sequence[LogRecord]:
        """All records that are there, at most `timeout` seconds after the call; empty if none came."""
        ...

    def drain(self, timeout: float) -> tuple[Sequence[LogRecord], bool]:
        """Read to the high watermarks as they stand at the call; False if `timeout` ran out before."""
        ...

    def gather(self, gathers: bool) -> None:
        """From now on: records may come a little later and many at once, for the broker has less to do so; or each
        as soon as it can be read, as it is at first."""
        ...

    def renew(self) -> None:
        """Go on from here over new connections: the broker was away, and the client may wait for it for ever."""
        ...

    def add(self, topics: Iterable[str]) -> None:
        """Read these topics, which did not exist when the reader was made, from their beginning as well."""
        ...

    def close(self) -> None: ...


class Cluster(Protocol):
    """The harness's own connection to the broker."""

    @property
    def label(self) -> str:
        """`Apache Kafka 4.1.1 (local)`; what every report says the numbers were measured on."""
        ...

    @property
    def bootstrap(self) -> str: ...

    @property
    def service_bootstrap(self) -> str:
        """The listener that services under test are given."""
        ...

    @property
    def container_bootstrap(self) -> str:
        """The listener that services in containers are given; empty if they cannot come there."""
        ...

    @property
    def ours(self) -> bool:
        """Whether we started the cluster and may create, delete and evict at will."""
        ...

    @property
    def is_broker(self) -> bool:
        """False for the protocol mock."""
        ...

    def topics(self) -> Mapping[str, int]:
        """Names and partition counts, internal topics left out."""
        ...

    def create_topics(self, specs: Iterable[TopicSpec]) -> None:
        """Create them and wait until their leaders are known."""
        ...

    def delete_topics(self, names: Iterable[str]) -> None:
        """Delete those that exist and wait until they are gone."""
        ...

    def delete_groups(self, names: Iterable[str]) -> None:
        """Delete those that exist and are empty."""
        ...

    def end_offsets(self, places: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]: ...

    def committed(self, group: str, places: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Committed offsets; a place without one is left out."""
        ...

    def set_offsets(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit for an empty group."""
        ...

    def describe(self, group: str) -> GroupView: ...

    def evict(self, group: str, members: Iterable[str]) -> None:
        """Make dead members leave (KIP-345's LeaveGroup v3 with the member id), only on a cluster of ours."""
        ...

    def send(self, records: Sequence[Sendable], delivered: Delivered, standing: Standing | None = None) -> None:
        """Queue records for the idempotent, uncompressed producer, in order.

        `delivered` is called once a record, from `flush`. With `standing` that may be called instead of it, once for
        many records.
        """
        ...

    def flush(self, timeout: float) -> int:
        """Serve deliveries until all are acknowledged or the time is up; the number still on their way."""
        ...

    def reconnect(self) -> None:
        """The broker was away: ask on new connections, for the old ones may wait for answers that never come."""
        ...

    def reader(self, topics: Iterable[str]) -> Reader:
        """Start to read these topics from their present end; positions are fixed when this returns."""
        ...

    def close(self) -> None: ...


class Visitor(Protocol):
    """A second member of a service's group. It takes no records, and commits none."""

    @property
    def places(self) -> frozenset[TopicPartition] | None:
        """What it is assigned now; None until it is in for the first time, and when it is not in any more."""
        ...

    @property
    def failure(self) -> str:
        """Why it could not come, or not stay; empty if all is well."""
        ...

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit as a member that is in. BrokerError VISIT_FAILED if the broker does not take it."""
        ...

    def leave(self) -> None:
        """At once, also amid its coming. Once it has left, nothing."""
        ...


class ClusterControl(Protocol):
    """What may be done to groups and topics on a cluster of ours only."""

    def visit(self, group: str, topics: Sequence[str]) -> Visitor:
        """Have a second member come to a group. BrokerError VISIT_REFUSED if its members use an assignor that we do
        not speak."""
        ...

    def limit_records(self, topics: Iterable[str], size: int | None) -> None:
        """Have the broker refuse larger batches (`max.message.bytes`), or allow again what it allowed at first (None).
        In force on return."""
        ...

    def delete_records(self, before: Mapping[TopicPartition, int]) -> None:
        """Have the logs begin at these offsets."""
        ...


@runtime_checkable
class BrokerControl(Protocol):
    """A broker of ours, made to fail and to come back on the same address with the same data."""

    def halt(self) -> int:
        """A clean shutdown; returns when it is gone."""
        ...

    def kill(self) -> int:
        """A crash."""
        ...

    def pause(self) -> None:
        """Connections stay open, and nothing answers."""
        ...

    def resume(self) -> None: ...

    def start_again(self) -> None:
        """After `halt` or `kill`; returns when it is ready."""
        ...


class Tap(Protocol):
    """Between the service under test and the broker: sees what they say, and can put faults on it.

    The harness's own connections go past it. BrokerError TAP_GONE from every method if it has ended.
    """

    @property
    def bootstrap(self) -> str:
        """What services are given for the broker."""
        ...

    @property
    def container_bootstrap(self) -> str:
        """What services in containers are given; empty if they cannot come there."""
        ...

    def sightings(self) -> Sequence[Sighting]:
        """What was seen since the last call, summed up: bounded however much was said."""
        ...

    def forget(self) -> None:
        """Another service comes, on freshly made topics: what was seen so far is no part of what it does."""
        ...

    def set_fault(self, lever: Lever) -> None:
        """Put a fault on all connections, open and new ones, in place of the one before. In force on return."""
        ...

    def clear_fault(self) -> None:
        """Take it off again: what was held back by `slow` and `black_hole` comes through, new connections work."""
        ...


class Echo(Protocol):
    """The plainest consumer there is: what it needs, any consumer needs on this machine."""

    def measure(self, rate: float, count: int) -> EchoFigures:
        """Have it echo `count` records at `rate` a second; 0: all at once. BrokerError if it cannot be had."""
        ...
