"""Bounds of percentiles and of shares, against tables and by drawing samples."""

from __future__ import annotations

import random

import pytest

from kcontract.judge.latency import Echoed, latencies
from kcontract.judge.load.quantiles import at_least, bounds


@pytest.mark.parametrize(
    ("count", "share", "low", "high"),
    [
        (58, 0.95, 52, None),  # 0.95 ** 59 is the first power below 0.05
        (59, 0.95, 53, 59),
        (299, 0.99, 293, 299),
        (10, 0.5, 2, 9),
        (4, 0.5, None, None),
        (0, 0.95, None, None),
    ],
)
def test_ranks(count: int, share: float, low: int | None, high: int | None) -> None:
    """The ranks are those of the binomial distribution, and None where there are too few values."""
    assert bounds([float(rank) for rank in range(1, count + 1)], share) == (low, high)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_bounds_hold(share: float) -> None:
    """The true quantile lies outside each bound in about one sample of twenty at most."""
    rng = random.Random(7)  # noqa: S311 - samples, no secret
    wrong_low = wrong_high = 0
    for _ in range(400):
        low, high = bounds(sorted(rng.random() for _ in range(300)), share)
        assert low is not None
        assert high is not None
        wrong_low += low > share
        wrong_high += high < share
    assert max(wrong_low, wrong_high) <= 30


@pytest.mark.parametrize(
    ("errors", "count", "least"), [(0, 100, 0.0), (1, 100, 0.0005), (5, 100, 0.0199), (100, 100, 0.9705)]
)
def test_least_share(errors: int, count: int, least: float) -> None:
    """Clopper and Pearson's lower bound."""
    assert at_least(errors, count) == pytest.approx(least, abs=2e-4)


def test_reading_late_is_no_latency() -> None:
    """An effect that was read late counts by the broker's time, whatever its clock says."""
    echoes = [Echoed(1.0, 1.012, 5_000_010), Echoed(2.0, 2.9, 5_001_020), Echoed(3.0, 3.6, None)]
    assert latencies(echoes) == pytest.approx([0.012, 0.022, 0.6])


def test_a_clock_that_is_set_makes_nobody_slow() -> None:
    """Whether the broker's clock jumps forward or back, nothing takes longer than it was seen to take."""
    for jump in (-4_000, 4_000):
        took = latencies([Echoed(1.0, 1.01, 9_001_010), Echoed(2.0, 2.01, 9_002_010 + jump)])
        assert all(0 <= one <= 0.0101 for one in took)
