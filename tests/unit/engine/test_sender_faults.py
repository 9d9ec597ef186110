"""Putting senders through faults in an invented world."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import msgspec
import pytest

from kcontract.engine.asking.senders import SenderRun
from kcontract.engine.faults.senders import sender_faults
from kcontract.engine.stage import Stage
from kcontract.engine.tools import Levers
from kcontract.model import events as ev
from kcontract.model.contract import Action, Fault
from kcontract.model.record import Record
from kcontract.model.service import Answer
from tests.unit.engine.asking.test_senders import _BODY, Api
from tests.unit.engine.test_faults import Fragile
from tests.unit.engine.world import World, history_of, stage_of
from tests.unit.judge.requests.test_book import TOPIC, Sender
from tests.unit.judge.story import AT, schema


class Service(Fragile, Api):
    """Accepts, and publishes when the broker is there: at once, later or never."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.forgets = range(0)
        self.answer = self.respond
        self.way = way
        self.outbox: list[tuple[str, Record]] = []
        self.kept: list[tuple[str, Record]] = []

    def respond(self, body: bytes) -> Answer:
        if not self.away:
            return Api.accept(self, body)
        if self.way == "refuses":
            return Answer(503, b"{}")
        if self.way in ("unsure", "denies"):
            Api.accept(self, body)
            return Answer(503 if self.way == "unsure" else 409, b"{}")
        if self.way == "blocks":
            self.clock.t += 12.0
            return Answer(0, error="timeout")
        return Api.accept(self, body)

    def write(self, topic: str, record: Record) -> None:
        if not self.away:
            super().write(topic, record)
        elif self.way in ("keeps", "unsure", "denies"):
            self.outbox.append((topic, record))

    def start_again(self) -> None:
        super().start_again()
        for topic, record in self.outbox:
            self.write(topic, record)
        self.outbox.clear()


class Roomless(Api):
    """Accepts or refuses what the broker refuses."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.levers = Levers(cluster=cast("Any", self))
        self.limit: int | None = None
        self.answer = self.respond
        self.way = way
        self.outbox: list[tuple[str, Record]] = []

    def respond(self, body: bytes) -> Answer:
        if self.limit is None or self.way in ("keeps", "swallows"):
            return self.accept(body)
        if self.way == "exits" and self.process is not None:
            self.process.code = 1
            return Answer(0, error="connection reset")
        return Answer(500, b"{}")

    def write(self, topic: str, record: Record) -> None:
        if self.limit is None:
            super().write(topic, record)
        elif self.way == "keeps":
            self.outbox.append((topic, record))

    def limit_records(self, topics: Iterable[str], size: int | None) -> None:
        assert list(topics) == [TOPIC]
        self.limit = size
        kept, self.outbox = self.outbox, []
        for topic, record in kept:
            self.write(topic, record)


def tried(world: World, faults: str = "declared", *declared: Fault, more: str = "") -> Stage:
    """The only sender of the world, put through faults after its requests."""
    (product,) = Sender().state.promises.products.values()
    sends = msgspec.structs.replace(product.send, action=Action(at=AT, http="POST /people", body=schema(_BODY)))
    one = msgspec.structs.replace(product.contract, send=(sends,), faults=declared)
    stage = stage_of(world, one, 3000.0, faults=frozenset({faults, more} - {""}))
    stage.lifecycle.start()
    sender = SenderRun(stage, one, sends)
    sender.run()
    sender_faults(stage, [sender])
    return stage


@pytest.mark.parametrize(
    ("way", "codes"), [("keeps", []), ("refuses", []), ("swallows", ["LOST_EVENT"]), ("exits", ["CRASHED"])]
)
def test_while_the_topic_has_no_room(way: str, codes: list[str]) -> None:
    """What cannot be published is kept or refused: success is a promise, and a request does not come again."""
    stage = tried(Roomless(way), "recordLimit")
    assert [(verdict.code, verdict.during) for verdict in stage.state.reached] == [(c, "recordLimit") for c in codes]
    assert any(isinstance(event, ev.FaultSettled) for event in history_of(stage))


def test_a_sender_that_does_not_start_again() -> None:
    """It exits at each start since it was ended: nothing else is said of its requests."""
    world = Roomless("keeps")
    world.starts = lambda number: number == 1
    world.answer = lambda body: (
        world.respond(body) if world.process and world.process.code is None else Answer(0, error="connection refused")
    )
    stage = tried(world, "terminated", more="recordLimit")
    assert [(verdict.code, verdict.during) for verdict in stage.state.reached] == [("CRASHED", "terminated")]
    told = [event.what for event in history_of(stage) if isinstance(event, ev.Blind)]
    assert told == ["not tried, for the service does not start any more after terminated: recordLimit"]


@pytest.mark.parametrize(
    ("way", "send", "codes"),
    [
        ("keeps", "accepts", []),
        ("refuses", "refuses", []),
        ("unsure", "refuses", []),
        ("denies", "refuses", ["PHANTOM_EVENT"]),
        ("refuses", "accepts", ["REFUSED_VALID"]),
        ("loses", "accepts", ["LOST_EVENT"]),
        ("blocks", "accepts", ["BLOCKED"]),
    ],
)
def test_while_the_broker_is_away(way: str, send: Any, codes: list[str]) -> None:
    """Each way of treating a request, against what the contract promises."""
    world = Service(way)
    stage = tried(world, "declared", Fault(at=AT, name="brokerDown", send=send))
    assert [verdict.code for verdict in stage.state.reached] == codes
    assert not world.away
