"""Handles no order id and no correlation id twice, as long as it lives: that is not enough to be idempotent."""

from __future__ import annotations

from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error


def main() -> None:
    """Work until SIGTERM."""
    running, seen = Running(), set[object]()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            order = read_order(message.key(), message.value(), message.headers())
            ids = {("order", order["order_id"]), ("correlation", correlation(message.headers())[0][1])}
            if not ids & seen:
                producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
            seen |= ids
        except Rejected as error:
            headers = with_error(message.headers(), error)
            producer.produce(DLQ, message.value(), message.key(), headers=headers)
        producer.flush()
        consumer.commit(message=message)
    consumer.close()


if __name__ == "__main__":
    main()
