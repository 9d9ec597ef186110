"""Functions that return events."""

from __future__ import annotations

import uuid
from typing import Any


def ordered(item: str, amount: int = 1) -> dict[str, Any]:
    """An order of what is given."""
    return {"id": str(uuid.uuid4()), "item": item, "amount": amount}


def numbered(item: str) -> dict[str, Any]:
    """Its id is a number, and that is not what was agreed."""
    return {"id": uuid.uuid4().int & 0xFFFF, "item": item}
