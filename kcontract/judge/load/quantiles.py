"""Percentiles with bounds that hold for any distribution: the ranks between which a quantile lies (binomial)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kcontract.judge.pace import percentile

CONFIDENCE = 0.95
"""Of each bound, by itself."""


def bounds(ordered: Sequence[float], share: float, sure: float = CONFIDENCE) -> tuple[float | None, float | None]:
    """Values below and above which the quantile hardly lies; None where there are too few values to say.

    The number of values below the quantile is binomial: the k-th smallest is above it with P(B(n, share) < k).
    """
    count = len(ordered)
    below = _ranks(count, share)
    low = max((rank for rank in range(1, count + 1) if below[rank] <= 1 - sure), default=0)
    high = next((rank for rank in range(1, count + 1) if below[rank] >= sure), 0)
    return (ordered[low - 1] if low else None), (ordered[high - 1] if high else None)


def at_least(errors: int, count: int, sure: float = CONFIDENCE) -> float:
    """The share of errors that is hardly exceeded by chance alone: Clopper and Pearson's lower bound."""
    if not errors:
        return 0.0
    low, high = 0.0, errors / count
    for _ in range(40):
        middle = (low + high) / 2
        as_many = 1 - _ranks(count, middle)[errors]
        low, high = (middle, high) if as_many <= 1 - sure else (low, middle)
    return low


def point(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile."""
    return percentile(list(ordered), share)


def _ranks(count: int, share: float) -> list[float]:
    """P(B(count, share) < k) for k from 0 to `count`."""
    sums, total = [0.0], 0.0
    for k in range(count):
        log = math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1)
        total += math.exp(log + k * math.log(share) + (count - k) * math.log1p(-share))
        sums.append(min(1.0, total))
    return sums
