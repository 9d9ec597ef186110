"""Large windows are sent as a stream: no further ahead than the service keeps up with, and cut short where it ends."""

from __future__ import annotations

from collections import Counter

from kcontract.engine.windows.player import _AHEAD, _STRIDE, Player
from kcontract.generate.source import CaseSource
from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.history import unit_findings
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Case, Role
from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, history_of, stage_of
from tests.unit.judge.story import TOPIC, contract


def player_of(world: World) -> Player:
    """A player whose service runs and whose pace is known."""
    stage = stage_of(world)
    stage.lifecycle.start()
    source = CaseSource(contract(), contract().receive[0], (), seed=0, run="run")
    player = Player(stage, {TOPIC: source})
    player.play("warm", [])
    player.play("probe", [source.healthy(Role.HEALTHY, 0)])
    return player


def many(player: Player, count: int) -> list[Case]:
    return [player.sources[TOPIC].healthy(Role.CASE, 0) for _ in range(count)]


def test_a_large_window_is_sent_to_the_end() -> None:
    """A service that keeps up gets all of it, each case once, and each has its outcome."""
    player = player_of(World(good))
    cases = many(player, 2 * _AHEAD)
    window = player.play("batch", cases)
    assert window.outcome == "settled"
    assert player.unsent == []
    sent = Counter(event.case.id for event in history_of(player._stage) if isinstance(event, ev.Sent))
    assert all(sent[case.id] == 1 for case in cases)
    assert player._stage.state.tally.outcomes["valid", "valid"]["handled"] >= len(cases)


def test_evidence_comes_after_the_acknowledgement() -> None:
    """An effect may name its cause by partition and offset alone: these are known before it is looked at."""
    player = player_of(World(good))
    player.play("batch", many(player, 2 * _AHEAD))
    placed: set[bytes | None] = set()
    records: dict[str, Record] = {}
    for event in history_of(player._stage):
        if isinstance(event, ev.Sent):
            records[event.case.id] = event.case.record
        elif isinstance(event, ev.Placed):
            placed.update(records[case].key for case in event.cases)
        elif isinstance(event, ev.Seen):
            assert event.record.record.key in placed


def test_what_a_service_that_ends_was_not_sent_is_told() -> None:
    """It exits early on: the rest of the window is not sent, and whom to suspect stands in what was."""
    world = World(good)
    player = player_of(world)
    begun = len(world.log)

    def end(record: Record) -> Handled:
        return EXIT if len(world.log) > begun + _STRIDE else good(record)

    world.handle = end
    cases = many(player, 3 * _AHEAD)
    window = player.play("batch", cases)
    assert window.outcome == "exited"
    assert 0 < len(player.unsent) <= 2 * _AHEAD + 1  # the healthy record that opens the window
    assert cases[-len(player.unsent) :] == player.unsent
    assert len(player.cases[window.number]) == len(cases) - len(player.unsent)
    assert window.suspects


def test_a_service_that_stands_still_gets_no_more() -> None:
    """Nothing comes back: after so many records the window is cut short instead of being filled up."""
    world = World(good)
    player = player_of(world)
    world.handle = lambda _record: []
    player.play("batch", many(player, 3 * _AHEAD))
    assert len(player.unsent) >= _AHEAD - _STRIDE


def test_a_streamed_history_is_judged_alike() -> None:
    """The fold over the stored events comes to the same counts and the same verdicts."""
    player = player_of(World(good))
    player.play("batch", many(player, 2 * _AHEAD))
    again = UnitState("run", compile_promises("billing", [contract()], ()))
    for event in history_of(player._stage):
        again.feed(event)
    assert again.tally.rows() == player._stage.state.tally.rows()
    assert unit_findings("billing", again, "run") == unit_findings("billing", player._stage.state, "run") == ()
