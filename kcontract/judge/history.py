"""Judging a whole history: the same fold as during the run, and the same findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kcontract.judge.findings import group_findings
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model.events import Event, RunStarted, UnitEnded, UnitStarted
from kcontract.model.finding import Finding


def judge_history(events: Iterable[Event]) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Each unit that ended, with its findings. Nothing but the events is looked at: no broker, no files."""
    run, unit, state = "", "", None
    for event in events:
        if isinstance(event, RunStarted):
            run = event.run
        elif isinstance(event, UnitStarted):
            unit = event.unit
            state = UnitState(run, compile_promises(unit, event.contracts, event.schemas))
        elif isinstance(event, UnitEnded) and state is not None:
            yield unit, unit_findings(unit, state)
        elif state is not None:
            state.feed(event)


def unit_findings(unit: str, state: UnitState) -> tuple[Finding, ...]:
    """The findings of a unit that has ended."""
    state.close()
    return group_findings(unit, state.reached, any_dead_letter=state.dead_letters > 0)
