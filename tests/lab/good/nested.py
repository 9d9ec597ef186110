"""Wraps what it was told in an envelope of its own: metadata apart from data, under another key."""

from __future__ import annotations

import json
import uuid
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, read_payload, with_error


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config(compression_type="zstd"))
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            producer.produce(OUT, wrapped(message), str(uuid.uuid4()).encode())
        except Rejected as error:
            headers = with_error(message.headers(), error)
            producer.produce(DLQ, message.value(), message.key(), headers=headers)
        producer.flush()
        consumer.commit(message=message)
    consumer.close()


def wrapped(message: Any) -> bytes:
    """The envelope. Raises Rejected."""
    data = read_payload(message.value())
    headers = dict(message.headers() or ())
    try:
        meta = {"cause": (headers.get("traceparent") or b"").decode(), "about": (message.key() or b"").decode()}
    except UnicodeDecodeError as error:
        raise Rejected("key or header is not UTF-8") from error
    parts = meta["cause"].split("-")
    hexadecimal = all(each in "0123456789abcdef" for part in parts for each in part)
    if [len(part) for part in parts] != [2, 32, 16, 2] or parts[0] != "00" or not hexadecimal or not meta["about"]:
        raise Rejected("key or traceparent is none")
    return json.dumps({"meta": meta, "data": data}).encode()


if __name__ == "__main__":
    main()
