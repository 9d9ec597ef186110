"""On kafka-python: poll, send, wait, commit."""

from __future__ import annotations

from typing import Any

from kafka import KafkaConsumer, KafkaProducer

from tests.lab.clients import ENV, LARGEST_RECORD, Headers, Rejected, Running
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error


def main() -> None:
    """Work until SIGTERM."""
    running, servers = Running(), ENV["BROKERS"]
    consumer = KafkaConsumer(
        TOPIC, bootstrap_servers=servers, group_id=ENV["GROUP"], enable_auto_commit=False, auto_offset_reset="earliest"
    )
    producer = KafkaProducer(bootstrap_servers=servers, max_request_size=LARGEST_RECORD)
    while running:
        batches = consumer.poll(timeout_ms=200, max_records=100)
        for sent in [send(producer, record) for batch in batches.values() for record in batch]:
            sent.get(60)
        if batches:
            consumer.commit()
    producer.close()
    consumer.close()


def send(producer: Any, record: Any) -> Any:
    """Queue a record's outcome."""
    headers = list(record.headers)
    try:
        order = read_order(record.key, record.value, headers)
        return producer.send(OUT, bill(order), record.key, headers=correlation(headers))
    except Rejected as error:
        return producer.send(DLQ, record.value, record.key, headers=without_null(with_error(headers, error)))


def without_null(headers: Headers) -> Headers:
    """kafka-python writes no header without a value; an empty one says the same."""
    return [(name, value or b"") for name, value in headers]


if __name__ == "__main__":
    main()
