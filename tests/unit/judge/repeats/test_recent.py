"""What is kept of closed windows, and for how long."""

from __future__ import annotations

from kcontract.judge.evidence import Delivery
from kcontract.judge.repeats.recent import _BYTES, _DELIVERIES, Recent
from kcontract.model.record import LogRecord
from tests.unit.judge.story import OUT, Story


def deliveries(story: Story, count: int, value: bytes | None = None) -> list[Delivery]:
    """So many records of a window."""
    story.window()
    for number in range(count):
        story.send(f"{number}", value=value)
    assert story.state.window is not None
    return list(story.state.window.deliveries)


def ties(recent: Recent, story: Story, case: str) -> bool:
    """Whether an effect that carries the case's marker still finds it."""
    record = story.cases[case].record
    return recent.tie(LogRecord(OUT, 0, 0, record), story.state.promises.outputs[OUT]) is not None


def test_the_last_ones_are_known() -> None:
    """Asked for the first time, and again after more have come."""
    story, recent = Story(), Recent("run")
    kept = deliveries(story, 20)
    recent.keep(kept[:10])
    assert ties(recent, story, "3")
    assert not ties(recent, story, "13")
    recent.keep(kept[10:])
    assert ties(recent, story, "13")


def test_the_oldest_are_forgotten() -> None:
    """Memory does not grow with the run, whether it was asked before or not."""
    for asked_before in (False, True):
        story, recent = Story(), Recent("run")
        kept = deliveries(story, _DELIVERIES + 300)
        recent.keep(kept[:300])
        if asked_before:
            assert ties(recent, story, "0")
        recent.keep(kept[300:])
        assert not ties(recent, story, "0")
        assert ties(recent, story, str(_DELIVERIES + 299))


def test_large_ones_are_forgotten_sooner() -> None:
    """What they weigh counts as well."""
    story, recent = Story(), Recent("run")
    kept = deliveries(story, 3, value=b"x" * (_BYTES // 2))
    for one in kept:
        recent.keep([one])
    assert not ties(recent, story, "0")
    assert ties(recent, story, "2")
