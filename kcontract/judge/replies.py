"""Request and reply: which answer is owed, and what is wrong with what came (ORACLE.md §2, §5)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from kcontract.judge.evidence import Delivery, Effect
from kcontract.judge.naming import correlation_of, is_own, keeps_its_id
from kcontract.judge.promises import Output
from kcontract.judge.symptoms import Shown, Symptom
from kcontract.judge.tying.where_index import token_text
from kcontract.model.case import Expectation, Layer
from kcontract.model.contract import Expression, Reply
from kcontract.oracle.expressions import MISSING, evaluate

_ALLOWED, _ALLOWED_SHARE = 0.5, 0.2
"""Seconds, or share of `within`, by which a slow machine may delay an answer: whichever is more."""
_UNREADABLE = (Layer.FRAMING, Layer.REGISTRY, Layer.DECODE)
"""Where these layers refuse a record, nobody need find the correlation id in its payload."""


class Sort(Enum):
    """What an answer is by its schemas."""

    RESULT = "an answer"
    ERROR = "an error"
    NEITHER = "neither answer nor error"


def owed_reply(delivery: Delivery, reply: Output | None) -> Output | None:
    """The reply that must come for the delivery. None where there is none, and where the case damages the correlation
    id or the reply topic itself: then any answer or none is right."""
    expectation = delivery.expectation
    if reply is None or reply.reply is None or expectation is Expectation.EITHER:
        return None
    if expectation is Expectation.INVALID and delivery.source.receive.on_invalid.policy != "reply":
        return None
    return reply if address_of(delivery, reply.reply) and _can_be_answered(delivery) else None


def address_of(delivery: Delivery, reply: Reply) -> str:
    """The topic where the answer belongs; empty if the request names none of the run's."""
    if isinstance(reply.topic, str):
        return reply.topic
    named = _header_values(delivery, reply.topic.pointer)
    topic = (named[0] or b"").decode("utf-8", "replace") if len(named) == 1 else ""
    return topic if topic in reply.topics else ""


def _can_be_answered(delivery: Delivery) -> bool:
    expression = delivery.source.contract.message.correlation_id
    if expression is None:
        return True
    if expression.root == "message.header" and len(_header_values(delivery, expression.pointer)) != 1:
        return False
    token = token_text(correlation_of(delivery, expression))
    if delivery.expectation is Expectation.VALID:
        return bool(token) and keeps_its_id(delivery)
    rejection = delivery.case.rejection
    unread = expression.root == "message.payload" and (rejection is None or rejection.layer in _UNREADABLE)
    return not unread and is_own(delivery, token)


def _header_values(delivery: Delivery, name: str) -> list[bytes | None]:
    return [value for key, value in delivery.case.record.headers if key == name]


def sort_of(answer: Effect) -> Sort:
    """Result or error, by the contract's schemas; where only one of them is given, all else is the other sort."""
    output, record = answer.output, answer.record.record
    reply = output.reply
    is_error = output.error is not None and record.value is not None and output.error.check(record) is None
    if reply is None or reply.payload is None:
        return Sort.ERROR if is_error else Sort.RESULT
    if output.oracle is not None and record.value is not None and output.oracle.check(record) is None:
        return Sort.RESULT
    return Sort.ERROR if is_error else Sort.NEITHER


def is_error(answer: Effect) -> bool:
    """Whether the answer conforms to `reply.error`, whatever else it conforms to."""
    error, record = answer.output.error, answer.record.record
    return error is not None and record.value is not None and error.check(record) is None


def reply_symptoms(delivery: Delivery) -> Iterator[Shown]:
    """Everything wrong with the answers to a delivery whose window has ended."""
    if delivery.expectation is Expectation.EITHER:
        return
    if delivery.owed is None:
        if delivery.expectation is Expectation.INVALID and delivery.source.receive.on_invalid.policy != "reply":
            yield from _undue_results(delivery)
        return
    if delivery.crossed:
        yield _crossed(delivery, delivery.owed)
    for answer in delivery.answers:
        yield from _of_address(delivery, answer)
        yield from _of_sort(delivery, answer)
    yield from _of_number(delivery, delivery.owed)


def _undue_results(delivery: Delivery) -> Iterator[Shown]:
    """Under another policy the answer to an invalid request must not be a result."""
    for answer in delivery.answers:
        if is_undue(delivery, answer):
            yield _accepted(answer)


def is_undue(delivery: Delivery, answer: Effect) -> bool:
    """Whether an invalid request that must be passed over or dead-lettered got a result."""
    if delivery.owed is not None or delivery.expectation is not Expectation.INVALID or delivery.dead_letters:
        return False
    declared = answer.output.reply is not None and answer.output.reply.payload is not None
    return declared and sort_of(answer) is Sort.RESULT and not is_error(answer)


def _accepted(answer: Effect) -> Shown:
    """A doubt: the answer may have been meant for another request, whose correlation id it lacks."""
    fact = f"it was answered as if it were valid: {_place(answer)}"
    return Shown(symptom=Symptom.ANSWERED, facts=(fact,), evidence=(answer.record,))


def _of_address(delivery: Delivery, answer: Effect) -> Iterator[Shown]:
    """Another correlation id, none, or another request's reply topic."""
    reply = answer.output.reply
    wanted = delivery.source.contract.message.correlation_id
    if reply is None:
        return
    there = reply.correlation_id or wanted
    if wanted is not None and there is not None:
        sent, got = correlation_of(delivery, wanted), correlation_in(answer, there)
        if token_text(sent) != token_text(got):
            fact = f"{_place(answer)}: the correlation id is {_shown(got)}, not {_shown(sent)}"
            yield Shown(symptom=Symptom.WRONG_REPLY, facts=(fact,), cause="correlation id", evidence=(answer.record,))
    address = address_of(delivery, reply)
    if answer.record.topic != address:
        fact = f"{_place(answer)}: the request asked for an answer on {address}"
        yield Shown(symptom=Symptom.WRONG_REPLY, facts=(fact,), cause="reply topic", evidence=(answer.record,))


def correlation_in(answer: Effect, expression: Expression) -> Any:
    """The correlation id of an answer, MISSING if it has none."""
    if expression.root != "message.payload":
        return evaluate(expression, answer.record.record, MISSING)
    readers = [oracle for oracle in (answer.output.oracle, answer.output.error) if oracle is not None]
    values = (evaluate(expression, answer.record.record, oracle.read(answer.record.record)) for oracle in readers)
    return next((value for value in values if value is not MISSING), MISSING)


def _of_sort(delivery: Delivery, answer: Effect) -> Iterator[Shown]:
    sort, valid = sort_of(answer), delivery.expectation is Expectation.VALID
    if valid and sort is Sort.ERROR:
        fact = f"an error came: {_place(answer)}"
        yield Shown(symptom=Symptom.REJECTED, facts=(fact,), evidence=(answer.record,))
    elif valid and sort is Sort.NEITHER:
        yield _against(answer, answer.output.oracle.check(answer.record.record) if answer.output.oracle else None)
    elif not valid and not is_error(answer):
        declared = answer.output.reply is not None and answer.output.reply.payload is not None
        if declared and sort is Sort.RESULT:
            yield _accepted(answer)
        else:
            yield _against(answer, answer.output.error.check(answer.record.record) if answer.output.error else None)


def _against(answer: Effect, rejection: Any) -> Shown:
    reason = rejection.reason if rejection is not None else "it is neither an answer nor the declared error"
    return Shown(
        symptom=Symptom.WRONG_REPLY,
        facts=(f"{_place(answer)}: {reason}",),
        cause=rejection.code if rejection is not None else "schema",
        evidence=(answer.record,),
    )


def _of_number(delivery: Delivery, owed: Output) -> Iterator[Shown]:
    """None, too late, or too many."""
    within = owed.reply.within if owed.reply else 0.0
    if not delivery.answers and not delivery.dead_letters:
        if not delivery.crossed:
            yield Shown(symptom=Symptom.NO_REPLY, facts=(f"no answer came to {_address(delivery, owed)}",))
    elif delivery.waited > longest_wait(within):
        fact = f"the answer came after {delivery.waited:.1f} s, and not within {within:g} s"
        yield Shown(symptom=Symptom.LATE, facts=(fact,), cause="late", evidence=(delivery.answers[0].record,))
    if delivery.twice:
        places = ", ".join(_place(answer) for answer in delivery.answers[:3])
        evidence = tuple(answer.record for answer in delivery.answers[:3])
        fact = f"{len(delivery.answers)} answers came: {places}"
        yield Shown(symptom=Symptom.TWICE, facts=(fact,), cause="reply", evidence=evidence)


def has_other_sort(delivery: Delivery) -> bool:
    """Whether a valid request got an error, or an invalid one a result."""
    if delivery.expectation is Expectation.VALID:
        return any(sort_of(answer) is Sort.ERROR for answer in delivery.answers)
    return any(sort_of(answer) is Sort.RESULT and not is_error(answer) for answer in delivery.answers)


def _crossed(delivery: Delivery, owed: Output) -> Shown:
    if not delivery.answers:
        what = f"no answer came to {_address(delivery, owed)}, while other requests got one too many, or too late"
    else:
        what = f"{_place(delivery.answers[0])} is an answer to another sort of request"
    evidence = tuple(answer.record for answer in delivery.answers[:1])
    return Shown(symptom=Symptom.CROSSED, facts=(what,), cause="correlation id", evidence=evidence)


def _address(delivery: Delivery, owed: Output) -> str:
    return address_of(delivery, owed.reply) if owed.reply else owed.topic


def requested_topic(delivery: Delivery) -> Iterator[str]:
    """Every topic to which the request may have asked for its answer, damaged names included."""
    reply = delivery.source.contract.reply
    if reply is not None and not isinstance(reply.topic, str):
        yield from (
            (value or b"").decode("utf-8", "replace") for value in _header_values(delivery, reply.topic.pointer)
        )


def is_overdue(delivery: Delivery, at: float) -> bool:
    """Whether what came then is an answer that was owed long before."""
    reply = delivery.owed.reply if delivery.owed is not None and delivery.answers else None
    return reply is not None and at - delivery.acked_at > longest_wait(reply.within)


def longest_wait(within: float) -> float:
    """`within` and what a slow machine may add to it, in seconds."""
    return within + max(_ALLOWED, _ALLOWED_SHARE * within)


def _place(answer: Effect) -> str:
    record = answer.record
    return f"{record.topic}/{record.partition}@{record.offset}"


def _shown(value: Any) -> str:
    return "missing" if value is MISSING or value is None else repr(value)[:60]
