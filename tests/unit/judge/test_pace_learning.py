"""What the pace is learnt from, and what not."""

from __future__ import annotations

import pytest

from kcontract.judge.pace import QUIET_FLOOR, STALL_FLOOR
from kcontract.model.case import Role
from kcontract.model.events import Purpose
from tests.unit.judge.story import Story


def test_latency_is_learnt_beside_healthy_records_only() -> None:
    """A sentinel behind a poison waits for it: that says how long poisons take, not how long a record takes."""
    story = Story()
    story.window("warm")
    story.send("1")
    story.wait(2.0)
    story.effect("1")
    story.close()
    story.window("probe")
    story.send("2")
    story.effect("2")
    story.close()
    story.window("probe")
    story.invalid("3")
    story.send("4")
    story.wait(5.0)
    story.dead_letter("3")
    story.effect("4")
    story.close()
    pace = story.state.pace
    assert pace.p99 < 0.1
    assert pace.first_latency is not None
    assert pace.first_latency > 2.0
    assert pace.longest_gap > 4.9
    assert 19.0 < pace.stall < 21.0


def tried_alone(story: Story, purpose: Purpose, seconds: float, outcome: str = "settled") -> Story:
    """One record and its sentinel, whose outcomes come after so many seconds."""
    story.window(purpose, of="1")
    story.send("1.1")
    story.send("2", role=Role.SENTINEL)
    story.wait(seconds)
    story.effect("1.1")
    story.effect("2")
    story.close(outcome)
    return story


@pytest.mark.parametrize("purpose", ["alone", "bisect"])
def test_what_one_record_took_is_waited_for_where_many_stand_still(purpose: Purpose) -> None:
    """A slow service on a busy machine: large records, alone right after 14 s each, are not stuck in one window."""
    pace = tried_alone(Story(), purpose, 14.0).state.pace
    assert 56.0 < pace.stall < 57.0
    assert pace.quiet == QUIET_FLOOR  # what lacks its effect is not waited for any longer


@pytest.mark.parametrize(("purpose", "outcome"), [("alone", "stalled"), ("batch", "settled")])
def test_only_a_record_tried_alone_with_success_teaches_to_wait(purpose: Purpose, outcome: str) -> None:
    """Who stood still taught nothing, and what holds many up may be one of them."""
    assert tried_alone(Story(), purpose, 14.0, outcome).state.pace.stall == STALL_FLOOR


@pytest.mark.parametrize(("came_after", "learnt"), [(0.1, False), (2.0, True)])
def test_what_a_further_sentinel_brought_teaches_nothing(came_after: float, learnt: bool) -> None:
    """A service that is one record late: how long we waited before the next record is no time of its own. What comes
    long after that one would have come without it."""
    story = Story()
    story.window("probe")
    story.send("1")
    story.send("2", role=Role.SENTINEL)
    story.effect("1")
    story.wait(3.0)
    story.send("3", role=Role.SENTINEL)
    story.wait(came_after)
    story.effect("2")
    story.close()
    pace = story.state.pace
    assert (pace.longest_gap > 4.9, pace.p99 > 4.9) == (learnt, learnt)
    assert (pace.stall == STALL_FLOOR) is not learnt


@pytest.mark.parametrize(("ended", "prompt"), [(True, False), (False, True)])
def test_the_commit_on_the_way_out_does_not_say_how_soon_others_come(*, ended: bool, prompt: bool) -> None:
    """Kafka Streams commits every 30 s, and when it is stopped: its later windows must not wait for commits."""
    story = Story()
    story.window("warm")
    story.send("1")
    story.effect("1")
    story.close()
    if ended:
        story.kill("finished")
    story.commit(1)
    pace = story.state.pace
    assert (pace.commits, pace.prompt_commits) == (True, prompt)
    story.start()
    story.commit(2)
    assert pace.prompt_commits
