"""Topics through the admin client: made and removed so that every later request finds them as they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    ResourceType,
    TopicMetadata,
)

from kcontract.broker.client import MOVING, REQUEST_S, STEP_S, Admin, kafka_error, persist, refused, result, unreachable
from kcontract.errors import BrokerError
from kcontract.model.cluster import TopicSpec
from kcontract.model.record import TopicPartition as Place

_INTERNAL = frozenset({"__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata"})
_SPREADING = MOVING | {KafkaError.UNKNOWN_TOPIC_OR_PART}
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]
DEFAULT_LIMIT = 1_048_588


class Topics:
    """What may be asked of topics. BrokerError with BROKER_UNREACHABLE or BROKER_REFUSED from every method."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    def counts(self) -> dict[str, int]:
        """Names and partition counts, internal topics left out."""
        found = self._metadata()
        return {name: len(topic.partitions) for name, topic in found.items() if not topic.error and _is_public(name)}

    def places(self, names: Iterable[str]) -> list[Place]:
        """All partitions of these topics. TOPIC_UNKNOWN for one that does not exist."""
        counts = self.counts()
        missing = sorted(name for name in set(names) if name not in counts)
        if missing:
            raise BrokerError("TOPIC_UNKNOWN", f"there is no topic {', '.join(missing)}", "create it first")
        return [(name, number) for name in dict.fromkeys(names) for number in range(counts[name])]

    def create(self, specs: Iterable[TopicSpec]) -> None:
        """Create them and wait until each partition's leader answers. TOPIC_EXISTS; nothing is created then."""
        wanted = {spec.name: spec for spec in specs}
        there = sorted(wanted.keys() & self.counts().keys())
        if there:
            raise _exists(", ".join(there))
        new = [NewTopic(s.name, s.partitions, -1, config=dict(s.config)) for s in wanted.values()]
        if new:
            self._each("create topic", self._admin.client.create_topics(new, request_timeout=REQUEST_S), frozenset())
        self._wait_until(lambda: self._led(wanted), f"create topic {', '.join(wanted)}")
        # A leader in the metadata is not enough: for some milliseconds it may answer NOT_LEADER_FOR_PARTITION.
        self._ends([(s.name, number) for s in wanted.values() for number in range(s.partitions)], _SPREADING)

    def delete(self, names: Iterable[str]) -> None:
        """Delete those that exist and wait until no broker's metadata shows them."""
        doomed = sorted(set(names) & self.counts().keys())
        if doomed:
            futures = self._admin.client.delete_topics(doomed, request_timeout=REQUEST_S)
            self._each("delete topic", futures, frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART}))
            self._wait_until(lambda: not self.counts().keys() & set(doomed), f"delete topic {', '.join(doomed)}")

    def end_offsets(self, places: Iterable[Place]) -> dict[Place, int]:
        """High watermarks."""
        return self._ends(list(places), MOVING)

    def record_limit(self, name: str) -> int:
        """`max.message.bytes` of a topic; Kafka's default where the broker does not tell."""
        resource = ConfigResource(ResourceType.TOPIC, name)
        try:
            entries = result(self._admin.client.describe_configs([resource])[resource], f"describe topic {name}")
            return int(entries["max.message.bytes"].value)
        except (KafkaException, BrokerError, KeyError, TypeError, ValueError):
            return DEFAULT_LIMIT

    def is_compacted(self, name: str) -> bool:
        """Whether a topic's `cleanup.policy` is, or holds, compact; False where the broker does not tell."""
        resource = ConfigResource(ResourceType.TOPIC, name)
        try:
            entries = result(self._admin.client.describe_configs([resource])[resource], f"describe topic {name}")
            return "compact" in str(entries["cleanup.policy"].value)
        except (KafkaException, BrokerError, KeyError):
            return False

    def limit(self, name: str, size: int) -> None:
        """Set `max.message.bytes` of a topic. The node that leads it is told within milliseconds: it is asked."""
        entry = ConfigEntry("max.message.bytes", str(size), incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
        what = f"set the record limit of topic {name}"
        futures = self._admin.client.incremental_alter_configs([resource], request_timeout=REQUEST_S)
        self._each(what, {name: futures[resource]}, frozenset())
        self._wait_until(lambda: self.record_limit(name) == size, what)

    def delete_records(self, before: Mapping[Place, int]) -> None:
        """Have the logs begin at these offsets."""
        wanted = [TopicPartition(*place, offset) for place, offset in before.items()]
        if wanted:
            futures = self._admin.client.delete_records(wanted, request_timeout=REQUEST_S)
            self._each("delete records of", {f"{tp.topic}/{tp.partition}": f for tp, f in futures.items()}, frozenset())

    def _ends(self, places: list[Place], passing: frozenset[int]) -> dict[Place, int]:
        if not places:
            return {}
        return persist(self._admin, "read the end offsets", lambda: self._ask_ends(places), passing=passing)

    def _ask_ends(self, places: list[Place]) -> dict[Place, int]:
        wanted = {TopicPartition(*place): _LATEST for place in places}
        futures = self._admin.client.list_offsets(wanted, request_timeout=REQUEST_S)
        try:
            return {(tp.topic, tp.partition): result(f, "read the end offsets").offset for tp, f in futures.items()}
        except KafkaException:
            self._metadata()  # what the client remembers of a topic may be that it has no leader
            raise

    def _each(self, what: str, futures: Mapping[str, object], ignored: frozenset[int]) -> None:
        for name, future in futures.items():
            try:
                result(future, f"{what} {name}")  # type: ignore[arg-type]
            except KafkaException as error:
                if kafka_error(error).code() == KafkaError.TOPIC_ALREADY_EXISTS:  # made since we looked
                    raise _exists(name) from error
                if kafka_error(error).code() not in ignored:
                    raise refused(f"{what} {name}", error) from error

    def _metadata(self, topic: str | None = None) -> dict[str, TopicMetadata]:
        try:
            found: dict[str, TopicMetadata] = self._admin.client.list_topics(topic, timeout=REQUEST_S).topics
        except KafkaException as error:
            raise refused("list the topics", error) from error
        return found

    def _led(self, wanted: Mapping[str, TopicSpec]) -> bool:
        found = self._metadata()
        return all(
            name in found
            and len(found[name].partitions) == spec.partitions
            and all(each.leader >= 0 for each in found[name].partitions.values())
            for name, spec in wanted.items()
        )

    def _wait_until(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + REQUEST_S
        while not done():
            if time.monotonic() >= deadline:
                raise unreachable(what, f"not done after {REQUEST_S:.0f} s")
            self._admin.client.poll(STEP_S)


def _exists(names: str) -> BrokerError:
    return BrokerError("TOPIC_EXISTS", f"topic {names} is there already", "delete it first")


def _is_public(name: str) -> bool:
    return name not in _INTERNAL
