"""An order becomes its events. VARIANT is `good` or the defect; SHOP says what is promised.

SHOP: `keyed` (workers by key), `steps` (two events an order, in order), `inbox` (a SQLite inbox: one event an order),
`compared` (a function of the project says whether an event fits its order), `typed` (events say of what type they are),
`noted` (what is no order leaves a line, held back by the output's buffer).
"""

from __future__ import annotations

import json
import queue
import sqlite3
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zlib import crc32

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, correlation, read_payload, with_error

VARIANT, SHOP = ENV["VARIANT"], ENV["SHOP"]
Event = dict[str, Any]


class Clerk:
    """Reads orders strictly and sends what they lead to."""

    def __init__(self) -> None:
        self.producer = Producer(producer_config())
        self.inbox = Inbox(ENV["DATABASE"] if VARIANT != "memory" else ":memory:")

    def handle(self, message: Any) -> None:
        """One record; what comes of it is on its way when this returns."""
        try:
            if not correlation(message.headers())[0][1]:
                raise Rejected("the correlation id is empty")
            order = read_payload(message.value())
        except (Rejected, IndexError) as error:
            if SHOP == "noted":
                if VARIANT != "mute" or message.value():
                    sys.stdout.write(f"passed over: {error}\n")
                return
            headers = with_error(message.headers(), error)
            self.producer.produce(DLQ, message.value(), message.key(), headers=headers)
            return
        for event in self.events(order):
            self.produce(message, event)
        if SHOP == "inbox":
            self.producer.flush()  # whoever notes an order before its event is written loses it when killed in between
            self.inbox.note(order["order_id"])

    def events(self, order: Event) -> list[Event]:
        own = {"order_id": order["order_id"], "customer": order["customer"]}
        steps = [{**own, "step": step} for step in ("packed", "sent")]
        if SHOP == "inbox":
            return self.once(order, own)
        if SHOP == "compared":
            return [{**own, "customer": own["customer"].upper()} if VARIANT == "shouts" else own]
        if SHOP in ("keyed", "typed", "noted"):
            types = ("billed", "audited") if VARIANT == "audits" else ("billed",)
            return [{**own, "type": one} for one in types]
        if order["status"] != "PAID":
            return steps if VARIANT == "unpaid" else []
        if VARIANT == "one" and order["quantity"] > 1:
            return steps[:1]
        return steps[::-1] if VARIANT == "backwards" else steps

    def once(self, order: Event, own: Event) -> list[Event]:
        if VARIANT == "twice":
            return [own, own]
        return [own] if VARIANT == "forgets" or not self.inbox.knows(order["order_id"]) else []

    def produce(self, message: Any, event: Event) -> None:
        headers = correlation(message.headers())
        self.producer.produce(OUT, json.dumps(event).encode(), message.key(), headers=headers)


class Inbox:
    """The identities of the orders that were handled."""

    def __init__(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.database.execute("create table if not exists inbox (id text primary key)")

    def knows(self, identity: str) -> bool:
        return self.database.execute("select 1 from inbox where id = ?", (identity,)).fetchone() is not None

    def note(self, identity: str) -> None:
        self.database.execute("insert or ignore into inbox values (?)", (identity,))
        if VARIANT == "last":
            self.database.execute("delete from inbox where rowid <= (select max(rowid) from inbox) - 30")

    def forget(self, *_: object) -> None:
        """Nobody is known any more."""
        self.database.execute("delete from inbox")


class Workers:
    """Four threads. Each key has its own one, or, with VARIANT `pool`, whichever is free takes the record."""

    def __init__(self, clerk: Clerk) -> None:
        self.clerk = clerk
        self.queues: list[queue.Queue[Any]] = [queue.Queue() for _ in range(4)]
        self.pool = ThreadPoolExecutor(4)
        for own in self.queues:
            threading.Thread(target=self.work, args=(own,), daemon=True).start()

    def run(self, batch: list[Any]) -> None:
        """All of the batch, when this returns."""
        if VARIANT == "pool":
            list(self.pool.map(self.one, batch))
            return
        for message in batch:
            self.queues[crc32(message.key() or b"") % 4].put(message)
        for own in self.queues:
            own.join()

    def work(self, own: queue.Queue[Any]) -> None:
        while True:
            message = own.get()
            self.one(message)
            own.task_done()

    def one(self, message: Any) -> None:
        time.sleep((message.offset() % 4) / 2000)
        self.clerk.handle(message)


def main() -> None:
    """Work until SIGTERM."""
    running, clerk, consumer = Running(), Clerk(), Consumer(consumer_config())
    workers = Workers(clerk) if SHOP == "keyed" else None
    if VARIANT == "hands-over":
        consumer.subscribe([TOPIC], on_revoke=clerk.inbox.forget)
    else:
        consumer.subscribe([TOPIC])
    while running:
        batch: list[Any] = [each for each in consumer.consume(50, timeout=0.05) if not each.error()]
        if workers is not None:
            workers.run(batch)
        for message in batch if workers is None else ():
            clerk.handle(message)
        clerk.producer.flush()
        if batch:
            consumer.commit(asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
