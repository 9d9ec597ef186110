"""How long a window that stands still is waited for, while the service's group forms anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from kcontract.engine.stage import Stage
from kcontract.engine.windows.player import Player
from kcontract.generate.source import CaseSource
from kcontract.judge.tapped import LOOPING
from kcontract.model.cluster import GroupView, Member
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord, Record
from kcontract.model.tap import Refetched, Sighting
from tests.unit.engine.world import Handled, World, good, stage_of
from tests.unit.judge.story import AT, DLQ, TOPIC, contract

_SESSION = 45.0


class Silent(World):
    """It commits nothing."""

    def committed(self, _group: str, _places: object) -> dict[tuple[str, int], int]:
        return {}


class Replacing(Silent):
    """Whoever takes a bad record dies and is replaced within the process; its group waits for the dead one."""

    def __init__(self, *, again: bool, session: float) -> None:
        super().__init__(self.handle)
        self.died_at: float | None = None
        self.again, self.session = again, session

    def handle(self, record: Record) -> Handled:
        if self.died_at is not None:
            return []
        done = good(record)
        if done[0][0] == DLQ:
            self.died_at = self.clock.t
            return []
        return done

    def describe(self, group: str) -> GroupView:
        view = super().describe(group)
        if self.died_at is None or view.state != "STABLE":
            return view
        waited = self.clock.t - self.died_at
        forming = waited % self.session > 1.0 and (self.again or waited < self.session)
        dead = (Member(id=f"m{waited // self.session}", client="", host="", partitions=()),) if forming else ()
        return GroupView("PREPARING_REBALANCING" if forming else "STABLE", (*view.members, *dead))


def playing(world: World) -> tuple[Stage, Player, CaseSource]:
    """The usual contract's service, started in that world."""
    one = contract()
    stage = stage_of(world, one)
    stage.lifecycle.commit_ends()
    stage.lifecycle.start()
    source = CaseSource(one, one.receive[0], (), seed=0, run="run", max_examples=5)
    return stage, Player(stage, {TOPIC: source}), source


@pytest.mark.parametrize(
    ("again", "session", "code", "least", "most"),
    [
        (True, _SESSION, "ENDLESS_RETRY", _SESSION, 2 * _SESSION),
        (False, _SESSION, "STUCK", _SESSION, 2 * _SESSION),
        (False, 5.0, "STUCK", 30.0, _SESSION),
    ],
    ids=["is replaced for ever", "is replaced once", "has soon settled"],
)
def test_a_group_that_waits_for_its_dead_is_waited_for(
    again: bool, session: float, code: str, least: float, most: float
) -> None:
    """Long enough to see the record taken again, and no longer once that was seen, or the group has come to rest."""
    world = Replacing(again=again, session=session)
    stage, player, source = playing(world)
    player.play("warm", [])
    bad = next(iter(source.probes()))
    begun = world.clock.t
    player.play("alone", [bad], of=bad.root, patience=2.0)
    assert [verdict.code for verdict in stage.state.reached] == [code]
    assert least < world.clock.t - begun < most


class Told:
    """A tap that has seen so many fetches of the bad record since it was last asked."""

    def __init__(self, times: int) -> None:
        self.times = times

    def forget(self) -> None:
        """Nothing is kept."""

    def sightings(self) -> tuple[Sighting, ...]:
        return (Refetched(TOPIC, 0, 0, self.times),)


@pytest.mark.parametrize(
    ("times", "known", "shorter"),
    [(LOOPING, True, True), (LOOPING, False, False), (0, True, False)],
    ids=["seen to loop as known", "seen for the first time", "known, and nothing is seen"],
)
def test_a_loop_that_is_known_is_not_waited_for_again(times: int, known: bool, shorter: bool) -> None:
    """A first one may yet end, and so may one of which nothing is seen: Spring gives up after ten attempts."""
    world = Silent(lambda _: [])
    stage, player, _ = playing(world)
    stage.observer._tap = cast("Any", Told(times))
    if known:
        stage.state.reached.append(CaseVerdict("ENDLESS_RETRY", "1", "valid", TOPIC, AT, "", ()))
    begun = world.clock.t
    assert player.play("warm", []).outcome == "stalled"
    assert (world.clock.t - begun < 10.0) is shorter


class Echoing(World):
    """Its dead letters come back to it, and it writes them again, for ever."""

    def poll(self, timeout: float = 0.0) -> Sequence[LogRecord]:
        letters = [one.record for one in self.out if one.topic == DLQ]
        if letters and int(self.clock.t * 10) != self.echoed:
            self.echoed = int(self.clock.t * 10)
            self.write(DLQ, letters[-1])
        return super().poll(timeout)

    echoed = 0


def test_dead_letters_that_come_for_ever_hold_no_window_open() -> None:
    """Everything has its outcome: nothing is missing that might come between the copies."""
    world = Echoing(good)
    stage, player, source = playing(world)
    player.play("warm", [])
    begun = world.clock.t
    stage.state.pace.learn_gap(5.0)
    assert player.play("probe", [*source.probes()]).outcome == "settled"
    assert world.clock.t - begun < 30.0
