"""The quickest honest consumer: sends each record's value on, commits what was acknowledged, dead-letters non-JSON.

Environment BROKERS, GROUP, TOPIC, OUT, DLQ.
"""

from __future__ import annotations

import json
import os
import signal
from typing import Any

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

BATCH = 2_000
LARGEST_RECORD = 16_000_000


def valid(value: bytes | None) -> bool:
    """Whether a value is what the contract says."""
    try:
        request = json.loads((value or b"").decode(), parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    if not isinstance(request, dict) or not isinstance(request.get("note", ""), str):
        return False
    identity, amount = request.get("id"), request.get("amount")
    return isinstance(identity, str) and identity != "" and type(amount) is int and -(2**63) <= amount < 2**63


def refuse(constant: str) -> None:
    raise ValueError(constant)


def send(producer: Producer, topic: str, message: Any) -> None:
    """Queue a copy of a record; waits while the queue is full."""
    while True:
        try:
            producer.produce(
                topic, message.value(), message.key(), headers=message.headers() or [], on_delivery=on_delivery
            )
            return
        except BufferError:
            producer.poll(0.1)


def on_delivery(error: KafkaError | None, _message: Any) -> None:
    """What is not delivered must not be committed: ending here makes it come again."""
    if error is not None:
        raise SystemExit(error.str())


def main() -> None:
    """Work until SIGTERM."""
    env = os.environ
    brokers = {"bootstrap.servers": env["BROKERS"]}
    consumer = Consumer(
        {**brokers, "group.id": env["GROUP"], "auto.offset.reset": "earliest", "enable.auto.commit": False}
    )
    producer = Producer({**brokers, "enable.idempotence": True, "message.max.bytes": LARGEST_RECORD})
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    consumer.subscribe([env["TOPIC"]])
    while not stopping:
        first = consumer.poll(0.5)
        if first is None:
            continue
        batch = [each for each in (first, *consumer.consume(BATCH - 1, 0)) if each.error() is None]
        last: dict[tuple[Any, Any], int] = {}
        for message in batch:
            send(producer, env["OUT"] if valid(message.value()) else env["DLQ"], message)
            last[message.topic(), message.partition()] = (message.offset() or 0) + 1
        producer.flush()
        if last:
            offsets = [TopicPartition(topic, partition, offset) for (topic, partition), offset in last.items()]
            consumer.commit(offsets=offsets, asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
