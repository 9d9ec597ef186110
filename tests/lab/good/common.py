"""What the good services share: the strict reading of an order, the bill for it, and settings of their clients."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.lab.clients import ENV, Headers, Rejected

TOPIC, OUT, DLQ = ENV["TOPIC"], ENV["OUT"], ENV.get("DLQ", "")

_SCHEMA = Path(__file__).with_name("schemas") / ENV.get("SCHEMA", "order.json")
_ORDER = jsonschema_rs.validator_for(json.loads(_SCHEMA.read_text("utf-8")))
_COPIED = ("order_id", "correlation_id", "customer", "quantity", "price", "account", "note", "lines")


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
