"""Request and reply in invented histories: what earns NO_REPLY and WRONG_REPLY, and what comes close and does not."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kcontract.judge.symptoms import Symptom
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation
from kcontract.model.contract import Expression
from kcontract.model.record import Record
from tests.unit.judge.asked import ANSWERS, INVALID, OTHERS, VALID, Asked
from tests.unit.judge.story import AT, TOPIC


def test_answers_as_promised() -> None:
    """A result for a valid request, the declared error for an invalid one."""
    story = Asked()
    story.window()
    story.send("1")
    story.invalid("2")
    story.answer("1")
    story.answer("2", bad=True)
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])
    assert [row.outcomes for row in story.state.tally.rows()] == [(("answered", 1),), (("answered", 1),)]


@pytest.mark.parametrize("expectation", [VALID, INVALID])
def test_no_answer(expectation: Expectation) -> None:
    """NO_REPLY, once it is seen again alone."""
    story = Asked()
    story.window()
    story.send("1", expectation)
    story.close()
    assert story.codes == []
    story.alone("1", expectation)
    assert story.codes == ["NO_REPLY"]
    assert story.verdict.at == AT


def test_no_answer_once() -> None:
    """Answered alone, and in the same window again: nobody is blamed."""
    story = Asked()
    story.window()
    story.invalid("1")
    story.close()
    story.alone("1", INVALID, bad=True)
    story.window("repeat", "1")
    story.invalid("1.2")
    story.answer("1.2", bad=True)
    story.close()
    assert story.codes == []


@pytest.mark.parametrize(
    ("expectation", "answer", "codes"),
    [
        (VALID, {"told": "9"}, ["WRONG_REPLY"]),
        (VALID, {"value": {"neither": 1}}, ["WRONG_REPLY"]),
        (INVALID, {"value": {"neither": 1}}, ["WRONG_REPLY"]),
        (INVALID, {"value": {"score": 1, "error": "both"}}, []),
        (VALID, {"value": {"score": 1, "error": "both"}}, []),
    ],
    ids=["another's id", "no answer", "not the error", "both for bad", "both for good"],
)
def test_what_an_answer_says(expectation: Expectation, answer: dict[str, Any], codes: list[str]) -> None:
    """Decided by schemas and correlation id; the marker shows whose answer it is."""
    story = Asked()
    story.window()
    sent = story.send("1", expectation)
    payload = json.dumps(answer.get("value", {"score": 1})).encode()
    told = (("correlation_id", f"corr-{answer.get('told', '1')}".encode()),)
    story.seen(ANSWERS, Record(None, payload, (*sent.record.headers[:1], *told)))
    story.close()
    assert story.codes == codes


def test_a_valid_request_that_gets_only_an_error() -> None:
    """REJECTED_VALID, once it is seen again alone."""
    story = Asked()
    story.window()
    story.send("1")
    story.answer("1", bad=True)
    story.close()
    story.alone("1", VALID, bad=True)
    assert story.codes == ["REJECTED_VALID"]


def damaged(story: Asked, headers: Any) -> Case:
    """An invalid request whose headers are these."""
    case = story.cases["1"]
    broken = msgspec.structs.replace(case, id="2", record=msgspec.structs.replace(case.record, headers=headers))
    return msgspec.structs.replace(broken, expectation=INVALID, kind="header_missing")


def test_a_damaged_correlation_id_asks_for_nothing() -> None:
    """Without it no answer is right, with two of them as well, and so is any answer."""
    for headers in ((), (("correlation_id", b"a"), ("correlation_id", b"b")), (("correlation_id", b"\xff"),)):
        story = Asked()
        story.window()
        story.send("1")
        story.answer("1")
        story.tell(ev.Sent(story.now, 1, damaged(story, headers)))
        story.close()
        assert (story.codes, story.state.doubts) == ([], [])


def test_a_correlation_id_that_is_not_its_own() -> None:
    """60,000 letters x may stand in two requests: valid as they are, whose answer is whose cannot be told."""
    story = Asked()
    story.window()
    for number in ("1", "2"):
        case = Case(
            number, TOPIC, Record(b"k", b'{"id": "i", "amount": 2}', (("correlation_id", b"xxx"),)),
            "header_damage:oversize", VALID, tokens=(b"other",),
        )  # fmt: skip
        story.tell(ev.Sent(story.now, 1, case))
        story.tell(ev.Acknowledged(story.now, number, TOPIC, 0, int(number)))
        story.seen(ANSWERS, Record(None, b'{"score": 1}', (("correlation_id", b"xxx"),)))
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_a_lying_header_beside_its_own_correlation_id() -> None:
    """Damage to another header leaves a request its answer."""
    story = Asked()
    story.window()
    story.send("1", kind="header_damage:traceparent")
    story.close()
    assert [doubt.symptoms for doubt in story.state.doubts] == [{Symptom.NO_REPLY}]


def test_two_answers() -> None:
    """DUPLICATE_EFFECT, if one process does it again alone."""
    story = Asked()
    story.window()
    story.send("1")
    story.answer("1")
    story.answer("1")
    story.close()
    story.window("alone", "1")
    story.send("1.1")
    story.answer("1.1")
    story.answer("1.1")
    story.close()
    assert story.codes == ["DUPLICATE_EFFECT"]


def test_two_answers_around_a_restart() -> None:
    """At least once is no duplicate."""
    story = Asked()
    story.window()
    story.send("1")
    story.answer("1")
    story.exit()
    story.start()
    story.answer("1")
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_an_answer_without_any_id() -> None:
    """Alone it can only be the one request's own."""
    story = Asked()
    story.window()
    story.invalid("1")
    story.close()
    story.window("alone", "1")
    story.send("2")
    story.invalid("1.1")
    story.answer("2")
    story.answer("1.1", bad=True, told="")
    story.close()
    assert set(story.codes) == {"WRONG_REPLY"}


def test_the_late_answer_of_an_earlier_request_is_not_the_lonely_one_s() -> None:
    """It carries the id of a request that was closed: that one was late, and this one got none."""
    story = Asked()
    story.window()
    story.send("1")
    story.invalid("2")
    story.answer("1")
    story.close()
    story.window("alone", "2")
    story.invalid("2.1")
    story.answer("1")
    story.close()
    assert story.codes == ["NO_REPLY"]


def late(story: Asked, seconds: tuple[float, ...]) -> None:
    """A request that is answered so late in the probe phase, and then alone as often as it is tried."""
    story.window("probe")
    story.send("1")
    story.wait(seconds[0])
    story.answer("1")
    story.close()
    for number, wait in enumerate(seconds[1:], 1):
        story.window("alone", "1")
        story.send(f"1.{number}")
        story.wait(wait)
        story.answer(f"1.{number}")
        story.close()


def test_a_late_answer() -> None:
    """NO_REPLY with the measured times, after three tries alone."""
    story = Asked()
    late(story, (3.0, 3.1, 3.2))
    assert story.codes == []
    story.window("alone", "1")
    story.send("1.9")
    story.wait(3.3)
    story.answer("1.9")
    story.close()
    assert story.codes == ["NO_REPLY"]
    assert story.verdict.cause == "late"
    assert "3.1, 3.2, 3.3 s" in " ".join(story.verdict.seen)
    story.window("probe")
    story.send("2")
    story.wait(3.0)
    story.answer("2")
    story.close()
    assert not [doubt for doubt in story.state.doubts if doubt.wants_alone], "it is proved already"


@pytest.mark.parametrize("seconds", [(2.3,), (3.0, 3.1, 1.9), (3.0, 0.1)], ids=["allowed", "third try", "once"])
def test_an_answer_that_is_late_now_and_then(seconds: tuple[float, ...]) -> None:
    """The best of three tries counts, and a slow machine has its allowance."""
    story = Asked()
    late(story, seconds)
    assert story.codes == []
    assert not [doubt for doubt in story.state.doubts if not doubt.settled]


def test_what_measures_answers_that_are_late_now_and_then() -> None:
    """A blind spot with the line that tells how many of them are: loads are weighed beside an echo."""
    story = Asked()
    late(story, (3.0, 0.1))
    story.state.close()
    ((what, remedy),) = story.state.blind
    assert what.endswith("the answer came later than `within`, and in time when the same was asked again alone")
    assert "p95: 2s" in remedy


@pytest.mark.parametrize(("seconds", "expected"), [((3.0,) * 4, ["NO_REPLY"]), ((3.0, 3.1, 1.0), [])], ids=str)
def test_answers_that_are_late_together(seconds: tuple[float, ...], expected: list[str]) -> None:
    """A service that lets many requests wait at once shows its slowness of the one in front only, alone as well."""
    story = Asked()
    for number, wait in enumerate(seconds):
        story.window("alone" if number else "probe", "1" if number else "")
        front, case = (f"front{number}", f"1.{number}") if number else ("1", "2")
        story.send(front)
        story.send(case)
        story.wait(wait)
        story.answer(front)
        story.answer(case)
        story.close()
    assert story.codes == expected


@pytest.mark.parametrize(("punctual", "expected"), [(1, ["NO_REPLY"]), (6, ["NO_REPLY"]), (7, [])])
def test_a_late_answer_behind_others_that_only_waited_for_it(punctual: int, expected: list[str]) -> None:
    """One that is in time alone says nothing of the others that were late with it; a few are asked, not all."""
    story = Asked()
    names = [str(number) for number in range(punctual + 1)]
    for case in names:
        story.window("batch")
        story.send(case)
        story.wait(3.0)
        story.answer(case)
        story.close()
    slow = names[-1]
    for _ in range(punctual + 3):
        wanted = [doubt.root for doubt in story.state.doubts if doubt.wants_alone]
        for case in wanted[:1]:
            story.window("alone", case)
            again = f"{case}.{len(story.cases)}"
            story.send(again)
            story.wait(3.1 if case == slow else 0.1)
            story.answer(again)
            story.close()
    assert story.codes == expected
    assert not [doubt for doubt in story.state.doubts if not doubt.settled]


def test_a_queue_makes_no_answer_late() -> None:
    """Requests wait for those before them; only what one takes by itself counts."""
    story = Asked()
    story.window("probe")
    for case in "123":
        story.send(case)
    for case in "123":
        story.wait(1.5)
        story.answer(case)
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_an_answer_on_another_request_s_topic() -> None:
    """WRONG_REPLY where the request names its reply topic."""
    topic = Expression("message.header", "reply_to")
    for there, codes in ((ANSWERS, []), (OTHERS, ["WRONG_REPLY"])):
        story = Asked(topic=topic, topics=(ANSWERS, OTHERS))
        story.window()
        sent = story.send("1")
        assert story.state.window is not None
        delivery = story.state.window.deliveries[0]
        assert delivery.owed is None  # it names no topic
        headers = (("correlation_id", b"corr-2"), ("reply_to", ANSWERS.encode()))
        record = msgspec.structs.replace(sent.record, headers=headers)
        story.tell(ev.Sent(story.now, 1, msgspec.structs.replace(sent, id="2", record=record, tokens=(b"corr-2",))))
        story.answer("2", topic=there)
        story.close()
        assert story.codes == codes


def test_a_topic_that_a_request_asked_for_is_not_undeclared() -> None:
    """The header of the reply topic is damaged, and the service does as it is told."""
    story = Asked(topic=Expression("message.header", "reply_to"), topics=(ANSWERS, OTHERS))
    story.window()
    sent = story.send("1")
    headers = (*sent.record.headers, ("reply_to", b"elsewhere"))
    named = msgspec.structs.replace(sent, id="2", record=msgspec.structs.replace(sent.record, headers=headers))
    story.tell(ev.Sent(story.now, 1, named))
    story.seen("elsewhere", Record(None, b"{}", ()))
    story.close()
    assert story.codes == []


def test_a_request_that_may_be_refused_lacks_no_answer() -> None:
    """Two answers to its neighbour are that one's own, not one of them meant for it."""
    story = Asked()
    story.window()
    story.send("1", Expectation.EITHER, kind="trailing_bytes")
    story.send("2")
    story.answer("2")
    story.answer("2")
    story.close()
    assert [doubt.symptoms for doubt in story.state.doubts] == [{Symptom.TWICE}]


def test_the_first_answer_after_a_start_may_be_late() -> None:
    """Starting takes its time."""
    story = Asked()
    story.window("first")
    story.send("1")
    story.wait(10.0)
    story.answer("1")
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])
