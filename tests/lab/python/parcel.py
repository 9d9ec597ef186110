"""The strict reading of a parcel, by hand and without any library."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

ENV = os.environ
BROKERS, GROUP, TOPIC, OUT, DLQ = (ENV[name] for name in ("BROKERS", "GROUP", "TOPIC", "OUT", "DLQ"))
VARIANT = ENV["VARIANT"]
LARGEST_RECORD = 16_000_000  # a dead letter must fit wherever its original did
Headers = list[tuple[str, Any]]


class Rejected(Exception):  # noqa: N818 - an outcome, not a failure
    """The record breaks its contract. No later attempt will make it good."""


def read_payload(value: bytes | None) -> dict[str, Any]:
    """A parcel. Raises Rejected."""
    try:
        parcel = json.loads((value or b"").decode(), parse_constant=_refuse)
        json.dumps(parcel, ensure_ascii=False).encode()  # half a surrogate pair
    except (ValueError, RecursionError) as error:
        raise Rejected(f"not JSON: {type(error).__name__}") from error
    if not isinstance(parcel, dict):
        raise Rejected("no object")
    for name, holds in _RULES.items():
        if not holds(parcel):
            raise Rejected(f"no {name}")
    return parcel


def read(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, Any]] | None) -> dict[str, Any]:
    """A parcel whose key and header say the same. Raises Rejected."""
    parcel = read_payload(value)
    ids = [given for name, given in headers or () if name == "correlation_id"]
    try:
        if (key or b"").decode() != parcel["parcel_id"] or not (ids and (ids[-1] or b"").decode()):
            raise Rejected("key or correlation id")
    except UnicodeDecodeError as error:
        raise Rejected("key or header is not UTF-8") from error
    return parcel


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value == value // 1 and 0 <= value < 1 << 63


_RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "parcel_id": lambda parcel: isinstance(parcel.get("parcel_id"), str),
    "number": lambda parcel: _is_count(parcel.get("number")),
    "recipient": lambda parcel: isinstance(parcel.get("recipient"), str) and 1 <= len(parcel["recipient"]) <= 60,
    "express": lambda parcel: isinstance(parcel.get("express"), bool),
    "status": lambda parcel: parcel.get("status") in ("NEW", "PAID"),
    "weight": lambda parcel: "weight" not in parcel or (_is_number(parcel["weight"]) and parcel["weight"] >= 0),
    "note": lambda parcel: parcel.get("note") is None or isinstance(parcel["note"], str),
}


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
