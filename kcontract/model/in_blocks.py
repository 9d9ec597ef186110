"""Going through many values a few at a time: each step finds what the last one left in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

_NEAR = 500
"""So many records, with all that is made for each, fit into a cache of a megabyte or two."""


def in_blocks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """All of them, in their order, in slices of some hundreds; nothing for none."""
    for start in range(0, len(values), _NEAR):
        yield values[start : start + _NEAR] if len(values) > _NEAR else values
