"""How long a window that stands still is waited for, while the service's group forms anew."""

from __future__ import annotations

import pytest

from kcontract.engine.windows.player import Player
from kcontract.generate.source import CaseSource
from kcontract.model.cluster import GroupView, Member
from kcontract.model.record import Record
from tests.unit.engine.world import Handled, World, good, stage_of
from tests.unit.judge.story import DLQ, TOPIC, contract

_SESSION = 45.0


class Replacing(World):
    """Whoever takes a bad record dies and is replaced within the process; its group waits for the dead one."""

    def __init__(self, *, again: bool) -> None:
        super().__init__(self.handle)
        self.died_at: float | None = None
        self.again = again

    def handle(self, record: Record) -> Handled:
        if self.died_at is not None:
            return []
        done = good(record)
        if done[0][0] == DLQ:
            self.died_at = self.clock.t
            return []
        return done

    def committed(self, _group: str, _places: object) -> dict[tuple[str, int], int]:
        return {}

    def describe(self, group: str) -> GroupView:
        view = super().describe(group)
        if self.died_at is None or view.state != "STABLE":
            return view
        waited = self.clock.t - self.died_at
        forming = waited % _SESSION > 1.0 and (self.again or waited < _SESSION)
        dead = (Member(id=f"m{waited // _SESSION}", client="", host="", partitions=()),) if forming else ()
        return GroupView("PREPARING_REBALANCING" if forming else "STABLE", (*view.members, *dead))


@pytest.mark.parametrize(("again", "code"), [(True, "ENDLESS_RETRY"), (False, "STUCK")])
def test_a_group_that_waits_for_its_dead_is_waited_for(again: bool, code: str) -> None:
    """Long enough to see the record taken again, and no longer once that was seen."""
    world = Replacing(again=again)
    one = contract()
    stage = stage_of(world, one)
    stage.lifecycle.commit_ends()
    stage.lifecycle.start()
    source = CaseSource(one, one.receive[0], (), seed=0, run="run", max_examples=5)
    player = Player(stage, {TOPIC: source})
    player.play("warm", [])
    bad = next(iter(source.probes()))
    begun = world.clock.t
    player.play("alone", [bad], of=bad.root, patience=2.0)
    assert [verdict.code for verdict in stage.state.reached] == [code]
    assert _SESSION < world.clock.t - begun < 3 * _SESSION
