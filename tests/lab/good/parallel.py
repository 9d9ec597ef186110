"""Four workers, each with its share of the keys; only offsets before which nothing is open are committed."""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict
from functools import partial
from typing import Any
from zlib import crc32

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error

WORKERS = 4


class Pool:
    """Workers and what they have not finished, by partition."""

    def __init__(self) -> None:
        self.producer = Producer(producer_config())
        self.open: dict[int, set[int]] = defaultdict(set)
        self.next: dict[int, int] = {}
        self.lock = threading.Lock()
        self.queues: list[queue.Queue[Any]] = [queue.Queue(100) for _ in range(WORKERS)]
        for own in self.queues:
            threading.Thread(target=self.work, args=(own,), daemon=True).start()

    def take(self, message: Any) -> None:
        """Hand a record to the worker of its key."""
        with self.lock:
            self.open[message.partition()].add(message.offset())
            self.next[message.partition()] = message.offset() + 1
        self.queues[crc32(message.key() or b"") % WORKERS].put(message)

    def work(self, own: queue.Queue[Any]) -> None:
        """Uneven on purpose: a worker may be far behind the others."""
        while True:
            message = own.get()
            time.sleep((message.offset() % 4) / 1000)
            try:
                order = read_order(message.key(), message.value(), message.headers())
                topic, value, headers = OUT, bill(order), correlation(message.headers())
            except Rejected as error:
                topic, value, headers = DLQ, message.value(), with_error(message.headers(), error)
            self.producer.produce(topic, value, message.key(), headers=headers, on_delivery=partial(self.done, message))

    def done(self, message: Any, error: Any, _sent: Any) -> None:
        if error is None:  # else it stays open, and is never committed past
            with self.lock:
                self.open[message.partition()].discard(message.offset())

    def committable(self) -> list[TopicPartition]:
        """The lowest open offset of each partition."""
        with self.lock:
            return [TopicPartition(TOPIC, p, min(self.open[p], default=end)) for p, end in self.next.items()]


def main() -> None:
    """Work until SIGTERM."""
    running, pool, consumer = Running(), Pool(), Consumer(consumer_config())
    committed: list[TopicPartition] = []
    consumer.subscribe([TOPIC])
    while running:
        for message in consumer.consume(50, timeout=0.05):
            if not message.error():
                pool.take(message)
        pool.producer.poll(0)
        ready = pool.committable()
        if ready and [each.offset for each in ready] != [each.offset for each in committed]:
            consumer.commit(offsets=ready, asynchronous=False)
            committed = ready
    pool.producer.flush()
    consumer.close()


if __name__ == "__main__":
    main()
