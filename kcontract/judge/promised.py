"""What a contract promised, in words, with the line that says so."""

from __future__ import annotations

from kcontract.judge.evidence import Delivery
from kcontract.judge.promises import Input
from kcontract.judge.symptoms import CORRELATION, OUTSIDE_WHEN, PROBE
from kcontract.model.case import Expectation
from kcontract.model.contract import OnInvalid
from kcontract.model.location import Location

_ABOUT_ANSWERS = ("WRONG_REPLY", "NO_REPLY")
_ABOUT_EFFECTS = ("MISREAD", "INVALID_EVENT", "SKIPPED_VALID", "COLLATERAL", "LOST")
_ABOUT_THE_PROCESS = ("RESOURCE_BLOWUP", "CRASH_LOOP", "CRASHED", "ENDLESS_RETRY", "STUCK")
_DUE = ("REBALANCE_STORM", "SKIPPED_VALID", "REJECTED_VALID", "COLLATERAL", "LOST", "DUPLICATE_EFFECT")


def promise(code: str, delivery: Delivery, cause: str = "") -> tuple[Location, str]:
    """The line of the contract that the verdict rests on, and what it promises. `cause`: a pointer for MISREAD."""
    receive = delivery.source.receive
    if cause == PROBE and receive.probe is not None:
        return receive.probe.at, f"the probe shows each valid record that {receive.name} has handled"
    return _of_code(code, delivery, cause)


def _of_code(code: str, delivery: Delivery, cause: str) -> tuple[Location, str]:
    source, name = delivery.source, delivery.source.receive.name
    if code == "MISREAD":
        return _meaning(source, cause)
    if code == "ENDLESS_RETRY" and (retry := source.receive.retry) is not None:
        return retry.at, f"{name} tries a record again at most {retry.attempts} times over {', '.join(retry.topics)}"
    about_answer = code in _ABOUT_ANSWERS or (code in _DUE and not source.receive.emits)
    if about_answer and (answer := _answer(delivery)) is not None:
        return answer
    if code in _ABOUT_EFFECTS and source.receive.emits:
        return _effect(source, cause)
    if code in _DUE:
        return source.receive.at, f"{name} handles each valid record" + (" once" if code == "DUPLICATE_EFFECT" else "")
    return _of_any(code, delivery)


def _of_any(code: str, delivery: Delivery) -> tuple[Location, str]:
    """What is promised of a record that is neither due an effect nor an answer of its own."""
    receive, name, policy = delivery.source.receive, delivery.source.receive.name, _policy(delivery.source)
    if code in _ABOUT_THE_PROCESS and delivery.expectation is Expectation.VALID:
        return receive.at, f"{name} handles each valid record, and goes on with the next"
    if delivery.expectation is Expectation.EITHER:
        return receive.on_invalid.at, f"{name} handles this record like a valid one, or {policy}"
    return receive.on_invalid.at, f"for an invalid record {name} {policy}"


def _effect(source: Input, cause: str) -> tuple[Location, str]:
    """What is promised of the effects of valid records."""
    name, emits = source.receive.name, source.receive.emits[0]
    if cause == OUTSIDE_WHEN:
        emits = next(one for one in source.receive.emits if one.when is not None)
        return emits.at, f"{name} sends to {emits.topic} only for records that meet `when`"
    return emits.at, f"for each valid record {name} sends {_times(emits.count)} to {emits.topic}"


def _answer(delivery: Delivery) -> tuple[Location, str] | None:
    """What is promised of the reply."""
    reply, name = delivery.source.contract.reply, delivery.source.receive.name
    if reply is None:
        return None
    sort = "the declared error" if delivery.expectation is Expectation.INVALID else "one answer"
    return reply.at, f"{name} sends {sort} with the request's correlation id to {reply.topic} within {reply.within:g} s"


def _meaning(source: Input, pointer: str) -> tuple[Location, str]:
    for emits in source.receive.emits:
        if pointer == CORRELATION and emits.correlation_id is not None:
            return emits.at, f"each event on {emits.topic} has its record's correlation id at {emits.correlation_id}"
        for effect, expression in emits.where.pairs if emits.where else ():
            if emits.where and (effect == pointer or not effect):
                return (
                    emits.where.at,
                    f"in each event on {emits.topic} {effect or 'the whole value'} equals {expression}",
                )
        if emits.where and emits.where.function == pointer:
            return emits.where.at, f"{pointer} holds for each event on {emits.topic} and its input"
    return source.receive.at, f"{source.receive.name} takes each record for what it says"


def _policy(source: Input) -> str:
    rule: OnInvalid = source.receive.on_invalid
    if rule.policy == "deadLetter" and rule.dead_letter is not None:
        return f"writes a dead letter to {rule.dead_letter.topic} with {', '.join(rule.dead_letter.preserve)} unchanged"
    if rule.policy == "skip":
        return "passes it over, without an effect, and goes on"
    if rule.policy == "reply":
        return "answers with the declared error"
    return "stops in front of it" + (" and exits" if rule.stop == "exit" else "")


def _times(count: int) -> str:
    return "one event" if count == 1 else f"{count} events"
