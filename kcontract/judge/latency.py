"""Latency from the scheduled sending to the broker's time of the effect, on the harness's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Echoed(NamedTuple):
    """One record: when it was due and when its effect was read, in seconds of the run's clock; and the broker's time
    of the effect in milliseconds, None if it has none."""

    due: float
    seen: float
    appended: int | None


def latencies(echoes: Sequence[Echoed]) -> list[float]:
    """Seconds each. How late the harness read it is no part of it.

    No clocks are compared: the smallest distance between reading and the broker's time is taken for the distance of
    the clocks. A clock that is set meanwhile makes latencies shorter, never longer.
    """
    apart = min((one.seen - one.appended / 1000 for one in echoes if one.appended is not None), default=0.0)
    return [max(0.0, _appended(one, apart) - one.due) for one in echoes]


def _appended(one: Echoed, apart: float) -> float:
    return one.seen if one.appended is None else one.appended / 1000 + apart
