"""What the pace is learnt from, and what not."""

from __future__ import annotations

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
