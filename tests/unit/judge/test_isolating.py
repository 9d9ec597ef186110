"""Effects that tie to no case, in windows of copies of one record."""

from __future__ import annotations

import json

import pytest

from kcontract.judge.isolating import COPIES
from kcontract.model.case import Expectation
from kcontract.model.events import Purpose
from kcontract.model.record import Record
from tests.unit.judge.story import OUT, Story


def nobodys(story: Story, number: int) -> None:
    for _ in range(number):
        story.seen(OUT, Record(None, json.dumps({"order": "0", "amount": 0}).encode()))


def tale(
    before: int,
    copies: int,
    came: int,
    outcome: str = "settled",
    *,
    valid: bool = False,
    exits: bool = False,
    purpose: Purpose = "isolate",
) -> list[str]:
    """A window without the record, then one with copies of it; how many such effects came in each."""
    story = Story("skip")
    story.window("isolate")
    nobodys(story, before)
    story.close()
    story.window(purpose, "1")
    for number in range(copies):
        story.send(f"1.{number}", Expectation.VALID if valid else Expectation.INVALID)
    if exits:
        story.exit()
        story.start()
    nobodys(story, came)
    story.close(outcome)
    return story.codes


def test_as_many_effects_as_copies() -> None:
    """They are the record's, and it is told once."""
    assert tale(0, COPIES, COPIES) == ["ACCEPTED_INVALID"]


@pytest.mark.parametrize(
    ("before", "copies", "came"), [(1, COPIES, COPIES), (0, COPIES, COPIES - 1), (0, COPIES, COPIES + 1), (0, 1, 1)]
)
def test_what_does_not_keep_to_the_record(before: int, copies: int, came: int) -> None:
    """Anything else may come by the clock."""
    assert tale(before, copies, came) == []


def test_a_window_that_did_not_settle() -> None:
    """Or copies that have effects rightly."""
    assert tale(0, COPIES, COPIES, "stopped") == []
    assert tale(0, COPIES, COPIES, valid=True) == []


def test_a_window_that_is_about_something_else() -> None:
    """Or in which the service was started anew."""
    assert tale(0, COPIES, COPIES, purpose="alone") == []
    assert tale(0, COPIES, COPIES, exits=True) == []
