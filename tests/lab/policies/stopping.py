"""Writes a receipt for each request, and stops at an invalid one: by its exit, or by standing still.

VARIANT: `skipping` goes on, `committing` stops but has committed first, `accepting` writes a receipt for what it cannot
read.
"""

from __future__ import annotations

import json
import time
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.policies.common import VARIANT, header, read_request


def receipt(message: Any) -> dict[str, Any]:
    """The receipt for a request. Raises Rejected."""
    header(message.headers(), "correlation_id")
    request = read_request(message.value())
    return {"request_id": request["request_id"], "limit": request["limit"]}


def stop(consumer: Consumer, running: Running, message: Any) -> None:
    """Exit, or stand still in front of the record until SIGTERM."""
    if ENV["STOP"] == "exit":
        consumer.close()
        raise SystemExit("an invalid request")
    consumer.pause([TopicPartition(message.topic(), message.partition())])
    while running:
        consumer.poll(0.2)
        time.sleep(0)


def main() -> None:
    """Work until SIGTERM or the first invalid request."""
    running = Running()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([ENV["TOPIC"]])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            value = receipt(message)
        except Rejected:
            if VARIANT == "good":
                stop(consumer, running, message)
                break
            if VARIANT == "committing":
                consumer.commit(message=message, asynchronous=False)
                stop(consumer, running, message)
                break
            value = {"request_id": "unknown", "limit": 1}
        if VARIANT != "skipping" or value["request_id"] != "unknown":
            producer.produce(ENV["OUT"], json.dumps(value).encode(), message.key(), headers=message.headers())
            if producer.flush(60):
                raise SystemExit("the broker does not take the receipt")
        consumer.commit(message=message, asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
