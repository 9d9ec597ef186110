"""Bills are booked. VARIANT `numbered` expects what only this repository's records have: a header with a number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import with_error

TOPIC, OUT, DLQ, VARIANT = ENV["TOPIC"], ENV["OUT"], ENV["DLQ"], ENV["VARIANT"]
BILL = jsonschema_rs.validator_for(
    json.loads((Path(__file__).parents[1] / "good/schemas/bill.json").read_text("utf-8")), validate_formats=True
)


def booking(message: Any) -> bytes:
    """What is booked for a bill. Raises Rejected."""
    try:
        bill = json.loads((message.value() or b"").decode())
        json.dumps(bill, ensure_ascii=False, allow_nan=False).encode()
        BILL.validate(bill)
    except (ValueError, RecursionError, jsonschema_rs.ValidationError) as error:
        raise Rejected(type(error).__name__) from error
    return json.dumps({"bill_id": bill["bill_id"], "quantity": bill["quantity"]}).encode()


def main() -> None:
    """Work until SIGTERM."""
    running, consumer, producer = Running(), Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            topic, value, headers = OUT, booking(message), []
        except Rejected as error:
            topic, value, headers = DLQ, message.value(), with_error(message.headers(), error)
        if VARIANT == "good" or topic == DLQ or "kcontract-case" in dict(message.headers() or ()):
            producer.produce(topic, value, message.key(), headers=headers)
        if producer.flush(60):
            raise SystemExit("the broker does not take the outcome")
        consumer.commit(message=message, asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
