"""What comes of the units of a run: told as it comes, summed up at the end."""

from __future__ import annotations

from kcontract.engine.recorder import Recorder
from kcontract.errors import EXIT_INTERRUPTED
from kcontract.judge.runs.ending import exit_code
from kcontract.judge.runs.summing import left_summary
from kcontract.model import events as ev
from kcontract.model.finding import Finding
from kcontract.model.summary import RunSummary, UnitSummary


class Outcomes:
    """The units and findings of one run so far."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._units: list[UnitSummary] = []
        self._findings: list[Finding] = []

    def take(self, summary: UnitSummary, found: tuple[Finding, ...]) -> None:
        """A unit has ended."""
        self._units.append(summary)
        self._findings.extend(found)
        for finding in found:
            self._recorder.tell(finding)
        self._recorder.tell(summary)

    def skip(self, unit: str, tested: str) -> None:
        """No time was left for a unit: not verified, or whatever else `tested` says; no verdict and no success."""
        self.leave_out(unit, f"not {tested}: --max-time was over", "raise --max-time")

    def leave_out(self, unit: str, why: str, remedy: str) -> None:
        """A unit of which nothing was tested."""
        blind = ev.Blind(self._recorder.now(), unit, why, remedy)
        self._recorder.record(blind)
        self.take(UnitSummary(unit=unit, topics=(), seconds=0.0, blind=((blind.what, blind.remedy),)), ())

    def is_well(self, unit: str) -> bool:
        """Whether it was tested, and nothing was found."""
        tested = any(one.unit == unit and (one.cases or one.requests) and not one.blocked for one in self._units)
        return tested and not any(finding.unit == unit for finding in self._findings)

    def leave(self, unit: str, topics: tuple[str, ...], why: str, remedy: str) -> None:
        """A unit that is for another command, which `remedy` names."""
        event = ev.UnitLeft(self._recorder.now(), unit, topics, why, remedy)
        self._recorder.record(event)
        self.take(left_summary(event), ())

    def end(self, started: ev.RunStarted, history: str, *, interrupted: bool) -> RunSummary:
        """The run has ended: recorded, and told as its summary. `history` is the path that the summary names."""
        ended = ev.RunEnded(self._recorder.now(), interrupted=interrupted)
        self._recorder.record(ended)
        summary = RunSummary(
            run=started.run,
            exit_code=EXIT_INTERRUPTED if interrupted else exit_code(self._units, self._findings),
            seconds=ended.at,
            broker=started.broker,
            registry=started.registry,
            is_broker=started.is_broker,
            units=tuple(self._units),
            findings=tuple(self._findings),
            history=history,
            interrupted=interrupted,
        )
        self._recorder.tell(summary)
        return summary
