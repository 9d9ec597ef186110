"""Ends that come a while after the record which they are of, and what proves that."""

from __future__ import annotations

import pytest

from kcontract.judge.late_ends import LateBook, LateEnd
from kcontract.model import events as ev
from kcontract.model.case import Role
from tests.unit.judge.story import Story


def new_process(story: Story) -> None:
    story.kill("restart")
    story.start()
    story.ready()


def control(story: Story, lasts: float = 2.0, *, ends: bool = False) -> None:
    """Healthy records alone, in a new process that is watched for so long."""
    new_process(story)
    story.window("late")
    story.send("c", role=Role.HEALTHY)
    story.effect("c")
    story.wait(lasts)
    if ends:
        story.exit(3)
    story.close("exited" if ends else "settled")


def trial(story: Story, lasts: float = 1.0, *, ends: bool = True, code: int = 3, fresh: bool = True) -> None:
    """A bad record alone, handled, and so long nothing."""
    if fresh:
        new_process(story)
    story.window("late", "1")
    story.invalid("1.1")
    story.dead_letter("1.1")
    story.wait(lasts)
    if ends:
        story.exit(code, stderr="its last words")
    story.close("exited" if ends else "settled")


def test_a_process_that_ends_behind_it_and_outlasts_healthy_ones() -> None:
    story = Story()
    control(story)
    trial(story)
    assert (story.verdict.code, story.verdict.case, story.verdict.cause) == ("CRASHED", "1.1", "exit 3")
    assert story.verdict.seen[-2].startswith(
        "it was handled, and 1.0 s after it was sent the process exited with code 3"
    )
    assert story.verdict.stderr == "its last words"
    assert story.state.court.tally.cases == 1


def test_the_time_is_that_to_the_end_itself() -> None:
    """Until its window is closed some more may go by."""
    story = Story()
    control(story)
    new_process(story)
    story.window("late", "1")
    story.invalid("1.1")
    story.dead_letter("1.1")
    story.wait(1.0)
    story.exit(3)
    story.wait(5.0)
    story.close("exited")
    assert story.codes == ["CRASHED"]


def test_one_that_does_not_end_is_blamed_for_nothing() -> None:
    story = Story()
    control(story)
    trial(story, ends=False)
    assert story.codes == []


@pytest.mark.parametrize("lasts", [0.5, 0.9])
def test_healthy_records_must_have_had_as_long(lasts: float) -> None:
    """It may end by itself then."""
    story = Story()
    control(story, lasts)
    trial(story)
    assert story.codes == []


def test_nor_may_they_end_it() -> None:
    story = Story()
    control(story)
    control(story, ends=True)
    trial(story)
    assert story.codes == []


def test_a_process_that_was_sent_other_bad_ones_may_end_of_those() -> None:
    story = Story()
    control(story)
    story.window()
    story.invalid("0")
    story.dead_letter("0")
    story.close()
    trial(story, fresh=False)
    assert story.codes == []


def test_somebody_else_may_have_killed_it() -> None:
    story = Story()
    control(story)
    trial(story, code=-9)
    assert story.codes == []


def test_a_trial_of_many_blames_none_and_is_no_control() -> None:
    story = Story()
    new_process(story)
    story.window("late")
    for case in ("1", "2"):
        story.invalid(case)
        story.dead_letter(case)
    story.wait(5.0)
    story.close()
    trial(story)
    assert story.codes == []


def noted(story: Story) -> list[LateEnd]:
    return story.state.book(LateBook).ends


@pytest.mark.parametrize(("purpose", "told"), [("growth", True), ("batch", False)])
def test_an_end_where_nobody_looks_for_a_record(purpose: ev.Purpose, *, told: bool) -> None:
    """Other windows are looked into by themselves."""
    story = Story()
    new_process(story)
    story.window(purpose)
    story.send("1")
    story.effect("1")
    story.invalid("2")
    story.dead_letter("2")
    story.wait(1.5)
    story.exit(3)
    story.close()
    last = story.state.book(LateBook).last
    assert last is not None
    assert ([case.id for case in last.suspects], last.code, round(last.lag, 1)) == (["2"], 3, 1.5)
    assert noted(story) == ([last] if told else [])
    story.state.close()
    assert any("amid records that it handles" in what for what, _ in story.state.blind) is told


def test_an_end_between_windows_may_be_of_all_that_the_process_was_sent() -> None:
    """One of each kind; the time is that since the first of them."""
    story = Story()
    new_process(story)
    for case, kind in (("1", "wrong_type"), ("2", "json_syntax"), ("3", "wrong_type")):
        story.window()
        story.invalid(case, kind=kind)
        story.dead_letter(case)
        story.wait(1.0)
        story.close()
    story.exit(3)
    (end,) = noted(story)
    assert ([case.id for case in end.suspects], round(end.lag, 1)) == (["3", "2"], 3.0)


@pytest.mark.parametrize("sent", ["before", "valid", "stop"])
def test_who_is_no_suspect(sent: str) -> None:
    """Another process's records, valid ones, and those at which it has to stop."""
    story = Story("stop" if sent == "stop" else "deadLetter")
    new_process(story)
    story.window()
    if sent == "valid":
        story.send("1")
        story.effect("1")
    else:
        story.invalid("1")
    story.close()
    if sent == "before":
        new_process(story)
    story.exit(3)
    assert noted(story) == []


def test_a_successor_that_was_never_ready_ended_of_no_record() -> None:
    story = Story()
    new_process(story)
    story.kill("restart")
    story.start()
    story.exit(3)
    story.state.close()
    assert story.state.blind == []


@pytest.mark.parametrize(("code", "told"), [(3, 0), (4, 1)])
def test_what_was_found_is_no_blind_spot(code: int, told: int) -> None:
    """An end of another sort still is one."""
    story = Story()
    new_process(story)
    story.window()
    story.invalid("0")
    story.dead_letter("0")
    story.close()
    story.exit(code)
    control(story)
    trial(story)
    story.state.close()
    assert story.codes == ["CRASHED"]
    assert len(story.state.blind) == told
