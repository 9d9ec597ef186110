"""Dead letters as Spring Kafka writes them: original headers first, then where the record stood, in binary."""

from __future__ import annotations

import struct
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Headers, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, read_order


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            order = read_order(message.key(), message.value(), message.headers())
            producer.produce(OUT, bill(order), message.key())
        except Rejected as error:
            headers = [*(message.headers() or ()), *origin(message, error)]
            producer.produce(DLQ, message.value(), message.key(), message.partition(), headers=headers)
        producer.flush()
        consumer.commit(message=message)
    consumer.close()


def origin(message: Any, error: Rejected) -> Headers:
    """What Spring's DeadLetterPublishingRecoverer adds."""
    return [
        ("kafka_dlt-exception-fqcn", b"org.springframework.kafka.support.serializer.DeserializationException"),
        ("kafka_dlt-exception-message", str(error).encode()),
        ("kafka_dlt-original-topic", TOPIC.encode()),
        ("kafka_dlt-original-partition", struct.pack(">i", message.partition())),
        ("kafka_dlt-original-offset", struct.pack(">q", message.offset())),
        ("kafka_dlt-original-timestamp", struct.pack(">q", message.timestamp()[1])),
        ("kafka_dlt-original-consumer-group", ENV["GROUP"].encode()),
    ]


if __name__ == "__main__":
    main()
