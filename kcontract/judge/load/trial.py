"""What one load amounts to: its figures, and which promises it misses beyond doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kcontract.judge.evidence import Delivery
from kcontract.judge.latency import Echoed, latencies
from kcontract.judge.load.quantiles import CONFIDENCE, at_least, bounds, point
from kcontract.model.case import Expectation
from kcontract.model.contract import Slo
from kcontract.model.events import LoadStarted
from kcontract.model.load import LoadFigures, Quantile, in_words, percent_of

SHARES = (0.5, 0.95, 0.99)
LATE_SHARE = 0.25
"""The harness may be late by that part of a promise; else it could not keep the schedule."""
BEYOND = 20
"""A miss so many times as long as the harness was late is not the harness's doing: that queue is the service's own."""
ECHO_SHARE = 0.5
"""kcontract's own echo may use that part of a promise; else the machine is too slow for any consumer."""
TOGETHER = 0.99
"""How sure several loads must be together where none of them is by itself: they were looked at one by one, and went on
only because they looked bad."""

IsPast = Callable[[Delivery], bool]
Facts = tuple[tuple[str, str], ...]
Mark = Literal["missed", "unsure", "near"]
Note = tuple[Mark, str, str]
"""What is to be said of a promise, its name, and the fact or reason."""


@dataclass(slots=True)
class LoadTrial:
    """One load while it is on."""

    started: LoadStarted
    slo: Slo
    deliveries: list[Delivery] = field(default_factory=list)
    lags: list[tuple[float, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the valid records of one open loop came to, or those of several; seconds."""

    waits: tuple[float, ...]
    late: tuple[float, ...]
    """By which each was sent later than scheduled."""
    failed: int
    echo: tuple[float, ...]

    def __add__(self, other: Sample) -> Sample:
        waits, late, echo = (*self.waits, *other.waits), (*self.late, *other.late), (*self.echo, *other.echo)
        return Sample(waits, late, self.failed + other.failed, echo)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """`missed`: names of promises, each with the fact that proves it; `unsure`: those that the machine is too slow
    for, and why; `near`: missed as measured, in too few records to be sure."""

    figures: LoadFigures
    missed: Facts = ()
    unsure: Facts = ()
    near: Facts = ()
    sample: Sample | None = None

    def looks_bad(self, name: str) -> bool:
        """Whether a promise was missed as measured, and not for the machine's sake."""
        return name in dict(self.missed) or name in dict(self.near)


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
    late = tuple(one.sent_at - one.due for one in valid)
    echo = trial.started.echo.latencies if trial.started.echo else ()
    return _open_loop(trial.started, trial.slo, Sample(tuple(waits), late, len(failed), echo), tuple(trial.lags))


def together(trial: LoadTrial, results: Sequence[LoadResult], name: str) -> Iterator[str]:
    """The facts, if loads that each look like missing a promise, and none beyond doubt, prove it as if they were one.

    All loads must look so, for a single bad one says nothing of the service; and of those that prove it by themselves
    none is among them, for it would outweigh the others.
    """
    samples = [one.sample for one in results if name in dict(one.near) and one.sample is not None]
    if len(samples) == 1 or not samples or not all(one.looks_bad(name) for one in results):
        return
    pooled = _open_loop(trial.started, trial.slo, sum(samples[1:], samples[0]), (), TOGETHER)
    if name in dict(pooled.missed):
        yield f"{len(samples)} loads together, with bounds {100 * TOGETHER:g} % sure: {pooled.figures.text}"
        yield dict(pooled.missed)[name]


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


def _open_loop(
    started: LoadStarted, slo: Slo, sample: Sample, lags: tuple[tuple[float, int], ...], sure: float = CONFIDENCE
) -> LoadResult:
    waits, late, echo = sorted(sample.waits), sorted(sample.late), sorted(sample.echo)
    promised = dict(zip(SHARES, (slo.p50, slo.p95, slo.p99), strict=True))
    quantiles = tuple(_quantile(waits, share, promised[share], echo, sure) for share in SHARES) if waits else ()
    failed, count = sample.failed, len(waits) + sample.failed
    figures = LoadFigures(
        started.topic, started.load, started.round, started.rate, count, quantiles, failed, lags, promised=slo.errors
    )
    notes = (*_percentiles(quantiles, late, count), *_errors(failed, count, slo.errors, sure))
    return LoadResult(figures, _facts(notes, "missed"), _facts(notes, "unsure"), _facts(notes, "near"), sample)


def _facts(notes: Sequence[Note], of: Mark) -> Facts:
    return tuple((name, fact) for mark, name, fact in notes if mark == of)


def _percentiles(quantiles: Sequence[Quantile], late: list[float], count: int) -> Iterator[Note]:
    for one in quantiles:
        if one.promised is None or one.value <= one.promised:
            continue
        proved = one.low is not None and one.low > one.promised
        least = one.low if proved and one.low is not None else one.value
        name, why = percent_of(one.share), _excuse(one, least, late)
        yield ("unsure", name, why) if why else ("missed", name, "") if proved else ("near", name, _near(one, count))


def _near(one: Quantile, count: int) -> str:
    return f"{in_words(one.value)} in {count:,} records"


def _errors(failed: int, count: int, promised: float | None, sure: float) -> Iterator[Note]:
    if promised is None or failed <= promised * count:
        return
    least, fact = at_least(failed, count, sure), f"{failed} of {count:,} valid records failed"
    if least > promised:
        yield "missed", "errors", f"{fact}: at least {least:.2%} ({100 * sure:g} % sure)"
    else:
        yield "near", "errors", fact


def _quantile(waits: list[float], share: float, promised: float | None, echo: list[float], sure: float) -> Quantile:
    low, high = bounds(waits, share, sure)
    return Quantile(share, point(waits, share), low, high, promised, point(echo, share) if echo else None)


def _excuse(one: Quantile, low: float, late: list[float]) -> str:
    """Why a promise that was missed by `low` is not the service's fault; empty if it is."""
    promised = one.promised or 0.0
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
