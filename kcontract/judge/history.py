"""Judging a whole history: the same fold as during the run, and the same findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from kcontract.judge.findings import group_findings
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model.events import Event, RunStarted, UnitEnded, UnitStarted
from kcontract.model.finding import Finding
from kcontract.model.naming import without_prefix


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
            yield unit, unit_findings(unit, state, run)
        elif state is not None:
            state.feed(event)


def unit_findings(unit: str, state: UnitState, run: str) -> tuple[Finding, ...]:
    """The findings of a unit that has ended, with the contracts' names of topics, so that their ids stay the same."""
    state.close()
    reached = [
        msgspec.structs.replace(
            verdict, topic=without_prefix(verdict.topic, run), cause=without_prefix(verdict.cause, run)
        )
        for verdict in state.reached
    ]
    return group_findings(unit, reached, any_dead_letter=state.dead_letters > 0)
