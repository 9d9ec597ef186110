"""Commits every 20 s, when partitions are taken away, and on SIGTERM; restarts repeat what was not committed."""

from __future__ import annotations

import time
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error

INTERVAL_S = 20.0


class Biller:
    """The consumer, and how far it is."""

    def __init__(self) -> None:
        self.consumer, self.producer = Consumer(consumer_config()), Producer(producer_config(linger_ms=100))
        self.done: dict[int, int] = {}
        self.committed_at = time.monotonic()

    def run(self) -> None:
        """Work until SIGTERM."""
        running = Running()
        self.consumer.subscribe([TOPIC], on_revoke=lambda *_: self.commit())
        while running:
            message: Any = self.consumer.poll(0.2)
            self.producer.poll(0)
            if message is not None and not message.error():
                self.handle(message)
                self.done[message.partition()] = message.offset() + 1
            if time.monotonic() - self.committed_at > INTERVAL_S:
                self.commit()
        self.consumer.close()  # revokes, and so commits

    def handle(self, message: Any) -> None:
        try:
            order = read_order(message.key(), message.value(), message.headers())
            self.producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
        except Rejected as error:
            headers = with_error(message.headers(), error)
            self.producer.produce(DLQ, message.value(), message.key(), headers=headers)

    def commit(self) -> None:
        self.producer.flush()
        offsets = [TopicPartition(TOPIC, partition, offset) for partition, offset in self.done.items()]
        if offsets:
            self.consumer.commit(offsets=offsets, asynchronous=False)
        self.done.clear()
        self.committed_at = time.monotonic()


if __name__ == "__main__":
    Biller().run()
