"""Putting senders through faults in an invented world."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kcontract.engine.asking.senders import SenderRun
from kcontract.engine.faults.senders import sender_faults
from kcontract.model.contract import Action, Fault
from kcontract.model.record import Record
from kcontract.model.service import Answer
from tests.unit.engine.asking.test_senders import _BODY, Api
from tests.unit.engine.test_faults import Fragile
from tests.unit.engine.world import stage_of
from tests.unit.judge.requests.test_book import Sender
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
        if self.way == "blocks":
            self.clock.t += 12.0
            return Answer(0, error="timeout")
        return Api.accept(self, body)

    def write(self, topic: str, record: Record) -> None:
        if not self.away:
            super().write(topic, record)
        elif self.way == "keeps":
            self.outbox.append((topic, record))

    def start_again(self) -> None:
        super().start_again()
        for topic, record in self.outbox:
            self.write(topic, record)
        self.outbox.clear()


@pytest.mark.parametrize(
    ("way", "send", "codes"),
    [
        ("keeps", "accepts", []),
        ("refuses", "refuses", []),
        ("refuses", "accepts", ["REFUSED_VALID"]),
        ("loses", "accepts", ["LOST_EVENT"]),
        ("blocks", "accepts", ["BLOCKED"]),
    ],
)
def test_while_the_broker_is_away(way: str, send: Any, codes: list[str]) -> None:
    """Each way of treating a request, against what the contract promises."""
    world = Service(way)
    (product,) = Sender().state.promises.products.values()
    sends = msgspec.structs.replace(product.send, action=Action(at=AT, http="POST /people", body=schema(_BODY)))
    faults = (Fault(at=AT, name="brokerDown", send=send),)
    one = msgspec.structs.replace(product.contract, send=(sends,), faults=faults)
    stage = stage_of(world, one, 3000.0)
    stage.lifecycle.start()
    sender = SenderRun(stage, one, sends)
    sender.run()
    sender_faults(stage, [sender])
    assert [verdict.code for verdict in stage.state.reached] == codes
    assert not world.away
