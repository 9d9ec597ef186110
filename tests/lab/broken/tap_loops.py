"""Services that take a record, or join their group, again and again. VARIANT says how, and whether it ends.

good: seeks back to a bad record five times, then gives it up. rejoins-once: leaves and joins once for each bad record,
then gives it up. seeks: seeks back for ever. rejoins: leaves and joins for ever. storm: each batch takes longer than
the group waits for a member, so that no commit is ever taken.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error

VARIANT = ENV["VARIANT"]
ATTEMPTS = {"good": 6, "rejoins-once": 2}
STORM: dict[str, Any] = {"session.timeout.ms": 1000, "heartbeat.interval.ms": 200, "max.poll.interval.ms": 1000}
HANDLES_FOR = 1.5  # seconds a batch, in a storm


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


def storm(running: Running) -> None:
    """All that is there is handled well, and then is not committed."""
    source, producer = consumer(), Producer(producer_config())
    while running:
        batch: list[Any] = [message for message in source.consume(500, 0.2) if not message.error()]
        time.sleep(HANDLES_FOR if batch else 0)
        for message in batch:
            key, value, headers = message.key(), message.value(), message.headers()
            try:
                producer.produce(OUT, bill(read_order(key, value, headers)), key, headers=correlation(headers))
            except Rejected as error:
                producer.produce(DLQ, value, key, headers=with_error(headers, error))
        producer.flush(60)
        if batch:
            commit(source, batch[-1])
    source.close()


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    source, producer = consumer(), Producer(producer_config())
    attempts: Counter[tuple[int, int]] = Counter()
    while running:
        message: Any = source.poll(0.2)
        if message is None or message.error():
            continue
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
    storm(Running()) if VARIANT == "storm" else main()
