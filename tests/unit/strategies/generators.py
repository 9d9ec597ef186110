"""Generator functions as a contract may name them."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st


def existing() -> str:
    """A value."""
    return "00000000-abcd"


def some() -> st.SearchStrategy[Any]:
    """A strategy."""
    return st.integers(3, 5)


def fails() -> str:
    """None at all."""
    raise LookupError("no patients")


def wrong() -> date:
    """What no schema here allows."""
    return date(2026, 1, 2)
