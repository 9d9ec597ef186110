"""Policy `stop`: whether a service went on behind an invalid record (ORACLE.md §5.1)."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.symptoms import Shown, Symptom


def stop_symptoms(window: Window, delivery: Delivery, committed: int | None) -> Iterator[Shown]:
    """WENT_ON for a commit past the record, or anything that came of a later one in its partition.

    `committed` is the offset that stands for the record's partition. The later records were sent when there had been
    time to stop, so none of them was under way before the record was read.
    """
    facts = list(_facts(window, delivery, committed))
    if facts:
        yield Shown(symptom=Symptom.WENT_ON, facts=tuple(facts))


def _facts(window: Window, delivery: Delivery, committed: int | None) -> Iterator[str]:
    if delivery.place is None:
        return
    topic, partition = delivery.place
    if committed is not None and committed > delivery.offset:
        yield f"offset {committed} was committed in {topic}/{partition}, the record stands at {delivery.offset}"
    for later in window.deliveries:
        if later.place == delivery.place and later.offset > delivery.offset and _was_handled(later):
            yield f"the later record at {topic}/{partition}@{later.offset} was handled"
    if delivery.dead_letters:
        yield "a dead letter came for it"


def _was_handled(delivery: Delivery) -> bool:
    return bool(delivery.effects or delivery.answers or delivery.dead_letters)
