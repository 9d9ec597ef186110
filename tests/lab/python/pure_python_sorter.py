"""On kafka-python: poll, send, wait, commit."""

from __future__ import annotations

import signal
from typing import Any

from kafka import KafkaConsumer, KafkaProducer

from tests.lab.python.parcel import BROKERS, DLQ, GROUP, LARGEST_RECORD, OUT, TOPIC, VARIANT, Rejected, read


def main() -> None:
    """Work until SIGTERM."""
    running = [True]
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    consumer = KafkaConsumer(
        TOPIC, bootstrap_servers=BROKERS, group_id=GROUP, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    producer = KafkaProducer(bootstrap_servers=BROKERS, max_request_size=LARGEST_RECORD)
    late = VARIANT == "late_letters"
    letters = KafkaProducer(bootstrap_servers=BROKERS, max_request_size=LARGEST_RECORD, linger_ms=3000 if late else 0)
    while running:
        batches = consumer.poll(timeout_ms=200, max_records=100)
        for batch in batches.values():
            for record in batch:
                send(producer, letters, record)
        producer.flush(60)
        if not late:
            letters.flush(60)
        if batches:
            consumer.commit()
    letters.close()
    producer.close()
    consumer.close()


def send(producer: Any, letters: Any, record: Any) -> None:
    """Queue a record's outcome."""
    headers = [(name, value or b"") for name, value in record.headers]  # it writes no header without a value
    try:
        parcel = read(record.key, record.value, headers)
        if VARIANT == "truthy" and not all(parcel.values()):
            return  # `if not value` takes 0, false and "" for missing
        producer.send(OUT, record.value, record.key, headers=headers)
        if VARIANT == "twice":
            producer.send(OUT, record.value, record.key, headers=headers)
    except Rejected:
        if VARIANT == "text_letters":
            value = (record.value or b"").decode("utf-8", "replace").encode()
            letters.send(DLQ, value, record.key, headers=headers)
        elif VARIANT != "logs_only":
            letters.send(DLQ, record.value, record.key, headers=headers)


if __name__ == "__main__":
    main()
