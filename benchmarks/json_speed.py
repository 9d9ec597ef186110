"""How fast values of one schema are drawn, beside a strategy written by hand; runs in other environments as well."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "customer", "amount", "state", "at", "place", "note", "tags"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "customer": {"type": "string", "minLength": 1, "maxLength": 80},
        "amount": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
        "state": {"enum": ["NEW", "PAID", "SENT"]},
        "note": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
        "at": {"type": "integer", "minimum": 0, "maximum": 4_102_444_800_000},
        "place": {
            "type": "object",
            "required": ["zip"],
            "properties": {"zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
PAIRS, VALUES = 7, 300


def by_hand() -> SearchStrategy[Any]:
    """What somebody who knows Hypothesis would write for EVENT."""
    text = st.text(st.characters(exclude_categories=["Cs"]))
    return st.fixed_dictionaries(
        {
            "id": st.uuids().map(str),
            "customer": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80),
            "amount": st.integers(0, 1_000_000),
            "state": st.sampled_from(["NEW", "PAID", "SENT"]),
            "note": st.none() | text,
            "tags": st.lists(text, max_size=5),
            "at": st.integers(0, 4_102_444_800_000),
            "place": st.fixed_dictionaries({"zip": st.from_regex("[0-9]{5}", fullmatch=True)}),
        }
    )


def _rate(strategy: SearchStrategy[Any]) -> float:
    count = 0

    @settings(
        max_examples=VALUES, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def draw(_value: Any) -> None:
        nonlocal count
        count += 1

    start = time.perf_counter()
    draw()
    return count / (time.perf_counter() - start)


def speeds(make: Callable[[Any, str, dict[str, Any]], SearchStrategy[Any] | None]) -> dict[str, float]:
    """Values per second of the strategy that `make` gives for EVENT, and of one by hand: medians of pairs."""
    schema = make(EVENT, "2020-12", {})
    assert schema is not None
    hand = by_hand()
    _rate(hand), _rate(schema)
    pairs = [(_rate(schema), _rate(hand)) for _ in range(PAIRS)]
    return {"schema": median(one for one, _ in pairs), "by hand": median(other for _, other in pairs)}
