"""What became of a sender's requests around a fault: what was accepted must be published in the end, and once."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.judge.faults.trial import Sign, Trial, declared, recovers
from kcontract.judge.requests.book import Request
from kcontract.model.contract import Contract
from kcontract.model.location import Location

BOUND = 5.0
"""Seconds that a caller may wait for its answer where the contract says `accepts`."""
_SLOWER, LONGEST = 20.0, 10.0
"""So many times slower than the slowest healthy answer is blocked, if that is longer; but so many seconds always."""
_ONCE = frozenset({"network:lostAck"})
"""Faults after which an event must not have come twice: here the broker holds the first one."""


def request_signs(trial: Trial, usual: float) -> Iterator[Sign]:
    """Signs of NOT_RECOVERED, LOST_EVENT, DUPLICATE_EVENT, BLOCKED and REFUSED_VALID, topic by topic.

    `usual` is the slowest answer in seconds while all was well.
    """
    ended = trial.ended_at
    if ended is None:
        return
    by_topic: dict[str, list[Request]] = {}
    for request in trial.requests:
        if request.requested.expectation == "valid":
            by_topic.setdefault(request.requested.topic, []).append(request)
    for requests in by_topic.values():
        meanwhile = [request for request in requests if request.requested.at < ended]
        after = [request for request in requests if request.requested.at >= ended]
        back = _back_at(after)
        if after and back is None:
            yield _not_back(trial, after)
        elif back is not None:
            yield from _late(trial, after[0], back - ended)
            yield from _events(trial, meanwhile)
        yield from _answers(trial, meanwhile, min(max(BOUND, _SLOWER * usual), LONGEST))


def _back_at(after: list[Request]) -> float | None:
    """When the first event of a request came that was made after the fault."""
    times = [request.event_at for request in after if request.accepted and request.event_at is not None]
    return min(times, default=None)


def _not_back(trial: Trial, after: list[Request]) -> Sign:
    answers = ", ".join(str(r.responded.status or "no answer") if r.responded else "?" for r in after[-3:])
    fact = f"{trial.waited:.0f} s after the fault no valid request had its event; the last answers: {answers}"
    return _sign(trial, after[0], "NOT_RECOVERED", f"accepts and publishes again after {trial.kind.what}", fact)


def _late(trial: Trial, shown: Request, took: float) -> Iterator[Sign]:
    limit = recovers(trial.kind, [shown.product.contract])
    if took > limit + BOUND:
        fact = f"the first event after it came {took:.1f} s later"
        yield _sign(trial, shown, "NOT_RECOVERED", f"is back within {limit:g} s after {trial.kind.what}", fact)


def _events(trial: Trial, meanwhile: list[Request]) -> Iterator[Sign]:
    accepted = [request for request in meanwhile if request.accepted and request.can_be_tied()]
    lost = [one for alike in _alike(accepted) for one in alike if sum(len(r.events) for r in alike) < len(alike)]
    lost = [request for request in lost if not request.events]
    if lost:
        status = lost[0].responded.status if lost[0].responded else 0
        fact = f"the answer was {status}, and no event came; so it is with {len(lost)} of {len(accepted)} requests"
        yield _sign(trial, lost[0], "LOST_EVENT", f"publishes what it accepted, also when {trial.kind.what}", fact)
    twice = [alike for alike in _alike(accepted) if sum(len(request.events) for request in alike) > len(alike)]
    if twice and trial.kind.name in _ONCE:
        fact = f"{sum(len(request.events) for request in twice[0])} events came of {len(twice[0])} requests"
        yield _sign(trial, twice[0][0], "DUPLICATE_EVENT", "publishes each event once", fact)


def _alike(requests: list[Request]) -> list[list[Request]]:
    """Requests whose events cannot be told from each other stand together; most stand alone."""
    groups: dict[str, list[Request]] = {}
    for request in requests:
        groups.setdefault(repr(request.expected()), []).append(request)
    return list(groups.values())


def _answers(trial: Trial, meanwhile: list[Request], bound: float) -> Iterator[Sign]:
    """What callers met meanwhile, where the contract says `accepts`. A process that is gone answers nobody."""
    contract = meanwhile[0].product.contract if meanwhile else None
    if contract is None or not _accepts(trial, contract) or trial.exits:
        return
    waited = [request for request in meanwhile if _seconds(request) > bound]
    if waited:
        fact = f"a request waited {_seconds(waited[0]):.1f} s; so it is with {len(waited)} of {len(meanwhile)} requests"
        yield _sign(trial, waited[0], "BLOCKED", f"accepts requests while {trial.kind.what}", fact)
    refused = [request for request in meanwhile if request.refused]
    if refused:
        status = refused[0].responded.status if refused[0].responded else 0
        fact = f"a valid request was answered {status}"
        yield _sign(trial, refused[0], "REFUSED_VALID", f"accepts requests while {trial.kind.what}", fact)


def _accepts(trial: Trial, contract: Contract) -> bool:
    return any(fault.send == "accepts" for fault in declared(trial.kind, [contract]))


def _seconds(request: Request) -> float:
    return request.responded.at - request.requested.at if request.responded else 0.0


def _sign(trial: Trial, shown: Request, code: str, promised: str, fact: str) -> Sign:
    contract = shown.product.contract
    return Sign(
        code=code,
        topic=contract.topic,
        at=_at(trial, shown),
        promised=f"{shown.product.send.name} {promised}",
        facts=(fact,),
        case=shown.requested.case,
    )


def _at(trial: Trial, shown: Request) -> Location:
    faults = declared(trial.kind, [shown.product.contract])
    return faults[0].at if faults else shown.product.send.at
