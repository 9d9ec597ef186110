"""What became of a receiver's records around a fault: every valid one must be handled in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kcontract.judge.evidence import Delivery
from kcontract.judge.faults.trial import Sign, Trial, recovers
from kcontract.judge.pace import Pace
from kcontract.judge.replies import Sort, sort_of
from kcontract.model.case import Expectation, Role
from kcontract.model.faults import FaultKind
from kcontract.model.location import Location
from kcontract.model.record import TopicPartition

_REJECTING = frozenset({"registryDown:deleted"})
"""A careful consumer may well refuse a record whose schema the registry says it does not know."""
IsPast = Callable[[Delivery], bool]


def record_signs(trial: Trial, pace: Pace, is_past: IsPast) -> Iterator[Sign]:
    """Signs of NOT_RECOVERED or STUCK; of records that were lost or refused.

    Where a partition did not come back nothing more is said of its records. Where the position was lost nothing is
    said of any: `auto.offset.reset` decides where the service goes on, and `latest` passes over what is there by then.
    """
    if trial.ended_at is None or not trial.deliveries:
        return
    gone: set[TopicPartition] = set()
    refusing: list[Delivery] = []
    for place, sentinels in _sentinels(trial).items():
        if any(is_back(s, trial.kind, is_past) for s in sentinels):
            continue
        gone.add(place)
        refusing += [s for s in sentinels if _refuses(s, letters=_may_reject(trial.kind))]
    if refusing:
        yield _still_refusing(trial, refusing)
    elif gone:
        yield _not_back(trial, next(d for d in trial.deliveries if d.place in gone), len(gone))
    if trial.kind.effect == "position":
        return
    if not gone:
        yield from _late(trial, pace, is_past)
    yield from _unhandled(trial, gone, is_past)


def is_handled(delivery: Delivery, is_past: IsPast) -> bool:
    """Whether the record has its outcome. Where no effect can be seen, the commit is the only one."""
    return delivery.has_outcome or (not delivery.wanted and is_past(delivery))


def is_back(sentinel: Delivery, kind: FaultKind, is_past: IsPast) -> bool:
    """Whether a healthy record that was sent after the fault is handled as one: what it excused is over."""
    return is_handled(sentinel, is_past) and not _refuses(sentinel, letters=_may_reject(kind))


def is_welcome(delivery: Delivery, is_past: IsPast) -> bool:
    """Whether a healthy record is handled as one where no fault is on."""
    return is_handled(delivery, is_past) and not _refuses(delivery, letters=True)


def _refuses(delivery: Delivery, *, letters: bool) -> bool:
    """It was dead-lettered, if `letters` count, or answered with an error, which is honest while a fault is on."""
    if delivery.effects:
        return False
    only_errors = bool(delivery.answers) and all(sort_of(answer) is Sort.ERROR for answer in delivery.answers)
    return only_errors or (letters and bool(delivery.dead_letters))


def handled_at(delivery: Delivery, is_past: IsPast) -> float | None:
    """When the record was handled; where that cannot be seen, when it was sent."""
    if delivery.first_outcome_at is not None:
        return delivery.first_outcome_at
    return delivery.acked_at if is_handled(delivery, is_past) else None


def _sentinels(trial: Trial) -> dict[TopicPartition, list[Delivery]]:
    """The healthy records that were sent after the fault, by partition."""
    found: dict[TopicPartition, list[Delivery]] = {}
    for delivery in trial.deliveries:
        if delivery.case.role is Role.SENTINEL and delivery.place is not None:
            found.setdefault(delivery.place, []).append(delivery)
    return found


def _not_back(trial: Trial, shown: Delivery, places: int) -> Sign:
    outage = trial.kind.effect == "outage"
    fact = f"{trial.waited:.0f} s after the fault, healthy records in {places} partitions still have no outcome"
    name = shown.source.receive.name
    return Sign(
        code="NOT_RECOVERED" if outage else "STUCK",
        topic=shown.case.topic,
        at=_promise_at(trial, shown),
        promised=f"{name} goes on within {recovers(trial.kind, [shown.source.contract]):g} s after {trial.kind.what}",
        facts=(fact,),
    )


def _still_refusing(trial: Trial, refused: list[Delivery]) -> Sign:
    """What the fault excuses while it is on goes on for ever: an unknown schema id, say, is never looked up again."""
    outage, shown = _is_outage(trial), refused[-1]
    told = shown.dead_letters[0] if shown.dead_letters else shown.answers[0].record
    how = "dead-lettered" if shown.dead_letters else "answered with an error"
    facts = (
        f"{trial.waited:.0f} s after the fault, each of {len(refused)} healthy records sent since is {how}",
        f"the last of them by {told.topic}/{told.partition}@{told.offset}",
    )
    name = shown.source.receive.name
    return Sign(
        code="NOT_RECOVERED" if outage else "REJECTED_VALID",
        topic=shown.case.topic,
        at=_promise_at(trial, shown),
        promised=f"{name} handles valid records again within {recovers(trial.kind, [shown.source.contract]):g} s"
        f" after {trial.kind.what}",
        facts=facts,
    )


def _late(trial: Trial, pace: Pace, is_past: IsPast) -> Iterator[Sign]:
    """It came back, but not in time. Our own client is the reference: what it sent counts from its acknowledgement."""
    ended = trial.ended_at or 0.0
    slack = pace.stall + 4 * pace.p99
    for place, sentinels in _sentinels(trial).items():
        first, limit = sentinels[0], recovers(trial.kind, [sentinels[0].source.contract])
        back = (s for s in sentinels if is_back(s, trial.kind, is_past))
        handled = min(at for s in back if (at := handled_at(s, is_past)) is not None)
        took = handled - max(ended, first.acked_at)
        if took > limit + slack:
            yield Sign(
                code="NOT_RECOVERED",
                topic=place[0],
                at=_promise_at(trial, first),
                promised=f"{first.source.receive.name} goes on within {limit:g} s after {trial.kind.what}",
                facts=(f"the first healthy record after it was handled {took:.1f} s later",),
            )
            return


def _unhandled(trial: Trial, gone: set[TopicPartition], is_past: IsPast) -> Iterator[Sign]:
    valid = [d for d in trial.deliveries if d.expectation is Expectation.VALID and d.place and d.place not in gone]
    rejected = [delivery for delivery in valid if delivery.dead_letters]
    if rejected and not _may_reject(trial.kind):
        letter = rejected[0].dead_letters[0]
        came = (
            f"dead letters of {len(rejected)} valid records came, as {letter.topic}/{letter.partition}@{letter.offset}"
        )
        yield _lost_sign(trial, rejected[0], "DROPS_ON_OUTAGE" if _is_outage(trial) else "REJECTED_VALID", came)
    missing = [delivery for delivery in valid if not is_handled(delivery, is_past)]
    if missing:
        past = " and is committed past" if is_past(missing[0]) else ", though later ones of its partition were handled"
        fact = f"it has no effect{past}; so it is with {len(missing)} of {len(valid)} valid records"
        yield _lost_sign(trial, missing[0], _code_of_loss(trial), fact)
    else:
        yield from _dead_letters(trial, gone, is_past)


def _dead_letters(trial: Trial, gone: set[TopicPartition], is_past: IsPast) -> Iterator[Sign]:
    """Invalid records whose dead letter was promised, and lost on its way."""
    owed = [d for d in trial.deliveries if d.case.role is Role.MARKER and d.source.dead_letter_topic and d.place]
    missing = [d for d in owed if not d.has_outcome and d.place not in gone and is_past(d)]
    if missing:
        yield _lost_sign(trial, missing[0], "NOT_DEAD_LETTERED", "it is committed past, and no dead letter came")


def _may_reject(kind: FaultKind) -> bool:
    """What has no room on its output cannot be handled: a dead letter says so, and loses nothing."""
    return kind.name in _REJECTING or kind.effect == "limits"


def _code_of_loss(trial: Trial) -> str:
    if _is_outage(trial):
        return "DROPS_ON_OUTAGE"
    return "UNGRACEFUL_STOP" if trial.stop is not None else "LOST"


def _lost_sign(trial: Trial, shown: Delivery, code: str, fact: str) -> Sign:
    topic, partition = shown.place or ("?", -1)
    name = shown.source.receive.name
    kept = "handles each valid record in the end" if code != "NOT_DEAD_LETTERED" else "dead-letters each invalid record"
    return Sign(
        code=code,
        topic=shown.case.topic,
        at=_promise_at(trial, shown),
        promised=f"{name} {kept}, also when {trial.kind.what}",
        facts=(f"sent to {topic}/{partition}@{shown.offset}", fact),
        case=shown.case.id,
    )


def _promise_at(trial: Trial, shown: Delivery) -> Location:
    faults = [fault for fault in shown.source.contract.faults if fault.name == trial.kind.family]
    return faults[0].at if faults else shown.source.receive.at


def _is_outage(trial: Trial) -> bool:
    return trial.kind.effect == "outage"
