"""What one load amounts to: its figures, and which promises it misses beyond doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from kcontract.judge.evidence import Delivery
from kcontract.judge.latency import Echoed, latencies
from kcontract.judge.load.quantiles import at_least, bounds, point
from kcontract.model.case import Expectation
from kcontract.model.contract import Slo
from kcontract.model.events import LoadStarted
from kcontract.model.load import LoadFigures, Quantile, percent_of

SHARES = (0.5, 0.95, 0.99)
LATE_SHARE = 0.25
"""The harness may be late by that part of a promise; else it could not keep the schedule."""
BEYOND = 20
"""A miss so many times as long as the harness was late is not the harness's doing: that queue is the service's own."""
ECHO_SHARE = 0.5
"""kcontract's own echo may use that part of a promise; else the machine is too slow for any consumer."""

IsPast = Callable[[Delivery], bool]


@dataclass(slots=True)
class LoadTrial:
    """One load while it is on."""

    started: LoadStarted
    slo: Slo
    deliveries: list[Delivery] = field(default_factory=list)
    lags: list[tuple[float, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """`missed`: names of promises, each with the fact that proves it; `unsure`: those that the machine is too slow
    for, and why."""

    figures: LoadFigures
    missed: tuple[tuple[str, str], ...] = ()
    unsure: tuple[tuple[str, str], ...] = ()


def weigh(trial: LoadTrial, until: float, is_past: IsPast) -> LoadResult | None:
    """The load's result; None if it has no valid record. `until` is when the waiting for effects ended."""
    valid = [one for one in trial.deliveries if one.due and one.expectation is Expectation.VALID and not one.refused]
    if not valid:
        return None
    failed = [one for one in valid if one.dead_letters or (is_past(one) and not one.has_outcome)]
    gone = {one.case.id for one in failed}
    handled = [one for one in valid if one.case.id not in gone]
    waits = sorted(_latencies(handled, until))
    if trial.started.load == "burst":
        return _burst(trial, waits, len(failed))
    late = sorted(one.sent_at - one.due for one in valid)
    return _open_loop(trial, waits, late, len(failed))


def _latencies(handled: Sequence[Delivery], until: float) -> Iterator[float]:
    """Seconds each; a record without its effect has taken as long as it was waited for."""
    answered = [one for one in handled if one.has_outcome]
    yield from (max(0.0, until - one.due) for one in handled if not one.has_outcome)
    yield from latencies([_echoed(one) for one in answered])


def _echoed(delivery: Delivery) -> Echoed:
    """By the last of its effects: each counts when it came first."""
    came: dict[str, Echoed] = {}
    for effect in (*delivery.effects, *delivery.answers):
        time = effect.record.record.timestamp
        came.setdefault(effect.output.topic, Echoed(delivery.due, effect.at, time))
    return max(came.values(), key=lambda one: (one.seen, one.appended or 0))


def _open_loop(trial: LoadTrial, waits: list[float], late: list[float], failed: int) -> LoadResult:
    started, slo = trial.started, trial.slo
    promised = dict(zip(SHARES, (slo.p50, slo.p95, slo.p99), strict=True))
    echo = sorted(started.echo.latencies) if started.echo else []
    quantiles = tuple(_quantile(waits, share, promised[share], echo) for share in SHARES) if waits else ()
    count = len(waits) + failed
    figures = LoadFigures(
        started.topic, started.load, started.round, started.rate, count, quantiles, failed, tuple(trial.lags),
        promised=slo.errors,
    )  # fmt: skip
    missed: list[tuple[str, str]] = []
    unsure: list[tuple[str, str]] = []
    for one in quantiles:
        if one.promised is None or one.low is None or one.low <= one.promised:
            continue
        name, why = percent_of(one.share), _excuse(one, late)
        (unsure if why else missed).append((name, why))
    if slo.errors is not None and (least := at_least(failed, count)) > slo.errors:
        missed.append(("errors", f"{failed} of {count} valid records failed: at least {least:.2%} (95 % sure)"))
    return LoadResult(figures, tuple(missed), tuple(unsure))


def _quantile(waits: list[float], share: float, promised: float | None, echo: list[float]) -> Quantile:
    low, high = bounds(waits, share)
    return Quantile(share, point(waits, share), low, high, promised, point(echo, share) if echo else None)


def _excuse(one: Quantile, late: list[float]) -> str:
    """Why a missed promise is not the service's fault; empty if it is."""
    promised, low = one.promised or 0.0, one.low or 0.0
    lateness = point(late, one.share)
    if lateness > LATE_SHARE * promised and low - promised <= BEYOND * lateness:
        return "the harness could not keep the schedule"
    if one.echo is None:
        return "kcontract's own echo could not be measured"
    if one.echo > ECHO_SHARE * promised or low - promised <= one.echo:
        return "kcontract's own echo took too long as well"
    return ""


def _burst(trial: LoadTrial, waits: list[float], failed: int) -> LoadResult:
    """The slowest record of a burst tells how fast all of it was drained."""
    started, promised = trial.started, trial.slo.throughput
    drained = len(waits) / max(waits[-1], 0.001) if waits else 0.0
    echo = started.echo.drained if started.echo else None
    figures = LoadFigures(
        started.topic, "burst", started.round, drained, len(waits) + failed, (), failed, tuple(trial.lags),
        promised=promised, echo_rate=echo,
    )  # fmt: skip
    if promised is None or not waits or drained >= promised:
        return LoadResult(figures)
    if echo is None or echo * ECHO_SHARE < promised:
        why = "kcontract's own echo was too slow as well" if echo else "kcontract's own echo could not be measured"
        return LoadResult(figures, unsure=(("throughput", why),))
    return LoadResult(figures, missed=(("throughput", ""),))
