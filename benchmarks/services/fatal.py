"""Copies records like `echo`, and exits on a record whose `note` is `fatal`.

Environment BROKERS, GROUP, TOPIC, OUT, DLQ, and COMMIT: `record` commits each record behind its acknowledged effect,
`auto` leaves it to the client, every five seconds.
"""

from __future__ import annotations

import json
import os
import signal
from typing import Any

from confluent_kafka import Consumer, Producer

from benchmarks.services.echo import BATCH, send, valid


def main() -> None:
    """Work until SIGTERM or the fatal record."""
    env = os.environ
    each = env["COMMIT"] == "record"
    brokers = {"bootstrap.servers": env["BROKERS"]}
    consumer = Consumer(
        {**brokers, "group.id": env["GROUP"], "auto.offset.reset": "earliest", "enable.auto.commit": not each}
    )
    producer = Producer({**brokers, "enable.idempotence": True, "linger.ms": 0 if each else 5})
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    consumer.subscribe([env["TOPIC"]])
    while not stopping:
        for message in consumer.consume(1 if each else BATCH, 0.1):
            if message.error() is None:
                handle(producer, env, message)
                if each:
                    producer.flush()
                    consumer.commit(message=message, asynchronous=False)
        producer.poll(0)
    consumer.close()
    producer.flush()


def handle(producer: Producer, env: Any, message: Any) -> None:
    """Copy one record, or end."""
    good = valid(message.value())
    if good and json.loads(message.value()).get("note") == "fatal":
        raise SystemExit("met a fatal record")
    send(producer, env["OUT"] if good else env["DLQ"], message)


if __name__ == "__main__":
    main()
