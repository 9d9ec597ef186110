"""A service that answers each request with the correlation id of the one before it: the last one's never comes."""

from __future__ import annotations

import json
from typing import Any

from kcontract.judge.pace import STALL_FLOOR
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.record import Record
from tests.unit.engine.world import _ORACLE, Handled, World, receiver_of, stage_of, verified
from tests.unit.judge.asked import ANSWERS, asking

FEW = frozenset({"valid", "wrong_type", "wrong_root", "empty_value"})


class Answering:
    """Answers each request; `crossed`: one too late."""

    def __init__(self, *, crossed: bool) -> None:
        self.crossed = crossed
        self.before: tuple[tuple[str, bytes | None], ...] = ()

    def handle(self, record: Record) -> Handled:
        own = tuple(pair for pair in record.headers if pair[0] == "correlation_id")
        told, self.before = (self.before if self.crossed else own), own
        valid = _ORACLE.expect(record).expectation is Expectation.VALID
        payload = {"score": 1} if valid else {"error": "no"}
        return [(ANSWERS, Record(None, json.dumps(payload).encode(), told))]


def test_answers_as_promised() -> None:
    """Nobody is blamed, and nothing is waited for."""
    world = World(Answering(crossed=False).handle)
    assert verified(world, asking(), kinds=FEW).codes == []
    assert world.clock.t < 3.0


def test_a_crossing_service_is_waited_for_briefly() -> None:
    """The answer that never comes tells nothing of the service's pace, and once it is known to cross it is not waited
    for any longer than answers may take."""
    world = World(Answering(crossed=True).handle)
    run = verified(world, asking(), kinds=FEW)
    assert set(run.codes) == {"WRONG_REPLY"}
    assert run.receiver.tested > 20
    assert run.stage.state.pace.stall == STALL_FLOOR
    assert world.clock.t < 25.0


def test_a_crossing_service_that_stands_still_is_told_for_that_too() -> None:
    """Where nothing at all is answered it is not the last answer that is missing."""
    (known, *_) = verified(World(Answering(crossed=True).handle), asking(), kinds=FEW).stage.state.reached
    world = World(Answering(crossed=True).handle)
    stage = stage_of(world, asking(), kinds=FEW)
    receiver = receiver_of(stage)
    play = receiver._player.play

    def freeze(purpose: ev.Purpose, cases: Any, **more: Any) -> Any:
        if purpose == "batch":
            stage.state.reached.append(known)
            world._work = lambda: None  # type: ignore[method-assign]
        return play(purpose, cases, **more)

    receiver._player.play = freeze  # type: ignore[method-assign]
    receiver.run()
    assert "STUCK" in [verdict.code for verdict in stage.state.reached]
