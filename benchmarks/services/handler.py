"""A plain handler: it checks an order by hand, and returns its bill."""

from __future__ import annotations

import json
from typing import Any

from kcontract.testing import Record


def handle(record: Record) -> dict[str, Any]:
    """The bill. ValueError for what is no order."""
    try:
        order = json.loads((record.value or b"").decode(), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(order, dict) or not isinstance(order.get("id"), str):
        raise ValueError("no order")
    amount = order.get("amount")
    if isinstance(amount, bool) or not (isinstance(amount, int) or (isinstance(amount, float) and amount.is_integer())):
        raise ValueError("no amount")
    tags = order.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValueError("no tags")
    if not isinstance(order.get("note", ""), str):
        raise ValueError("no note")
    return {"order": order["id"], "amount": amount}


def _refuse(constant: str) -> None:
    raise ValueError(constant)
