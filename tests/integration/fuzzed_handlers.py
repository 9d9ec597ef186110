"""Handlers of orders: a good one in several forms, and what each way to be bad looks like. Loaded by name."""

from __future__ import annotations

import ctypes
import json
import os
from typing import Any

from kcontract.testing import Message, Record, Rejected


class Invalid(Exception):  # noqa: N818 - as in the examples
    """The record is no order."""


def read(value: bytes | None) -> dict[str, Any]:
    """A valid order. Raises Invalid."""
    try:
        order = json.loads((value or b"").decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Invalid(type(error).__name__) from error
    if not isinstance(order, dict) or not isinstance(order.get("id"), str):
        raise Invalid("no id")
    amount = order.get("amount")
    if isinstance(amount, bool) or not (isinstance(amount, int) or (isinstance(amount, float) and amount.is_integer())):
        raise Invalid("no amount")
    return order


def _refuse(constant: str) -> None:
    raise Invalid(constant)


def bill(order: dict[str, Any]) -> dict[str, Any]:
    return {"order": order["id"], "amount": order["amount"]}


def good(record: Record) -> dict[str, Any]:
    return bill(read(record.value))


async def good_later(message: Message) -> dict[str, Any]:
    return bill(read(message.value()))


def good_answer(record: Record) -> dict[str, Any] | Rejected:
    """Near a miss: it refuses without an exception."""
    try:
        return good(record)
    except Invalid as error:
        return Rejected(str(error))


def good_payload(payload: dict[str, Any]) -> dict[str, Any]:
    return bill(read(json.dumps(payload).encode()))


def sends_itself(record: Record) -> None:
    """Near a miss: its events cannot be seen."""
    read(record.value)


def crashes(record: Record) -> dict[str, Any]:
    if not record.value:
        raise KeyError("value")
    return good(record)


def segfaults(record: Record) -> dict[str, Any]:
    if record.value == b"":
        ctypes.string_at(0)
    return good(record)


def exits(record: Record) -> dict[str, Any]:
    if record.value == b"":
        os._exit(3)
    return good(record)


def accepts(record: Record) -> dict[str, Any]:
    try:
        return good(record)
    except Invalid:
        return {"order": "?", "amount": 0}


def misreads(record: Record) -> dict[str, Any]:
    made = good(record)
    return {**made, "amount": int(float(made["amount"]))}


def miswrites(record: Record) -> dict[str, Any]:
    return {**good(record), "order": None}


def refuses(record: Record) -> dict[str, Any]:
    if good(record)["amount"] < 0:
        raise Invalid("negative")
    return good(record)


def skips(record: Record) -> dict[str, Any] | None:
    return good(record) if good(record)["order"].isascii() else None


def repeats(record: Record) -> list[dict[str, Any]]:
    return [good(record)] * (2 if good(record)["amount"] == 0 else 1)


def strays(record: Record) -> list[Any]:
    class Other:
        topic, value = "elsewhere", b"{}"

    return [good(record), Other()]
