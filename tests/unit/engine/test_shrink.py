"""The record of a finding is made smaller as long as the service does the same with it."""

from __future__ import annotations

import json
from typing import Any

from kcontract.engine.shrink import case_of
from kcontract.judge.findings import group_findings
from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.history import unit_findings
from kcontract.judge.state import UnitState
from kcontract.judge.verdict import note_alone
from kcontract.model import events as ev
from kcontract.model.case import Expectation, Layer, Rejection
from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.location import Location
from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, history_of, verified
from tests.unit.judge.story import DLQ, TOPIC, contract

AT = Location("contracts/orders.yaml")


def payload_of(record: Record) -> Any:
    try:
        return json.loads(record.value or b"null")
    except (ValueError, RecursionError):
        return None


def long_text(record: Record) -> bool:
    """Some string of the payload has more than three characters beyond ASCII."""
    said = payload_of(record)
    texts = [text for text in said.values() if isinstance(text, str)] if isinstance(said, dict) else []
    return any(sum(letter > "\x7f" for letter in text) > 3 for text in texts)


def findings_of(run: Any) -> tuple[Finding, ...]:
    return group_findings("billing", run.stage.state.reached, any_dead_letter=True)


def shrunk(world: World, **settings: Any) -> tuple[Finding, Finding]:
    """The first finding without and with shrinking."""
    plain = verified(World(world.handle), max_examples=60, **settings)
    small = verified(world, max_examples=60, shrink=True, **settings)
    before, after = findings_of(plain), findings_of(small)
    assert [one.id for one in before] == [one.id for one in after]
    assert [one.count for one in before] == [one.count for one in after]
    again = UnitState("run", compile_promises("billing", [contract()], ()))
    for event in history_of(small.stage):
        again.feed(event)
    assert unit_findings("billing", again, "run") == unit_findings("billing", small.stage.state, "run")
    return before[0], after[0]


def test_a_rejected_record_is_told_at_its_smallest() -> None:
    """What did not come is tried once more, alone; the finding stays one, and counts its cases as before."""
    before, after = shrunk(World(lambda record: [(DLQ, record)] if long_text(record) else good(record)))
    assert after.first.code == "REJECTED_VALID"
    assert before.first.record is not None
    assert after.first.record is not None
    assert len(after.first.record.value or b"") < len(before.first.record.value or b"")
    assert long_text(after.first.record)


def test_a_fatal_record_is_tried_a_few_times_only() -> None:
    """Each try costs starts."""
    world = World(lambda record: EXIT if long_text(record) else good(record))
    run = verified(world, max_examples=60, shrink=True)
    tried = [e for e in history_of(run.stage) if isinstance(e, ev.WindowOpened) and e.purpose == "shrink"]
    assert 0 < len(tried) <= 3
    assert {verdict.code for verdict in run.stage.state.reached} <= {"CRASHED", "CRASH_LOOP"}


def test_nothing_is_played_for_a_healthy_service() -> None:
    """No finding, no window."""
    run = verified(World(good), shrink=True)
    assert run.codes == []
    assert not [e for e in history_of(run.stage) if isinstance(e, ev.WindowOpened) and e.purpose == "shrink"]


def test_time_is_bounded() -> None:
    """Shrinking ends after a few seconds of the run's clock, however much there is left to try."""

    def handle(record: Record) -> Handled:
        return [(DLQ, record)] if long_text(record) else good(record)

    world = World(handle)
    run = verified(world, max_examples=60, shrink=True)
    windows = [e for e in history_of(run.stage) if isinstance(e, ev.WindowOpened) and e.purpose == "shrink"]
    closed = [e for e in history_of(run.stage) if isinstance(e, ev.WindowClosed) and e.window == windows[-1].window]
    assert closed[0].at - windows[0].at < 15.0


def test_why_a_smaller_record_is_refused_is_told_once() -> None:
    """A verdict's note ends in the reason; a case made of the verdict gets its own reason, so that it must not."""
    verdict = CaseVerdict(
        code="ACCEPTED_INVALID", case="7", kind="wrong_type", topic=TOPIC, at=AT, promised="", seen=(),
        record=Record(b"k", b"{}"), expectation=Expectation.INVALID,
        rejection=Rejection(Layer.CONSTRAINTS, "wrong_type", "7 is no text"),
        note="integer at /id; 7 is no text (L5 wrong_type)",
    )  # fmt: skip
    case = case_of(verdict)
    assert case is not None
    assert case.note == "integer at /id"
    assert note_alone("7 is no text (L5 wrong_type)", verdict.rejection) == ""
    assert note_alone("integer at /id", None) == "integer at /id"
