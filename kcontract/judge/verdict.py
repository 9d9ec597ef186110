"""Putting a verdict into words: what was promised, on which line, and what was seen instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from kcontract.judge.cause import ended_in_words
from kcontract.judge.doubts import Doubt
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promised import promise
from kcontract.judge.promises import Promises
from kcontract.judge.rules import CaseEvidence, verdicts_of
from kcontract.judge.stalls.loops import loop_of
from kcontract.judge.symptoms import DIRECT, Shown, Symptom
from kcontract.judge.tying.ties import Ties
from kcontract.model.case import Rejection
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location
from kcontract.model.record import LogRecord, TopicPartition

COMPANY = "in the company of other records"
"""The cause of what shows only in the same window again, and not alone."""
_IN_COMPANY = ("COLLATERAL", "LOST")
"""Verdicts on what is handled well alone."""
_LOSES = ("NOT_DEAD_LETTERED", "SKIPPED_VALID", "LOST", "COLLATERAL", "NO_REPLY")
_SHOWN_BY = {
    "ACCEPTED_INVALID": (Symptom.ACCEPTED, Symptom.ANSWERED),
    "DEAD_LETTER_ALTERED": (Symptom.ALTERED,),
    "ENDLESS_RETRY": (Symptom.ENDLESS,),
    "DID_NOT_STOP": (Symptom.WENT_ON,),
    "WRONG_REPLY": (Symptom.WRONG_REPLY,),
    "DUPLICATE_EFFECT": (Symptom.TWICE,),
    "MISREAD": (Symptom.MISREAD,),
    "INVALID_EVENT": (Symptom.INVALID_EFFECT,),
    "REJECTED_VALID": (Symptom.REJECTED,),
}


def direct_verdict(delivery: Delivery, shown: tuple[Shown, ...], *, alone: bool = False) -> CaseVerdict | None:
    """The verdict that is proved by what came back, without a second try. `alone`: no other case was beside it."""
    if not alone and not any(one.symptom in DIRECT for one in shown):
        return None
    symptoms = frozenset(one.symptom for one in shown)
    codes = verdicts_of(CaseEvidence(delivery.expectation, symptoms, alone=symptoms if alone else None))
    return _verdict(codes, delivery, shown) if codes else None


def doubt_verdict(doubt: Doubt, lead: Doubt) -> CaseVerdict | None:
    """The verdict of a doubt whose lead (often itself) has been tried again; None if it was not seen again."""
    evidence = CaseEvidence(
        expectation=doubt.delivery.expectation,
        shown=doubt.symptoms,
        alone=lead.alone,
        repeated=lead.repeated,
        disturbed=doubt.disturbed,
        committed=doubt.committed,
    )
    codes = verdicts_of(evidence)
    if not codes or (codes[0] in _IN_COMPANY and not doubt.told_apart):
        return None
    company = COMPANY if lead.repeated and lead.right_alone else ""
    if codes[0] == "WRONG_REPLY":
        company = "correlation id"
    facts = (*_confirmation(codes[0], doubt, lead), *_early(codes[0], doubt))
    reached = _verdict(codes, doubt.delivery, doubt.shown, facts, cause=company)
    return reached if lead is doubt else msgspec.structs.replace(reached, confirmed=False)


def shrunk_verdict(delivery: Delivery, shown: tuple[Shown, ...]) -> CaseVerdict | None:
    """The verdict of a smaller variant of a case that was judged before, from a settled window; None for none.

    What it misses there counts as seen again: the case that it comes from was confirmed.
    """
    symptoms = frozenset(one.symptom for one in shown)
    codes = verdicts_of(CaseEvidence(expectation=delivery.expectation, shown=symptoms, alone=symptoms))
    return _verdict(codes, delivery, shown, ("the record was made smaller, and shows the same",)) if codes else None


def crash_verdict(
    delivery: Delivery,
    window: Window,
    committed: Mapping[TopicPartition, int],
    loops: Collection[str],
    *,
    ever_committed: bool = True,
    known_retry: bool = False,
) -> CaseVerdict | None:
    """The verdict on the only suspect of a window in which the service exited or stood still.

    `loops` are the causes of exits that were seen to come again after a restart. `ever_committed`: the service has
    committed something by now. `known_retry`: it was proved to take records again and again.
    """
    loop = loop_of(delivery, window, ever_committed=ever_committed, known=known_retry)
    past = delivery.place is not None and committed.get(delivery.place, 0) > delivery.offset
    evidence = CaseEvidence(
        expectation=delivery.expectation,
        exits=len(window.exits),
        known_loop=bool(window.exits) and window.exits[-1].cause in loops,
        passed=past and not _stands_behind(delivery, window),
        stalled=window.stalled,
        taken_again=loop.again,
        bloated=bool(window.bloated),
        storm=loop.storm,
    )
    codes = verdicts_of(evidence)
    if not codes:
        return None
    facts = [_exit_fact(number, exit_.code) for number, exit_ in enumerate(window.exits, 1)]
    if window.bloated:
        facts.insert(0, f"it held {window.bloated >> 20:,} MiB, and was ended for it before it took the machine down")
    if window.stalled:
        facts.append("the process lives, but the record behind this one got no outcome and no offset moved")
    facts += loop.facts
    if window.purpose == "repeat":
        facts.append("no record does that alone; the same window sent once more does it again")
    facts.append(_offset_fact(delivery, committed))
    stderr, cause = (window.exits[-1].stderr, window.exits[-1].cause) if window.exits else (window.last_words, "")
    return _verdict(codes, delivery, (Shown(symptom=Symptom.NO_EFFECT, facts=(), cause=cause),), tuple(facts), stderr)


def called_verdict(
    code: str, delivery: Delivery, shown: tuple[Shown, ...], facts: tuple[str, ...] = (), *, error: str = ""
) -> CaseVerdict:
    """The verdict on what a handler did with a record. `error`: its traceback or last words."""
    return _verdict((code,), delivery, shown, facts, error)


def _stands_behind(delivery: Delivery, window: Window) -> bool:
    """Nothing behind the record has an outcome: it was committed, and then the service hung with it."""
    sentinel = window.sentinels.get(delivery.place) if delivery.place else None
    return window.stalled and sentinel is not None and bool(sentinel.wanted) and not sentinel.has_outcome


def undeclared_verdict(promises: Promises, record: LogRecord, ties: Ties) -> CaseVerdict:
    """A record on a topic that no contract of the unit names."""
    outputs = tuple(output for group in promises.outputs.values() for output in group)
    return undeclared_of(promises, record, ties.tie(record, outputs))


def undeclared_of(promises: Promises, record: LogRecord, delivery: Delivery | None) -> CaseVerdict:
    """The same where it is known whose record it is."""
    source = next(iter(promises.inputs.values()), None)
    product = next(iter(promises.products.values()), None)
    at = source.receive.at if source else product.send.at if product else Location(file="?")
    return CaseVerdict(
        code="UNDECLARED_EVENT",
        case=delivery.case.id if delivery else "",
        kind=delivery.case.kind if delivery else "",
        topic=delivery.case.topic if delivery else record.topic,
        at=at,
        promised=f"{promises.unit} writes to {_names(promises)} and nowhere else",
        seen=(f"a record came to {record.topic}/{record.partition}@{record.offset}",),
        cause=record.topic,
        record=delivery.case.record if delivery else None,
        evidence=(record,),
    )


def undeclared_type(promises: Promises, record: LogRecord, delivery: Delivery | None, foreign: str) -> CaseVerdict:
    """An event on a declared topic; `foreign` says what tells that its type is not declared."""
    source = promises.outputs[record.topic][0].source
    emits = [output.emits for output in promises.outputs[record.topic] if output.emits is not None]
    return CaseVerdict(
        code="UNDECLARED_EVENT",
        case=delivery.case.id if delivery else "",
        kind=delivery.case.kind if delivery else "",
        topic=delivery.case.topic if delivery else record.topic,
        at=emits[0].at if emits else source.receive.at,
        promised=f"{promises.unit} sends to {record.topic} the events that a contract names, and no others",
        seen=(f"a record came to {record.topic}/{record.partition}@{record.offset}: {foreign}",),
        cause=f"{record.topic}: {foreign}",
        record=delivery.case.record if delivery else None,
        evidence=(record,),
    )


def _verdict(
    codes: tuple[str, ...],
    delivery: Delivery,
    shown: tuple[Shown, ...],
    facts: tuple[str, ...] = (),
    stderr: str = "",
    cause: str = "",
) -> CaseVerdict:
    symptoms = _SHOWN_BY.get(codes[0], ())
    telling = [one for one in shown if one.symptom in symptoms] or list(shown)
    case, cause = delivery.case, cause or (telling[0].cause if telling else "")
    at, promised = promise(codes[0], delivery, cause)
    return CaseVerdict(
        code=codes[0],
        case=case.id,
        kind=case.kind,
        topic=case.topic,
        at=at,
        promised=promised,
        seen=(*sent_fact(delivery), *(fact for one in telling for fact in one.facts), *facts),
        also=codes[1:],
        cause=cause,
        record=case.record,
        parent=case.parent,
        envelope=case.envelope,
        note=note_of(delivery),
        evidence=tuple(record for one in telling for record in one.evidence)[:4],
        stderr=stderr,
        expectation=case.expectation,
        rejection=case.rejection,
        tokens=case.tokens,
    )


def note_of(delivery: Delivery) -> str:
    """What was changed in the record, and why the strict decoder refuses it."""
    return "; ".join(part for part in (delivery.case.note, _reason(delivery.case.rejection)) if part)


def note_alone(note: str, rejection: Rejection | None) -> str:
    """The case's own note again, out of `note_of` it: a case made of a verdict gets its reason anew."""
    return note.removesuffix(_reason(rejection)).removesuffix("; ")


def _reason(rejection: Rejection | None) -> str:
    return f"{rejection.reason} ({rejection.layer.value} {rejection.code})" if rejection else ""


def _confirmation(code: str, doubt: Doubt, lead: Doubt) -> tuple[str, ...]:
    whose = "" if lead is doubt else f" (case {lead.delivery.case.root}, which stands for this one)"
    if lead.waits:
        tries = ", ".join(f"{wait:.1f}" for wait in lead.waits)
        return (f"alone behind a healthy record it took {tries} s{whose}",)
    if code == "WRONG_REPLY" and lead.crosses:
        return (f"when it was sent again, answers went to other requests than their own{whose}",)
    if code not in _IN_COMPANY and not (lead.repeated is not None and lead.right_alone):
        return (f"the same alone behind a healthy record{whose}",)
    anew = " by a new process" if lead.spoilt else ""
    right = f"alone behind a healthy record it is handled as promised{anew}{whose}"
    if code == "LOST":
        return ("the service was started again, and the offset is committed past the record", right)
    beside = (f"nothing came either of {', '.join(lead.beside)} beside it",) if lead.beside else ()
    return (right, "the same window sent once more misses it again", *beside)


def sent_fact(delivery: Delivery) -> tuple[str, ...]:
    """Where the record stands; nothing if the broker has not said."""
    if delivery.place is None:
        return ()
    topic, partition = delivery.place
    return (f"sent to {topic}/{partition}@{delivery.offset}",)


def _early(code: str, doubt: Doubt) -> tuple[str, ...]:
    """Why an outcome may be lost: the offset was committed before it was safe."""
    early = doubt.early
    if early is None or code not in _LOSES:
        return ()
    place = f"{early.topic}/{early.partition}"
    return (f"the service asked for {early.offset} to be committed in {place} while what it had sent was on its way",)


def _offset_fact(delivery: Delivery, committed: Mapping[TopicPartition, int]) -> str:
    if delivery.place is None:
        return "no offset is known"
    stands = committed.get(delivery.place)
    where = "nothing is committed" if stands is None else f"committed offset {stands}"
    return f"{where} in {delivery.place[0]}/{delivery.place[1]}, the record stands at {delivery.offset}"


def _exit_fact(number: int, code: int) -> str:
    return f"the process {ended_in_words(code)}" + (
        " again after a restart" if number > 1 else " with this record as the only suspect"
    )


def _names(promises: Promises) -> str:
    return ", ".join([*promises.outputs, *promises.products]) or "no topic"
