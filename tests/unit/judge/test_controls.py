"""Healthy records alone, behind an end or stall: what a service keeps of one record must not be another's doing."""

from __future__ import annotations

import pytest

from kcontract.model.case import Role
from tests.unit.judge.story import Story


def worked() -> Story:
    """A service that has handled healthy records."""
    story = Story()
    control(story, "0", ends=False)
    return story


def batch_ends(story: Story) -> None:
    """Two records, of which nothing is seen."""
    story.window()
    story.send("1")
    story.invalid("2")
    story.exit(1)
    story.close("exited")


def alone_ends(story: Story, root: str, *, stderr: str = "") -> None:
    story.window("alone", root)
    story.send(f"h{root}", role=Role.HEALTHY)
    story.send(f"{root}.1")
    story.exit(1, stderr)
    story.close("exited")


def control(story: Story, root: str, *, ends: bool, shows: bool = False, code: int = 1, stands: bool = False) -> None:
    """`shows`: a healthy record has its outcome before the end. `stands`: the service stands still instead."""
    story.window("control", root)
    name = f"c{story.now:.3f}"
    story.send(name, role=Role.HEALTHY)
    if shows or not (ends or stands):
        story.effect(name)
    if ends:
        story.exit(code)
    if stands:
        story.kill()
    story.close("exited" if ends else "stalled" if stands else "settled")


def test_a_record_is_blamed_where_healthy_ones_are_handled() -> None:
    story = worked()
    batch_ends(story)
    alone_ends(story, "1")
    control(story, "1", ends=False)
    assert [(one.code, one.case) for one in story.state.reached] == [("CRASHED", "1.1")]


def test_a_record_is_acquitted_where_healthy_ones_end_it_as_well() -> None:
    """Nobody else is: and what ends it now is not known as this one's."""
    story = worked()
    alone_ends(story, "7")
    control(story, "7", ends=False)
    batch_ends(story)
    alone_ends(story, "1")
    control(story, "1", ends=True)
    assert [one.case for one in story.state.reached] == ["7.1"]


def test_an_end_from_outside_acquits_nobody() -> None:
    story = worked()
    batch_ends(story)
    alone_ends(story, "1")
    control(story, "1", ends=True, code=-9)
    assert story.codes == ["CRASHED"]


def test_what_ends_amid_healthy_records_that_are_handled_acquits_as_well() -> None:
    """What it keeps may be looked at by a timer."""
    story = worked()
    batch_ends(story)
    alone_ends(story, "1")
    control(story, "1", ends=True, shows=True)
    assert story.codes == []


def handled_alone(story: Story, root: str) -> None:
    story.window("alone", root)
    story.send(f"{root}.1")
    story.effect(f"{root}.1")
    story.close()


@pytest.mark.parametrize(("stands", "code"), [(False, "CRASH_LOOP"), (True, "STUCK")])
def test_a_record_that_was_handled_is_blamed_for_what_it_leaves(stands: bool, code: str) -> None:
    """Healthy records alone were handled right before it, and are not behind it; it is told once."""
    story = worked()
    for _ in range(2):
        control(story, "1", ends=False)
        handled_alone(story, "1")
        control(story, "1", ends=not stands, stands=stands)
        control(story, "1", ends=not stands, stands=stands)
        assert [(one.code, one.case) for one in story.state.reached] == [(code, "1.1")]


def test_what_is_proved_of_a_record_is_not_told_once_more_as_what_lasts() -> None:
    """It ended the service itself, between two controls, and its state cannot be emptied."""
    story = worked()
    control(story, "1", ends=False)
    alone_ends(story, "1")
    for _ in range(2):
        control(story, "1", ends=True)
    assert [(one.code, one.case) for one in story.state.reached] == [("CRASHED", "1.1")]


@pytest.mark.parametrize("root", ["", "2"])
def test_a_record_is_not_blamed_for_what_an_earlier_one_may_have_left(root: str) -> None:
    """No control of its own was there to tell."""
    story = worked()
    if root:
        control(story, root, ends=False)
    handled_alone(story, "1")
    control(story, "1", ends=True)
    assert story.codes == []


def test_a_control_behind_a_failed_one_tells_nothing_of_the_next_record() -> None:
    story = worked()
    control(story, "1", ends=True)
    handled_alone(story, "1")
    control(story, "1", ends=True)
    assert story.codes == []


def test_a_control_of_another_record_acquits_nobody() -> None:
    story = worked()
    alone_ends(story, "1")
    control(story, "2", ends=True)
    assert story.codes == ["CRASHED"]


def test_controls_with_a_good_one_between_are_not_in_a_row() -> None:
    story = worked()
    batch_ends(story)
    control(story, "1", ends=True)
    control(story, "1", ends=False)
    handled_alone(story, "2")
    control(story, "2", ends=True)
    assert story.codes == []


def test_a_lost_start_between_tells_of_nothing() -> None:
    """It is played once more."""
    story = worked()
    control(story, "1", ends=False)
    handled_alone(story, "1")
    story.start()
    control(story, "1", ends=False, stands=True)
    control(story, "1", ends=True)
    assert [(one.code, one.case) for one in story.state.reached] == [("CRASH_LOOP", "1.1")]


def test_standing_still_asks_for_a_control() -> None:
    story = worked()
    story.window("alone", "1")
    story.send("1.1")
    story.kill()
    story.close("stalled")
    assert story.state.controls.asks
    assert story.codes == ["STUCK"]
    control(story, "1", ends=False, stands=True)
    assert story.codes == []


TRACE = 'Traceback (most recent call last):\n  File "/app/worker.py", line 3, in handle\nValueError: no'


@pytest.mark.parametrize(("stderr", "asks"), [(TRACE, False), ("", True)])
def test_a_control_is_asked_for_once_a_cause(stderr: str, asks: bool) -> None:
    """A place in the code behind which healthy records were handled; an exit code alone says too little."""
    story = worked()
    for root, asked in (("1", True), ("2", asks)):
        alone_ends(story, root, stderr=stderr)
        assert story.state.controls.asks is asked
        control(story, root, ends=False)
        assert not story.state.controls.asks


def test_a_cause_that_was_cleared_away_is_asked_for_again() -> None:
    """Healthy records were handled only when nothing was kept any more: the next one may be kept as well."""
    story = worked()
    batch_ends(story)
    alone_ends(story, "1", stderr=TRACE)
    control(story, "1", ends=True)
    control(story, "1", ends=False)
    alone_ends(story, "2", stderr=TRACE)
    assert story.state.controls.asks


def test_a_control_is_not_asked_for_where_nothing_ended_or_ever_worked() -> None:
    story = Story()
    alone_ends(story, "1", stderr=TRACE)
    assert not story.state.controls.asks
    control(story, "1", ends=False)
    control(story, "1", ends=False)
    alone_ends(story, "2", stderr=TRACE)
    assert not story.state.controls.asks


def test_what_ends_a_service_that_was_well_is_blamed_for_what_it_leaves() -> None:
    """The window before had gone well: of this record something is kept, that ends it from then on."""
    story = worked()
    batch_ends(story)
    control(story, "1", ends=False)
    alone_ends(story, "2")
    for _ in range(2):
        control(story, "2", ends=True)
    assert [one.case for one in story.state.reached] == ["2.1"]


def test_what_cannot_be_cleared_is_told_of_the_first_window() -> None:
    """Two controls in a row: the likeliest of those in the window since which it only ends."""
    story = worked()
    batch_ends(story)
    alone_ends(story, "1")
    control(story, "1", ends=True)
    assert story.codes == []
    control(story, "1", ends=True)
    assert (story.verdict.code, story.verdict.case) == ("CRASH_LOOP", "1")
    assert "the likeliest of 2" in " ".join(story.verdict.seen)
    control(story, "1", ends=True)
    assert len(story.codes) == 1


def test_controls_are_counted_in_a_row() -> None:
    """Each of these is behind the end of another record."""
    story = worked()
    batch_ends(story)
    for root in ("1", "2", "3"):
        alone_ends(story, root)
        control(story, root, ends=True)
    assert story.codes == []


def test_controls_with_an_end_between_are_not_in_a_row() -> None:
    """Each of these is behind the end of a batch."""
    story = worked()
    for _ in range(3):
        batch_ends(story)
        control(story, "1", ends=True)
    assert story.codes == []


def test_a_cause_that_is_acquitted_is_no_known_loop() -> None:
    """Its next single exit is a crash, not a loop that was seen to come again."""
    story = worked()
    batch_ends(story)
    story.window("alone", "1")
    story.send("1.1")
    for _ in range(2):
        story.exit(1, TRACE)
    story.close("exited")
    assert story.codes == ["CRASH_LOOP"]
    control(story, "1", ends=True)
    control(story, "1", ends=False)
    alone_ends(story, "2", stderr=TRACE)
    assert story.codes == ["CRASHED"]


def test_whoever_never_worked_ends_with_healthy_records() -> None:
    """What a control says then is what was known."""
    story = Story()
    batch_ends(story)
    alone_ends(story, "1")
    control(story, "1", ends=True)
    assert story.codes == ["CRASHED"]
