"""Orders are written down, and no event says so: a page shows each, and SQLite holds it. VARIANT is `good` or the
defect.

late: a thread writes them down a while after they are committed. skips: no large orders. mangles: large quantities
become text. keeps-all: whatever has an id is written down.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, TOPIC, read_order, with_error

VARIANT, DATABASE = ENV["VARIANT"], ENV["DATABASE"]
LARGE, LATE_SECONDS = 1_000, 0.3
Order = dict[str, Any]


class Ledger:
    """The orders that were written down, by id."""

    def __init__(self) -> None:
        Path(DATABASE).parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()
        self.database = sqlite3.connect(DATABASE, isolation_level=None, check_same_thread=False, timeout=30)
        self.database.execute("create table if not exists orders (id text primary key, said text)")

    def write(self, order: Order) -> None:
        with self.lock:
            row = (str(order["order_id"]), json.dumps(order))
            self.database.execute("insert or replace into orders values (?, ?)", row)

    def read(self, identity: str) -> str | None:
        with self.lock:
            row = self.database.execute("select said from orders where id = ?", (identity,)).fetchone()
        return None if row is None else str(row[0])


class Page(BaseHTTPRequestHandler):
    """`GET /orders/ID`."""

    ledger: Ledger

    def do_GET(self) -> None:
        said = self.ledger.read(self.path.rpartition("/")[2])
        body = (said or "{}").encode()
        self.send_response(404 if said is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


def handle(ledger: Ledger, producer: Producer, message: Any) -> None:
    """One record; what comes of it is on its way when this returns."""
    key, value, headers = message.key(), message.value(), message.headers()
    try:
        order = read_order(key, value, headers)
    except Rejected as error:
        producer.produce(DLQ, value, key, headers=with_error(headers, error))
        if VARIANT == "keeps-all" and (found := lenient(value)):
            ledger.write(found)
        return
    if order["quantity"] <= LARGE or VARIANT not in ("skips", "mangles"):
        ledger.write(order)
    elif VARIANT == "mangles":
        ledger.write({**order, "quantity": str(order["quantity"])})


def lenient(value: bytes | None) -> Order:
    """Whatever can be read of it, if it has an id."""
    try:
        found = json.loads(value or b"")
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "order_id" in found else {}


def later(ledger: Ledger, producer: Producer, message: Any) -> None:
    time.sleep(LATE_SECONDS)
    handle(ledger, producer, message)


def main() -> None:
    """Work until SIGTERM."""
    running, producer, consumer = Running(), Producer(producer_config()), Consumer(consumer_config())
    ledger = Page.ledger = Ledger()
    server = ThreadingHTTPServer(("127.0.0.1", int(ENV["PORT"])), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    consumer.subscribe([TOPIC])
    with ThreadPoolExecutor(16 if VARIANT == "late" else 1) as pool:
        while running:
            batch: list[Any] = [each for each in consumer.consume(50, timeout=0.05) if not each.error()]
            for message in batch:
                if VARIANT == "late":
                    pool.submit(later, ledger, producer, message)
                else:
                    handle(ledger, producer, message)
            producer.flush()
            if batch:
                consumer.commit(asynchronous=False)
    producer.flush()
    consumer.close()


if __name__ == "__main__":
    main()
