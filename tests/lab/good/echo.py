"""Sends each valid value on, byte for byte, under any key; copies no header."""

from __future__ import annotations

from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, read_payload


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config(compression_type="lz4"))
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            read_payload(message.value())
            producer.produce(OUT, message.value(), str(message.offset()).encode())
        except Rejected:
            producer.produce(DLQ, message.value(), message.key(), headers=message.headers())
        producer.flush()
        consumer.commit(message=message)
    consumer.close()


if __name__ == "__main__":
    main()
