"""Back-pressure: all partitions are paused while more than 40 records wait, and resumed below 10."""

from __future__ import annotations

from collections import deque
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error

HIGH, LOW = 40, 10


def main() -> None:
    """Work until SIGTERM."""
    running, waiting, paused = Running(), deque[Any](), False
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running:
        waiting.extend(each for each in consumer.consume(20, timeout=0.05) if not each.error())
        if paused != (len(waiting) > (LOW if paused else HIGH)):
            paused = not paused
            (consumer.pause if paused else consumer.resume)(consumer.assignment())
        for message in [waiting.popleft() for _ in range(min(5, len(waiting)))]:
            send(producer, message)
            producer.flush()
            consumer.commit(message=message)
    consumer.close()


def send(producer: Producer, message: Any) -> None:
    """Queue a record's outcome."""
    try:
        order = read_order(message.key(), message.value(), message.headers())
        producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
    except Rejected as error:
        headers = with_error(message.headers(), error)
        producer.produce(DLQ, message.value(), message.key(), headers=headers)


if __name__ == "__main__":
    main()
