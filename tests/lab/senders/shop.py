"""A shop: HTTP in, events out. VARIANT says which defect it has; environment PORT, BROKERS, REGISTRY, TOPIC."""

from __future__ import annotations

import json
import os
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import Request, urlopen

from confluent_kafka import Producer

VARIANT, TOPIC = os.environ.get("VARIANT", "good"), os.environ["TOPIC"]
SCHEMA = {
    "type": "object",
    "title": "Order",
    "required": ["id", "item"],
    "properties": {"id": {"type": "string"}, "item": {"type": "string"}, "amount": {"type": "integer"}},
}
SETTINGS: dict[str, Any] = {"bootstrap.servers": os.environ["BROKERS"], "linger.ms": 0, "enable.idempotence": True}
UNKNOWN_ID = 4242


class Shop:
    """Takes orders, and says so."""

    def __init__(self) -> None:
        more = {"transactional.id": f"shop-{uuid.uuid4()}"} if VARIANT == "transactional" else {}
        self.producer = Producer({**SETTINGS, **more})
        if more:
            self.producer.init_transactions()
        self.frame = frame()
        self.current: dict[str, Any] = {}

    def place(self, raw: bytes) -> tuple[int, dict[str, Any]]:
        """Status and answer. Checked before anything is published, but for the variants that do it later."""
        order = parsed(raw)
        identity = str(uuid.uuid4())
        if VARIANT == "dies" and order is None:
            os._exit(3)
        if VARIANT == "transactional":
            return self.within_a_transaction(order, identity)
        if VARIANT == "rolled_back" and isinstance(order, dict):
            self.publish(identity, order)  # and then the insert fails
        if not is_right(order):
            return (202, {}) if VARIANT == "shrugs" else (422, {"error": "no order"})
        if VARIANT == "mixes_up":
            order = self.taken_in_turn(order)
        if VARIANT == "refuses" and not order["item"].isascii():
            return 500, {"error": "UnicodeEncodeError"}
        if VARIANT != "rolled_back":
            self.publish(str(uuid.uuid4()) if VARIANT == "renames" else identity, order)
        return 201, {"id": identity, **order}

    def taken_in_turn(self, order: dict[str, Any]) -> dict[str, Any]:
        """What stands in the one place for all requests, a moment later."""
        self.current = order
        time.sleep(0.02)
        return self.current

    def within_a_transaction(self, order: Any, identity: str) -> tuple[int, dict[str, Any]]:
        """Publishes first and looks then: what was refused is aborted, and nobody sees it."""
        self.producer.begin_transaction()
        if isinstance(order, dict):
            self.publish(identity, order)
        if not is_right(order):
            self.producer.abort_transaction()
            return 422, {"error": "no order"}
        self.producer.commit_transaction()
        return 201, {"id": identity, **order}

    def publish(self, identity: str, order: dict[str, Any]) -> None:
        topic = TOPIC + "s" if VARIANT == "wrong_topic" else TOPIC
        value = self.frame + json.dumps({**order, "id": identity}).encode()
        for _ in range(2 if VARIANT == "duplicate" else 1):
            self.producer.produce(topic, key=identity.encode(), value=value)
        self.producer.flush()


def parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def is_right(order: Any) -> bool:
    if not isinstance(order, dict) or order.keys() - {"item", "amount"}:
        return False
    item, amount = order.get("item"), order.get("amount", 1)
    return isinstance(item, str) and 0 < len(item) <= 20 and type(amount) is int and 1 <= amount <= 99


def frame() -> bytes:
    """What stands before each value: nothing, or the id of its schema."""
    if VARIANT == "unregistered":
        return b"\0" + UNKNOWN_ID.to_bytes(4, "big")
    if VARIANT not in ("framed", "wrong_subject"):
        return b""
    subject = "Order" if VARIANT == "wrong_subject" else f"{TOPIC}-value"
    body = json.dumps({"schema": json.dumps(SCHEMA), "schemaType": "JSON"}).encode()
    url = f"{os.environ['REGISTRY']}/subjects/{subject}/versions"
    headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
    with urlopen(Request(url, body, headers)) as answer:  # noqa: S310 - the registry under test
        return b"\0" + int(json.load(answer)["id"]).to_bytes(4, "big")


class Handler(BaseHTTPRequestHandler):
    """POST anything."""

    shop: Shop

    def do_POST(self) -> None:
        status, answer = self.shop.place(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Handler.shop = Shop()
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
