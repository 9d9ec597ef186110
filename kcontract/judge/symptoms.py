"""What one delivery of a closed window shows: kept, broken for all to see, or missing something."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from kcontract.judge.evidence import Delivery, Effect
from kcontract.judge.naming import correlation_of, keeps_its_id
from kcontract.judge.origins import Place, families, header_names, read_origins, read_time
from kcontract.judge.promises import Output, OutputRole
from kcontract.judge.tying.where_index import token_text
from kcontract.judge.view import View
from kcontract.model.case import Expectation
from kcontract.model.contract import DeadLetter
from kcontract.model.record import LogRecord
from kcontract.model.value import Value
from kcontract.oracle.expressions import MISSING, evaluate
from kcontract.oracle.when import applies
from kcontract.oracle.where import where_matches


class Symptom(Enum):
    """Direct ones are proved by what came back; doubts by what did not, and need confirmation (ORACLE.md §3)."""

    __hash__ = object.__hash__  # each member is one object: several times as fast as its name's
    ACCEPTED = "accepted"
    ANSWERED = "answered as if it were good"
    ALTERED = "altered"
    MISREAD = "misread"
    CONTRADICTED = "contradicted by the probe"
    INVALID_EFFECT = "invalid effect"
    REJECTED = "rejected"
    NO_EFFECT = "no effect"
    NO_DEAD_LETTER = "no dead letter"
    WRONG_REPLY = "wrong reply"
    CROSSED = "no reply, and others too many"
    NO_REPLY = "no reply"
    LATE = "late reply"
    TWICE = "answered twice"
    ENDLESS = "endless retries"
    WENT_ON = "went on"


PROBE = "probe"
"""The cause of what only the probe shows, or does not."""
CORRELATION = "correlation id"
"""The cause of an effect that has another's, or none."""
OUTSIDE_WHEN = "outside when"
"""The cause of an effect that the input must not have."""

DIRECT = (
    Symptom.ENDLESS, Symptom.ACCEPTED, Symptom.ALTERED, Symptom.WRONG_REPLY, Symptom.WENT_ON, Symptom.MISREAD,
    Symptom.INVALID_EFFECT,
)  # fmt: skip
"""In the order of ORACLE.md §5."""


class Shown(Value, frozen=True):
    """One symptom with its facts."""

    symptom: Symptom
    facts: tuple[str, ...]
    cause: str = ""
    evidence: tuple[LogRecord, ...] = ()


def wanted_effects(delivery: Delivery, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """The effects that the valid record must have (`emits.when`)."""
    return tuple(_due(delivery, outputs))


def fits(delivery: Delivery, record: LogRecord, output: Output) -> bool:
    """Whether a record is the effect that `output` promises for the delivery: it conforms, and all pairs agree."""
    return not list(_of_effect(delivery, Effect(0.0, record, output)))


def keeps_copy(delivery: Delivery) -> bool:
    """Whether a valid delivery has had its only effect once, in the same bytes, and nothing else: nothing is wrong.

    Says of most deliveries at once what `symptoms` says of any.
    """
    effects, wanted = delivery.effects, delivery.wanted
    if len(effects) != 1 or len(wanted) != 1 or delivery.owed is not None or delivery.refused:
        return False
    effect, output = effects[0], wanted[0]
    return (
        output.copies_once
        and effect.output is output
        and effect.record.record.value == delivery.case.record.value
        and effect.holds is None
        and delivery.view is None
        and not (delivery.dead_letters or delivery.answers or delivery.endless)
    )


def symptoms(delivery: Delivery, outputs: tuple[Output, ...]) -> Iterator[Shown]:
    """Everything wrong with a delivery whose window has settled, in the order of ORACLE.md §5."""
    if delivery.expectation is Expectation.INVALID:
        yield from _of_invalid(delivery)
    elif delivery.expectation is Expectation.VALID:
        yield from _of_valid(delivery, outputs)
    else:
        yield from _altered(delivery)


def _of_invalid(delivery: Delivery) -> Iterator[Shown]:
    if delivery.effects:
        first = delivery.effects[0].record
        fact = f"an effect came back: {_place(first)}"
        yield Shown(symptom=Symptom.ACCEPTED, facts=(fact,), evidence=(first,))
    if delivery.is_shown:
        yield Shown(symptom=Symptom.ACCEPTED, facts=(f"the probe shows it as handled: {delivery.view_said}",))
    yield from _altered(delivery)
    if delivery.source.dead_letter_topic and not delivery.dead_letters:
        yield Shown(symptom=Symptom.NO_DEAD_LETTER, facts=(f"nothing came to {delivery.source.dead_letter_topic}",))


def _of_valid(delivery: Delivery, outputs: tuple[Output, ...]) -> Iterator[Shown]:
    for effect in (one for one in delivery.effects if one.output.source is delivery.source):
        yield from _unwanted(effect) if _is_ruled_out(delivery, effect.output) else _of_effect(delivery, effect)
    if delivery.dead_letters:
        first = delivery.dead_letters[0]
        yield Shown(symptom=Symptom.REJECTED, facts=(f"a dead letter came: {_place(first)}",), evidence=(first,))
    if delivery.view is View.WRONG and delivery.view_stands:
        fact = f"the probe says, and goes on saying: {delivery.view_said}"
        yield Shown(symptom=Symptom.CONTRADICTED, facts=(fact,), cause=PROBE)
    if delivery.has_outcome and not delivery.dead_letters:
        return
    for output in _due(delivery, outputs):
        got = sum(effect.output is output for effect in delivery.effects)
        if output.emits and got < output.emits.count and not delivery.dead_letters:
            fact = f"{got} of {output.emits.count} effects came to {output.topic}"
            yield Shown(symptom=Symptom.NO_EFFECT, facts=(fact,))
    if delivery.view is View.ABSENT and _must_show(delivery) and not delivery.dead_letters:
        yield Shown(
            symptom=Symptom.NO_EFFECT, facts=(f"the probe does not show it: {delivery.view_said}",), cause=PROBE
        )


def _must_show(delivery: Delivery) -> bool:
    return any(output.role is OutputRole.PROBE for output in delivery.wanted)


def _is_ruled_out(delivery: Delivery, output: Output) -> bool:
    """Whether `emits.when` says that this input does not have the effect."""
    conditional = output.emits is not None and output.emits.when is not None
    return conditional and output.source is delivery.source and not any(one is output for one in delivery.wanted)


def _unwanted(effect: Effect) -> Iterator[Shown]:
    """The record is valid, so nothing is accepted that had to be refused: the event is what the contract rules out."""
    fact = f"{_place(effect.record)}: an event for an input outside `when`, which must have none"
    yield Shown(symptom=Symptom.INVALID_EFFECT, facts=(fact,), cause=OUTSIDE_WHEN, evidence=(effect.record,))


def _of_effect(delivery: Delivery, effect: Effect) -> Iterator[Shown]:
    emits, oracle = effect.output.emits, effect.output.oracle
    if emits is None or oracle is None:
        return
    same = effect.output.copies and effect.record.record.value == delivery.case.record.value
    if same and emits.correlation_id is None:
        return  # the same bytes say the same
    payload, rejection = effect.look()
    if emits.where is not None and emits.where.pairs:
        shapes = delivery.source.oracle.shapes
        mismatches = where_matches(
            emits.where, delivery.case.record, delivery.payload(), effect.record.record, payload, shapes
        )
        for mismatch in mismatches:
            yield Shown(
                symptom=Symptom.MISREAD,
                facts=(f"{_place(effect.record)}: {mismatch}",),
                cause=mismatch.pointer or "the whole value",
                evidence=(effect.record,),
            )
    yield from _of_correlation(delivery, effect, payload)
    if effect.holds is False and emits.where is not None:
        function = emits.where.function or ""
        fact = f"{_place(effect.record)}: {function} says that it is not what its input asked for"
        yield Shown(symptom=Symptom.MISREAD, facts=(fact,), cause=function, evidence=(effect.record,))
    if rejection is not None:
        fact = f"{_place(effect.record)}: {rejection.reason}"
        yield Shown(symptom=Symptom.INVALID_EFFECT, facts=(fact,), cause=rejection.code, evidence=(effect.record,))


def _of_correlation(delivery: Delivery, effect: Effect, payload: Any) -> Iterator[Shown]:
    """Where `emits.correlationId` says that the id is in the effect, it must be there."""
    there = effect.output.emits.correlation_id if effect.output.emits else None
    wanted = delivery.source.contract.message.correlation_id
    if there is None or wanted is None or not keeps_its_id(delivery):
        return
    sent, got = correlation_of(delivery, wanted), evaluate(there, effect.record.record, payload)
    if token_text(sent) and token_text(sent) != token_text(got):
        told = "missing" if got is MISSING or got is None else repr(got)[:60]
        fact = f"{_place(effect.record)}: the correlation id at {there} is {told}, not {sent!r:.60}"
        yield Shown(symptom=Symptom.MISREAD, facts=(fact,), cause=CORRELATION, evidence=(effect.record,))


def _altered(delivery: Delivery) -> Iterator[Shown]:
    dead_letter = delivery.source.receive.on_invalid.dead_letter
    if dead_letter is None:
        return
    for letter in delivery.dead_letters:
        changed = tuple(changes(delivery, letter, dead_letter))
        if changed:
            parts = "+".join(dict.fromkeys(part for part, _ in changed))  # how many headers is no defect of its own
            facts = tuple(f"{_place(letter)}: {fact}" for _, fact in changed)
            yield Shown(symptom=Symptom.ALTERED, facts=facts, cause=parts, evidence=(letter,))


def changes(delivery: Delivery, letter: LogRecord, dead_letter: DeadLetter) -> Iterator[tuple[str, str]]:
    """Part and description of everything that `preserve` names and that differs, byte for byte."""
    sent, got, preserve = delivery.case.record, letter.record, dead_letter.preserve
    if "value" in preserve and sent.value != got.value:
        yield "value", f"value {_size(sent.value)} became {_size(got.value)}"
    if "key" in preserve and sent.key != got.key:
        yield "key", f"key {_short(sent.key)} became {_short(got.key)}"
    if "headers" in preserve:
        for name in dict.fromkeys(key for key, _ in sent.headers):
            before = [value or b"" for key, value in sent.headers if key == name]
            after = [value or b"" for key, value in got.headers if key == name]
            if before != after:
                yield "headers", f"header {name} {_shorts(before)} became {_shorts(after)}"
    yield from _unsaid(letter, dead_letter)
    yield from _moved(delivery, letter, dead_letter)


def _unsaid(letter: LogRecord, dead_letter: DeadLetter) -> Iterator[tuple[str, str]]:
    """Headers that the contract names, one by one or by their family, and that did not come. Empty ones have."""
    names = {name for name, _ in letter.record.headers}
    for name, meaning in dead_letter.mapping:
        if name not in names:
            yield "said", f"the header {name}, which says the {meaning}, did not come"
    if dead_letter.headers in ("spring", "connect", "streams") and names.isdisjoint(header_names(dead_letter)):
        yield "said", f"none of the headers of {dead_letter.headers.capitalize()} that say where it came from is there"


def _moved(delivery: Delivery, letter: LogRecord, dead_letter: DeadLetter) -> Iterator[tuple[str, str]]:
    """What `preserve` names of the record's place and time. Where headers note the time, the letter's own is free."""
    preserve, known = dead_letter.preserve, families(dead_letter)
    sent, noted_time = delivery.case.record.timestamp, read_time(letter.record, known)
    got = letter.record.timestamp if noted_time is None else noted_time
    if "timestamp" in preserve and sent is not None and sent != got:
        yield "timestamp", f"timestamp {sent} became {got}"
    if delivery.place is None:
        return
    if "partition" in preserve and delivery.place[1] != letter.partition:
        yield "partition", f"partition {delivery.place[1]} became {letter.partition}"
    if "origin" in preserve:
        stood, noted = (*delivery.place, delivery.offset), tuple(read_origins(letter.record, known))
        if not noted:
            yield "origin", f"no header says that it came from {_words(stood)}"
        elif stood not in noted:
            yield "origin", f"it came from {_words(stood)}, its headers say {', '.join(map(_words, noted))}"


def _words(place: Place) -> str:
    return f"{place[0]}/{place[1]}@{place[2]}"


def _due(delivery: Delivery, outputs: tuple[Output, ...]) -> Iterator[Output]:
    """The effects that this input must have (`emits.when`)."""
    for output in outputs:
        if output.source is delivery.source and output.emits is not None:
            when = output.emits.when
            if when is None or applies(when, delivery.payload()):
                yield output


def _place(record: LogRecord) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"


def _size(value: bytes | None) -> str:
    return "null" if value is None else f"{len(value)} bytes"


def _short(value: bytes | None) -> str:
    if value is None:
        return "null"
    return repr(value[:40].decode("utf-8", "backslashreplace")) + ("…" if len(value) > 40 else "")


def _shorts(values: list[bytes]) -> str:
    return "missing" if not values else ", ".join(_short(value) for value in values)
