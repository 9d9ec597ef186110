"""Receivers that promise to stop, in an invented world."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.engine.receivers import ReceiverRun
from kcontract.generate.source import CaseSource
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.contract import OnInvalid
from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, history_of, stage_of
from tests.unit.judge.story import AT, DLQ, TOPIC, contract


def stopping(record: Record) -> Handled:
    """Exits on what is not valid."""
    done = good(record)
    return EXIT if done[0][0] == DLQ else done


def skipping(record: Record) -> Handled:
    """Passes it over."""
    done = good(record)
    return [] if done[0][0] == DLQ else done


@pytest.mark.parametrize(
    ("handle", "codes"), [(stopping, set()), (skipping, {"DID_NOT_STOP"})], ids=["it stops", "it goes on"]
)
def test_invalid_records_are_tried_one_by_one(handle: object, codes: set[str]) -> None:
    """A few of them, of different kinds, each in a window of its own with a start behind it."""
    base = contract("skip")
    receive = msgspec.structs.replace(base.receive[0], on_invalid=OnInvalid(at=AT, policy="stop", stop="exit"))
    one = msgspec.structs.replace(base, receive=(receive,))
    stage = stage_of(World(handle), one)  # type: ignore[arg-type]
    source = CaseSource(one, receive, (), seed=0, run="run", max_examples=20)
    receiver = ReceiverRun(stage, {TOPIC: source})
    receiver.run()
    stage.state.close()
    history = history_of(stage)
    bad = [e.case for e in history if isinstance(e, ev.Sent) and e.case.expectation is not Expectation.VALID]
    windows = [e for e in history if isinstance(e, ev.WindowOpened) and e.purpose == "stop"]
    assert {verdict.code for verdict in stage.state.reached} == codes
    assert len(bad) == len({case.code for case in bad}) == len(windows) > 3
    assert stage.lifecycle.starts >= len(windows)
