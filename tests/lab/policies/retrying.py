"""Writes a receipt for each request; what it cannot read is tried again over a retry topic, then dead-lettered.

VARIANT: `endless` never gives up.
"""

from __future__ import annotations

import json
import time
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.policies.common import VARIANT, header, read_request

ATTEMPTS, BACKOFF_S = 3, 0.05


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([ENV["TOPIC"], ENV["RETRY"]])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        headers = message.headers() or []
        tried = max((int(value) for name, value in headers if name == "attempt"), default=0)
        own = [pair for pair in headers if pair[0] != "attempt"]
        if tried:
            time.sleep(BACKOFF_S)
        try:
            header(own, "correlation_id")
            request = read_request(message.value())
            value = json.dumps({"request_id": request["request_id"], "limit": request["limit"]}).encode()
            producer.produce(ENV["OUT"], value, message.key(), headers=own)
        except Rejected:
            if tried < ATTEMPTS or VARIANT == "endless":
                again = [*own, ("attempt", str(tried + 1).encode())]
                producer.produce(ENV["RETRY"], message.value(), message.key(), headers=again)
            else:
                producer.produce(ENV["DLQ"], message.value(), message.key(), headers=own)
        if producer.flush(60):
            raise SystemExit("the broker does not take the outcome")
        consumer.commit(message=message, asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
