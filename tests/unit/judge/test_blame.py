"""Histories in which blame would be wrong, or would be missed: each was once judged otherwise."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.contract import Contract, DeadLetter, OnInvalid, Reply
from kcontract.model.record import Record
from tests.unit.judge.requests.test_book import TOPIC as PEOPLE
from tests.unit.judge.requests.test_book import Sender, codes
from tests.unit.judge.story import AT, DLQ, OUT, TOPIC, Story, alone, contract

INVALID, VALID = Expectation.INVALID, Expectation.VALID


def story_of(*contracts: Contract) -> Story:
    story = Story()
    story.state = UnitState("run", compile_promises("billing", contracts, ()))
    return story


def receiving(**changes: Any) -> Contract:
    """The orders contract with another receiver."""
    one = contract()
    return msgspec.structs.replace(one, receive=(msgspec.structs.replace(one.receive[0], **changes),))


def dead_letters(topic: str = DLQ, *preserve: str) -> OnInvalid:
    letter = DeadLetter(at=AT, topic=topic, preserve=preserve or ("value", "key", "headers"))
    return OnInvalid(at=AT, policy="deadLetter", dead_letter=letter)


def test_two_effects_on_one_topic() -> None:
    """Each record keeps the promise that it fits."""
    (emits,) = contract().receive[0].emits
    other = msgspec.structs.replace(emits, payload=None, where=None)
    story = story_of(receiving(emits=(emits, other)))
    story.window()
    story.send("1")
    story.effect("1")
    story.seen(OUT, Record(None, b'{"audit": 1}', story.cases["1"].record.headers))
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_an_effect_comes_before_the_other_one() -> None:
    """The promise that the record fits is kept, not the first that is open."""
    (emits,) = contract().receive[0].emits
    other = msgspec.structs.replace(emits, payload=None, where=None)
    story = story_of(receiving(emits=(emits, other)))
    story.window()
    story.send("1")
    story.seen(OUT, Record(None, b'{"audit": 1}', story.cases["1"].record.headers))
    story.effect("1")
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_two_effects_that_nothing_tells_apart() -> None:
    """One record for each promise is enough, whichever is whose."""
    (emits,) = contract().receive[0].emits
    story = story_of(receiving(emits=(emits, msgspec.structs.replace(emits, when=None))))
    story.window()
    story.send("1")
    story.effect("1")
    story.effect("1")
    story.close()
    story.state.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_a_late_repeat_of_another_record_is_not_the_lonely_one_s() -> None:
    """At least once: an effect that names a case of an earlier window by its marker belongs to nobody else."""
    story = Story("skip")
    story.window()
    story.send("1")
    story.invalid("2")
    story.effect("1")
    story.close()
    story.window("alone", "2")
    story.invalid("2.1")
    story.effect("1")
    story.close()
    assert (story.codes, story.state.untied.topic) == ([], "")


def test_an_unreadable_record_agrees_with_no_effect() -> None:
    """A pair that points into a payload that cannot be read is no evidence."""
    story = Story()
    story.window()
    story.invalid("3")
    story.seen(OUT, Record(None, b'{"order": "x", "amount": 1}'))
    story.close("exited")
    assert story.codes == []


def test_equal_values_with_other_keys() -> None:
    """Dead letters without headers come in any order: the key tells equal values apart."""
    story = story_of(receiving(on_invalid=dead_letters(DLQ, "value", "key")))
    story.window()
    story.invalid("1", value=b"")
    story.invalid("2", value=b"", partition=1)
    for case in ("2", "1"):
        story.dead_letter(case, headers=())
    story.close()
    assert story.codes == []


def test_an_error_answer_beside_a_dead_letter_is_no_effect() -> None:
    """Replies are not judged yet, and blame nobody."""
    story = story_of(msgspec.structs.replace(contract(), reply=Reply(at=AT, topic="answers")))
    story.window()
    story.invalid("1")
    story.dead_letter("1")
    story.seen("answers", Record(None, b'{"error": "no"}', story.cases["1"].record.headers))
    story.close()
    assert story.codes == []


def test_a_copy_that_the_broker_refused_confirms_nothing() -> None:
    """Its marker is longer: a record at the limit may be refused when it is sent again."""
    story = Story()
    story.window()
    story.send("1")
    story.commit(1)
    story.close()
    story.window("alone", "1")
    story.send("1.1")
    story.tell(ev.Refused(story.now, "1.1", "too large"))
    story.close()
    assert story.codes == []


def test_a_miss_stands_though_the_healthy_record_before_it_is_refused() -> None:
    """Only whether it is refused is asked of a new process."""
    story = Story()
    story.window()
    story.send("1")
    story.commit(1)
    story.close()
    (doubt,) = story.state.doubts
    story.window("alone", "1")
    story.send("2", role=Role.HEALTHY)
    story.send("1.1")
    story.dead_letter("2")
    story.commit(3)
    story.close()
    assert not doubt.spoilt
    assert doubt.alone


def passed_over(story: Story, *effects: str) -> None:
    """Record 1 alone again, as a healthy one (as sentinels and the first ones are), behind a healthy one."""
    number = len(story.cases)
    story.window("alone", "1")
    story.send(f"h{number}", role=Role.HEALTHY)
    story.send(f"1.{number}", role=Role.HEALTHY)
    for case in effects:
        story.effect(f"{case}{number}")
    story.close()


def test_who_passes_over_whatever_comes_is_asked_anew() -> None:
    """Since a bad record, say: a new process does better, and the record is none that the service drops."""
    story = Story()
    story.window()
    story.send("1")
    story.close()
    (doubt,) = story.state.doubts
    passed_over(story)
    assert (doubt.spoilt, doubt.wants_alone, story.codes) == (True, True, [])
    passed_over(story, "h", "1.")
    assert (doubt.right_alone, story.codes) == (True, [])


def test_who_passes_over_all_anew_as_well_is_blamed() -> None:
    """So he is if only the healthy record before it is handled: itself is no healthy one before it."""
    for tries in (((), ()), (("h",),)):
        story = Story()
        story.window()
        story.send("1")
        story.close()
        for effects in tries:
            passed_over(story, *effects)
        assert story.codes == ["SKIPPED_VALID"]


def beside_a_marker(story: Story, *effects: str, marked: bool) -> None:
    """Record 1 alone behind a healthy one; an invalid marker, if any, is dead-lettered."""
    number = len(story.cases)
    story.window("alone", "1")
    story.send(f"h{number}", role=Role.HEALTHY)
    story.send(f"1.{number}")
    for case in effects:
        story.effect(f"{case}{number}")
    if marked:
        story.invalid(f"m{number}", role=Role.MARKER)
        story.dead_letter(f"m{number}")
    story.close()


def test_who_drops_a_batch_for_one_bad_record_is_no_dropper_of_the_good_one() -> None:
    """The marker that settles a window may be what the record was dropped for: without one it has its effect."""
    story = Story()
    story.window()
    story.send("1")
    story.close()
    (doubt,) = story.state.doubts
    beside_a_marker(story, marked=True)
    assert (doubt.unmarked, doubt.spoilt, doubt.wants_alone, story.codes) == (True, False, True, [])
    beside_a_marker(story, "h", "1.", marked=False)
    assert (doubt.right_alone, doubt.wants_repeat, story.codes) == (True, True, [])
    story.window("repeat", str(doubt.window))
    story.send("1.9")
    story.close()
    assert story.codes == ["COLLATERAL"]


@pytest.mark.parametrize("tries", [(True, False), (False,)])
def test_what_is_dropped_without_a_marker_as_well_is_skipped(tries: tuple[bool, ...]) -> None:
    """Nothing beside it is to blame then."""
    story = Story()
    story.window()
    story.send("1")
    story.close()
    for marked in tries:
        assert story.codes == []
        beside_a_marker(story, "h", marked=marked)
    assert story.codes == ["SKIPPED_VALID"]


def test_a_doubt_stands_for_its_own_topic_only() -> None:
    """What one input's dead letters show says nothing of another input's."""
    (receive,) = contract().receive
    other = msgspec.structs.replace(
        contract(),
        topic="refunds",
        receive=(msgspec.structs.replace(receive, on_invalid=dead_letters("refunds.dlq")),),
    )
    story = story_of(contract(), other)
    story.window()
    story.invalid("1")
    refund = Case(id="2", topic="refunds", record=Record(b"k", b"g"), kind="json_syntax", expectation=INVALID)
    story.tell(ev.Sent(story.now, 1, refund))
    story.tell(ev.Acknowledged(story.now, "2", "refunds", 0, 0))
    story.close()
    alone(story, "1", INVALID, right=False)
    assert [(verdict.code, verdict.topic) for verdict in story.state.reached] == [("NOT_DEAD_LETTERED", TOPIC)]


def test_a_record_with_its_outcome_is_no_suspect() -> None:
    """The service exits after the record was handled: it was something else."""
    story = Story()
    story.window("alone", "1")
    story.send("1")
    story.send("2", role=Role.SENTINEL)
    story.effect("1")
    story.commit(1)
    story.exit()
    story.start()
    story.effect("2")
    story.close()
    assert story.codes == []


def test_a_marker_is_waited_for_where_commits_are_late() -> None:
    """Auto-commit says nothing of an invalid record: its dead letter is waited for."""
    story = Story()
    story.state.pace.learn_commit(5.0)
    story.window()
    story.send("3", role=Role.SENTINEL)
    story.invalid("4", role=Role.MARKER)
    story.effect("3")
    assert not story.state.standing().answered
    story.dead_letter("4")
    assert story.state.standing().answered


def test_a_refused_marker_is_not_waited_for() -> None:
    """What the broker did not take can have no outcome."""
    story = Story()
    story.state.pace.learn_commit(0.01)
    story.window()
    story.send("3", role=Role.SENTINEL)
    marker = Case(
        id="5", topic=TOPIC, record=Record(b"k", b"x"), kind="json_syntax", expectation=INVALID, role=Role.MARKER
    )
    story.tell(ev.Sent(story.now, 1, marker))
    story.tell(ev.Refused(story.now, "5", "no"))
    story.effect("3")
    story.commit(1)
    assert story.state.standing().complete


def test_a_missing_effect_that_comes_late_lifts_the_doubt() -> None:
    """Of two effects one came twice and the other late: nothing is lost."""
    (emits,) = contract().receive[0].emits
    other = msgspec.structs.replace(emits, topic="audit", payload=None, where=None)
    story = story_of(receiving(emits=(emits, other)))
    story.window()
    story.send("1")
    story.effect("1")
    story.exit()
    story.start()
    story.effect("1")
    story.commit(1)
    story.close()
    assert len(story.state.doubts) == 1
    story.seen("audit", Record(None, b"{}", story.cases["1"].record.headers))
    assert [doubt.dismissed for doubt in story.state.doubts] == ["it came late"]


def test_nothing_to_see_is_nothing_to_wait_for() -> None:
    """Without effects and without commits in the group a window ends, and no verdict comes of it."""
    story = Story("skip", emits=False)
    story.window()
    story.send("1", role=Role.SENTINEL)
    assert story.state.standing().complete


def test_a_hang_behind_a_record_that_was_committed_first() -> None:
    """STUCK: the commit stands past the culprit, and nothing behind it has an outcome."""
    story = Story()
    story.window("alone", "1")
    story.invalid("1")
    story.send("2", role=Role.SENTINEL)
    story.commit(1)
    story.kill("stalled")
    story.close("stalled")
    assert story.codes == ["STUCK"]


def test_a_dismissed_lead_leads_nobody() -> None:
    """A later window's doubt of the same kind is tried itself."""
    story = Story()
    story.window()
    story.invalid("1")
    story.close()
    story.dead_letter("1")
    story.window()
    story.invalid("2")
    story.commit(2)
    story.close()
    assert [doubt.root for doubt in story.state.doubts if doubt.wants_alone] == ["2"]


def test_a_lead_that_cannot_be_tried_hands_over() -> None:
    """Nothing was seen of those behind it."""
    story = Story()
    story.window()
    for case in "123":
        story.invalid(case)
    story.commit(3)
    story.close()
    story.tell(ev.Dismissed(story.now, "1", "not the same with a fresh identity"))
    assert [doubt.root for doubt in story.state.doubts if doubt.wants_alone] == ["2"]


def test_a_dead_letter_of_a_valid_record_counts_in_any_window() -> None:
    """What came back is evidence though the window never settled."""
    story = Story()
    story.window()
    story.send("1")
    story.dead_letter("1")
    story.exit()
    story.close("exited")
    assert [doubt.root for doubt in story.state.doubts] == ["1"]


def test_a_repeated_window_that_exits_again_and_goes_on() -> None:
    """CRASHED by the window as a whole, also if the restarted service gets through."""
    story = Story()
    story.window()
    story.invalid("1")
    story.send("2")
    story.exit()
    story.close("exited")
    story.window("repeat", "1")
    story.invalid("1.1")
    story.send("2.1")
    story.exit()
    story.start()
    story.dead_letter("1.1")
    story.effect("2.1")
    story.close()
    assert story.codes == ["CRASHED"]


@pytest.mark.parametrize("where", [True, False])
def test_no_event_needs_a_tie(where: bool) -> None:
    """Without `where`, or without an answer that tells what it names, no event can be missed."""
    sender = Sender()
    (one,) = (product.contract for product in sender.state.promises.products.values())
    if not where:
        send = msgspec.structs.replace(one.send[0], where=None)
        one = msgspec.structs.replace(one, send=(send,))
    sender.state = UnitState("run", compile_promises("api", [one], ()))
    body = json.dumps({"name": "ada"}).encode()
    sender.state.feed(ev.Requested(0.0, "1", "valid", "valid", PEOPLE, "POST", "http://x/people", body))
    sender.state.feed(ev.Responded(0.1, "1", 204))
    assert sender.settle("1") == []


def test_a_time_out_is_no_refusal() -> None:
    """No answer in time is neither acceptance nor refusal: its event is no phantom."""
    sender = Sender()
    sender.request("1", "eve", status=0)
    sender.event("x", "eve")
    assert codes(sender.settle("1")) == []


def test_an_event_that_ties_to_no_request_is_told() -> None:
    """Where the refused request tells nothing, the event is a blind spot, not nothing."""
    sender = Sender()
    sender.request("1", "eve", valid=False, status=422)
    sender.event("ghost", "bob")
    assert codes(sender.settle("1")) == []
    sender.state.close()
    assert sender.state.blind


@pytest.mark.parametrize(("committed", "lost"), [(2, ["LOST"]), (1, [])])
def test_what_a_service_had_committed_when_it_exited_for_good(committed: int, lost: list[str]) -> None:
    """It will never come again; what is not committed will, and is in no doubt."""
    story = Story()
    story.window()
    story.invalid("1")
    story.send("2")
    story.commit(committed)
    story.exit()
    story.start()
    story.exit()
    story.close("exited")
    alone(story, "2", right=True)
    assert story.codes == lost
