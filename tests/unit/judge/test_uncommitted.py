"""Who never commits hears of it, and nobody else does."""

from __future__ import annotations

import pytest

from kcontract.model import events as ev
from tests.unit.judge.story import TOPIC, Story


def handled(records: int, seconds: float) -> Story:
    """So many records with their effects, and so many seconds after that."""
    story = Story()
    story.window()
    for number in range(1, records + 1):
        story.send(str(number))
        story.effect(str(number))
    story.close()
    story.wait(seconds)
    return story


def told(story: Story) -> bool:
    """Whether the summary speaks of commits when the unit has ended."""
    story.state.close()
    return any(what.startswith("commits:") for what, _ in story.state.blind)


def test_a_service_that_never_commits() -> None:
    """Its end shows it: a client that commits now and then has done so by now, or does when it is closed."""
    story = handled(60, 20.0)
    story.kill("finished")
    assert told(story)
    assert story.codes == []


@pytest.mark.parametrize(("records", "seconds"), [(60, 2.0), (10, 20.0)], ids=["a short time", "few records"])
def test_what_may_come_yet(records: int, seconds: float) -> None:
    """Auto-commit takes five seconds."""
    story = handled(records, seconds)
    story.kill("finished")
    assert not told(story)


def test_a_service_that_was_killed() -> None:
    """It had no time to commit: Kafka Streams does so every thirty seconds."""
    story = handled(60, 20.0)
    story.kill("fault")
    assert not told(story)


def test_a_service_that_commits_when_it_is_closed() -> None:
    """The commit is seen after its end."""
    story = handled(60, 20.0)
    story.kill("finished")
    story.tell(ev.Committed(story.now, TOPIC, 0, 60))
    assert not told(story)
