"""The bare loop: send values to the echo service, count what comes back. No headers, no checks, no history."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from confluent_kafka import Consumer, Producer, TopicPartition

from kcontract.broker.cluster import KafkaCluster
from kcontract.harness.filling import FillingLauncher
from kcontract.model.cluster import TopicSpec
from kcontract.model.contract import Contract

_PATIENCE_S = 60.0


def bare_rate(
    cluster: KafkaCluster,
    launcher: FillingLauncher,
    contract: Contract,
    name: str,
    pairs: Sequence[tuple[bytes | None, bytes | None]],
    service_bootstrap: str = "",
) -> float:
    """Replies a second for these keys and values, on topics of its own; the service is warm when the clock starts.

    `service_bootstrap`: where the service finds the broker, if not at its own listener.
    """
    topics = {role: f"{name}.{role}" for role in ("topic", "emits", "deadLetter")}
    cluster.create_topics([TopicSpec(name=topic, partitions=contract.partitions) for topic in topics.values()])
    values = {"bootstrap": service_bootstrap or cluster.service_bootstrap, "group": name, **topics}
    service = launcher.start(name, contract.receive[0].run, values)
    brokers = {"bootstrap.servers": cluster.bootstrap, "log.connection.close": False}
    producer = Producer(brokers)
    consumer = Consumer({**brokers, "group.id": name, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    try:
        consumer.assign([TopicPartition(topics["emits"], each, 0) for each in range(contract.partitions)])
        _echo(producer, consumer, topics["topic"], pairs[:200])
        began = perf_counter()
        _echo(producer, consumer, topics["topic"], pairs)
        return len(pairs) / (perf_counter() - began)
    finally:
        consumer.close()
        service.kill()
        cluster.delete_groups([name])
        cluster.delete_topics(topics.values())


def _echo(
    producer: Producer, consumer: Consumer, topic: str, pairs: Sequence[tuple[bytes | None, bytes | None]]
) -> None:
    for key, value in pairs:
        while True:
            try:
                producer.produce(topic, value, key)
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()
    missing, deadline = len(pairs), perf_counter() + _PATIENCE_S
    while missing > 0:
        if perf_counter() > deadline:
            raise TimeoutError(f"{missing} replies did not come within {_PATIENCE_S:g} s")
        if consumer.poll(0.1) is not None:
            missing -= 1 + len(consumer.consume(10_000, 0))
