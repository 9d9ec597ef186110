"""Takes up to 200 records at once, sends all outcomes, waits for them, and commits once a batch."""

from __future__ import annotations

from typing import Any

from confluent_kafka import Consumer, Message, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error

FAILED: list[str] = []


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config(linger_ms=50))
    consumer.subscribe([TOPIC])
    while running:
        batch = [each for each in consumer.consume(200, timeout=0.5) if not each.error()]
        for message in batch:
            handle(producer, message)
        producer.flush()
        if FAILED:
            raise SystemExit(FAILED[0])
        if batch:
            consumer.commit(asynchronous=False)
    consumer.close()


def handle(producer: Producer, message: Any) -> None:
    """Queue a record's outcome."""
    try:
        order = read_order(message.key(), message.value(), message.headers())
        topic, value, headers = OUT, bill(order), correlation(message.headers())
    except Rejected as error:
        topic, value, headers = DLQ, message.value(), with_error(message.headers(), error)
    producer.produce(topic, value, message.key(), headers=headers, on_delivery=note)


def note(error: Any, _message: Message) -> None:
    if error is not None:
        FAILED.append(error.str())


if __name__ == "__main__":
    main()
