"""Latency by the broker's clock, which need not be ours."""

from __future__ import annotations

import pytest

from kcontract.judge.latency import Echoed, latencies

APART = 1_000_000.0
"""Seconds by which the broker's clock is ahead of the run's."""


def echoed(due: float, appended: float | None, seen: float) -> Echoed:
    """On the run's clock, all of them."""
    return Echoed(due, seen, None if appended is None else round((appended + APART) * 1000))


def test_late_reading_is_no_latency() -> None:
    """One record that was read at once tells how far the clocks are apart."""
    found = latencies([echoed(1.0, 1.1, 1.1), echoed(2.0, 2.2, 3.0), echoed(3.0, 3.1, 9.0)])
    assert found == pytest.approx([0.1, 0.2, 0.1])


def test_a_clock_that_is_set_makes_latencies_shorter() -> None:
    """Never longer than until it was read."""
    found = latencies([echoed(1.0, 1.1, 1.1), echoed(2.0, 500.0, 2.3), echoed(3.0, 3.1, 3.1)])
    assert all(latency <= 0.3 + 1e-9 for latency in found)


def test_without_the_broker_s_time() -> None:
    """It is when it was read; an effect before its time took no time."""
    assert latencies([echoed(1.0, None, 1.5), echoed(3.0, None, 2.0)]) == [0.5, 0.0]
