"""Services that take a record, or join their group, again and again. VARIANT says how, and whether it ends.

good: seeks back to a bad record five times, then gives it up. rejoins-once: leaves and joins once for each bad record,
then gives it up. seeks: seeks back for ever. rejoins: leaves and joins for ever. storm: each record takes longer than
the group waits for a member, so that no commit is ever taken.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from tests.lab.good.common import (
    DLQ,
    ENV,
    OUT,
    TOPIC,
    Rejected,
    Running,
    bill,
    consumer_config,
    correlation,
    producer_config,
    read_order,
    with_error,
)

VARIANT = ENV["VARIANT"]
ATTEMPTS = {"good": 6, "rejoins-once": 2, "storm": 1}
STORM: dict[str, Any] = {"session.timeout.ms": 1000, "heartbeat.interval.ms": 200, "max.poll.interval.ms": 1000}
HANDLES_FOR = 2.0  # seconds, in a storm


def consumer() -> Consumer:
    made = Consumer({**consumer_config(), **(STORM if VARIANT == "storm" else {})})
    made.subscribe([TOPIC])
    return made


def take_again(source: Consumer, message: Any) -> Consumer:
    """The consumer that will read the record once more."""
    if VARIANT.startswith("rejoins"):
        source.close()
        return consumer()
    source.seek(TopicPartition(message.topic(), message.partition(), message.offset()))
    time.sleep(0.05)
    return source


def commit(source: Consumer, message: Any) -> None:
    """A refused commit only means that the record comes again."""
    try:
        source.commit(message=message, asynchronous=False)
    except KafkaException as error:
        sys.stderr.write(f"{error}\n")


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    source, producer = consumer(), Producer(producer_config())
    attempts: Counter[tuple[int, int]] = Counter()
    while running:
        message: Any = source.poll(0.2)
        if message is None or message.error():
            continue
        if VARIANT == "storm":
            time.sleep(HANDLES_FOR)
        place = message.partition(), message.offset()
        try:
            order = read_order(message.key(), message.value(), message.headers())
            producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
        except Rejected as error:
            attempts[place] += 1
            if attempts[place] < ATTEMPTS.get(VARIANT, 1 << 60):
                source = take_again(source, message)
                continue
            producer.produce(DLQ, message.value(), message.key(), headers=with_error(message.headers(), error))
        if producer.flush(60):
            raise SystemExit("the broker does not take the outcome")
        commit(source, message)
    source.close()


if __name__ == "__main__":
    main()
