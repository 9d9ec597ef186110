"""The protocol tap before the real Apache Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from kcontract.broker.choose import ForeignKafka
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.local.broker import LocalKafka
from kcontract.broker.tap.tap import ProtocolTap
from kcontract.model.cluster import TopicSpec
from kcontract.model.tap import Connected, GroupStirred, Lever, Refetched, Sighting

from .verifying import verify

pytestmark = pytest.mark.kafka
_PATIENCE = 60.0


@pytest.fixture(scope="module")
def kafka() -> Iterator[LocalKafka]:
    """It tells services an address that leads nowhere."""
    with LocalKafka.start(service_advertised="kafka.invalid:9092") as made:
        yield made


@pytest.fixture(scope="module")
def tap(kafka: LocalKafka) -> Iterator[ProtocolTap]:
    with ProtocolTap.start(kafka.service_listener) as made:
        yield made


def settings(tap: ProtocolTap, **more: Any) -> dict[str, Any]:
    return {"bootstrap.servers": tap.bootstrap, "log_level": 0, **more}


def produce(tap: ProtocolTap, topic: str, *values: bytes) -> None:
    """Send them and have them acknowledged."""
    producer = Producer(settings(tap))
    for value in values:
        producer.produce(topic, value, partition=0)
    assert producer.flush(_PATIENCE) == 0


def test_a_consumer_that_seeks_back_is_seen(kafka: LocalKafka, tap: ProtocolTap) -> None:
    """It reads one record five times; the group that it joined and left is seen as well."""
    cluster = KafkaCluster(kafka)
    cluster.create_topics([TopicSpec(name="seeks")])
    produce(tap, "seeks", b"one", b"two")
    tap.forget()
    consumer = Consumer(settings(tap, **{"group.id": "seeks", "auto.offset.reset": "earliest"}))
    consumer.subscribe(["seeks"])
    for _ in range(5):
        message = consumer.poll(_PATIENCE)
        assert message is not None
        assert message.value() == b"one"
        consumer.seek(TopicPartition("seeks", 0, 0))
    consumer.close()
    seen = tap.sightings()
    assert of(seen, Refetched)[0].times >= 5
    assert (of(seen, Refetched)[0].topic, of(seen, Refetched)[0].offset) == ("seeks", 0)
    (stirred,) = of(seen, GroupStirred)
    assert (stirred.group, stirred.joins, stirred.leaves) == ("seeks", 1, 1)
    assert of(seen, Connected)
    cluster.close()


def of(seen: Any, kind: type[Any]) -> list[Any]:
    found: list[Sighting] = [one for one in seen if isinstance(one, kind)]
    return found


@pytest.mark.parametrize(("idempotent", "copies"), [(True, 1), (False, 2)])
def test_an_acknowledgement_is_lost(kafka: LocalKafka, tap: ProtocolTap, idempotent: bool, copies: int) -> None:
    """The client sends again: an idempotent one leaves one copy, any other two."""
    topic = f"lost-{idempotent}".lower()
    cluster = KafkaCluster(kafka)
    cluster.create_topics([TopicSpec(name=topic)])
    producer = Producer(settings(tap, **{"enable.idempotence": idempotent, "retry.backoff.ms": 50}))
    producer.produce(topic, b"first", partition=0)
    assert producer.flush(_PATIENCE) == 0
    tap.set_fault(Lever("lost_ack", seconds=0.2))
    producer.produce(topic, b"second", partition=0)
    place = (topic, 0)
    while cluster.end_offsets([place])[place] < 2:
        producer.poll(0.01)
    tap.clear_fault()
    assert producer.flush(_PATIENCE) == 0
    assert cluster.end_offsets([place])[place] == 1 + copies
    cluster.close()


def test_commits_are_refused(kafka: LocalKafka, tap: ProtocolTap) -> None:
    """The consumer gets the error that was asked for, and the broker nothing."""
    cluster = KafkaCluster(kafka)
    cluster.create_topics([TopicSpec(name="commits")])
    produce(tap, "commits", b"one")
    consumer = Consumer(
        settings(tap, **{"group.id": "commits", "auto.offset.reset": "earliest", "enable.auto.commit": False})
    )
    consumer.subscribe(["commits"])
    message: Any = consumer.poll(_PATIENCE)
    tap.set_fault(Lever("commit_error", error=12))  # OFFSET_METADATA_TOO_LARGE: nobody retries it
    with pytest.raises(Exception, match="OFFSET_METADATA_TOO_LARGE"):
        consumer.commit(message=message, asynchronous=False)
    assert cluster.committed("commits", [("commits", 0)]) == {}
    tap.clear_fault()
    consumer.commit(message=message, asynchronous=False)
    assert cluster.committed("commits", [("commits", 0)]) == {("commits", 0): 1}
    consumer.close()
    cluster.close()


def test_a_cluster_that_advertises_nonsense_is_verified_all_the_same(kafka: LocalKafka, tmp_path: Path) -> None:
    """Harness and service both come to the broker through proxies, and the report says so."""
    foreign = ForeignKafka(kafka.service_listener)
    verified = verify(
        "tests/lab/good/contracts/plain.yaml",
        "--bootstrap-servers",
        foreign.bootstrap,
        "--kinds",
        "empty_value,wrong_type",
        "--max-examples",
        "10",
        report=tmp_path / "report.jsonl",
    )
    assert (verified.exit_code, verified.verdicts) == (0, set()), verified.output
    assert "through a proxy" in verified.output
