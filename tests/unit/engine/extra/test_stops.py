"""Receivers that promise to stop, in an invented world."""

from __future__ import annotations

import json
from types import SimpleNamespace

import msgspec
import pytest

from kcontract.engine.extra.stops import sample
from kcontract.engine.receivers import ReceiverRun
from kcontract.generate.catalogue import kind_of
from kcontract.generate.source import CaseSource
from kcontract.model import events as ev
from kcontract.model.case import Expectation, Layer
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


def no_schema(record: Record) -> Handled:
    """Exits on what it cannot decode, and passes over what only its schema forbids."""
    done = good(record)
    if done[0][0] != DLQ:
        return done
    try:
        return [] if isinstance(json.loads(record.value or b""), dict) and record.key is not None else EXIT
    except ValueError:
        return EXIT


def test_what_only_the_schema_forbids_is_among_the_first() -> None:
    """Records that cannot be decoded take turns with those that can, or nobody sees that these are passed over."""
    base = contract("skip")
    receive = msgspec.structs.replace(base.receive[0], on_invalid=OnInvalid(at=AT, policy="stop", stop="exit"))
    source = CaseSource(
        msgspec.structs.replace(base, receive=(receive,)), receive, (), seed=0, run="run", max_examples=20
    )
    first = sample(source.malformed())[:8]
    stage = stage_of(World(no_schema), msgspec.structs.replace(base, receive=(receive,)))
    ReceiverRun(stage, {TOPIC: source}).run()
    assert {kind_of(case.kind).layer for case in first} >= {Layer.FRAMING, Layer.DECODE, Layer.CONSTRAINTS}
    assert {verdict.code for verdict in stage.state.reached} == {"DID_NOT_STOP"}


def test_starts_that_are_cheap_allow_for_every_kind() -> None:
    """As long as little time was spent, each kind is sent; where starts take long, the report says how many were."""

    def sent(seconds: float) -> tuple[int, list[str]]:
        base = contract("skip")
        receive = msgspec.structs.replace(base.receive[0], on_invalid=OnInvalid(at=AT, policy="stop", stop="exit"))
        one = msgspec.structs.replace(base, receive=(receive,))
        world = World(stopping)
        stage = stage_of(world, one)
        clock, restart = stage.tools.recorder, stage.lifecycle.restarts
        slow = SimpleNamespace(extra=0.0)
        plain = clock.now

        def restarts(*, behind: bool) -> bool:
            slow.extra += seconds
            return restart(behind=behind)

        stage.lifecycle.restarts = restarts  # type: ignore[method-assign]
        clock.now = lambda: plain() + slow.extra  # type: ignore[method-assign]
        ReceiverRun(stage, {TOPIC: CaseSource(one, receive, (), seed=0, run="run", max_examples=5)}).run()
        history = history_of(stage)
        tried = sum(isinstance(e, ev.WindowOpened) and e.purpose == "stop" for e in history)
        return tried, [e.what for e in history if isinstance(e, ev.Blind) and "costs a start" in e.what]

    cheap, all_told = sent(0.0)
    dear, some_told = sent(10.0)
    assert cheap > 8 and not all_told
    assert dear == 8 and f"8 of {cheap} were sent" in some_told[0]
