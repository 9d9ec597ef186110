"""One record at a time, committed before the next one. The environment makes it slower or otherwise configured.

STARTS_AFTER and HANDLES_FOR are seconds; ATTEMPTS is how often a record is read, BACKOFF s apart,
before it is given up; CONSUMER holds more settings for the consumer, as JSON.
"""

from __future__ import annotations

import json
import time
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error

STARTS_AFTER = float(ENV.get("STARTS_AFTER", "0"))
HANDLES_FOR = float(ENV.get("HANDLES_FOR", "0"))
ATTEMPTS = int(ENV.get("ATTEMPTS", "1"))
BACKOFF = float(ENV.get("BACKOFF", "0.2"))
CONSUMER = json.loads(ENV.get("CONSUMER", "{}"))


def patiently(message: Any) -> dict[str, Any]:
    """An order, or Rejected after the last attempt."""
    for _ in range(ATTEMPTS - 1):
        try:
            return read_order(message.key(), message.value(), message.headers())
        except Rejected:
            time.sleep(BACKOFF)
    return read_order(message.key(), message.value(), message.headers())


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    time.sleep(STARTS_AFTER)
    consumer, producer = Consumer({**consumer_config(), **CONSUMER}), Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        time.sleep(HANDLES_FOR)
        try:
            topic, value, headers = OUT, bill(patiently(message)), correlation(message.headers())
        except Rejected as error:
            topic, value, headers = DLQ, message.value(), with_error(message.headers(), error)
        producer.produce(topic, value, message.key(), headers=headers)
        if producer.flush(60):
            raise SystemExit("the broker does not take the outcome")
        consumer.commit(message=message, asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
