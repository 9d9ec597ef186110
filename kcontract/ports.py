"""The Protocols that the engine speaks to. Adapters implement them; `wiring` picks the adapters.

All times are seconds. Errors are EnvironmentFailureError and its kin unless said otherwise. The values that cross a
port stand in `model.cluster` and `model.service`, where adapters reach them, and are offered here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from kcontract.model.called import Handed, Handled, Style
from kcontract.model.cluster import Delivered, GroupView, Member, Outgoing, TopicSpec
from kcontract.model.contract import Probe, Run
from kcontract.model.events import Event
from kcontract.model.faults import RegistryFault
from kcontract.model.finding import Finding
from kcontract.model.load import EchoFigures
from kcontract.model.record import LogRecord, TopicPartition
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.model.service import Answer, Decision, ExitInfo, Question, Resources, Sight
from kcontract.model.summary import Progress, RunSummary, UnitSummary
from kcontract.model.tap import Lever, Sighting

__all__ = [
    "Actions",
    "Answer",
    "BrokerControl",
    "Clock",
    "Cluster",
    "ClusterControl",
    "Commands",
    "Decider",
    "Decision",
    "Delivered",
    "Echo",
    "ExitInfo",
    "GroupView",
    "Handler",
    "History",
    "Launcher",
    "Lever",
    "Maker",
    "Member",
    "Outgoing",
    "Prober",
    "Question",
    "Reader",
    "Registry",
    "RegistryGate",
    "Resources",
    "Service",
    "Sight",
    "Sighting",
    "StreamItem",
    "Tap",
    "TopicSpec",
    "Trigger",
    "Visitor",
]

StreamItem = Event | Progress | Finding | UnitSummary | RunSummary
"""What reports consume."""


class Reader(Protocol):
    """Reads topics from the end that they had when the reader was made, read_committed."""

    def poll(self, timeout: float) -> Sequence[LogRecord]:
        """All records that are there, at most `timeout` seconds after the call; empty if none came."""
        ...

    def drain(self, timeout: float) -> tuple[Sequence[LogRecord], bool]:
        """Read to the high watermarks as they stand at the call; False if `timeout` ran out before."""
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

    def send(self, records: Sequence[Outgoing], delivered: Delivered) -> None:
        """Queue records for the idempotent, uncompressed producer, in order.

        `delivered` is called once a record, from `flush` or, while the queue is full, from here.
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


class Registry(Protocol):
    @property
    def url(self) -> str: ...

    @property
    def container_url(self) -> str:
        """What services in containers are given; empty if they cannot come there."""
        ...

    @property
    def label(self) -> str: ...

    def register(
        self, subject: str, text: str, kind: str, references: Sequence[RegisteredReference] = ()
    ) -> RegisteredSchema: ...

    def set_compatibility(self, subject: str, level: str) -> None: ...

    def schemas(self) -> tuple[RegisteredSchema, ...]:
        """Every registered version of every subject."""
        ...

    @property
    def ours(self) -> bool:
        """Whether it is ours, so that what was registered for a while can be taken away again."""
        ...

    def forget(self, entries: Sequence[RegisteredSchema]) -> None:
        """As if these had never been registered. Only of a registry of ours."""
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


class RegistryGate(Protocol):
    """Stands before the schema registry, for the services' side only."""

    @property
    def url(self) -> str:
        """What services are given for the registry."""
        ...

    def set_fault(self, fault: RegistryFault) -> None:
        """In force on return, on open connections as well."""
        ...

    def clear_fault(self) -> None: ...


class Commands(Protocol):
    """Runs what a contract's `databaseDown` names."""

    def run(self, command: Sequence[str], values: Mapping[str, str], timeout: float) -> ExitInfo:
        """In the project root, placeholders filled from `values`; killed after `timeout` seconds."""
        ...


class Service(Protocol):
    """A running service under test."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> ExitInfo | None:
        """None while it runs."""
        ...

    def output(self) -> str:
        """What it has printed so far (standard output and error, the ends of both if they are long)."""
        ...

    def resources(self) -> Resources | None:
        """What its processes hold; None if that cannot be seen."""
        ...

    def terminate(self, timeout: float) -> ExitInfo:
        """SIGTERM, then SIGKILL to the whole group after `timeout`."""
        ...

    def kill(self) -> ExitInfo: ...


class Launcher(Protocol):
    """Starts services under test."""

    def check(self, run: Run) -> None:
        """Have ready what every start needs (an image is pulled); ServiceError, or EnvironmentFailureError without
        Docker, if that cannot be."""
        ...

    def start(self, name: str, run: Run, values: Mapping[str, str]) -> Service:
        """Start the service in the project root or `run.cwd`. Placeholders in its command and environment are filled
        from `values`; of the caller's environment it gets FORMAT.md's minimum. ServiceError if it cannot be started."""
        ...

    def free_port(self) -> int: ...


class Trigger(Protocol):
    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Answer: ...


class Actions(Protocol):
    """What makes a sender send, where that is a command, and the placeholders of all actions.

    `values` are those of names; `resolve` answers expressions such as `$request.body#/id`.
    """

    def fill(self, text: str, values: Mapping[str, str], resolve: Callable[[str], str]) -> tuple[str, str]:
        """A header's text, and the same as reports may show it: what came of the caller's environment is masked."""
        ...

    def run(
        self,
        run: Run,
        command: Sequence[str],
        values: Mapping[str, str],
        resolve: Callable[[str], str],
        body: bytes,
        timeout: float,
    ) -> Answer:
        """Run the command to its end as the service is run, with `body` on standard input; what it prints is the
        answer's body. Killed after `timeout` seconds: then there is no answer."""
        ...


class Maker(Protocol):
    """Calls functions that return events."""

    def make(self, function: str, payload: Any) -> Answer:
        """The events of `module:function`, as JSON: a list of `{value | bytes, key, headers}` (`make_child.py`).

        `payload`, a valid one in its JSON form, fills the parameters. Status 500 if the function failed, 0 if it gave
        no answer."""
        ...

    def close(self) -> None: ...


class Handler(Protocol):
    """Hands records to a handler of the project, which runs in a process of its own."""

    def open(self) -> Style:
        """Start its process afresh; what it is to be handed. ServiceError HANDLER_NOT_LOADED, with the reason."""
        ...

    def run(self, batch: Sequence[Handed], patience: float) -> list[Handled]:
        """What came of the records, one after the other. The first that its process does not survive, or that it takes
        more than `patience` seconds for, is the last that is answered; the next call then starts another process."""
        ...

    def close(self) -> None: ...


class Echo(Protocol):
    """The plainest consumer there is: what it needs, any consumer needs on this machine."""

    def measure(self, rate: float, count: int) -> EchoFigures:
        """Have it echo `count` records at `rate` a second; 0: all at once. BrokerError if it cannot be had."""
        ...


class Decider(Protocol):
    """Asks the functions that a contract names."""

    def decide(self, function: str, sent: Any, effect: Any) -> Decision:
        """What `module:function` says of an input's and an effect's payload, both in their JSON form."""
        ...

    def close(self) -> None: ...


class Prober(Protocol):
    """Asks the probes of receivers."""

    def ask(self, run: Run, probe: Probe, questions: Sequence[Question]) -> Sequence[Sight]:
        """An answer for each question, several at a time, each within seconds. UsageError PLACEHOLDER_…."""
        ...

    def close(self) -> None: ...


class History(Protocol):
    """Where the events of a run are written."""

    @property
    def path(self) -> str: ...

    def append(self, event: Event) -> None: ...

    def extend(self, events: Sequence[Event]) -> None: ...

    def close(self) -> None: ...


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the start of the run, never going back."""
        ...
