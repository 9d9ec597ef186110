"""Takes its time now and then, but loses nothing.

PAUSES_EVERY and PAUSES_FOR: after so many records it stands still for so many seconds (a collector, a failover).
TICKS_EVERY: outcomes leave only when so many seconds are over since the last time. WARMS_FOR: what it does for so many
seconds once its partitions are assigned, before the first record.
"""

from __future__ import annotations

import time
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error

PAUSES_EVERY, PAUSES_FOR = int(ENV.get("PAUSES_EVERY", "0")), float(ENV.get("PAUSES_FOR", "0"))
TICKS_EVERY, WARMS_FOR = float(ENV.get("TICKS_EVERY", "0")), float(ENV.get("WARMS_FOR", "0"))


def main() -> None:
    """Work until SIGTERM."""
    running, count, ticked, batch = Running(), 0, time.monotonic(), list[Any]()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([TOPIC], on_assign=lambda *_: time.sleep(WARMS_FOR))
    while running:
        message: Any = consumer.poll(0.05)
        if message is not None and not message.error():
            batch.append(message)
            count += 1
            if PAUSES_EVERY and count % PAUSES_EVERY == 0:
                time.sleep(PAUSES_FOR)
        if batch and time.monotonic() - ticked >= TICKS_EVERY:
            for one in batch:
                send(producer, one)
            producer.flush()
            consumer.commit(asynchronous=False)
            batch.clear()
            ticked = time.monotonic()
    consumer.close()


def send(producer: Producer, message: Any) -> None:
    """Queue a record's outcome."""
    try:
        order = read_order(message.key(), message.value(), message.headers())
        producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
    except Rejected as error:
        headers = with_error(message.headers(), error)
        producer.produce(DLQ, message.value(), message.key(), headers=headers)


if __name__ == "__main__":
    main()
