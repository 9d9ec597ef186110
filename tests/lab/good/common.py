"""What the good services share: the strict reading of an order, the bill for it, and settings of their clients."""

from __future__ import annotations

import json
import os
import signal
import uuid
from pathlib import Path
from typing import Any

import jsonschema_rs

ENV = os.environ
TOPIC, OUT, DLQ = ENV["TOPIC"], ENV["OUT"], ENV.get("DLQ", "")
LARGEST_RECORD = 16_000_000  # a dead letter must fit wherever its original did
Headers = list[tuple[str, Any]]

_SCHEMA = Path(__file__).with_name("schemas") / ENV.get("SCHEMA", "order.json")
_ORDER = jsonschema_rs.validator_for(json.loads(_SCHEMA.read_text("utf-8")))
_COPIED = ("order_id", "correlation_id", "customer", "quantity", "price", "account", "note", "lines")


class Rejected(Exception):  # noqa: N818 - an outcome, not a failure
    """The record breaks its contract. No later attempt will make it good."""


class Running:
    """True until SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self._stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, *_: object) -> None:
        self._stopped = True

    def __bool__(self) -> bool:
        return not self._stopped


def consumer_config(**more: Any) -> dict[str, Any]:
    """For confluent-kafka, with offsets committed by hand; `a_b=` stands for `a.b`."""
    own = {"bootstrap.servers": ENV["BROKERS"], "group.id": ENV["GROUP"], "auto.offset.reset": "earliest"}
    return {**own, "enable.auto.commit": False, **{name.replace("_", "."): value for name, value in more.items()}}


def producer_config(**more: Any) -> dict[str, Any]:
    """For confluent-kafka; `a_b=` stands for `a.b`."""
    own = {"bootstrap.servers": ENV["BROKERS"], "enable.idempotence": True, "message.max.bytes": LARGEST_RECORD}
    return {**own, **{name.replace("_", "."): value for name, value in more.items()}}


def read_payload(value: bytes | None) -> dict[str, Any]:
    """An order. Raises Rejected for whatever is not exactly one, in JSON and in UTF-8."""
    try:
        order = json.loads((value or b"").decode(), parse_constant=_refuse)
        json.dumps(order, ensure_ascii=False, allow_nan=False).encode()  # half a surrogate pair, or beyond binary64
        _ORDER.validate(order)
    except (ValueError, RecursionError, jsonschema_rs.ValidationError) as error:
        raise Rejected(f"not an order: {type(error).__name__}") from error
    return dict(order)


def read_order(key: bytes | None, value: bytes | None, headers: Headers | None) -> dict[str, Any]:
    """An order whose key and header say the same as its payload. Raises Rejected."""
    order = read_payload(value)
    ids = [given for name, given in headers or () if name == "correlation_id"]
    try:
        if (key or b"").decode() != order["order_id"]:
            raise Rejected("the key is not the order's id")
        if not (ids and (ids[-1] or b"").decode()):
            raise Rejected("header correlation_id is missing")
    except UnicodeDecodeError as error:
        raise Rejected("key or header is not UTF-8") from error
    return order


def bill(order: dict[str, Any]) -> bytes:
    """The bill for an order, with an id of its own."""
    return json.dumps(
        {"bill_id": str(uuid.uuid4()), **{name: order[name] for name in _COPIED if name in order}}
    ).encode()


def correlation(headers: Headers | None) -> Headers:
    """The correlation id, the only header that goes from an order to its bill."""
    return [(name, value) for name, value in headers or () if name == "correlation_id"][-1:]


def with_error(headers: Headers | None, error: Exception) -> Headers:
    """The headers of a dead letter: the original ones, and why."""
    return [*(headers or ()), ("error", str(error)[:200].encode())]


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
