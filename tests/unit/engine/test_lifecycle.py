"""A new process is ready when it has the partitions itself, and not while a dead one still has them."""

from __future__ import annotations

from kcontract.model import events as ev
from kcontract.model.cluster import GroupView, Member
from tests.unit.engine.world import World, good, history_of, stage_of
from tests.unit.judge.story import TOPIC

SESSION_S = 45.0


class Elsewhere(World):
    """A cluster where a dead member keeps its partition until its session ends."""

    ours = False
    killed_at = -SESSION_S

    def describe(self, _group: str) -> GroupView:
        """The dead member with its partition, then the living one with it."""
        own = ((TOPIC, 0),)
        dead = self.clock.t - self.killed_at < SESSION_S
        alive = self.process is not None and self.process.code is None
        members = [Member(id="dead", client="", host="", partitions=own)] if dead else []
        if alive:
            members.append(Member(id=f"m{self.started}", client="", host="", partitions=() if dead else own))
        return GroupView("STABLE", tuple(members))


def test_the_next_process_is_ready_when_it_has_what_the_dead_one_had() -> None:
    """Nobody can be made to leave there: the session is waited out, and is no standing still of the next process."""
    world = Elsewhere(good)
    life = stage_of(world).lifecycle
    life.start()
    life.kill("fault")
    world.killed_at = begun = world.clock.t
    life.restart(behind=False)
    assert world.clock.t - begun >= SESSION_S


def test_a_dead_member_is_made_to_leave_on_a_cluster_of_ours_only() -> None:
    """Elsewhere the group is looked at, and nothing else."""
    told = []
    for ours in (True, False):
        world = World(good)
        stage = stage_of(world)
        stage.lifecycle.start()
        world.ours = ours
        stage.lifecycle.evict()
        told.append([event for event in history_of(stage) if isinstance(event, ev.Evicted)])
    assert [len(events) for events in told] == [1, 0]
