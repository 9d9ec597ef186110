"""What was only counted is told."""

from __future__ import annotations

from kcontract.model import events as ev
from tests.unit.judge.story import DLQ, Story


def test_a_flood_is_a_blind_spot() -> None:
    """One line a topic, with all that was left out of it."""
    story = Story()
    for _ in range(2):
        story.tell(ev.Flooded(1.0, DLQ, 2_000, 3 << 20))
    story.state.close()
    (told,) = [what for what, _ in story.state.blind]
    assert told.startswith(f"{DLQ} was flooded: 4,000 records (6 MiB)")
    assert story.codes == []
