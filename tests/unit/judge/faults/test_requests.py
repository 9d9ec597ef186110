"""Judging senders in faults: what was accepted must be published, callers must not wait, and health is no matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from kcontract.judge.faults.book import FaultBook
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.contract import Fault
from tests.unit.judge.requests.test_book import TOPIC, Sender
from tests.unit.judge.story import AT

Happening = Callable[["Shaken"], None]


class Shaken(Sender):
    """A sender that is put through faults."""

    def __init__(self, fault: str = "brokerDown", **declared: Any) -> None:
        super().__init__()
        (product,) = self.state.promises.products.values()
        family: Any = fault.partition(":")[0]
        one = msgspec.structs.replace(product.contract, faults=(Fault(at=AT, name=family, **declared),))
        self.state = UnitState("run", compile_promises("api", [one], ()))
        self.fault, self.at, self.asked = fault, 100.0, 0

    def tell(self, event: ev.Event) -> None:
        self.at += 0.01
        self.state.feed(msgspec.structs.replace(event, at=self.at))

    def ask(
        self,
        status: int = 201,
        events: int = 1,
        *,
        seconds: float = 0.1,
        told: bool | None = None,
        identity: str = "",
        expectation: Any = "valid",
    ) -> None:
        """A request, its answer after so many seconds, and its events; `told`: the answer says which is its own."""
        told = status == 201 if told is None else told
        self.last = identity
        self.asked += 1
        case, identity = f"{TOPIC}#f{self.asked}", identity or f"id-{self.asked}"
        body = b'{"name": "Ada"}'
        self.tell(ev.Requested(0.0, case, "valid", expectation, TOPIC, "POST", "http://x/people", body))
        self.at += seconds
        answer = b'{"id": "%b", "name": "Ada"}' % identity.encode() if told else b""
        self.tell(ev.Responded(0.0, case, status, answer))
        for _ in range(events):
            self.event_of(identity)

    def event_of(self, identity: str) -> None:
        self.tell(ev.Seen(0.0, self.record(identity)))

    def record(self, identity: str) -> Any:
        from kcontract.model.record import LogRecord, Record  # noqa: PLC0415

        value = b'{"id": "%b", "name": "Ada"}' % identity.encode()
        return LogRecord(TOPIC, 0, self.asked, Record(identity.encode(), value, (("trace", b"t"),)))

    def trial(self, during: Happening, after: Happening = lambda story: story.ask()) -> None:
        """One round of the fault."""
        self.tell(ev.FaultBegan(0.0, self.fault))
        during(self)
        self.tell(ev.FaultEnded(0.0, self.fault))
        after(self)
        self.tell(ev.FaultSettled(0.0, self.fault, 30.0))

    @property
    def verdicts(self) -> list[str]:
        return [verdict.code for verdict in self.state.reached]


@pytest.mark.parametrize(
    ("declared", "during", "codes"),
    [
        ({"send": "accepts"}, lambda s: s.ask(), []),
        ({"send": "accepts"}, lambda s: s.ask(201, 0), ["LOST_EVENT"]),
        ({"send": "refuses"}, lambda s: s.ask(201, 0), ["LOST_EVENT"]),
        ({}, lambda s: s.ask(201, 0), ["LOST_EVENT"]),
        ({"send": "refuses"}, lambda s: s.ask(503, 0), []),
        ({"send": "accepts"}, lambda s: s.ask(503, 0), ["REFUSED_VALID"]),
        ({}, lambda s: s.ask(503, 0), []),
        ({"send": "accepts"}, lambda s: s.ask(0, 0, seconds=12.0), ["BLOCKED"]),
        ({"send": "accepts"}, lambda s: s.ask(201, 1, seconds=12.0), ["BLOCKED"]),
        ({"send": "accepts"}, lambda s: s.ask(201, 1, seconds=4.0), []),
        ({"send": "refuses"}, lambda s: s.ask(0, 0, seconds=12.0), []),
        ({"send": "accepts"}, lambda s: s.ask(201, 2), []),
        ({}, lambda s: s.ask(201, 0, told=False), []),
        ({}, lambda s: s.ask(503, 0, told=True), []),
        ({"send": "accepts"}, lambda s: s.ask(400, 0, expectation="invalid"), []),
    ],
)
def test_what_callers_meet(declared: dict[str, Any], during: Happening, codes: list[str]) -> None:
    """`accepts` and `refuses` where they are declared; a lost event whatever is declared; no verdict in one round."""
    story = Shaken(**declared)
    story.trial(during)
    assert story.verdicts == []
    story.trial(during)
    assert story.verdicts == codes
    assert {verdict.during for verdict in story.state.reached} <= {"brokerDown"}


def test_a_lost_acknowledgement_makes_no_second_event() -> None:
    """There the broker has the first one: two are one too many."""
    story = Shaken("network:lostAck")
    for _ in range(2):
        story.trial(lambda s: s.ask(201, 2))
    assert story.verdicts == ["DUPLICATE_EVENT"]


def test_a_sender_that_is_not_back() -> None:
    """No event for any request afterwards: what was lost meanwhile is told no more."""
    story = Shaken()
    for _ in range(2):
        story.trial(lambda s: s.ask(201, 0), lambda s: s.ask(503, 0))
    assert story.verdicts == ["NOT_RECOVERED"]


def test_events_of_requests_that_are_alike() -> None:
    """Two events for two requests with one answer: which of them lacks its own cannot be told, so none does."""
    story = Shaken()

    def alike(sender: Shaken) -> None:
        sender.ask(201, 2, identity=f"same-{sender.at}")
        sender.ask(201, 0, identity=story.last)

    for _ in range(2):
        story.trial(alike)
    assert story.verdicts == []


def test_a_late_event_is_no_loss() -> None:
    """It comes after the fault, before the trial is settled."""

    def late(sender: Shaken) -> None:
        sender.event_of(f"id-{sender.asked}")
        sender.ask()

    story = Shaken(send="accepts")
    for _ in range(2):
        story.trial(lambda s: s.ask(201, 0), late)
    assert story.verdicts == []
    assert not story.state.book(FaultBook).doubts("brokerDown")


def test_nobody_waits_for_a_process_that_is_gone() -> None:
    """Its exit is the verdict, not what callers met then."""
    story = Shaken(send="accepts")

    def dies(sender: Shaken) -> None:
        sender.tell(ev.ServiceExited(0.0, 1, 1))
        sender.ask(0, 0, seconds=12.0)

    for _ in range(2):
        story.trial(dies)
    assert story.verdicts == ["CRASHED"]


@pytest.mark.parametrize(("seconds", "codes"), [(32.0, []), (50.0, ["NOT_RECOVERED"])])
def test_how_long_a_sender_may_take_to_be_back(seconds: float, codes: list[str]) -> None:
    """30 seconds where nothing is said, and a few for a slow machine."""

    def late(sender: Shaken) -> None:
        sender.ask(201, 0)
        sender.at += seconds
        sender.event_of(f"id-{sender.asked}")

    story = Shaken()
    for _ in range(2):
        story.trial(lambda s: s.ask(), late)
    assert story.verdicts == codes


def test_a_sender_that_is_always_slow() -> None:
    """It has more time with a fault than a quick one."""
    story = Shaken(send="accepts")
    story.ask(seconds=0.4)
    for _ in range(2):
        story.trial(lambda s: s.ask(seconds=6.0))
    assert story.verdicts == []


def test_a_sender_that_exits_where_there_is_no_room() -> None:
    """Unlike a record, a request does not come again."""
    story = Shaken("recordLimit")

    def dies(sender: Shaken) -> None:
        sender.tell(ev.ServiceExited(0.0, 1, 1))
        sender.ask(0, 0)

    for _ in range(2):
        story.trial(dies)
    assert story.verdicts == ["CRASHED"]


def test_what_is_asked_while_its_return_is_waited_for() -> None:
    """It tells when the sender is back, and nothing else: the fault's end reaches it when it does."""
    story = Shaken()

    def hesitates(sender: Shaken) -> None:
        sender.ask(201, 0)
        sender.ask()

    for _ in range(2):
        story.trial(lambda s: s.ask(), hesitates)
    assert story.verdicts == []
