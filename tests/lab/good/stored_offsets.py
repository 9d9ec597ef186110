"""Commits by the client's timer every 5 s, but only what was acknowledged: offsets are stored by hand."""

from __future__ import annotations

from functools import partial
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer = Consumer(consumer_config(enable_auto_commit=True, enable_auto_offset_store=False))
    producer = Producer(producer_config(linger_ms=20))
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.1)
        producer.poll(0)
        if message is None or message.error():
            continue
        done = partial(store, consumer, message)
        try:
            order = read_order(message.key(), message.value(), message.headers())
            producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()), on_delivery=done)
        except Rejected as error:
            headers = with_error(message.headers(), error)
            producer.produce(DLQ, message.value(), message.key(), headers=headers, on_delivery=done)
    producer.flush()
    consumer.close()


def store(consumer: Consumer, source: Message, error: KafkaError | None, _sent: Message) -> None:
    """Acknowledged in any order within a partition, which one idempotent producer does not mix up."""
    if error is not None:
        raise SystemExit(error.str())
    consumer.store_offsets(message=source)


if __name__ == "__main__":
    main()
