"""What the tap's counts amount to."""

from __future__ import annotations

from kcontract.judge.tapped import LOOPING, OFTEN, RAGING, Tapped
from kcontract.model import events as ev
from kcontract.model.tap import CommitAsked, Connected, GroupStirred, Refetched
from tests.unit.judge.story import TOPIC, Story


def test_a_group_that_commits_is_in_no_storm() -> None:
    """However often it forms: members come and go, and records are taken care of."""
    tapped = Tapped()
    tapped.take(GroupStirred("g", RAGING))
    assert (tapped.storms(), tapped.rages()) == (True, True)
    tapped.commits += 1
    assert (tapped.storms(), tapped.rages()) == (False, False)


def test_a_storm_rages_when_nothing_else_is_to_be_expected() -> None:
    """A few generations may be the group's settling."""
    tapped = Tapped()
    tapped.take(GroupStirred("g", OFTEN))
    assert (tapped.storms(), tapped.rages()) == (True, False)


def test_the_first_commit_past_a_record() -> None:
    """Of its own partition, and beyond its offset."""
    tapped, early = Tapped(), CommitAsked("orders", 0, 5, (("bills", 1),))
    for one in (CommitAsked("orders", 1, 9, ()), CommitAsked("orders", 0, 3, ()), early):
        tapped.take(one)
    assert tapped.commit_past(("orders", 0), 3) == early
    assert tapped.commit_past(("orders", 0), 5) is None
    assert tapped.commit_past(None, 0) is None


def test_taking_one_record_after_the_other_again_gets_on() -> None:
    """Spring tries each bad record three times before it is passed over: the next one is a step forward."""
    tapped = Tapped()
    offsets = (5, 5, 6, 6, 8, 5, 6, 8)
    assert [tapped.take(Refetched("t", 0, at, 3)) for at in offsets] == [
        False, False, True, False, True, False, False, False,
    ]  # fmt: skip
    assert not tapped.take(Refetched("t", 1, 9, 3))
    assert not tapped.take(Connected(3))


def test_a_window_that_gets_on_does_not_stand_still() -> None:
    """No outcome and no commit for a minute, but the service is seen to work its way through bad records."""
    story = Story()
    story.window()
    for case in ("1", "2", "3"):
        story.invalid(case)
    window = story.state.window
    assert window is not None
    for offset, goes_on in ((0, False), (1, True), (1, False), (2, True)):
        before = window.progress_at
        story.wait(20.0)
        story.tell(ev.Tapped(story.now, Refetched(TOPIC, 0, offset, 3)))
        assert (window.progress_at == story.now) is goes_on
        assert (window.progress_at > before) is goes_on


def test_a_loop_is_seen_at_the_record_that_comes_last() -> None:
    """Each bad record may be tried often before it is passed over."""
    tapped = Tapped()
    tapped.take(Refetched("t", 0, 5, LOOPING - 1))
    assert not tapped.loops()
    tapped.take(Refetched("t", 0, 5, 1))
    assert tapped.loops()
    tapped.take(Refetched("t", 0, 6, 3))
    assert not tapped.loops()
