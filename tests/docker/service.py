"""Turns orders into bills, and sends what is no order to the dead letters. VARIANT=fragile does not catch it."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from confluent_kafka import Consumer, Producer

ENV = os.environ
_FRAGILE = ENV.get("VARIANT") == "fragile"
_running = [True]


def read(key: bytes | None, value: bytes) -> dict[str, Any]:
    """An order: `{"id": text, "amount": whole number}`. Raises ValueError for anything else."""
    if _FRAGILE:
        loose = json.loads(value)
        # It accepts nothing that is wrong: else it depends on the moment whether that is seen before it exits.
        return {"id": loose["id"].strip(), "amount": loose["amount"] + 0}
    (key or b"").decode()
    try:
        order = json.loads(value.decode(), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(order, dict) or order.keys() != {"id", "amount"}:
        raise ValueError("not an order")
    amount = order["amount"]
    if not isinstance(order["id"], str) or not 1 <= len(order["id"]) <= 40:
        raise ValueError("no id")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount % 1 or not 0 <= amount <= 10**9:
        raise ValueError("no amount")
    order["id"].encode()  # half a surrogate pair
    return order


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def main() -> None:
    """Work until SIGTERM, which is no default for the first process of a container."""
    signal.signal(signal.SIGTERM, lambda *_: _running.clear())
    own = {"bootstrap.servers": ENV["BROKERS"], "group.id": ENV["GROUP"], "enable.auto.commit": False}
    consumer = Consumer({**own, "auto.offset.reset": "earliest"})
    producer = Producer({"bootstrap.servers": ENV["BROKERS"], "message.max.bytes": 16_000_000, "linger.ms": 0})
    consumer.subscribe(["orders"])
    sys.stdout.write(f"running as {ENV.get('NAME', 'nobody')}\n")
    while _running:
        message = consumer.poll(0.2)
        if message is None or message.error():
            continue
        try:
            order = read(message.key(), message.value() or b"")
            producer.produce("bills", json.dumps(order).encode(), message.key())
        except ValueError:
            if _FRAGILE:
                raise
            producer.produce("orders.dlq", message.value(), message.key(), headers=message.headers())
        producer.flush()
        consumer.commit(message=message)
    consumer.close()


if __name__ == "__main__":
    main()
