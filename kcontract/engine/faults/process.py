"""The service itself is ended while it has work in hand, and started again where its commits stand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kcontract.engine.faults.injection import Injection
from kcontract.engine.stage import Stage
from kcontract.judge.runs.summing import output_names
from kcontract.model.faults import fault
from kcontract.model.tap import Lever
from kcontract.ports import Tap

_TICKS, _LATE = 2.0, 6.0
"""Times the latest commit that was seen, and seconds at most: auto-commit comes every five."""


def process_faults(stage: Stage) -> Iterator[Injection]:
    """The trial starts it again: whatever the fault is, a service that is gone must come back."""
    life = stage.lifecycle
    kill = partial(life.kill, "fault")
    yield Injection(fault("killed"), kill, _nothing, moment="batch", hold=0.0)
    yield Injection(fault("killed:commit"), kill, _nothing, moment="commit", hold=0.0)
    if stage.tools.tap is not None and any(output_names(*one) for one in stage.unit.receives):
        unwritten = _Unwritten(stage, stage.tools.tap)
        yield Injection(fault("killed:effect"), unwritten.begin, unwritten.end, hold=0.0, strike=unwritten.strike)
    yield Injection(fault("terminated"), life.terminate, _nothing, moment="batch", hold=0.0)


class _Unwritten:
    """Killed at the one moment that no luck hits: it has begun with a record, and nothing that came of it is written.

    Whoever notes a record as done before its effect is acknowledged passes over it when it comes again. Some note it by
    a commit that a clock makes: that is given the time to come.
    """

    def __init__(self, stage: Stage, tap: Tap) -> None:
        self._observer, self._life, self._tap = stage.observer, stage.lifecycle, tap
        self._now, self._pace = stage.tools.recorder.now, stage.state.pace
        self._before = 0
        self._due: float | None = None

    def begin(self) -> None:
        """What it writes from now on goes nowhere, and is not answered."""
        self._observer.look_at_tap()
        self._before, self._due = self._observer.kept_back, None
        self._tap.set_fault(Lever(kind="produce_drop"))

    def strike(self) -> bool:
        """Kill it once it has written something, and had the time to commit what it took for done."""
        self._observer.look_at_tap()
        if self._observer.kept_back == self._before:
            return False
        if self._due is None:
            self._due = self._now() + min(_TICKS * self._pace.commit_lag, _LATE)
        if self._now() < self._due and not self._life.gone:
            return False
        self._life.kill("fault")
        return True

    def end(self) -> None:
        """Connections that wait for good are reset; the trial starts the service again."""
        self._tap.clear_fault()


def _nothing() -> None:
    """The process is gone; there is nothing to take off."""
