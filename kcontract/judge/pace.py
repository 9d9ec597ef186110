"""The pace of a service on this machine, learnt from its healthy records; every deadline follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

QUIET_FLOOR, QUIET_CEILING = 0.05, 10.0
"""Seconds without new evidence before a negative may be stated."""
STALL_FLOOR, STALL_CEILING = 3.0, 120.0
"""Seconds without progress before a service counts as standing still."""

PROMPT = 1.0
"""Seconds from outcome to commit; auto-commit takes 5, Kafka Streams 30."""


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile of `values`, `share` of 1; 0.0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(slots=True)
class Pace:
    """Latencies in seconds. Start-up of the first record is kept apart, because it says nothing of the later ones."""

    latencies: list[float] = field(default_factory=list)
    commit_lags: list[float] = field(default_factory=list)
    first_latency: float | None = None
    longest_gap: float = 0.0
    """The longest time without progress from which the service went on: retries, back-off, collections of garbage."""
    longest_wait: float = 0.0
    """The same while single records were tried: how long one of many may hold the others up, on a busy machine too."""
    floor: float = STALL_FLOOR
    commits: bool = False
    """Whether the service was seen to commit."""

    def learn_gap(self, gap: float) -> None:
        self.longest_gap = max(self.longest_gap, gap)

    def learn_wait(self, gap: float) -> None:
        """From a window of few records: it says nothing of when a negative may be stated."""
        self.longest_wait = max(self.longest_wait, gap)

    def learn_first(self, latency: float) -> None:
        """The first records wait for class loading, metadata and joins: they say nothing of the later ones."""
        self.first_latency = max(latency, self.first_latency or 0.0)

    def learn(self, latency: float) -> None:
        self.latencies.append(latency)
        if len(self.latencies) > 4096:
            del self.latencies[:2048]

    def learn_commit(self, lag: float) -> None:
        self.commits = True
        self.commit_lags.append(lag)
        if len(self.commit_lags) > 1024:
            del self.commit_lags[:512]

    @property
    def known(self) -> bool:
        """Whether any record was seen to have its effect."""
        return self.first_latency is not None or bool(self.latencies)

    def learn_last_commit(self) -> None:
        """What is committed on the way out says that commits are used, and nothing of how soon they come otherwise."""
        self.commits = True

    @property
    def prompt_commits(self) -> bool:
        """Whether commits follow closely enough to wait for them; late ones say no more than an outcome does."""
        return bool(self.commit_lags) and self.commit_lag <= PROMPT

    @property
    def p50(self) -> float:
        return percentile(self.latencies, 0.5)

    @property
    def p99(self) -> float:
        return percentile(self.latencies, 0.99) if self.latencies else self.first_latency or 0.0

    @property
    def quiet(self) -> float:
        """ORACLE.md §3 (c): no new evidence for four times the p99."""
        return min(max(4 * self.p99, 2 * self.longest_gap, QUIET_FLOOR), QUIET_CEILING)

    @property
    def brief(self) -> float:
        """The same without the gaps, where no record is missing anything: there is no negative to wait for."""
        return min(max(4 * self.p99, QUIET_FLOOR), QUIET_CEILING)

    @property
    def stall(self) -> float:
        """No delivery has got an outcome and no commit has moved for so long."""
        first = self.first_latency or 0.0  # any window may follow a start
        waits = 4 * self.longest_gap, 4 * self.longest_wait
        learnt = max(20 * self.p99, 3 * self.commit_lag, 3 * first, *waits)
        return min(max(self.floor, learnt), STALL_CEILING)

    @property
    def commit_lag(self) -> float:
        """How long after its outcome a record is committed, at most."""
        return max(self.commit_lags, default=0.0)
