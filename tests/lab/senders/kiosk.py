"""Orders that are opened and then changed: each change is an event, one behind the other in the order of the requests.

VARIANT `good`: a worker publishes them some time after the answer, in a queue. `unordered`: each change has a thread of
its own, and the first one of an order takes longer. Environment PORT, BROKERS, TOPIC.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from confluent_kafka import Producer

from tests.lab.senders.shop import SETTINGS, TOPIC, VARIANT, is_right, parsed

SOON, LATER = 0.02, 0.7  # seconds until an event is published


class Kiosk:
    """Open orders, and what is to be published."""

    def __init__(self) -> None:
        self.producer = Producer(SETTINGS)
        self.changes: Counter[str] = Counter()
        self.queue: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def open(self) -> tuple[int, dict[str, Any]]:
        """A new order. That alone is no event."""
        identity = str(uuid.uuid4())
        self.changes[identity] = 0
        return 201, {"id": identity}

    def change(self, identity: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        order = parsed(raw)
        if identity not in self.changes:
            return 404, {"error": "no such order"}
        if not is_right(order):
            return 422, {"error": "no order"}
        self.changes[identity] += 1
        event = {**order, "id": identity}
        if VARIANT == "unordered":
            threading.Timer(LATER if self.changes[identity] == 1 else SOON, self.publish, [event]).start()
        else:
            self.queue.put(event)
        return 200, event

    def work(self) -> None:
        while True:
            event = self.queue.get()
            time.sleep(SOON)
            self.publish(event)

    def publish(self, event: dict[str, Any]) -> None:
        self.producer.produce(TOPIC, key=event["id"].encode(), value=json.dumps(event).encode())
        self.producer.flush()


class Handler(BaseHTTPRequestHandler):
    """POST opens an order, PUT /orders/ID changes it."""

    kiosk: Kiosk

    def do_POST(self) -> None:
        self.answer(*self.kiosk.open())

    def do_PUT(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(*self.kiosk.change(self.path.rpartition("/")[2], raw))

    def answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Handler.kiosk = Kiosk()
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
