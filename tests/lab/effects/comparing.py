"""What pairs of `where` cannot say."""

from __future__ import annotations

from typing import Any


def fits(order: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether the event is the order's."""
    return (event["order_id"], event["customer"]) == (order["order_id"], order["customer"])
