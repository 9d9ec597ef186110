"""A new process is ready when it has the partitions itself, and not while a dead one still has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from kcontract.engine.settings import ServiceGone
from kcontract.model import events as ev
from kcontract.model.cluster import GroupView, Member
from kcontract.model.contract import Contract, Run
from kcontract.model.record import TopicPartition
from tests.unit.engine.world import Process, World, good, history_of, stage_of, verified
from tests.unit.judge.story import AT, TOPIC, changed

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


class Rejoining(World):
    """A cluster where the service has joined once more since it was looked at."""

    rejoined = False

    def describe(self, group: str) -> GroupView:
        view = super().describe(group)
        again = tuple(Member(f"{one.id} again", one.client, one.host, one.partitions) for one in view.members)
        return GroupView(view.state, again) if self.rejoined else view


@pytest.mark.parametrize("how", ["stop", "restart", "fault"])
def test_what_the_group_did_is_told_before_the_service_is_ended(how: str) -> None:
    """What is told behind it, its end has led to. A fault comes at its moment, and is not held up."""
    world = Rejoining(good)
    stage = stage_of(world)
    stage.lifecycle.start()
    world.rejoined = True
    if how == "stop":
        stage.lifecycle.stop()
    else:
        stage.lifecycle.kill("restart" if how == "restart" else "fault")
    told = [event for event in history_of(stage) if isinstance(event, ev.MembersSeen | ev.ServiceKilled)]
    assert isinstance(told[-1], ev.ServiceKilled)
    assert ("again" in str(told[-2])) == (how != "fault")


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


class Repartitioning(World):
    """A service that hands records to itself through topics of its own, and builds a cache of a third one."""

    own = ("app-repartition", "cache", "tries")

    def describe(self, group: str) -> GroupView:
        view = super().describe(group)
        inner = Member(id="n", client="", host="", partitions=tuple((topic, 0) for topic in self.own))
        return GroupView(view.state, (*view.members, inner) if view.members else ())

    def committed(self, _group: str, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: 0 for place in places if place[0] in ("tries", TOPIC)}


def test_behind_everything_is_behind_what_the_service_made_of_it_as_well() -> None:
    """A bad record may have reached a topic of its own by then, where it ends every later process. Only on a cluster
    of ours, not where the service is to take its input again, and not in what it commits nothing of."""
    told = []
    for ours in (True, False):
        world = Repartitioning(good)
        world.ours = ours
        stage = stage_of(world)
        stage.lifecycle.commit_ends()
        stage.lifecycle.start()
        stage.lifecycle.restart(behind=True)
        stage.lifecycle.rewind({(TOPIC, 0): 0})
        told.append([event.offsets for event in history_of(stage) if isinstance(event, ev.OffsetsSet)])
    usual, inner, tries = (TOPIC, 0, 0), ("app-repartition", 0, 0), ("tries", 0, 0)
    assert told == [[(usual,), (usual, inner, tries), (usual,)], [(usual,), (usual,), (usual,)]]


class Unjoined(World):
    """A service that says at once that it is ready, and joins its group late or never."""

    joins_after = float("inf")

    def start(self, name: str, run: Run, values: Mapping[str, str]) -> Process:
        self.begun = self.clock.t
        return super().start(name, run, values)

    def describe(self, group: str) -> GroupView:
        joined = self.process is not None and self.clock.t - self.begun >= self.joins_after
        return super().describe(group) if joined else GroupView("EMPTY", ())


def _with_ready(ready: str | None) -> Contract:
    return changed({"run": Run(at=AT, command=("billing",), ready=ready, start_timeout=30.0)})


def test_a_service_that_assigns_itself_its_partitions() -> None:
    """It says that it is ready and never joins: waited for once, and taken at its word at every later start."""
    world = Unjoined(good)
    life = stage_of(world, _with_ready("last words")).lifecycle
    life.start()
    first = world.clock.t - world.begun
    life.restart(behind=False)
    assert 10 <= first < 30
    assert world.clock.t - world.begun < 10


def test_a_service_that_says_ready_before_it_has_joined() -> None:
    """It joins within the time that it is given: records before that would only look late."""
    world = Unjoined(good)
    world.joins_after = 6.0
    stage_of(world, _with_ready("last words")).lifecycle.start()
    assert 6 <= world.clock.t - world.begun < 8


def test_a_service_that_joined_before_is_waited_for() -> None:
    """Its second start takes longer than its first: it will join again."""
    world = Unjoined(good)
    world.joins_after = 1.0
    life = stage_of(world, _with_ready("last words")).lifecycle
    life.start()
    world.joins_after = 20.0
    life.restart(behind=False)
    assert 20 <= world.clock.t - world.begun < 22


def test_without_ready_only_members_say_it() -> None:
    """Nothing tells such a service from one that cannot reach its group."""
    with pytest.raises(ServiceGone, match="assigns itself its partitions"):
        stage_of(Unjoined(good), _with_ready(None)).lifecycle.start()


def test_nothing_is_missed_by_a_service_without_members() -> None:
    """It handles everything, and nothing needs a member to be judged."""
    assert verified(Unjoined(good), _with_ready("last words")).codes == []


def test_a_topic_that_is_read_without_the_group_is_named() -> None:
    """A global table has no member: whoever wrote a receiver for it is told which one that is."""
    stage = stage_of(World(good))
    life = stage.lifecycle
    life._places = ((TOPIC, 0), ("tariffs", 0), ("tariffs", 1))
    with pytest.raises(ServiceGone, match="were assigned nothing of tariffs within") as gone:
        life.start(at_most=3.0)
    assert "has no receiver" in gone.value.reason
    life._places = (("tariffs", 0),)
    with pytest.raises(ServiceGone, match="no member of group"):
        life.start(at_most=3.0)
