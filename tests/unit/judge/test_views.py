"""Probes: what they show of a record, and what is made of it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kcontract.judge.view import View, in_words, view_of
from kcontract.model import events as ev
from kcontract.model.case import Expectation, Role
from kcontract.model.contract import Contract, Probe
from tests.unit.judge.story import AT, TOPIC, Story, contract, schema

BODY = schema({"type": "object", "required": ["paid"], "properties": {"paid": {"type": "integer"}}})
PAGE = Probe(at=AT, http="http://127.0.0.1:{port}/{$message.payload#/id}", expect_status=200, expect_body=BODY)
COMMAND = Probe(at=AT, command=("look", "{$message.payload#/id}"), expect_exit=3, expect_stdout="pa.d")
FUNCTION = Probe(at=AT, function="checks:seen")


def answer(case: str = "1", **more: Any) -> ev.Probed:
    if isinstance(more.get("body"), dict):
        more["body"] = json.dumps(more["body"]).encode()
    return ev.Probed(0.0, case, TOPIC, **more)


@pytest.mark.parametrize(
    ("probe", "said", "view"),
    [
        (PAGE, {"status": 200, "body": {"paid": 1}}, View.SHOWN),
        (PAGE, {"status": 200, "body": {"paid": "1"}}, View.WRONG),
        (PAGE, {"status": 200, "body": b"<html>"}, View.WRONG),
        (PAGE, {"status": 201, "body": {"paid": 1}}, View.ABSENT),
        (PAGE, {"status": 404}, View.ABSENT),
        (PAGE, {"status": 500}, View.UNCLEAR),
        (PAGE, {"error": "refused"}, View.UNCLEAR),
        (Probe(at=AT, http="http://h/"), {"status": 204}, View.SHOWN),
        (Probe(at=AT, http="http://h/"), {"status": 302}, View.ABSENT),
        (Probe(at=AT, http="http://h/", expect_status=500), {"status": 500}, View.SHOWN),
        (COMMAND, {"exit_code": 3, "body": b"it is paid\n"}, View.SHOWN),
        (COMMAND, {"exit_code": 3, "body": b"nothing"}, View.WRONG),
        (COMMAND, {"exit_code": 0, "body": b"it is paid"}, View.ABSENT),
        (COMMAND, {"exit_code": -9}, View.UNCLEAR),
        (COMMAND, {"error": "too slow"}, View.UNCLEAR),
        (Probe(at=AT, command=("look",)), {"exit_code": 0}, View.SHOWN),
        (FUNCTION, {"holds": True}, View.SHOWN),
        (FUNCTION, {"holds": False}, View.ABSENT),
        (FUNCTION, {"holds": False, "error": "AssertionError: 2 is not 3"}, View.WRONG),
        (FUNCTION, {"error": "KeyError: 'id'"}, View.UNCLEAR),
    ],
)
def test_what_an_answer_says(probe: Probe, said: dict[str, Any], view: View) -> None:
    """Where a record that was never sent has another answer."""
    assert view_of(probe, answer(**said), answer("", status=404, exit_code=1)) is view


def test_an_answer_as_for_a_record_that_was_never_sent() -> None:
    """A page that finds nothing may say so with status 200, and name what it was asked for."""
    control = answer("", status=200, body={"id": "AB-0", "found": False}, tokens=(b"ab-0",))
    nothing = answer(status=200, body={"id": "ab-1", "found": False}, tokens=(b"ab-1",))
    other = answer(status=200, body={"id": "ab-1", "found": True}, tokens=(b"ab-1",))
    assert view_of(PAGE, nothing, control) is View.ABSENT
    assert view_of(PAGE, other, control) is View.WRONG
    assert view_of(PAGE, other, None) is View.ABSENT


@pytest.mark.parametrize(
    ("probe", "said", "words"),
    [
        (PAGE, {"status": 404, "body": b"no\n such"}, "404 no such"),
        (PAGE, {"error": "refused"}, "refused"),
        (COMMAND, {"exit_code": 1, "body": b"none"}, "exit code 1 none"),
        (FUNCTION, {"holds": False}, "checks:seen: False"),
        (FUNCTION, {"error": "KeyError"}, "checks:seen: KeyError"),
    ],
)
def test_the_answer_in_words(probe: Probe, said: dict[str, Any], words: str) -> None:
    """As findings quote it."""
    assert in_words(probe, answer(**said)) == words


def probed(probe: Probe = PAGE, *, emits: bool = False) -> Contract:
    usual = contract(emits=emits)
    return msgspec.structs.replace(usual, receive=(msgspec.structs.replace(usual.receive[0], probe=probe),))


class Tale(Story):
    """A story whose service has a page for each order that it has handled."""

    def __init__(self, probe: Probe = PAGE, *, emits: bool = False) -> None:
        super().__init__(promised=probed(probe, emits=emits))
        self.says("", 404)

    def says(self, case: str, status: int = 200, *, stands: bool = False, **body: Any) -> None:
        told = json.dumps(body or {"paid": 2}).encode() if status == 200 else b""
        self.tell(ev.Probed(self._tick(), case, TOPIC, status, told, stands=stands))

    def again(self, root: str, expectation: Expectation = Expectation.VALID) -> None:
        """Alone, with nothing said of it yet."""
        self.window("alone", root)
        self.send(f"{root}.1", expectation, kind=self.cases[root].kind)


def test_what_is_new_of_an_answer() -> None:
    """That there is nothing yet is none, nor that a wrong answer goes on."""
    tale = Tale()
    tale.window()
    tale.send("1")
    window = tale.state.window
    assert window is not None
    before = window.evidence_at
    tale.says("1", 404)
    assert window.evidence_at == before
    tale.says("1", paid="2")
    first = window.evidence_at
    assert first > before
    tale.says("1", stands=True, paid="2")
    assert window.evidence_at == first


def test_a_record_that_is_shown_is_handled() -> None:
    """And has its outcome then."""
    tale = Tale()
    tale.window()
    tale.send("1")
    window = tale.state.window
    assert window is not None
    assert window.owed == 1
    tale.says("1")
    assert window.owed == 0
    tale.close()
    assert tale.codes == []
    assert tale.state.tally.rows()[0].outcomes == (("handled", 1),)


def test_a_record_that_is_never_shown() -> None:
    """Twice: SKIPPED_VALID, on the line of the probe."""
    tale = Tale()
    tale.window()
    tale.send("1")
    tale.says("1", 404)
    tale.close()
    assert tale.codes == []
    tale.again("1")
    tale.says("1.1", 404)
    tale.close()
    assert tale.verdict.code == "SKIPPED_VALID"
    assert tale.verdict.promised == "the probe shows each valid record that billing has handled"
    assert "the probe does not show it: 404" in tale.verdict.seen


def test_a_record_that_is_shown_after_all() -> None:
    """It came late, and nobody is blamed."""
    tale = Tale()
    tale.window()
    tale.send("1")
    tale.says("1", 404)
    tale.close()
    tale.says("1")
    assert [doubt.dismissed for doubt in tale.state.doubts] == ["it came late"]


@pytest.mark.parametrize(("again", "codes"), [("wrong", ["MISREAD"]), ("right", [])])
def test_a_record_that_is_shown_as_another(again: str, codes: list[str]) -> None:
    """The page goes on saying what the contract rules out: MISREAD, if a copy has the same page."""
    tale = Tale()
    tale.window()
    tale.send("1")
    tale.says("1", paid="2")
    tale.says("1", paid="2", stands=True)
    tale.close()
    tale.again("1")
    tale.says("1.1", **({"paid": "2", "stands": True} if again == "wrong" else {"paid": 2}))
    tale.close()
    if again == "right":
        tale.window("repeat", "1")
        tale.send("1.2")
        tale.says("1.2")
        tale.close()
    assert tale.codes == codes


def test_a_page_that_is_wrong_for_a_moment() -> None:
    """Pending, then paid: what does not stand proves nothing."""
    tale = Tale()
    tale.window()
    tale.send("1")
    tale.says("1", state="pending")
    assert tale.state.window is not None
    assert tale.state.window.owed == 1
    tale.says("1")
    tale.close()
    assert tale.codes == []


def test_an_invalid_record_that_is_shown() -> None:
    """It was taken for good, dead letter or not."""
    tale = Tale()
    tale.window()
    tale.send("1")
    tale.says("1")
    tale.invalid("2", value=json.dumps({"id": "id-2", "amount": "2"}).encode())
    tale.dead_letter("2")
    tale.says("2")
    tale.close()
    assert tale.codes == ["ACCEPTED_INVALID"]


def test_an_invalid_record_that_is_not_shown() -> None:
    """As promised; a page that says why it was refused is no acceptance either."""
    tale = Tale()
    tale.window()
    for case in "12":
        tale.invalid(case, value=json.dumps({"id": f"id-{case}", "amount": "2"}).encode())
        tale.dead_letter(case)
    tale.says("1", 404)
    tale.says("2", stands=True, state="refused")
    tale.close()
    assert tale.codes == []


def test_only_a_record_that_the_question_names_is_asked_for() -> None:
    """An id that is not its own may be anybody's: what the page says then is nobody's proof."""
    tale = Tale()
    tale.window()
    tale.invalid("1", value=json.dumps({"id": "", "amount": "2"}).encode())
    tale.send("2", value=json.dumps({"id": "fixed", "amount": 2}).encode())
    tale.says("1")
    tale.says("2")
    tale.dead_letter("1")
    tale.close()
    assert tale.codes == []
    assert all(delivery.probe is None for delivery in (tale.state.ties.get("1"), tale.state.ties.get("2")) if delivery)


def test_a_damaged_record_is_asked_for_by_the_identity_that_it_had() -> None:
    """A service that repairs it has a page for it all the same."""
    tale = Tale()
    tale.window()
    tale.send("1")
    tale.says("1")
    tale.invalid("2", value=b'{"id": "id-2", "amo')
    tale.says("2")
    tale.close()
    assert tale.codes == ["ACCEPTED_INVALID"]


def test_repeats_and_tombstones_are_not_asked_for() -> None:
    """What is shown of them is another record's doing, or nothing."""
    tale = Tale()
    tale.window()
    tale.send("1", role=Role.REPEAT)
    tale.send("2", value=b"null")
    deliveries = [tale.state.ties.get(case) for case in "12"]
    assert [one.probe for one in deliveries if one is not None] == [None, None]


def test_a_probe_that_shows_everything() -> None:
    """It is told, and judged no more."""
    tale = Tale()
    tale.says("")
    tale.window()
    tale.send("1")
    assert tale.state.window is not None
    assert tale.state.window.owed == 0
    tale.close()
    tale.state.close()
    assert tale.codes == []
    assert any("never sent" in what for what, _ in tale.state.blind)


def test_a_probe_that_fails() -> None:
    """Nobody is blamed for what nobody could see."""
    tale = Tale()
    tale.window()
    tale.send("1")
    tale.says("1", 503)
    tale.close()
    tale.state.close()
    assert tale.codes == []
    assert [what for what, _ in tale.state.blind] == ["the probe gave no answer for 1 records: 503"]


@pytest.mark.parametrize(("probe", "owed"), [(PAGE, 0), (COMMAND, 1)])
def test_a_page_of_the_service_itself_is_gone_with_it(probe: Probe, owed: int) -> None:
    """What is kept elsewhere must be there after a restart."""
    tale = Tale(probe)
    tale.window()
    tale.send("1")
    tale.exit()
    tale.start()
    assert tale.state.window is not None
    assert tale.state.window.owed == owed


def test_events_and_a_probe_are_both_wanted() -> None:
    """One of them is not enough."""
    tale = Tale(emits=True)
    tale.window()
    tale.send("1")
    assert tale.state.window is not None
    tale.effect("1")
    assert tale.state.window.owed == 1
    tale.says("1")
    assert tale.state.window.owed == 0


def test_commands_are_run_for_some_cases_only() -> None:
    """A process for each; markers and copies are always looked for."""
    tale = Tale(COMMAND)
    tale.window()
    for number in range(302):
        tale.send(str(number))
    tale.send("302", role=Role.SENTINEL)
    window = tale.state.window
    assert window is not None
    assert sum(delivery.probe is not None for delivery in window.deliveries) == 301
    tale.state.close()
    assert any("not run for 2 cases" in what for what, _ in tale.state.blind)


def test_a_function_is_asked_for_what_it_can_tell_apart() -> None:
    """The payload must hold what is fresh, and must be there."""
    tale = Tale(FUNCTION)
    tale.window()
    tale.send("1")
    tale.invalid("2", value=b"\xff")
    tale.invalid("3", value=json.dumps({"id": "", "amount": "2"}).encode())
    window = tale.state.window
    assert window is not None
    assert [delivery.probe is not None for delivery in window.deliveries] == [True, False, False]
