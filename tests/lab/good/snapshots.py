"""Follows a compacted topic: a tombstone is an order that is gone, and leads to an event that says so."""

from __future__ import annotations

import json
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, read_order, with_error


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            producer.produce(OUT, outcome(message), message.key(), headers=message.headers())
        except Rejected as error:
            producer.produce(DLQ, message.value(), message.key(), headers=with_error(message.headers(), error))
        producer.flush()
        consumer.commit(message=message)
    consumer.close()


def outcome(message: Any) -> bytes:
    """A bill, or the news that there is none any more. Raises Rejected."""
    if message.value() is not None:
        return bill(read_order(message.key(), message.value(), message.headers()))
    headers = dict(message.headers() or ())
    try:
        correlation_id, order_id = (headers.get("correlation_id") or b"").decode(), (message.key() or b"").decode()
        if correlation_id and order_id:
            return json.dumps({"order_id": order_id, "gone": True}).encode()
    except UnicodeDecodeError as error:
        raise Rejected("key or header is not UTF-8") from error
    raise Rejected("key or header is missing")


if __name__ == "__main__":
    main()
