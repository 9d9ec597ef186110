"""Two threads, each with a consumer of its own in the same group."""

from __future__ import annotations

import threading
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error


def main() -> None:
    """Work until SIGTERM."""
    running, producer = Running(), Producer(producer_config())
    threads = [threading.Thread(target=work, args=(running, producer)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def work(running: Running, producer: Producer) -> None:
    """One consumer's loop."""
    consumer = Consumer(consumer_config())
    consumer.subscribe([TOPIC])
    while running:
        batch: list[Any] = [each for each in consumer.consume(20, timeout=0.1) if not each.error()]
        for message in batch:
            try:
                order = read_order(message.key(), message.value(), message.headers())
                producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
            except Rejected as error:
                headers = with_error(message.headers(), error)
                producer.produce(DLQ, message.value(), message.key(), headers=headers)
        producer.flush()
        if batch:
            consumer.commit(asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
