"""Everything that went wrong with one fault, in the order of ORACLE.md §5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from kcontract.judge.cause import ended_in_words, exit_cause
from kcontract.judge.evidence import Delivery, Exit
from kcontract.judge.faults.health import in_words, says, stated
from kcontract.judge.faults.records import record_signs
from kcontract.judge.faults.requests import request_signs
from kcontract.judge.faults.trial import Sign, Trial, contracts_of, declared
from kcontract.judge.pace import Pace
from kcontract.judge.promises import Promises
from kcontract.model.contract import Fault
from kcontract.model.location import Location
from kcontract.model.verdicts import rank

_LONGER = 2.0
"""A start that hangs has taken so many times as long as any that succeeded."""


def signs_of(
    trial: Trial, promises: Promises, pace: Pace, is_past: Callable[[Delivery], bool], usual: float
) -> tuple[Sign, ...]:
    """The signs of a trial that was waited for long enough. `usual`: the slowest healthy answer in seconds."""
    found = [*_crash(trial, promises), *_stop(trial, promises)]
    if trial.is_lost:
        found += _lost(trial, promises)
    else:
        found += [*record_signs(trial, pace, is_past), *request_signs(trial, usual), *_health(trial, promises)]
    return tuple(sorted(found, key=lambda sign: rank(sign.code)))


def _crash(trial: Trial, promises: Promises) -> Iterator[Sign]:
    if not trial.exits or _may_exit(trial):
        return
    first: Exit = trial.exits[0]
    topic, at = _home(trial, promises)
    yield Sign(
        code="CRASHED",
        topic=topic,
        at=at,
        promised=f"{promises.unit} stays up when {trial.kind.what}",
        facts=(f"the process {ended_in_words(first.code)} while the fault was on, and none of it was asked to",),
        cause=exit_cause(first.code, first.stderr),
        stderr=first.stderr,
    )


def _lost(trial: Trial, promises: Promises) -> Iterator[Sign]:
    """It does not start any more. A start that takes somewhat longer than before may be the machine's doing."""
    exits = [one.exit for one in trial.failed if one.exit is not None]
    hangs = [one.seconds for one in trial.failed if one.exit is None and one.seconds > _LONGER * trial.longest_start]
    ended = exits[-1] if exits else None
    if len(exits) + len(hangs) < 2:
        return
    how = [f"was not ready after {seconds:.0f} s" for seconds in hangs]
    how += [f"exited with code {one.code} before it was ready" for one in exits]
    counted = "; ".join(f"it {what} ({count} x)" for what, count in Counter(how).items())
    topic, at = _home(trial, promises)
    yield Sign(
        code="CRASHED" if len(exits) > 1 else "NOT_RECOVERED" if trial.kind.effect == "outage" else "STUCK",
        topic=topic,
        at=at,
        promised=f"{promises.unit} goes on when it is started again after {trial.kind.what}",
        facts=(f"started again {counted}; before the fault it was ready within {trial.longest_start:.1f} s",),
        cause=ended.cause if ended is not None and len(exits) > 1 else "does not start again",
        stderr=ended.stderr if ended is not None else "",
        times=2,
    )


def _may_exit(trial: Trial) -> bool:
    """A record whose outcome the broker refuses for good leaves a receiver three lawful ways out: wait, dead-letter it,
    or exit without a commit, so that it comes again. Whoever does not come back is told by its records. A request does
    not come again: its sender must answer."""
    return trial.kind.effect == "limits" and not trial.requests


def _stop(trial: Trial, promises: Promises) -> Iterator[Sign]:
    """Still running when `stopTimeout` was over: it took our SIGKILL to end it."""
    stop = trial.stop
    if stop is None or trial.stop_code != -9 or trial.stop_seconds < stop.timeout:
        return
    topic, at = _home(trial, promises)
    yield Sign(
        code="UNGRACEFUL_STOP",
        topic=topic,
        at=at,
        promised=f"{promises.unit} ends within {stop.timeout:g} s of SIGTERM",
        facts=(f"it was still running after {stop.timeout:g} s",),
        cause="still running",
    )


def _health(trial: Trial, promises: Promises) -> Iterator[Sign]:
    promise = next((f for f in declared(trial.kind, contracts_of(promises)) if f.health), None)
    before = trial.healths_when("before")
    if promise is None or not before or "ok" not in stated(before[-1]) or trial.exits:
        return
    well = before[-1]
    during, after = trial.healths_when("during"), trial.healths_when("after")
    if during and not says(during, promise.health or "", well):
        fact = f"while {trial.kind.what} it said: {in_words(during)}"
        yield _health_sign(trial, promises, promise, "HEALTH_LIED", fact)
    if after and not says(after, "ok", None):
        fact = f"before: {in_words(before)}; {trial.waited:.0f} s after the fault: {in_words(after)}"
        yield _health_sign(trial, promises, promise, "NOT_RECOVERED", fact)


def _health_sign(trial: Trial, promises: Promises, promise: Fault, code: str, fact: str) -> Sign:
    topic, _ = _home(trial, promises)
    state = (
        f"says {promise.health} when {trial.kind.what}" if code == "HEALTH_LIED" else "says ok again after the fault"
    )
    health = f"the health page of {promises.unit} {state}"
    return Sign(code=code, topic=topic, at=promise.at, promised=health, facts=(fact,), cause="health")


def _home(trial: Trial, promises: Promises) -> tuple[str, Location]:
    """The topic and the line that a sign on the service as a whole stands on."""
    contracts = contracts_of(promises)
    for contract in contracts:
        for fault in declared(trial.kind, [contract]):
            return contract.topic, fault.at
    runs = [(source.topic, source.receive.at) for source in promises.inputs.values()]
    runs += [(product.contract.topic, product.send.at) for product in promises.products.values()]
    return runs[0] if runs else ("", Location(file="?"))
