"""Answers each request on the reply topic with its correlation id, an invalid one with an error.

VARIANT names what it does wrong: `twice`, `crossed` (the correlation id of the request before), `late`, `silent` (no
answer to an invalid request), `plain-error` (an error that is not the declared one), `accepting`, `rejecting`,
`anonymous` (no correlation id in errors), `misrouted` (always to the topic of the first request).
"""

from __future__ import annotations

import json
import time
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.policies.common import VARIANT, header, read_request

LATE_S = 2.8


def answer(correlation_id: str, message: Any) -> dict[str, Any] | None:
    """What the request gets; None for nothing."""
    try:
        request = read_request(message.value())
        header(message.headers(), "correlation_id")
    except Rejected as error:
        return refusal(correlation_id, error)
    if VARIANT == "rejecting" and request["limit"] > 500:
        return {"correlation_id": correlation_id, "error": "limit"}
    return {"correlation_id": correlation_id, "quality_score": 1 / request["limit"]}


def refusal(correlation_id: str, error: Rejected) -> dict[str, Any] | None:
    """The error for an invalid request."""
    if VARIANT == "silent":
        return None
    if VARIANT == "plain-error":
        return {"correlation_id": correlation_id, "message": str(error)}
    if VARIANT == "accepting":
        return {"correlation_id": correlation_id, "quality_score": 0.0}
    return {"correlation_id": "" if VARIANT == "anonymous" else correlation_id, "error": str(error)[:200]}


def main() -> None:
    """Work until SIGTERM."""
    running, before, first = Running(), "", ""
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([ENV["TOPIC"]])
    while running:
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            correlation_id = header(message.headers(), "correlation_id")
            topic = ENV["REPLY"] or header(message.headers(), "reply_to")
        except Rejected:
            consumer.commit(message=message, asynchronous=False)  # nobody knows where an answer belongs
            continue
        before, told = correlation_id, (before if VARIANT == "crossed" else correlation_id)
        first = first or topic
        reply = answer(told, message)
        if VARIANT == "late":
            time.sleep(LATE_S)
        if reply is not None:
            for _ in range(2 if VARIANT == "twice" else 1):
                producer.produce(first if VARIANT == "misrouted" else topic, json.dumps(reply).encode())
            if producer.flush(60):
                raise SystemExit("the broker does not take the answer")
        consumer.commit(message=message, asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
