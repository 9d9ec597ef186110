"""Batch follows batch: the first records of the next one are on their way while the last one is judged."""

from __future__ import annotations

from itertools import count, takewhile

import pytest

from kcontract.engine.windows import dispatch, player, stream
from kcontract.judge.evidence import Window
from kcontract.model import events as ev
from tests.unit.engine.world import EXIT, World, good, history_of, receiver_of, stage_of, verified

WINDOW = 10


def sent_by(history: list[ev.Event]) -> list[ev.Sent]:
    return [event for event in history if isinstance(event, ev.Sent)]


def ahead_of(world: World) -> list[tuple[str, int]]:
    """The service verified. For each window the purpose, and how many records nobody had told of as it was closed."""
    stage = stage_of(world, window=WINDOW)
    receiver = receiver_of(stage)
    end, seen = receiver._player.end, list[tuple[str, int]]()

    def note(window: Window, outcome: str) -> None:
        seen.append((window.purpose, len(world.log) - len(sent_by(history_of(stage)))))
        end(window, outcome)  # type: ignore[arg-type]

    receiver._player.end = note  # type: ignore[method-assign]
    receiver.run()
    return seen


def test_the_service_has_the_next_batch_when_a_window_is_closed() -> None:
    """But for the last one of the queue, and for windows of other purposes, which nothing may follow unseen."""
    seen = ahead_of(World(good))
    batches = [ahead for purpose, ahead in seen if purpose == "batch"]
    assert len(list(takewhile(bool, batches))) > 1
    assert batches[-1] == 0
    assert not any(ahead for purpose, ahead in seen if purpose != "batch")


def test_each_record_is_sent_once_and_told_in_its_own_window() -> None:
    """What is sent ahead is told when its window is open, and nothing of it is lost or comes twice."""
    world = World(good)
    run = verified(world, window=WINDOW)
    history = history_of(run.stage)
    assert run.codes == []
    assert len(world.log) == len({event.case.id for event in sent_by(history)}) == len(sent_by(history))
    opened = 0
    for event in history:
        opened = event.window if isinstance(event, ev.WindowOpened) else opened
        assert not isinstance(event, ev.Sent) or event.window == opened


def test_many_are_sent_ahead_in_pieces_and_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few first, the others behind them, and what comes of the last of them ties to it, though it is early."""
    for module, name, size in (
        (dispatch, "_FIRST", 3),
        (player, "AHEAD", 8),
        (stream, "AHEAD", 8),
        (stream, "STRIDE", 2),
    ):
        monkeypatch.setattr(module, name, size)
    assert 8 in [ahead for _, ahead in ahead_of(World(good))]
    test_each_record_is_sent_once_and_told_in_its_own_window()


def test_nothing_is_sent_ahead_to_a_service_that_has_fallen_over() -> None:
    """Once a record is fatal each batch is chosen when its turn comes, to a service that runs."""
    world = World(lambda record: EXIT if record.value == b"" else good(record))
    seen = ahead_of(world)
    exited = next(number for number, (purpose, _) in enumerate(seen) if purpose == "alone")
    assert not any(ahead for _, ahead in seen[exited:])


def test_nothing_is_sent_ahead_while_it_is_sought_who_did_it() -> None:
    """The service falls over once, for no record's sake: all are cleared, one alone after the other."""
    met = count()
    seen = ahead_of(World(lambda record: EXIT if next(met) == 3 * WINDOW else good(record)))
    assert "alone" in [purpose for purpose, _ in seen]
    assert not any(ahead for purpose, ahead in seen if purpose != "batch")


def test_who_dies_of_a_record_that_was_sent_ahead_is_blamed_for_it() -> None:
    """As if it had been sent in its window: the record is found and confirmed alone, and nothing else is blamed."""
    run = verified(World(lambda record: EXIT if record.value is None else good(record)), window=WINDOW)
    assert {(verdict.code, verdict.kind) for verdict in run.stage.state.reached} == {("CRASH_LOOP", "null_value")}
