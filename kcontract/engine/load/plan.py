"""How much is sent for an `slo`, and at what rate."""

from __future__ import annotations

import math

from kcontract.model.contract import Slo
from kcontract.model.load import LoadKind
from kcontract.model.value import Value

_MOST_SECONDS = 30.0
_LEAST_SECONDS = 5.0
_ENOUGH = ((99, 300), (95, 100), (0, 50))
"""Records for which a percentile has an upper bound (59 for p95, 299 for p99), and some more."""
_MOST = 20_000
_ECHO_SECONDS, _ECHO_MOST = 5.0, 1_000
_BURST_SECONDS, _BURST_LEAST, _BURST_MOST = 3.0, 300, 10_000
MIX = 10
"""Of so many records one is malformed."""


class LoadPlan(Value, frozen=True):
    load: LoadKind
    rate: float
    """Records a second; 0: all at once."""
    count: int
    patience: float
    """Seconds for which effects are waited for after the last record."""

    @property
    def seconds(self) -> float:
        """How long sending takes."""
        return self.count / self.rate if self.rate else 0.0

    @property
    def echo_count(self) -> int:
        """Records for the echo: it must show the pace of the machine, not bounds."""
        return min(self.count, max(20, int(self.rate * _ECHO_SECONDS)), _ECHO_MOST) if self.rate else self.count


def load_plans(slo: Slo) -> tuple[LoadPlan, ...]:
    """What the promise asks for, in order."""
    plans: list[LoadPlan] = []
    limits = [limit for limit in (slo.p50, slo.p95, slo.p99) if limit is not None]
    if limits or slo.errors is not None:
        count, patience = _count(slo), max(5.0, 3 * max(limits, default=0.0))
        plans += [LoadPlan(load, slo.rate, count, patience) for load in ("valid", "mixed")]
    if slo.throughput is not None:
        count = math.ceil(min(_BURST_MOST, max(_BURST_LEAST, slo.throughput * _BURST_SECONDS)))
        plans.append(LoadPlan("burst", 0.0, count, max(5.0, 3 * count / slo.throughput)))
    return tuple(plans)


def _count(slo: Slo) -> int:
    highest = 99 if slo.p99 is not None else 95 if slo.p95 is not None else 0
    enough = next(count for share, count in _ENOUGH if highest >= share)
    seconds = min(_MOST_SECONDS, max(_LEAST_SECONDS, enough / slo.rate))
    return max(1, min(_MOST, round(seconds * slo.rate)))
