"""Verdicts that rest on what came back for a case: the contract's line, the promise, and the facts."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.judge.evidence import Delivery
from kcontract.judge.verdict import note_of, sent_fact
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location
from kcontract.model.record import LogRecord


def effect_verdict(
    code: str,
    delivery: Delivery,
    promise: tuple[Location, str],
    facts: Sequence[str],
    *,
    cause: str = "",
    evidence: Sequence[LogRecord] = (),
) -> CaseVerdict:
    """A verdict on a delivery whose effects prove it."""
    at, promised = promise
    case = delivery.case
    return CaseVerdict(
        code=code,
        case=case.id,
        kind=case.kind,
        topic=case.topic,
        at=at,
        promised=promised,
        seen=(*sent_fact(delivery), *facts),
        cause=cause,
        record=case.record,
        parent=case.parent,
        envelope=case.envelope,
        note=note_of(delivery),
        evidence=tuple(evidence)[:4],
        expectation=case.expectation,
        rejection=case.rejection,
        tokens=case.tokens,
    )


def place_of(record: LogRecord) -> str:
    """`topic/partition@offset`."""
    return f"{record.topic}/{record.partition}@{record.offset}"
