"""Records that do harm only in company, and what is known to be fatal on one topic."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.engine.stage import Stage
from kcontract.model import events as ev
from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, history_of, receiver_of, stage_of, verified
from tests.unit.judge.story import DLQ, TOPIC


class Touchy(World):
    """Exits on a bad record right behind a tombstone, and is calm for a while when it is started again."""

    def __init__(self, calm: int) -> None:
        super().__init__(self.touch)
        self.calm, self.left = calm, 0
        self.before: Record | None = None

    def touch(self, record: Record) -> Handled:
        before, self.before = self.before, record
        done = good(record)
        self.left -= 1
        if self.left > 0 or before is None or before.value is not None or done[0][0] != DLQ:
            return done
        self.left, self.before = self.calm, None
        return EXIT


def windows(stage: Stage, purpose: ev.Purpose) -> list[int]:
    return [
        event.window for event in history_of(stage) if isinstance(event, ev.WindowOpened) and event.purpose == purpose
    ]


@pytest.mark.parametrize(("calm", "exits"), [(0, 2), (110, 1)])
def test_a_window_that_exits_again_is_a_finding(calm: int, exits: int) -> None:
    """None of its records does it alone; the window once more does, also where the service goes on behind it."""
    run = verified(Touchy(calm))
    (repeat,) = windows(run.stage, "repeat")
    events = history_of(run.stage)
    begun = next(n for n, e in enumerate(events) if isinstance(e, ev.WindowOpened) and e.window == repeat)
    ended = next(n for n, e in enumerate(events) if isinstance(e, ev.WindowClosed) and e.window == repeat)
    assert sum(isinstance(event, ev.ServiceExited) for event in events[begun:ended]) == exits
    assert run.codes == ["CRASHED"]
    assert run.stage.state.blind == []


def test_what_is_fatal_on_one_topic_is_sent_to_another() -> None:
    """A kind is left out only where it was seen to end the service."""
    receiver = receiver_of(stage_of(World(good)))
    (case, *_) = receiver._player.sources[TOPIC].malformed()
    receiver._triage.blame(case)
    assert receiver._triage.choose([case]) == []
    elsewhere = msgspec.structs.replace(case, topic="refunds")
    assert receiver._triage.choose([elsewhere]) == [elsewhere]
