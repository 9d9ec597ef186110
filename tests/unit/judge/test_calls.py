"""What handlers do with records, called one by one: each verdict, and what comes close and earns none."""

from __future__ import annotations

from typing import Any

import pytest

from kcontract.judge.findings import group_findings
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.called import HandledHow
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.contract import Contract, Where
from kcontract.model.record import LogRecord, Record
from tests.unit.judge.story import AT, DLQ, OUT, TOPIC, changed, contract

GOOD = b'{"id": "a", "amount": 5}'
BILL = b'{"order": "a", "amount": 5}'
TRACE = "Traceback (most recent call last):\n  File \"/app/handlers.py\", line 9, in handle\nKeyError: 'id'\n"
FAULT = """Fatal Python error: Segmentation fault

Current thread 0x1 (most recent call first):
  File "/app/h.py", line 4 in boom
"""


class Calls:
    """Calls of one unit's handler, as the engine would tell them."""

    def __init__(self, promised: Contract | None = None) -> None:
        self.state = UnitState("run", compile_promises("billing", (promised or contract(),), ()))
        self._number = 0

    def call(
        self,
        how: HandledHow = "returned",
        *events: tuple[str, bytes],
        expectation: Expectation = Expectation.VALID,
        **rest: Any,
    ) -> Calls:
        """One record, and what came of it; `root` and `role` of the case, all else of the event."""
        self._number += 1
        case = Case(
            id=rest.pop("root", str(self._number)),
            topic=TOPIC,
            record=Record(b"k", rest.pop("value", GOOD)),
            kind="valid" if expectation is Expectation.VALID else "missing_required:id",
            expectation=expectation,
            role=rest.pop("role", Role.CASE),
        )
        logs = tuple(LogRecord(topic, 0, n, Record(b"k", value)) for n, (topic, value) in enumerate(events))
        self.state.feed(ev.Sent(0.0, 0, case))
        self.state.feed(ev.Called(0.0, case.id, how, returned=logs, **rest))
        return self

    def invalid(self, how: HandledHow = "returned", *events: tuple[str, bytes], **rest: Any) -> Calls:
        return self.call(how, *events, expectation=Expectation.INVALID, **rest)

    @property
    def codes(self) -> list[str]:
        return [verdict.code for verdict in self.state.reached]


def test_a_handler_that_does_what_it_promises_earns_nothing() -> None:
    """Valid records have their event, invalid ones are refused, or returned as a dead letter; either goes both ways."""
    calls = Calls().call("returned", (OUT, BILL)).invalid("rejected").invalid("returned", (DLQ, GOOD))
    for how in ("returned", "rejected"):
        calls.call(how, expectation=Expectation.EITHER)
    assert calls.codes == []
    assert dict(calls.state.tally.rows()[-1].outcomes) == {"returned": 1}


@pytest.mark.parametrize("expectation", list(Expectation))
def test_an_exception_that_is_no_refusal_is_a_crash_whatever_the_record(expectation: Expectation) -> None:
    """The finding names exception and frame."""
    calls = Calls().call("raised", expectation=expectation, error=TRACE)
    (verdict,) = calls.state.reached
    assert (verdict.code, verdict.cause, verdict.stderr) == ("CRASHED", "KeyError at handlers.py:9", TRACE)


def test_one_bug_is_one_finding_whatever_the_kind() -> None:
    """Exception and frame tell defects apart."""
    calls = Calls().call("raised", error=TRACE).invalid("raised", error=TRACE)
    calls.invalid("raised", error=TRACE.replace("line 9", "line 11"))
    findings = group_findings("billing", calls.state.reached, any_dead_letter=True)
    assert [finding.count for finding in findings] == [2, 1]


def test_a_normal_return_of_an_invalid_record_is_acceptance() -> None:
    """With an event or without."""
    assert Calls().invalid("returned", (OUT, BILL)).codes == ["ACCEPTED_INVALID"]
    assert Calls().invalid("returned").codes == ["ACCEPTED_INVALID"]


def test_under_skip_an_invalid_record_without_an_event_was_skipped() -> None:
    """Where valid ones have an event, its absence tells; where nothing has one, nothing does."""
    assert Calls(contract("skip")).invalid("returned").codes == []
    assert Calls(contract("skip")).invalid("returned", (OUT, BILL)).codes == ["ACCEPTED_INVALID"]
    assert Calls(contract("skip", emits=False)).invalid("returned").codes == ["ACCEPTED_INVALID"]


def test_a_valid_record_that_is_refused_or_dead_lettered() -> None:
    """By an exception or by what is returned."""
    assert Calls().call("rejected").codes == ["REJECTED_VALID"]
    assert Calls().call("returned", (DLQ, GOOD)).codes == ["REJECTED_VALID"]


def test_a_valid_record_without_its_event_is_skipped_if_others_have_theirs() -> None:
    """A handler that never returns an event may send them by itself: that is a blind spot."""
    assert Calls().call("returned", (OUT, BILL)).call("returned").codes == ["SKIPPED_VALID"]
    alone = Calls().call("returned")
    alone.state.close()
    assert alone.codes == []
    assert [what for what, _ in alone.state.blind] == [
        f"{OUT}: the handler returned no event for it, so none is judged"
    ]


def test_an_event_that_says_something_else_or_is_against_its_schema() -> None:
    """`where` and the effect's schema, as on a broker."""
    assert Calls().call("returned", (OUT, b'{"order": "b", "amount": 5}')).codes == ["MISREAD"]
    assert Calls().call("returned", (OUT, b'{"amount": 5, "order": 7}')).codes[0] in ("MISREAD", "INVALID_EVENT")
    unchecked = changed(where=None)
    assert Calls(unchecked).call("returned", (OUT, b'{"amount": 5}')).codes == ["INVALID_EVENT"]


def test_two_events_of_one_call_where_one_is_promised() -> None:
    """A duplicate, idempotent or not."""
    assert Calls().call("returned", (OUT, BILL), (OUT, BILL)).codes == ["DUPLICATE_EFFECT"]
    assert Calls(changed(count=2)).call("returned", (OUT, BILL), (OUT, BILL)).codes == []


@pytest.mark.parametrize(("idempotent", "codes"), [(True, ["DUPLICATE_EFFECT"]), (False, [])])
def test_the_same_record_once_more(idempotent: bool, codes: list[str]) -> None:
    """Only who is idempotent must not act again."""
    calls = Calls(changed({"idempotent": idempotent})).call("returned", (OUT, BILL), root="7")
    calls.call("returned", (OUT, BILL), root="7.1", role=Role.REPEAT)
    assert calls.codes == codes


def test_an_idempotent_handler_that_does_nothing_the_second_time() -> None:
    """Nothing is missed of a repetition."""
    calls = Calls(changed({"idempotent": True})).call("returned", (OUT, BILL), root="7")
    assert calls.call("returned", root="7.1", role=Role.REPEAT).codes == []


@pytest.mark.parametrize(
    ("how", "code", "error", "verdict", "cause"),
    [
        ("exited", -11, FAULT, "CRASHED", "SIGSEGV at h.py:4"),
        ("exited", 3, "", "CRASHED", "exit 3"),
        ("hung", 0, FAULT, "STUCK", "hung in boom at h.py"),
        ("bloated", 0, TRACE, "RESOURCE_BLOWUP", "KeyError at handlers.py:9"),
    ],
)
def test_what_ends_the_process_twice_is_proved(
    how: HandledHow, code: int, error: str, verdict: str, cause: str
) -> None:
    """Alone behind a healthy record; signal and frame make the fingerprint."""
    calls = Calls().invalid(how, code=code, error=error, before=9, root="3")
    assert calls.codes == []
    calls.invalid(how, code=code, error=error, before=1, root="3.1")
    assert [(one.code, one.cause) for one in calls.state.reached] == [(verdict, cause)]


def test_what_ends_the_process_once_is_told_and_blamed_on_nobody() -> None:
    """It may have been the machine."""
    calls = Calls().invalid("exited", code=-9, before=9, root="3").invalid("rejected", before=1, root="3.1")
    calls.state.close()
    assert calls.codes == []
    assert calls.state.blind == [("case 3: SIGKILL, which did not happen again", "run it again")]


def test_what_ends_the_process_only_after_others_is_blamed_on_company() -> None:
    """The second time must be after the same records."""
    calls = Calls().invalid("exited", code=3, before=9, root="3").invalid("exited", code=3, before=9, root="3.2")
    assert [(one.code, one.cause) for one in calls.state.reached] == [("CRASHED", "in the company of other records")]


def test_an_event_for_a_topic_that_nobody_declared() -> None:
    """Told once, with the record that caused it."""
    calls = Calls().call("returned", (OUT, BILL), ("other", b"{}")).call("returned", (OUT, BILL), ("other", b"{}"))
    assert [(one.code, one.cause, one.case) for one in calls.state.reached] == [("UNDECLARED_EVENT", "other", "1")]


def test_a_where_function_is_asked_before() -> None:
    """Its answer is an event of its own."""
    calls = Calls(changed(where=Where(at=AT, function="checks:same")))
    calls.state.feed(ev.Decided(0.0, "1", OUT, 0, 0, holds=False))
    assert calls.call("returned", (OUT, BILL)).codes == ["MISREAD"]
