"""What a load showed: latencies and their bounds, errors, lag, and the harness's own echo beside it."""

from __future__ import annotations

from typing import Literal

from kcontract.model.value import Value

LoadKind = Literal["valid", "mixed", "burst"]
"""An open loop of valid records; the same with malformed ones among them; as many as can be sent at once."""


class EchoFigures(Value, frozen=True):
    """What the plainest consumer did with as many records at the same rate, on the same machine and broker."""

    latencies: tuple[float, ...]
    """Seconds from the scheduled sending to the broker's time of the echo."""
    late: tuple[float, ...] = ()
    """Seconds by which each record was sent later than scheduled."""
    drained: float | None = None
    """Records a second, if all were sent at once."""


class Quantile(Value, frozen=True):
    """A latency that a share of all records keeps within, with its 95 % confidence bounds. Seconds."""

    share: float
    value: float
    low: float | None = None
    """None: too few records to say."""
    high: float | None = None
    promised: float | None = None
    echo: float | None = None
    """The same of the harness's own echo."""


class LoadFigures(Value, frozen=True):
    """One load on one input."""

    topic: str
    load: LoadKind
    round: int
    rate: float
    """Records a second: sent in an open loop, or, of a burst, drained."""
    count: int
    """Valid records that were judged."""
    quantiles: tuple[Quantile, ...] = ()
    errors: int = 0
    """Valid records that were rejected, or committed without their effect."""
    lags: tuple[tuple[float, int], ...] = ()
    """Seconds since the load began, and records that were not committed by then."""
    promised: float | None = None
    """The promised rate of a burst, or the promised share of errors of the other loads."""
    echo_rate: float | None = None
    """What the harness's own echo drained of a burst."""

    @property
    def name(self) -> str:
        return {"valid": "valid load", "mixed": "malformed mix", "burst": "burst"}[self.load]

    @property
    def text(self) -> str:
        """One line for reports."""
        parts = [f"{self.topic}, {self.name}: {self.count:,} records at {self.rate:,.0f}/s"]
        parts += [_quantile(one) for one in self.quantiles]
        if self.load == "burst" and self.promised is not None:
            parts.append(f"promised {self.promised:,.0f}/s")
        if self.errors or (self.load != "burst" and self.promised is not None):
            parts.append(f"errors {self.errors / max(self.count, 1):.2%}")
        if self.lags:
            parts.append(f"lag at most {max(lag for _, lag in self.lags):,}, {self.lags[-1][1]:,} at the end")
        if echo := _echo(self):
            parts.append(f"kcontract's own echo {echo}")
        return "; ".join(parts)


def in_words(seconds: float) -> str:
    """`214 ms`, `2.5 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def percent_of(share: float) -> str:
    """`p95`."""
    return f"p{share * 100:.0f}"


def _quantile(one: Quantile) -> str:
    bounds = [f"{in_words(low)}" if (low := one.low) is not None else "?"]
    bounds.append(f"{in_words(high)}" if (high := one.high) is not None else "?")
    promised = f", promised {in_words(one.promised)}" if one.promised is not None else ""
    return f"{percent_of(one.share)} {in_words(one.value)} ({' to '.join(bounds)}{promised})"


def _echo(figures: LoadFigures) -> str:
    if figures.echo_rate is not None:
        return f"{figures.echo_rate:,.0f}/s"
    known = [(one.share, one.echo) for one in figures.quantiles if one.echo is not None]
    return ", ".join(f"{percent_of(share)} {in_words(echo)}" for share, echo in known)
