"""The verdicts on a sender's requests: what must follow one, and what must not (ORACLE.md §6, producers)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from kcontract.judge.cause import ended_in_words, exit_cause
from kcontract.judge.evidence import Exit
from kcontract.judge.requests.request import Request
from kcontract.model.events import Requested
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord
from kcontract.oracle.expressions import MISSING, evaluate, resolve_pointer

BY_ANSWER = "it holds what only the answer, or the path, tells"
BY_ITSELF = "made alone, twice, the request led to one event each time, and nothing else came before or behind"
"""Why an event is taken for a request's that does not say so."""


def no_event(request: Request) -> CaseVerdict:
    """It was accepted, and no event came, nor did one when it was made again."""
    promised = f"{_name(request)} sends an event to {_topic(request)} for each accepted request"
    fact = f"the answer was {request.answer}, and no event came, nor did one again"
    return _verdict("NO_EVENT", request, promised, fact)


def accepted_invalid(request: Request) -> CaseVerdict:
    """It is invalid, and was accepted; nothing came of it."""
    promised = f"{_name(request)} refuses a request that its schema rules out"
    fact = f"the request is invalid, the answer was {request.answer}, and no event is known to be its own"
    return _verdict("NO_EVENT", request, promised, fact, cause="invalid")


def other_event(request: Request, record: LogRecord, payload: Any, how: str) -> CaseVerdict:
    """It was accepted, and its event, which `how` tells, says something else than `where` wants."""
    where, wrong = request.product.send.where, request.contradicted(payload)
    pairs = [f"{pointer} equals {expression}" for pointer, expression in (where.pairs if where else ())]
    pairs = [pair for pair in pairs if pair.partition(" ")[0] in wrong]
    promised = f"in the event of each request that {_name(request)} accepts {' and '.join(pairs) or 'all is as asked'}"
    facts = [f"the answer was {request.answer}; {_place(record)} is its event: {how}"]
    wanted = dict(request.expected())
    facts += [f"{one} is {_short(resolve_pointer(payload, one))}, not {_short(wanted[one])}" for one in wrong]
    verdict = _verdict("INVALID_EVENT", request, promised, *facts, records=(record,), cause=", ".join(wrong))
    return msgspec.structs.replace(verdict, at=where.at) if where else verdict


def _short(value: Any) -> str:
    return "missing" if value is MISSING else json.dumps(value, ensure_ascii=False, default=str)[:60]


def wrong_topic(request: Request, stray: LogRecord) -> CaseVerdict:
    """It was accepted, and its event came to another topic."""
    promised = f"{_name(request)} sends its events to {_topic(request)}"
    fact = f"the answer was {request.answer}; the event with what it says came to {_place(stray)}"
    return _verdict("WRONG_TOPIC", request, promised, fact, records=(stray,), cause=stray.topic)


def phantom_event(request: Request, also: int = 0) -> CaseVerdict:
    """It was refused, or had to be, and an event came."""
    others = f"; {also} more refused requests asked for the same" if also else ""
    fact = f"the answer was {request.answer}, and an event came: {_place(request.events[0])}{others}"
    promised = f"{_name(request)} sends nothing for a request that it refuses"
    if request.accepted:
        promised = f"{_name(request)} refuses a request that its schema rules out, and sends nothing for it"
    return _verdict("PHANTOM_EVENT", request, promised, fact)


def refused_valid(request: Request, copies: Sequence[Request]) -> Iterator[CaseVerdict]:
    """It conforms to the schema, and was refused again when it was made once more."""
    again = [copy for copy in copies if copy.responded is not None]
    if request.excused or not again or not all(one.turned_away and not one.excused for one in again):
        return
    body = request.product.send.action.body if request.product.send.action else None
    promised = f"{_name(request)} accepts what {body.file or 'its schema' if body else 'its action'} allows"
    said = request.responded.body[:300].decode("utf-8", "replace").strip() if request.responded else ""
    met = "was refused again" if request.refused else "met the same again"
    facts = [f"the answer was {request.answer}{f': {said}' if said else ''}", f"the same request {met}"]
    place = body.at if body else request.product.send.at
    facts.append(f"if this is meant, state the rule in the body's schema ({place})")
    yield _verdict("REFUSED_VALID", request, promised, *facts, cause=request.answer)


def crashed(
    request: Request, end: Exit, seen: Sequence[str], *, bloated: int = 0, confirmed: bool = True
) -> CaseVerdict:
    """A process ended with it. `bloated`: bytes that it held, if it was ended for that."""
    name = _name(request)
    promised = f"{name} answers each valid request, and goes on with the next"
    if not request.valid:
        promised = f"{name} refuses a request that its schema rules out, and goes on with the next"
    held = (f"it held {bloated >> 20:,} MiB, and was ended for it before it took the machine down",) if bloated else ()
    code = "RESOURCE_BLOWUP" if bloated else "CRASHED"
    verdict = _verdict(code, request, promised, *held, *seen, cause=end.cause)
    return msgspec.structs.replace(verdict, stderr=end.stderr, confirmed=confirmed)


def died_alone(request: Request, copies: Sequence[Request]) -> Iterator[CaseVerdict]:
    """The command or function that has a process of its own did not survive it, nor did it once more."""
    codes = [one.died for one in (request, *copies) if one.died is not None]
    if len(codes) > 1 and request.died is not None and request.responded is not None:
        words = request.responded.error
        end = Exit(request.died, words, exit_cause(request.died, words))
        seen = f"its process {ended_in_words(codes[0])}", f"made again, it {ended_in_words(codes[1])} again"
        yield crashed(request, end, seen)


def duplicate_event(request: Request) -> Iterator[CaseVerdict]:
    """More than one event came of it."""
    first, *others = request.events
    second = next((one for one in others if _is_the_same(request, first, one)), None)
    if second is None:
        return
    promised = f"{_name(request)} sends one event to {_topic(request)} for each accepted request"
    fact = f"the answer was {request.answer}, and {len(request.events)} events came: {_place(first)}, {_place(second)}"
    yield _verdict("DUPLICATE_EVENT", request, promised, fact, records=(first, second))


def _is_the_same(request: Request, first: LogRecord, second: LogRecord) -> bool:
    """A topic of several event types may have one of each: then the same event has the same bytes or identity."""
    message, oracle = request.product.contract.message, request.product.oracle
    if not message.one_of or first.record.value == second.record.value:
        return True
    if message.identity is None:
        return False
    one, other = (evaluate(message.identity, log.record, oracle.read_leniently(log.record)) for log in (first, second))
    return one is not MISSING and one == other


def wrong_order(chain: Sequence[Request]) -> Iterator[CaseVerdict]:
    """Requests about one entity, one after the other: their first events stand in the same order in a partition."""
    told = [one for one in chain if one.accepted and one.events]
    for earlier, later in pairwise(told):
        first, second = earlier.events[0], later.events[0]
        if (first.topic, first.partition) == (second.topic, second.partition) and first.offset > second.offset:
            promised = f"{_name(later)} sends the events of one entity in the order of its requests"
            before = f"{earlier.requested.method} {earlier.requested.url}"
            fact = f"its event stands at {_place(second)}, that of {before}, which was answered before, at "
            yield _verdict("WRONG_ORDER", later, promised, fact + _place(first), records=(second, first))
            return


def with_request(verdict: CaseVerdict, record: LogRecord, requests: Sequence[Request]) -> CaseVerdict:
    """The verdict on an event with the request that led to it, if that is known: a replay sends it again."""
    for request in requests:
        if record in request.events:
            one = request.requested
            return msgspec.structs.replace(verdict, case=one.case, note=one.note, request=_text(one), requested=one)
    return verdict


def _name(request: Request) -> str:
    return request.product.send.name


def _topic(request: Request) -> str:
    return request.requested.topic


def _place(log: LogRecord) -> str:
    return f"{log.topic}/{log.partition}@{log.offset}"


def _text(requested: Requested) -> str:
    return f"{requested.method} {requested.url}\n" + requested.body.decode("utf-8", "backslashreplace")


def _verdict(
    code: str,
    request: Request,
    promised: str,
    *facts: str,
    records: tuple[LogRecord, ...] = (),
    cause: str = "",
) -> CaseVerdict:
    requested = request.requested
    return CaseVerdict(
        code=code,
        case=requested.case,
        kind=requested.kind,
        topic=requested.topic,
        at=request.product.send.at,
        promised=promised,
        seen=facts,
        cause=cause,
        note=requested.note,
        evidence=records or tuple(request.events[:2]),
        request=_text(requested),
        requested=requested,
    )
