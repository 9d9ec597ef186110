"""Verifying receivers in an invented world: healthy ones conform, and nothing that goes wrong is passed over."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from kcontract.engine.settings import ServiceGone
from kcontract.model import events as ev
from kcontract.model.case import Role
from kcontract.model.cluster import GroupView
from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, history_of, receiver_of, stage_of, verified
from tests.unit.judge.story import DLQ


def test_a_healthy_service_conforms() -> None:
    """No verdict, nothing left out, and every case is counted."""
    run = verified(World(good))
    assert run.codes == []
    assert not run.receiver.not_sent
    assert run.receiver.tested > 20


def test_a_service_that_never_starts_again_is_no_success() -> None:
    """It exits on a record, and then at every start, also behind everything sent: CRASH_LOOP, and no COULD_NOT_RUN."""
    met = itertools.count()
    world = World(lambda record: EXIT if next(met) > 12 else good(record), starts=lambda number: number == 1)
    assert verified(world).codes == ["CRASH_LOOP"]


def test_an_exit_in_company_is_told() -> None:
    """The first process exits on its twelfth bad record, its successor goes on: a blind spot at least."""
    bad = itertools.count(1)

    def handle(record: Record) -> Handled:
        done = good(record)
        exits = done[0][0] == DLQ and next(bad) == 12 and world.started == 1
        return EXIT if exits else done

    world = World(handle)
    run = verified(world)
    assert [event for event in history_of(run.stage) if isinstance(event, ev.ServiceExited)]
    assert [what for what, _ in run.stage.state.blind] == ["the service exited once, and did not do it again"]


def test_a_window_that_was_stopped_is_listed() -> None:
    """--max-time within a window: what had no outcome is not judged, and listed as not sent."""
    world = World(good)
    stage = stage_of(world)
    receiver = receiver_of(stage)
    play = receiver._player.play

    def cut(purpose: ev.Purpose, cases: Any, **more: Any) -> Any:
        if purpose == "batch":
            world.handle = lambda _record: []
            world.clock.t = 600.0
        return play(purpose, cases, **more)

    receiver._player.play = cut  # type: ignore[method-assign]
    receiver.run()
    sent = {e.case.root for e in history_of(stage) if isinstance(e, ev.Sent) and e.case.role is Role.CASE}
    listed = sum(count for (_, why), count in receiver.not_sent.items() if why == "--max-time is over")
    assert listed + stage.state.tally.cases >= len(sent) > 50


def test_probes_alone_test_nothing() -> None:
    """A kind that the contract has not: only the probe phase is sent, and that is not counted as tested."""
    assert verified(World(good), kinds=frozenset({"union_index_bad"})).receiver.tested == 0


def test_a_failed_start_leaves_no_process() -> None:
    """Not ready in time: a process without its partition would be played to, and blamed for standing still."""
    world = World(good)
    stage = stage_of(world)
    stage.lifecycle.start()
    stage.lifecycle.kill("restart")
    world.describe = lambda _group: GroupView("EMPTY", ())  # type: ignore[method-assign]
    with pytest.raises(ServiceGone):
        stage.lifecycle.restart(behind=True)
    assert stage.lifecycle.gone


def test_a_start_waits_no_longer_than_the_run() -> None:
    """The deadline comes before `startTimeout`, and is told."""
    world = World(good)
    world.describe = lambda _group: GroupView("EMPTY", ())  # type: ignore[method-assign]
    stage = stage_of(world, max_time=2.0)
    with pytest.raises(ServiceGone, match="max-time"):
        stage.lifecycle.start()
    assert world.clock.t < 3.0
