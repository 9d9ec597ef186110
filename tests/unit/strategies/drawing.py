"""Draws from a strategy: the same values every time, and no health check that a busy machine could fail."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
QUICK = settings(database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def drawn(strategy: SearchStrategy[T], count: int = 60) -> list[T]:
    """At most `count` different values."""
    found: list[T] = []

    @settings(QUICK, max_examples=count, phases=[Phase.generate])
    @given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return found
