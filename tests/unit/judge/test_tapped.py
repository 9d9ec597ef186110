"""What the tap's counts amount to."""

from __future__ import annotations

from kcontract.judge.tapped import RAGING, Tapped
from kcontract.model.tap import GroupStirred


def test_a_group_that_commits_is_in_no_storm() -> None:
    """However often it forms: members come and go, and records are taken care of."""
    tapped = Tapped()
    tapped.take(GroupStirred("g", RAGING))
    assert (tapped.storms(), tapped.rages()) == (True, True)
    tapped.commits += 1
    assert (tapped.storms(), tapped.rages()) == (False, False)
