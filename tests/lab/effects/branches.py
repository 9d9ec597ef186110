"""Two branches of a shop, one service: what comes of a branch's orders stays with it. VARIANT is `good` or the defect.

leaks: the bills of large orders go to both branches. strays: so do dead letters of empty records, to the other one's.
"""

from __future__ import annotations

import json
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import correlation, read_order, with_error

VARIANT = ENV["VARIANT"]
OTHER = {"north": "south", "south": "north"}
LARGE = 1_000


def handle(producer: Producer, message: Any) -> None:
    """One record; what comes of it is on its way when this returns."""
    branch = message.topic().rpartition(".")[2]
    key, value, headers = message.key(), message.value(), message.headers()
    try:
        order = read_order(key, value, headers)
    except Rejected as error:
        letters = OTHER[branch] if VARIANT == "strays" and not value else branch
        producer.produce(f"dead.{letters}", value, key, headers=with_error(headers, error))
        return
    leaks = VARIANT == "leaks" and order["quantity"] > LARGE
    for name in (branch, OTHER[branch]) if leaks else (branch,):
        bill = json.dumps({"order_id": order["order_id"], "branch": name}).encode()
        producer.produce(f"bills.{name}", bill, key, headers=correlation(headers))


def main() -> None:
    """Work until SIGTERM."""
    running, producer, consumer = Running(), Producer(producer_config()), Consumer(consumer_config())
    consumer.subscribe([f"orders.{branch}" for branch in OTHER])
    while running:
        batch: list[Any] = [each for each in consumer.consume(50, timeout=0.05) if not each.error()]
        for message in batch:
            handle(producer, message)
        producer.flush()
        if batch:
            consumer.commit(asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
