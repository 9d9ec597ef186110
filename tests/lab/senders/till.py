"""Senders without HTTP: a command that sends one order, a service that sends what it has when it starts."""

from __future__ import annotations

import json
import sys
import uuid

from confluent_kafka import Producer

from tests.lab.senders.shop import SETTINGS, TOPIC, VARIANT, is_right, parsed


def once(producer: Producer) -> int:
    """The order on standard input; 0 if it was published."""
    order = parsed(sys.stdin.buffer.read())
    if not is_right(order):
        return 2
    identity = str(uuid.uuid4())
    if VARIANT != "silent" and not send(producer, {**order, "id": identity}) and VARIANT != "hopeful":
        return 1
    sys.stdout.write(json.dumps({"id": identity}))
    return 0


def started(producer: Producer) -> int:
    """Five orders that it has; the broken one has lost them, or their names."""
    for number in range(0 if VARIANT == "silent" else 5):
        order = {"id": str(number), "item": f"item {number}"}
        send(producer, {"id": order["id"]} if VARIANT == "nameless" else order)
    return 0


def send(producer: Producer, order: dict[str, str]) -> bool:
    """Whether the broker has it."""
    errors: list[object] = []
    value = json.dumps(order).encode()
    producer.produce(TOPIC, key=order["id"].encode(), value=value, on_delivery=lambda error, _: errors.append(error))
    producer.flush()
    return errors == [None]


if __name__ == "__main__":
    sys.exit({"once": once, "started": started}[sys.argv[1]](Producer(SETTINGS)))
