"""Copies no header and no key: what an effect belongs to stands in its payload alone. COPY names the field copied."""

from __future__ import annotations

import json
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, read_payload


def main() -> None:
    """Work until SIGTERM."""
    running, copied = Running(), ENV["COPY"].split(",")
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            order = read_payload(message.value())
            producer.produce(OUT, json.dumps({name: order[name] for name in copied}).encode())
        except Rejected:
            if DLQ:
                producer.produce(DLQ, message.value())
        producer.flush()
        consumer.commit(message=message)
    consumer.close()


if __name__ == "__main__":
    main()
