"""Dead letters wait up to 2 s in an outbox, while bills go out at once; offsets are committed by the client's timer."""

from __future__ import annotations

from functools import partial
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error


class Open:
    """What is not acknowledged yet, and how far each partition may be committed."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer
        self.pending: dict[int, list[tuple[int, Message]]] = {}

    def take(self, message: Any) -> None:
        self.pending.setdefault(message.partition(), []).append((message.offset(), message))

    def done(self, message: Any, error: KafkaError | None, _sent: Message) -> None:
        """Store the record before the first open one."""
        if error is not None:
            raise SystemExit(error.str())
        pending = self.pending[message.partition()]
        first = pending[0][0]
        pending[:] = [one for one in pending if one[0] != message.offset()]
        if message.offset() == first or not pending:
            self.consumer.store_offsets(message=message)


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer = Consumer(consumer_config(enable_auto_commit=True, enable_auto_offset_store=False))
    bills, letters = Producer(producer_config()), Producer(producer_config(linger_ms=2000, batch_num_messages=100000))
    unsettled = Open(consumer)
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.01)
        bills.poll(0)
        letters.poll(0)
        if message is None or message.error():
            continue
        unsettled.take(message)
        done = partial(unsettled.done, message)
        try:
            order = read_order(message.key(), message.value(), message.headers())
            bills.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()), on_delivery=done)
        except Rejected as error:
            headers = with_error(message.headers(), error)
            letters.produce(DLQ, message.value(), message.key(), headers=headers, on_delivery=done)
    bills.flush()
    letters.flush()
    consumer.close()


if __name__ == "__main__":
    main()
