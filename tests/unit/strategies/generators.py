"""Generator functions as a contract may name them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def existing() -> str:
    """A value."""
    return "00000000-abcd"


def some() -> st.SearchStrategy[Any]:
    """A strategy."""
    return st.integers(3, 5)
