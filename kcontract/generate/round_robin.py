"""Many sources in turn, so that a prefix of what comes is fair to all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def round_robin(lists: list[Iterator[Any]] | list[Any]) -> Iterator[Any]:
    """One item of each in turn until all are used up."""
    waiting = [iter(items) for items in lists]
    while waiting:
        rest = []
        for items in waiting:
            try:
                yield next(items)
            except StopIteration:
                continue
            rest.append(items)
        waiting = rest
