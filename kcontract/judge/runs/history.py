"""Judging a whole history: the same fold as during the run, the same findings, the same summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from kcontract.judge.findings import group_findings, one_a_case
from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.ending import exit_code_of
from kcontract.judge.runs.summing import blocked_by, left_summary, unit_summary
from kcontract.judge.state import UnitState
from kcontract.model.events import Blind, Event, RunEnded, RunStarted, UnitBlocked, UnitEnded, UnitLeft, UnitStarted
from kcontract.model.finding import Finding
from kcontract.model.naming import without_prefix
from kcontract.model.summary import Blocked, RunSummary, UnitSummary

CUT = "the history ends here; judged up to this point"


def judge_history(events: Iterable[Event]) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Each unit with its findings. Nothing but the events is looked at: no broker, no files."""
    findings: list[Finding] = []
    for item in HistoryJudge().judge(events):
        if isinstance(item, Finding):
            findings.append(item)
        elif isinstance(item, UnitSummary):
            yield item.unit, tuple(findings)
            findings.clear()


class HistoryJudge:
    """Judges one history."""

    def __init__(self, history: str = "") -> None:
        """`history` is the path that the summary names."""
        self._history = history
        self._run: RunStarted | None = None
        self._started: UnitStarted | None = None
        self._state: UnitState | None = None
        self._blocked: Blocked | None = None
        self._ended: RunEnded | None = None
        self._at = 0.0
        self._units: list[UnitSummary] = []
        self._findings: list[Finding] = []

    def judge(self, events: Iterable[Event]) -> Iterator[Event | Finding | UnitSummary | RunSummary]:
        """The events again, and what the run told beside them; the summary last, unless no run is in the history."""
        for event in events:
            yield event
            yield from self._take(event)
        if self._run is not None:
            yield from self._left_open("" if self._ended else CUT)
            yield self._summary(self._run)

    def _take(self, event: Event) -> Iterator[Finding | UnitSummary]:
        self._at = event.at
        match event:
            case RunStarted():
                self._run = event
            case RunEnded():
                self._ended = event
            case UnitStarted():
                yield from self._left_open()
                self._started = event
                promises = compile_promises(event.unit, event.contracts, event.schemas)
                self._state = UnitState(self._run.run if self._run else "", promises)
            case UnitBlocked() if self._started is not None and self._started.unit == event.unit:
                self._blocked = blocked_by(event)
            case UnitBlocked():
                yield from self._left_open()
                yield self._keep(UnitSummary(unit=event.unit, topics=(), seconds=0.0, blocked=blocked_by(event)))
            case UnitLeft():
                yield from self._left_open()
                yield self._keep(left_summary(event))
            case UnitEnded():
                yield from self._close(event)
            case Blind() if self._state is None:
                blind = ((event.what, event.remedy),)
                yield self._keep(UnitSummary(unit=event.unit, topics=(), seconds=0.0, blind=blind))
            case _ if self._state is not None:
                self._state.feed(event)

    def _close(self, ended: UnitEnded, note: str = "") -> Iterator[Finding | UnitSummary]:
        started, state = self._started, self._state
        if started is None or state is None:
            return
        findings = unit_findings(ended.unit, state, self._run.run if self._run else "")
        self._findings += findings
        yield from findings
        summary = unit_summary(started, ended, state, self._blocked)
        if note:
            summary = msgspec.structs.replace(summary, notes=(*summary.notes, note))
        self._started = self._state = None
        yield self._keep(summary)

    def _left_open(self, note: str = "") -> Iterator[Finding | UnitSummary]:
        """The unit before, if it has no end: it never got going, or the history was cut off within it."""
        if self._started is not None and self._blocked is not None:
            unit, self._started, self._state = self._started.unit, None, None
            yield self._keep(UnitSummary(unit=unit, topics=(), seconds=0.0, blocked=self._blocked))
        elif self._started is not None:
            yield from self._close(UnitEnded(self._at, self._started.unit, tested=1), note)

    def _keep(self, summary: UnitSummary) -> UnitSummary:
        self._blocked = None
        self._units.append(summary)
        return summary

    def _summary(self, run: RunStarted) -> RunSummary:
        summary = RunSummary(
            run=run.run,
            exit_code=0,
            seconds=self._at,
            broker=run.broker,
            registry=run.registry,
            is_broker=run.is_broker,
            units=tuple(self._units),
            findings=tuple(self._findings),
            history=self._history,
            interrupted=self._ended is not None and self._ended.interrupted,
            incomplete="" if self._ended else "the history has no end: the run was killed, or the file was cut off",
        )
        return msgspec.structs.replace(summary, exit_code=exit_code_of(summary))


def unit_findings(unit: str, state: UnitState, run: str) -> tuple[Finding, ...]:
    """The findings of a unit that has ended, with the contracts' names of topics, so that their ids stay the same."""
    state.close()
    reached = [
        msgspec.structs.replace(
            verdict, topic=without_prefix(verdict.topic, run), cause=without_prefix(verdict.cause, run)
        )
        for verdict in state.reached
    ]
    return group_findings(unit, one_a_case(reached), any_dead_letter=state.dead_letters > 0)
