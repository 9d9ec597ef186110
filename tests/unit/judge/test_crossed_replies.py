"""Answers that go to others, and results for invalid requests: which of the two it is shows when they come again."""

from __future__ import annotations

import pytest

from kcontract.judge.symptoms import Symptom
from kcontract.model import events as ev
from kcontract.model.case import Role
from tests.unit.judge.asked import INVALID, VALID, Asked


def test_answers_that_go_to_others() -> None:
    """Each answer carries the id of the request before: WRONG_REPLY, not a refusal or an acceptance. One try tells of
    all, and what is seen of it later is not tried again."""
    story = Asked()
    story.window()
    for case in "1234":
        story.send(case, INVALID if case == "3" else VALID)
    story.answer("1")
    story.answer("2", bad=True)
    story.answer("3")
    story.close()
    assert [doubt.root for doubt in story.state.doubts if doubt.wants_alone] == ["2", "3", "4"]
    story.window("alone", "2")
    for case in ("5", "2.1", "6"):
        story.send(case, INVALID if case == "6" else VALID)
    story.answer("4")  # still in doubt, and so still open to evidence
    story.answer("5")
    story.answer("2.1", bad=True)
    story.close()
    assert story.codes == ["WRONG_REPLY"] * 3
    story.window()
    for case in "78":
        story.send(case, INVALID if case == "8" else VALID)
    story.answer("7", bad=True)
    story.answer("8")
    story.close()
    assert not [doubt for doubt in story.state.doubts if not doubt.settled]


def test_answers_that_come_late_are_their_own() -> None:
    """A pool that has some wait: the answer to an earlier request comes while another waits for its own. All are of the
    right sort, so that none is another's."""
    story = Asked()
    late_in_a_pool(story)
    story.window()
    for case in "345":
        story.send(case, INVALID if case == "4" else VALID)
    story.answer("2")
    story.answer("3")
    story.answer("4", bad=True)
    story.close()
    story.window("alone", "5")
    story.send("5.1")
    story.send("6")
    story.answer("5")
    story.answer("5.1")
    story.close()
    assert story.codes == []


def late_in_a_pool(story: Asked) -> None:
    """A window that has settled without the answer to its second request."""
    story.window()
    story.send("1")
    story.send("2")
    story.answer("1")
    story.close()


@pytest.mark.parametrize(("seconds", "told"), [(3.0, 1), (1.0, 0)])
def test_an_answer_behind_its_window(seconds: float, told: int) -> None:
    """It came later than promised, which is told, or only later than others."""
    story = Asked()
    late_in_a_pool(story)
    story.wait(seconds)
    story.answer("2")
    story.state.close()
    assert story.codes == []
    assert len([remedy for _, remedy in story.state.blind if "p95: 2s" in remedy]) == told


def among(
    story: Asked, purpose: ev.Purpose, of: str, invalid: str, *, swapped: str = "", close: str = "settled"
) -> None:
    """A window of an invalid request between two valid ones; `swapped`: which valid one has the answer of the other."""
    first, last = f"a{story.now}", f"z{story.now}"
    story.window(purpose, of)
    story.send(first)
    story.invalid(invalid)
    story.send(last)
    bad = {"first": first, "last": last}.get(swapped, invalid)
    for case in (first, invalid, last):
        story.answer(case, bad=case == bad)
    story.close(close)


def accepted(story: Asked) -> None:
    """An invalid request that gets a result, beside valid ones that get theirs."""
    story.window()
    story.send("0")
    story.invalid("1")
    story.answer("0")
    story.answer("1")
    story.close()


def test_a_result_for_an_invalid_request() -> None:
    """ACCEPTED_INVALID, once it is seen again alone."""
    story = Asked()
    accepted(story)
    assert story.codes == []
    story.alone("1", INVALID, bad=False)
    assert story.codes == ["ACCEPTED_INVALID"]
    assert story.verdict.cause == ""
    assert "the same alone behind a healthy record" in story.verdict.seen


def test_a_result_for_an_invalid_request_only_among_others() -> None:
    """The same window again shows it: accepted, in the company of others."""
    story = Asked()
    accepted(story)
    story.alone("1", INVALID, bad=True)
    assert story.codes == []
    story.window("repeat", "1")
    story.invalid("1.2")
    story.answer("1.2")
    story.close()
    assert story.codes == ["ACCEPTED_INVALID"]


def test_a_result_for_an_invalid_request_once() -> None:
    """Refused as promised alone, and in the same window again: nobody is blamed."""
    story = Asked()
    accepted(story)
    story.alone("1", INVALID, bad=True)
    story.window("repeat", "1")
    story.invalid("1.2")
    story.answer("1.2", bad=True)
    story.close()
    assert story.codes == []


@pytest.mark.parametrize("neighbour", ["first", "last"])
def test_a_result_that_was_another_s(neighbour: str) -> None:
    """Alone a valid neighbour has the error: answers go to others, and nothing was accepted."""
    story = Asked()
    accepted(story)
    among(story, "alone", "1", "1.1", swapped=neighbour)
    assert story.codes == ["WRONG_REPLY"]
    assert "when it was sent again, answers went to other requests than their own" in story.verdict.seen


def test_a_result_in_a_window_in_which_the_service_ended() -> None:
    """What came back counts, and is confirmed like any other: here it was another's."""
    for swapped, codes in (("first", ["WRONG_REPLY"]), ("", [])):
        story = Asked()
        story.window()
        story.invalid("1")
        story.answer("1")
        story.exit()
        story.close("exited")
        assert story.codes == []
        among(story, "alone", "1", "1.1", swapped=swapped)
        assert story.codes == codes


def both_ways(story: Asked) -> None:
    """A window in which a valid request is refused and an invalid one gets a result."""
    story.window()
    story.send("1")
    story.invalid("2")
    story.answer("1", bad=True)
    story.answer("2")
    story.close()


def test_a_service_that_refuses_and_accepts_the_wrong_ones() -> None:
    """It looks as if the two had each other's answer: alone each shows its own defect."""
    story = Asked()
    both_ways(story)
    assert {symptom for doubt in story.state.doubts for symptom in doubt.symptoms} >= {Symptom.CROSSED}
    story.alone("1", VALID, bad=True)
    story.alone("2", INVALID, bad=False)
    assert story.codes == ["REJECTED_VALID", "ACCEPTED_INVALID"]


def test_a_healthy_neighbour_that_has_the_error_spoils_nothing() -> None:
    """It is not refused like any other: it has the answer of the invalid request, and no new process is asked."""
    story = Asked()
    both_ways(story)
    story.window("alone", "1")
    story.send("5", role=Role.HEALTHY)
    story.send("1.1")
    story.invalid("6", role=Role.MARKER)
    story.answer("5", bad=True)
    story.answer("1.1")
    story.answer("6")
    story.close()
    assert story.codes == ["WRONG_REPLY", "WRONG_REPLY"]


def test_answers_that_are_sorted() -> None:
    """Alone each has its own; in the same window again others have each other's: what crosses need not be the same."""
    story = Asked()
    both_ways(story)
    story.alone("1", VALID, bad=False)
    story.alone("2", INVALID, bad=True)
    story.window("repeat", "1")
    for case in ("1.2", "3"):
        story.send(case)
    for case in ("2.2", "4"):
        story.invalid(case)
    for case in ("1.2", "4"):
        story.answer(case)
    for case in ("2.2", "3"):
        story.answer(case, bad=True)
    story.close()
    assert story.codes == ["WRONG_REPLY", "WRONG_REPLY"]


def test_a_result_that_went_to_a_request_that_must_be_passed_over() -> None:
    """Under `skip`: a valid request lacks the answer that the invalid one behind it has."""
    story = Asked("skip")
    accepted(story)
    story.window("alone", "1")
    story.send("5")
    story.invalid("1.1")
    story.answer("1.1")
    story.close()
    assert story.codes == ["WRONG_REPLY"]


def test_a_result_where_the_service_must_stop() -> None:
    """There is nothing beside it: ACCEPTED_INVALID at once."""
    story = Asked("stop")
    story.window("stop", "1")
    story.invalid("1")
    story.answer("1")
    story.close()
    assert "ACCEPTED_INVALID" in story.codes


def test_one_without_an_answer_beside_good_ones_is_not_crossed() -> None:
    """The service leaves out one kind: NO_REPLY."""
    story = Asked()
    story.window()
    story.send("1")
    story.invalid("2")
    story.answer("1")
    story.close()
    story.alone("2", INVALID)
    assert story.codes == ["NO_REPLY"]


def test_an_answer_that_speaks_of_another_request() -> None:
    """Its payload holds the id of one request, its correlation id is the other's."""
    story = Asked()
    story.window()
    for case in "12":
        story.send(case)
    story.answer("2", told="1", value={"score": 1, "id": "id-2"})
    story.answer("1", told="2", value={"score": 1, "id": "id-1"})
    story.close()
    assert story.codes == ["WRONG_REPLY", "WRONG_REPLY"]


def test_one_answer_too_many_where_another_lacks_one() -> None:
    """It is taken for the other's: answers that go to others, and not two answers."""
    story = Asked()
    story.window()
    story.send("1")
    story.send("2")
    story.answer("1")
    story.answer("1")
    story.close()
    assert [doubt.symptoms for doubt in story.state.doubts] == [{Symptom.CROSSED}]


@pytest.mark.parametrize(("policy", "codes"), [("skip", ["ACCEPTED_INVALID"]), ("deadLetter", [])])
def test_a_result_for_an_invalid_request_under_another_policy(policy: str, codes: list[str]) -> None:
    """Garbage that is answered as if it were good, alone as well, unless it was refused as promised."""
    story = Asked(policy)
    for purpose, of, case in (("batch", "", "1"), ("alone", "1", "1.1")):
        story.window(purpose, of)  # type: ignore[arg-type]
        story.invalid(case)
        story.answer(case)
        if policy == "deadLetter":
            story.dead_letter(case)
        story.close()
    assert story.codes == codes


def test_results_of_two_windows_are_tried_each() -> None:
    """Whose answer one was says nothing of one in another window."""
    story = Asked()
    for case in "12":
        story.window()
        story.invalid(case)
        story.answer(case)
        story.close()
    assert [doubt.root for doubt in story.state.doubts if doubt.wants_alone] == ["1", "2"]
