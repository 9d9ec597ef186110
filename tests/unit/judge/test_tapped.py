"""What the tap's counts amount to."""

from __future__ import annotations

from kcontract.judge.tapped import OFTEN, RAGING, Tapped
from kcontract.model.tap import CommitAsked, GroupStirred


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
