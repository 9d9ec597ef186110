"""Services whose effects say of no record that they are its own, in an invented world."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kcontract.engine.settings import ServiceGone
from kcontract.model import events as ev
from kcontract.model.record import LogRecord, Record
from tests.unit.engine.world import Handled, World, good, history_of, receiver_of, stage_of
from tests.unit.judge.story import DLQ, OUT

NOBODYS = Record(None, b'{"order": "nobody", "amount": 1}')


class Lazy(World):
    """It commits nothing, and writes what it makes of its first record after so many seconds."""

    def __init__(self, handle: Callable[[Record], Handled], seconds: float) -> None:
        super().__init__(handle)
        self.seconds = seconds

    def committed(self, _group: str, _places: object) -> dict[tuple[str, int], int]:
        return {}

    def poll(self, timeout: float = 0.0) -> Sequence[LogRecord]:
        return super().poll(timeout) if self.clock.t > self.seconds else ()


def nameless(record: Record) -> Handled:
    """What is valid has its effect, which might be anybody's."""
    done = good(record)
    return done if done[0][0] == DLQ else [(OUT, NOBODYS)]


def test_it_is_told_within_seconds() -> None:
    """As many effects as records, a second sentinel's among them: waiting longer would tell no more."""
    world = Lazy(nameless, 0.0)
    stage = stage_of(world)
    with pytest.raises(ServiceGone, match=r"none of them can be tied to what was sent; name in"):
        receiver_of(stage).run()
    assert world.clock.t < 10.0
    assert not any(isinstance(event, ev.ServiceKilled) for event in history_of(stage))


def test_a_slow_beginning_beside_something_else_is_waited_for() -> None:
    """One record of nobody's came before the first effect: fewer than were sent, so they may yet come."""
    world = Lazy(good, 12.0)
    world.write(OUT, NOBODYS)
    stage = stage_of(world)
    receiver_of(stage).run()
    assert stage.state.pace.known
    assert stage.state.reached == []
