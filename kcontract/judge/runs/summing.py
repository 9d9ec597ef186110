"""What a unit amounts to, from its events alone: the same summary during the run and from a stored history."""

from __future__ import annotations

from kcontract.judge.load.book import LoadBook
from kcontract.judge.state import UnitState
from kcontract.model.contract import Contract, Receive
from kcontract.model.events import UnitBlocked, UnitEnded, UnitLeft, UnitStarted
from kcontract.model.summary import Blocked, UnitSummary


def unit_summary(
    started: UnitStarted, ended: UnitEnded, state: UnitState, blocked: Blocked | None = None
) -> UnitSummary:
    """The summary of a unit whose state was closed."""
    pace = state.pace
    return UnitSummary(
        unit=started.unit,
        topics=_topics(started),
        seconds=ended.at - started.at,
        cases=state.tally.cases + state.letters_compared if ended.tested else 0,  # the probe phase alone tests nothing
        requests=state.requests.count if ended.tested else 0,
        latency_p50=(pace.p50 or None) if pace.latencies else None,  # in a chain effects wait until they are looked at
        latency_p99=(pace.p99 or None) if pace.latencies else None,
        starts=state.starts,
        kinds=state.tally.rows(),
        not_applicable=ended.not_applicable,
        not_sent=ended.not_sent,
        blind=tuple(state.blind),
        loads=tuple(state.book(LoadBook).figures),
        coverage=ended.coverage,
        blocked=blocked,
    )


def blocked_by(event: UnitBlocked) -> Blocked:
    """The event as the summary has it."""
    return Blocked(event.code, event.reason, event.fix, event.usage)


def left_summary(event: UnitLeft) -> UnitSummary:
    """The summary of a unit that is left to another command."""
    blind = ((event.why, event.remedy),)
    return UnitSummary(unit=event.unit, topics=event.topics, seconds=0.0, blind=blind, left=True)


def output_names(contract: Contract, receive: Receive) -> tuple[str, ...]:
    """Effect, dead letter, retry and reply topics of one receiver."""
    names = [emits.topic for emits in receive.emits]
    if receive.on_invalid.dead_letter:
        names.append(receive.on_invalid.dead_letter.topic)
    if receive.retry:
        names += receive.retry.topics
    if contract.reply:
        names += (contract.reply.topic,) if isinstance(contract.reply.topic, str) else contract.reply.topics
    return tuple(dict.fromkeys(names))


def _topics(started: UnitStarted) -> tuple[str, ...]:
    own = [contract.topic for contract in started.contracts]
    outputs = [
        name
        for contract in started.contracts
        for receive in contract.receive
        if receive.unit == started.unit
        for name in output_names(contract, receive)
    ]
    return tuple(dict.fromkeys([*own, *outputs]))
