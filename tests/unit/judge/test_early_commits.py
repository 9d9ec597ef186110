"""A commit that was asked for before the outcome was safe is told with what was lost."""

from __future__ import annotations

from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.tap import CommitAsked
from tests.unit.judge.story import DLQ, TOPIC, Story, alone


def lost_letter(*, right: bool, offset: int = 1) -> Story:
    """A dead letter does not come; the tap saw a commit to `offset` while one was on its way."""
    story = Story()
    story.window()
    story.invalid("1")
    story.tell(ev.Tapped(story.now, CommitAsked(TOPIC, 0, offset, ((DLQ, 1),))))
    story.commit(1)
    story.close()
    alone(story, "1", Expectation.INVALID, right=right)
    return story


def test_a_lost_dead_letter_that_was_committed_past_too_early() -> None:
    """The fact stands in the finding."""
    story = lost_letter(right=False)
    assert story.codes == ["NOT_DEAD_LETTERED"]
    assert "asked for 1 to be committed in orders/0 while what it had sent was on its way" in " ".join(
        story.verdict.seen
    )


def test_a_commit_before_the_record_says_nothing_of_it() -> None:
    """It was about others."""
    assert "on its way" not in " ".join(lost_letter(right=False, offset=0).verdict.seen)


def test_an_early_commit_alone_is_no_verdict() -> None:
    """The dead letter came, the second time: nothing was lost for certain."""
    assert lost_letter(right=True).codes == []
