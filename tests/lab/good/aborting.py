"""Exactly once, though every third transaction is aborted after its outcomes were sent, and done again."""

from __future__ import annotations

from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error


def main() -> None:
    """Work until SIGTERM."""
    running, count = Running(), 0
    consumer = Consumer(consumer_config(isolation_level="read_committed"))
    producer = Producer(producer_config(transactional_id=f"{ENV['GROUP']}.biller"))
    producer.init_transactions(60)
    consumer.subscribe([TOPIC])
    while running:
        batch: list[Any] = [each for each in consumer.consume(30, timeout=0.2) if not each.error()]
        if not batch:
            continue
        count += 1
        producer.begin_transaction()
        for message in batch:
            handle(producer, message)
        if count % 3 == 0:
            producer.flush()
            producer.abort_transaction(60)
            first = {message.partition(): message.offset() for message in reversed(batch)}
            for partition, offset in first.items():
                consumer.seek(TopicPartition(TOPIC, partition, offset))
            continue
        ends = {message.partition(): message.offset() + 1 for message in batch}
        offsets = [TopicPartition(TOPIC, partition, end) for partition, end in ends.items()]
        producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata())
        producer.commit_transaction(60)
    consumer.close()


def handle(producer: Producer, message: Any) -> None:
    """Add a record's outcome to the transaction."""
    try:
        order = read_order(message.key(), message.value(), message.headers())
        producer.produce(OUT, bill(order), message.key(), headers=correlation(message.headers()))
    except Rejected as error:
        headers = with_error(message.headers(), error)
        producer.produce(DLQ, message.value(), message.key(), headers=headers)


if __name__ == "__main__":
    main()
