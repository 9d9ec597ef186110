"""A good record alone, in a process that was sent bad ones before: what halts it may come of these."""

from __future__ import annotations

import pytest

from kcontract.model.case import Expectation, Role
from tests.unit.judge.story import Story


def sent_bad(*, bad: bool = True) -> Story:
    """A service that has dead-lettered a bad record, or handled a good one, in a window that is closed."""
    story = Story()
    story.start()
    story.window()
    if bad:
        story.invalid("1")
        story.dead_letter("1")
    else:
        story.send("1")
        story.effect("1")
    story.close()
    return story


def begin(story: Story, expectation: Expectation = Expectation.VALID) -> None:
    story.window("alone", "2")
    story.send("h", role=Role.HEALTHY)
    story.send("2.1", expectation=expectation)


def test_one_end_tells_nothing_of_a_good_record() -> None:
    story = sent_bad()
    begin(story)
    story.exit(1)
    story.close("exited")
    assert story.codes == []


@pytest.mark.parametrize("exits", [True, False])
def test_the_end_of_a_new_process_does(exits: bool) -> None:
    story = sent_bad()
    begin(story)
    story.exit(1)
    story.start()
    story.effect("h")
    story.exit(1) if exits else story.kill()
    story.close("exited" if exits else "stalled")
    assert [one.case for one in story.state.reached] == ["2.1"]


@pytest.mark.parametrize("restarts", [True, False])
def test_a_new_process_was_sent_nothing(restarts: bool) -> None:
    """Be it that the last one ended in a window with bad records, or behind it."""
    story = sent_bad()
    if restarts:
        story.window()
        story.invalid("3")
        story.exit(1)
        story.close("exited")
    story.start()
    begin(story)
    story.exit(1)
    story.close("exited")
    assert story.codes == ["CRASHED"]


def test_a_bad_record_is_blamed_all_the_same() -> None:
    story = sent_bad()
    begin(story, Expectation.INVALID)
    story.kill()
    story.close("stalled")
    assert story.codes == ["STUCK"]


def test_healthy_records_leave_no_doubt() -> None:
    story = sent_bad(bad=False)
    begin(story)
    story.exit(1)
    story.close("exited")
    assert story.codes == ["CRASHED"]


def test_a_window_that_does_it_once_more_tells_of_its_first_suspect() -> None:
    """Its records were all tried alone before, and none of them did it."""
    story = sent_bad()
    story.window("repeat", "1")
    story.send("2")
    story.exit(1)
    story.close("exited")
    assert story.codes == ["CRASHED"]
