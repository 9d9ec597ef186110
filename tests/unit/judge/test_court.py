"""Doubts and those behind them; what is known of exits; what the broker refused."""

from __future__ import annotations

import msgspec

from kcontract.judge.verdict import COMPANY
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from tests.unit.judge.story import Story, alone

TRACE = 'Traceback (most recent call last)\n  File "/srv/app.py", line 7, in handle\nValueError: no\n'


def misses(story: Story, *cases: str, expectation: Expectation = Expectation.INVALID) -> None:
    """A window in which nothing comes of these."""
    story.window()
    for case in cases:
        story.send(case, expectation)
    story.close()


def test_a_confirmed_doubt_leads_nobody_any_more() -> None:
    """What was missed once more, later, is tried itself."""
    story = Story()
    misses(story, "1")
    alone(story, "1", Expectation.INVALID, right=False)
    misses(story, "2")
    assert [doubt.wants_alone for doubt in story.state.doubts] == [False, True]


def test_valid_records_are_tried_one_by_one() -> None:
    """One of them may be lost for another reason than the next."""
    story = Story()
    misses(story, "1", "2", "3", expectation=Expectation.VALID)
    assert [doubt.wants_alone for doubt in story.state.doubts] == [True] * 3


def test_a_refused_record_lacks_nothing() -> None:
    """The service never got it."""
    story = Story()
    story.window()
    sent = story.invalid("1")
    story.dead_letter("1")
    story.tell(ev.Sent(story.now, 1, msgspec.structs.replace(sent, id="2")))
    story.tell(ev.Refused(story.now, "2", "too large"))
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def crashes(story: Story, case: str, times: int, stderr: str) -> str:
    """The verdict on a record alone with which the service exits so often."""
    story.window("alone", case)
    story.invalid(case)
    for _ in range(times):
        story.exit(1, stderr)
    story.close("exited")
    return story.codes[-1]


def test_only_a_frame_tells_a_loop_again() -> None:
    """`exit 1` may be any defect: each record has to show its own loop."""
    story = Story()
    assert [crashes(story, "1", 2, ""), crashes(story, "2", 1, "")] == ["CRASH_LOOP", "CRASHED"]
    assert [crashes(story, "3", 2, TRACE), crashes(story, "4", 1, TRACE)] == ["CRASH_LOOP", "CRASH_LOOP"]


def test_an_exit_that_is_known_is_not_waited_for_again() -> None:
    """A second process need not end for what the same frame has shown before."""
    story = Story()
    for known in (False, True):
        story.window()
        story.invalid("1")
        story.exit(1, TRACE)
        assert story.state.window is not None
        assert story.state.exits_as_known(story.state.window) is known
        story.close("exited")
        crashes(story, "2", 2, TRACE)


def test_a_gap_that_one_only_has_to_wait_for() -> None:
    """A window stood still, and went well when it was sent once more: the service takes its time."""
    story = Story()
    story.window()
    story.send("1")
    story.wait(20.0)
    story.kill("stalled")
    story.close("stalled")
    story.window("repeat", "1")
    story.send("1.1")
    story.effect("1.1")
    story.close()
    assert 19.0 < story.state.pace.longest_gap < 21.0


def test_a_smaller_variant_that_shows_something_else() -> None:
    """It is no further example of what its case was blamed for."""
    story = Story()
    misses(story, "1")
    alone(story, "1", Expectation.INVALID, right=False)
    story.window("shrink", "1")
    story.invalid("1.5")
    story.dead_letter("1.5", value=b"wrapped")
    story.close()
    assert story.codes == ["NOT_DEAD_LETTERED"]


def test_a_commit_past_the_record_ends_its_loop() -> None:
    """The service exits with it, and goes on without it in the end."""
    story = Story()
    story.window("alone", "1")
    story.invalid("1")
    story.exit(1, TRACE)
    story.exit(1, TRACE)
    story.commit(1)
    story.close("exited")
    assert story.codes == ["CRASHED"]


def test_what_shows_in_company_only() -> None:
    """Right alone, missed twice in its window: the cause says so, and no kind is blamed."""
    story = Story()
    misses(story, "1")
    alone(story, "1", Expectation.INVALID, right=True)
    story.window("repeat", "1")
    story.invalid("1.2")
    story.close()
    assert (story.codes, story.verdict.cause) == (["NOT_DEAD_LETTERED"], COMPANY)
