"""Commits by the client's timer every 5 s, a record as soon as it is polled: the defaults of librdkafka. Skips."""

from __future__ import annotations

import logging
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import OUT, TOPIC, bill, correlation, read_order


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer = Consumer(consumer_config(enable_auto_commit=True))
    producer = Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        producer.poll(0)
        if message is None or message.error():
            continue
        try:
            order = read_order(message.key(), message.value(), message.headers())
        except Rejected as error:
            logging.warning("offset %s skipped: %s", message.offset(), error)
            continue
        producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
    producer.flush()
    consumer.close()


if __name__ == "__main__":
    main()
