"""Large windows are sent as a stream: no further ahead than the service keeps up with, and cut short where it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from kcontract.engine.windows import stream
from kcontract.engine.windows.player import Player
from kcontract.generate.source import CaseSource
from kcontract.judge.evidence import Window
from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.history import unit_findings
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Case, Role
from kcontract.model.cluster import Delivered, Sendable, Standing
from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, history_of, stage_of
from tests.unit.judge.story import TOPIC, contract

AHEAD, STRIDE = 500, 100


@pytest.fixture(autouse=True)
def _a_small_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a large one, in a tenth of the time."""
    monkeypatch.setattr(stream, "AHEAD", AHEAD)
    monkeypatch.setattr(stream, "STRIDE", STRIDE)
    monkeypatch.setattr("kcontract.engine.windows.player._MANY", 80)


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
    cases = many(player, 2 * AHEAD)
    window = player.play("batch", cases)
    assert window.outcome == "settled"
    assert player.unsent == []
    sent = Counter(event.case.id for event in history_of(player._stage) if isinstance(event, ev.Sent))
    assert all(sent[case.id] == 1 for case in cases)
    assert player._stage.state.tally.outcomes["valid", "valid"]["handled"] >= len(cases)


@pytest.mark.parametrize(("count", "gathers"), [(2 * AHEAD, True), (AHEAD // 10, False)])
def test_what_comes_of_many_records_is_gathered(count: int, gathers: bool) -> None:
    """To the end of their window, for going back may cost more than the last of them can wait for; but each answer to
    the records of a small window, or of one that is open for whoever sends, is read as soon as it can be."""
    world = World(good)
    player = player_of(world)
    for follows in (partial(player.play, "alone", []), partial(player.begin, "load", "")):
        player.play("batch", many(player, count))
        assert world.gathers == gathers
        follows()
        assert not world.gathers


class Tardy(World):
    """Its broker acknowledges a record only when it is asked for the third time: effects are there long before."""

    def __init__(self, handle: Callable[[Record], Handled], times: int = 3) -> None:
        super().__init__(handle)
        self._told: list[list[Callable[[], None]]] = [[] for _ in range(times)]

    def send(self, records: Sequence[Sendable], delivered: Delivered, _standing: Standing | None = None) -> None:
        for number, one in enumerate(records, len(self.log)):
            self._told[-1].append(partial(delivered, one.id, one.topic, 0, number, ""))
            self.log.append(one.record)

    def flush(self, timeout: float) -> int:
        for _ in range(len(self._told) if timeout > 1 else 1):
            for tell in self._told.pop(0):
                tell()
            self._told.append([])
        return sum(map(len, self._told))


def test_a_broker_that_acknowledges_late_holds_nothing_up() -> None:
    """Further records are sent meanwhile, and each is told as sent, placed and handled, in this order."""
    player = player_of(Tardy(good))
    window = player.play("batch", many(player, 2 * AHEAD))
    assert (window.outcome, player.unsent, window.unplaced) == ("settled", [], 0)
    told = [type(event) for event in history_of(player._stage) if isinstance(event, ev.Sent | ev.Placed)]
    rows = [kind for kind, before in zip(told[1:], told, strict=False) if kind is not before]
    assert rows.count(ev.Placed) > 2, "acknowledgements are told while records are sent"
    assert player._stage.state.tally.outcomes["valid", "valid"]["handled"] >= 2 * AHEAD


def test_a_slow_broker_is_not_taken_for_a_slow_service() -> None:
    """What the service has long done is kept back for the acknowledgements' sake: the window goes on all the same."""
    player = player_of(Tardy(good, times=120))
    window = player.play("batch", many(player, 2 * AHEAD))
    assert (window.outcome, player.unsent) == ("settled", [])


@pytest.mark.parametrize("world", [World, Tardy])
def test_evidence_comes_after_the_acknowledgement(world: type[World]) -> None:
    """An effect may name its cause by partition and offset alone: these are known before it is looked at."""
    player = player_of(world(good))
    player.play("batch", many(player, 2 * AHEAD))
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
        return EXIT if len(world.log) > begun + STRIDE else good(record)

    world.handle = end
    cases = many(player, 3 * AHEAD)
    window = player.play("batch", cases)
    assert window.outcome == "exited"
    assert 0 < len(player.unsent) <= 2 * AHEAD + 1  # the healthy record that opens the window
    assert cases[-len(player.unsent) :] == player.unsent
    assert len(player.cases[window.number]) == len(cases) - len(player.unsent)
    assert window.suspects


def test_a_service_that_stands_still_gets_no_more() -> None:
    """Nothing comes back: after so many records the window is cut short instead of being filled up."""
    world = World(good)
    player = player_of(world)
    world.handle = lambda _record: []
    player.play("batch", many(player, 3 * AHEAD))
    assert len(player.unsent) >= AHEAD - STRIDE


def test_what_is_to_be_done_anyway_is_done_while_the_service_is_waited_for() -> None:
    """Piece by piece until there is no more, and never while the service keeps up."""
    world, done = World(good), list[int]()

    def spare() -> bool:
        done.append(len(world.log))
        return len(done) < 5

    player = player_of(world)
    player.play_batch(many(player, AHEAD - 10), lambda _: (), spare)
    assert done == []
    world.handle = lambda _record: []
    player.play_batch(many(player, 3 * AHEAD), lambda _: (), spare)
    assert len(done) >= 5
    assert len(set(done[:5])) == 1


@pytest.mark.parametrize("patience", [0.0, 1.0])
def test_what_is_to_be_done_anyway_is_done_also_when_all_is_sent(
    monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    """As long as so many answers are to come that the service is busy, but for those that must come in time."""
    monkeypatch.setattr("kcontract.engine.windows.player._BUSY", 50)
    world, left = World(good), list[int]()
    player = player_of(world)
    batch = many(player, 60)
    player._stage.state.patience = patience
    world.handle = lambda record: good(record) if len(left) > 1 else []

    def spare() -> bool:
        window = player._stage.state.window
        assert window is not None
        left.append(window.owed)
        return True

    player.play_batch(batch, lambda _: (), spare)
    assert (left == []) == (patience > 0)
    assert min(left, default=50) >= 50


def test_what_was_read_counts_as_answered() -> None:
    """The judge is not told of it before its cause is acknowledged: more is sent meanwhile, and nothing is waited
    for."""
    player, waited = player_of(Tardy(good, times=120)), list[int]()

    def spare() -> bool:
        waited.append(1)
        return False

    player.play_batch(many(player, 3 * AHEAD), lambda _: (), spare)
    assert (player.unsent, waited) == ([], [])


def test_nothing_follows_a_window_that_is_no_batch_of_a_queue() -> None:
    """Who played a batch of one is asked for the next, and for nothing to do meanwhile, in its own window only."""
    player, asked = player_of(World(good)), list[int]()

    def then(window: Window) -> Sequence[Case]:
        asked.append(window.number)
        return ()

    batch = player.play_batch(many(player, 3), then, lambda: False)
    player.play("batch", many(player, 3))
    assert asked == [batch.number]


def test_a_streamed_history_is_judged_alike() -> None:
    """The fold over the stored events comes to the same counts and the same verdicts."""
    player = player_of(World(good))
    player.play("batch", many(player, 2 * AHEAD))
    again = UnitState("run", compile_promises("billing", [contract()], ()))
    for event in history_of(player._stage):
        again.feed(event)
    assert again.tally.rows() == player._stage.state.tally.rows()
    assert unit_findings("billing", again, "run") == unit_findings("billing", player._stage.state, "run") == ()
