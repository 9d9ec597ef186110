"""DUPLICATE_EFFECT: each way to earn it, and what comes close."""

from __future__ import annotations

import pytest

from kcontract.judge.runs.history import unit_findings
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.record import Record
from tests.unit.judge.story import OUT, TOPIC, Story, changed

IDEMPOTENT = {"idempotent": True}


def ended(story: Story) -> list[str]:
    """The verdicts when the unit has ended."""
    story.state.close()
    return story.codes


def acts_twice(story: Story) -> None:
    """A window with one record, whose effect comes two times."""
    story.window()
    story.send("1")
    story.effect("1")
    story.effect("1")
    story.close()


def repeat(story: Story, case: str, how: str) -> None:
    """The same bytes once more, in the window that is open."""
    story.tell(ev.Redelivered(story.now, case, how))
    sent = story.cases[case]
    again = Case(f"{case}.1", TOPIC, sent.record, "valid", Expectation.VALID, Role.REPEAT)
    story.tell(ev.Sent(story.now, 1, again))
    story.tell(ev.Acknowledged(story.now, again.id, TOPIC, 0, 90 + int(case)))


def test_two_effects_of_one_delivery() -> None:
    """Whoever acts twice on one delivery is caught, idempotent or not."""
    story = Story()
    acts_twice(story)
    assert ended(story) == ["DUPLICATE_EFFECT"]
    assert story.verdict.seen[1] == f"2 effects instead of 1 came to {OUT}: {OUT}/0@0, {OUT}/0@1"


@pytest.mark.parametrize(("came", "codes"), [(2, []), (3, ["DUPLICATE_EFFECT"])])
def test_as_many_effects_as_count_says(came: int, codes: list[str]) -> None:
    """`count: 2` promises two, and not three."""
    story = Story(promised=changed(count=2))
    story.window()
    story.send("1")
    for _ in range(came):
        story.effect("1")
    story.close()
    assert ended(story) == codes


def test_fewer_effects_than_count_says() -> None:
    """One of two is missing: that is a doubt, as with none."""
    story = Story(promised=changed(count=2))
    story.window()
    story.send("1")
    story.effect("1")
    story.close()
    assert [doubt.root for doubt in story.state.doubts] == ["1"]


@pytest.mark.parametrize("by", ["exit", "start", "kill", "offsets", "members", "rewind"])
def test_what_may_have_been_delivered_twice(by: str) -> None:
    """At-least-once delivery: around an exit, a start, a rebalance or a rewind the effect may come again."""
    story = Story()
    story.tell(ev.MembersSeen(story.now, "STABLE", (("m", ((TOPIC, 0),)),)))
    story.commit(5)
    story.window()
    story.send("1")
    story.effect("1")
    happened: dict[str, ev.Event] = {
        "exit": ev.ServiceExited(story.now, 1, 1),
        "start": ev.ServiceStarted(story.now, 1, 2),
        "kill": ev.ServiceKilled(story.now, 1, "restart"),
        "offsets": ev.OffsetsSet(story.now, ((TOPIC, 0, 0),)),
        "members": ev.MembersSeen(story.now + 0.2, "STABLE", (("other", ((TOPIC, 0),)),)),
        "rewind": ev.Committed(story.now + 0.2, TOPIC, 0, 1),
    }
    told_late = by in ("members", "rewind")  # a look later than what it led to
    if not told_late:
        story.tell(happened[by])
    story.effect("1")
    if told_late:
        story.tell(happened[by])
    story.close()
    assert ended(story) == []


@pytest.mark.parametrize(("by", "codes"), [("itself", ["ENDLESS_RETRY"]), ("a rebalance", [])])
def test_a_service_that_goes_back_again_and_again(by: str, codes: list[str]) -> None:
    """Once is a rewind; who goes back on and on, as one that seeks beyond the end and has its offsets reset, does not
    end."""
    story = Story()
    story.tell(ev.MembersSeen(story.now, "STABLE", (("m", ((TOPIC, 0),)),)))
    story.window()
    story.send("1")
    for number in range(10):
        story.effect("1")
        story.commit(1 - number % 2)
        if by == "a rebalance":
            story.tell(ev.MembersSeen(story.now, "STABLE", ((f"m{number}", ((TOPIC, 0),)),)))
    story.close()
    assert ended(story) == codes
    if codes:
        assert "committed offsets went back 5 times" in story.verdict.seen[-1]


@pytest.mark.parametrize(
    ("rebalanced", "codes"), [(False, ["DUPLICATE_EFFECT"]), (True, [])], ids=["at peace", "rebalanced"]
)
def test_our_own_restart_right_behind_a_duplicate(*, rebalanced: bool, codes: list[str]) -> None:
    """A quick service has its last window handled within milliseconds, and is ended then; the group changes by that.
    What is told of the group before the end may be why the effect came again."""
    story = Story()
    story.tell(ev.MembersSeen(story.now, "STABLE", (("m", ((TOPIC, 0),)),)))
    story.wait(5)
    acts_twice(story)
    if rebalanced:
        story.tell(ev.MembersSeen(story.now + 0.02, "STABLE", (("n", ((TOPIC, 0),)),)))
    story.tell(ev.ServiceKilled(story.now + 0.03, 1, "restart"))
    story.tell(ev.ServiceStarted(story.now + 0.07, 2, 2))
    story.tell(ev.MembersSeen(story.now + 0.08, "EMPTY"))
    story.tell(ev.MembersSeen(story.now + 0.1, "STABLE", (("o", ((TOPIC, 0),)),)))
    assert ended(story) == codes


def test_a_rewind_long_before_says_nothing_of_a_duplicate() -> None:
    """The record was sent when all was at peace again."""
    story = Story()
    story.commit(5)
    story.commit(1)
    story.wait(5)
    acts_twice(story)
    assert ended(story) == ["DUPLICATE_EFFECT"]


def test_a_restart_long_after_says_nothing_of_an_earlier_duplicate() -> None:
    """The service had acted twice before anything was delivered again."""
    story = Story()
    story.window()
    story.send("1")
    story.effect("1")
    story.effect("1")
    story.wait(5)
    story.start()
    story.close()
    assert ended(story) == ["DUPLICATE_EFFECT"]


@pytest.mark.parametrize("headers", [True, False], ids=["marked", "by its fields"])
def test_a_duplicate_behind_the_end_of_its_window(headers: bool) -> None:
    """What is late counts as well, and is no outcome of the case that is tried next."""
    story = Story()
    story.window()
    story.send("1")
    story.effect("1")
    story.close()
    story.window("alone", "2")
    story.send("2")
    story.effect("1", headers=headers)
    story.close()
    assert ended(story) == ["DUPLICATE_EFFECT"]
    assert (story.verdict.case, story.verdict.seen[-1]) == ("1", "the second came when its window had been closed")


def test_a_first_effect_behind_the_end_of_its_window() -> None:
    """Late is not twice."""
    story = Story()
    story.window()
    story.send("1")
    story.close("stopped")
    story.effect("1")
    assert ended(story) == []


@pytest.mark.parametrize(("receive", "codes"), [({}, []), (IDEMPOTENT, ["DUPLICATE_EFFECT"])])
def test_the_same_bytes_twice(receive: dict[str, bool], codes: list[str]) -> None:
    """Two effects of two deliveries are wrong only where `idempotent` is promised."""
    story = Story(promised=changed(receive))
    story.window("redelivery")
    story.send("1")
    repeat(story, "1", "twice in a row")
    story.effect("1")
    story.effect("1")
    story.close()
    assert ended(story) == codes


def test_an_idempotent_service_acts_once() -> None:
    """However often a record comes, and wherever."""
    story = Story(promised=changed(IDEMPOTENT))
    story.window("redelivery")
    story.send("1")
    repeat(story, "1", "twice in a row")
    story.effect("1")
    story.close()
    story.tell(ev.Redelivered(story.now, "1", "restart"))
    story.start()
    story.window("redelivery")
    story.close()
    assert ended(story) == []
    assert story.state.doubts == []


def test_a_finding_names_all_redeliveries() -> None:
    """One defect, and every kind of redelivery that showed it."""
    story = Story(promised=changed(IDEMPOTENT))
    story.window("redelivery")
    for case, how in (("1", "later"), ("2", "restart")):
        story.send(case)
        story.effect(case)
        story.tell(ev.Redelivered(story.now, case, how))
    story.close()
    story.kill("restart")
    story.start()
    story.effect("1")
    story.effect("2")
    (finding,) = unit_findings("billing", story.state, "run")
    assert (finding.count, finding.first.cause) == (2, "redelivered")
    assert "redelivered: later, restart" in finding.first.seen


def test_effects_of_an_invalid_record_are_no_duplicates() -> None:
    """It must have none: ACCEPTED_INVALID says so."""
    story = Story()
    story.window()
    story.invalid("1")
    for _ in range(2):
        story.seen(OUT, Record(None, b'{"order": "x"}', story.cases["1"].record.headers))
    story.close()
    assert ended(story) == ["ACCEPTED_INVALID"]


def test_one_case_one_verdict() -> None:
    """What is wrong beside the first in the order is told with it."""
    story = Story()
    story.window()
    story.send("1")
    story.effect("1", amount=3)
    story.effect("1", amount=3)
    story.close()
    (finding,) = unit_findings("billing", story.state, "run")
    assert (finding.first.code, finding.first.also) == ("MISREAD", ("DUPLICATE_EFFECT",))


@pytest.mark.parametrize("before", ["a fault that is over", "a start"])
def test_what_lies_behind_excuses_nothing(before: str) -> None:
    """Only what happened since a record was sent can have it delivered again."""
    story = Story()
    if before == "a start":
        story.start()
    else:
        story.tell(ev.FaultBegan(story.now, "registryDown", 1))
        story.tell(ev.FaultSettled(story.now, "registryDown", 1.0))
    story.wait(5.0)
    story.window()
    story.send("1")
    for _ in range(3):
        story.effect("1")
    story.close()
    assert ended(story) == ["DUPLICATE_EFFECT"]


def test_two_effects_of_an_invalid_record() -> None:
    """It must have none: that is said, and how many it had is no further defect."""
    story = Story()
    story.window()
    story.invalid("1")
    story.effect("1")
    story.effect("1")
    story.close()
    assert ended(story) == ["ACCEPTED_INVALID"]
