"""Bills only what is PAID, and ships each line of every order: two effect topics, one of them conditional."""

from __future__ import annotations

import json
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error


def main() -> None:
    """Work until SIGTERM."""
    running, shipped = Running(), ENV["SHIPPED"]
    consumer, producer = Consumer(consumer_config()), Producer(producer_config(linger_ms=200))
    consumer.subscribe([TOPIC])
    while running:
        batch: list[Any] = [each for each in consumer.consume(50, timeout=0.2) if not each.error()]
        for message in batch:
            try:
                order = read_order(message.key(), message.value(), message.headers())
            except Rejected as error:
                headers = with_error(message.headers(), error)
                producer.produce(DLQ, message.value(), message.key(), headers=headers)
                continue
            if order["status"] == "PAID":
                producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
            for half in ("pick", "pack"):
                step = {"order_id": order["order_id"], "step": half, "correlation_id": order["correlation_id"]}
                producer.produce(shipped, json.dumps(step).encode(), message.key(), headers=message.headers()[:1])
        producer.flush()
        if batch:
            consumer.commit(asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
