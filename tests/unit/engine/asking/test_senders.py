"""Verifying senders in an invented world: one that dies, refuses everything or hangs is no success."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence

import msgspec
import pytest

from kcontract.engine.asking.senders import SenderRun, is_asked
from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.contract import Action
from kcontract.model.record import LogRecord, Record
from kcontract.model.service import Answer, HttpRequest
from kcontract.model.stored import StoredCase
from tests.unit.engine.world import World, good, history_of, stage_of
from tests.unit.judge.requests.test_book import TOPIC, Sender
from tests.unit.judge.story import AT, schema

_BODY = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 5}}}


class Api(World):
    """Accepts names of up to five letters and sends an event for each; forgets those of the requests in `forgets`."""

    def __init__(self, forgets: range = range(0)) -> None:
        super().__init__(good, answer=self.accept)
        self.calls = 0
        self.forgets = forgets

    @staticmethod
    def is_right(body: bytes) -> bool:
        try:
            name = json.loads(body)["name"]
        except (ValueError, KeyError, TypeError):
            return False
        return isinstance(name, str) and len(name) <= 5

    def accept(self, body: bytes) -> Answer:
        self.calls += 1
        if not self.is_right(body):
            return Answer(422, b"{}")
        name = json.loads(body)["name"]
        identity = str(uuid.uuid4())
        told = json.dumps({"id": identity, "name": name}).encode()
        if self.calls not in self.forgets:
            self.write(TOPIC, Record(identity.encode(), told, (("trace", b"t"),)))
        return Answer(201, told)


def sender_of(world: World, max_time: float = 600.0) -> tuple[Stage, SenderRun]:
    """The stage, its service started, and the run of its only sender."""
    (product,) = Sender().state.promises.products.values()
    send = msgspec.structs.replace(product.send, action=Action(at=AT, http="POST /people", body=schema(_BODY)))
    contract = msgspec.structs.replace(product.contract, send=(send,))
    stage = stage_of(world, contract, max_time)
    stage.lifecycle.start()
    return stage, SenderRun(stage, contract, send)


def test_a_healthy_sender_conforms() -> None:
    """Every request is judged, and no verdict is reached."""
    stage, sender = sender_of(Api())
    sender.run()
    assert stage.state.reached == []
    assert sender.judged > 20
    assert not sender.not_sent


def test_a_sender_that_refuses_everything_could_not_be_verified() -> None:
    """Nothing that it promises was seen."""
    _, sender = sender_of(World(good, answer=lambda _: Answer(500, b"boom")))
    with pytest.raises(ServiceGone, match=r"no valid request for person\.created was accepted: \d+ x 500"):
        sender.run()


def _slow(world: World, then: Callable[[bytes], Answer]) -> Callable[[bytes], Answer]:
    def answer(body: bytes) -> Answer:
        world.clock.t += 30.0
        return then(body)

    return answer


def test_requests_end_with_the_run_s_time() -> None:
    """Within a batch as well; what was not judged is listed."""
    api = Api()
    api.answer = _slow(api, api.accept)
    stage, sender = sender_of(api, max_time=100.0)
    sender.run()
    assert api.clock.t < 140.0
    assert sender.judged == 0
    assert sender.not_sent.total() > 20
    assert {why for _, why in sender.not_sent} == {"--max-time is over"}
    assert stage.state.reached == []


def test_only_what_was_tried_again_is_blamed() -> None:
    """Of a batch without events twenty requests are made once more; the others are spared."""
    stage, sender = sender_of(Api(forgets=range(1, 41)))
    sender.run()
    assert stage.state.reached == []


def test_a_refused_valid_request_is_made_once_more() -> None:
    """One that is refused again is blamed, one that is not is told."""
    api = Api()
    calls: dict[bytes, int] = {}

    def picky(body: bytes) -> Answer:
        calls[body] = calls.get(body, 0) + 1
        length = len(json.loads(body)["name"]) if api.is_right(body) else 0
        if length == 1 or (length == 3 and calls[body] == 1):
            return Answer(500 if length == 3 else 400, b"no")
        return api.accept(body)

    api.answer = picky
    stage, sender = sender_of(api)
    sender.run()
    verdicts = stage.state.reached
    assert {verdict.code for verdict in verdicts} == {"REFUSED_VALID"}
    assert {len(json.loads(verdict.requested.body)["name"]) for verdict in verdicts if verdict.requested} == {1}


@pytest.mark.parametrize(("hung_up", "codes"), [(True, {"REFUSED_VALID"}), (False, set())])
def test_a_handler_that_fails_without_an_answer(hung_up: bool, codes: set[str]) -> None:
    """Go and Python close the connection then, which is an answer; none in time may be the machine's doing."""
    api = Api()

    def fails(body: bytes) -> Answer:
        short = api.is_right(body) and len(json.loads(body)["name"]) == 1
        return Answer(0, error="nothing came", hung_up=hung_up) if short else api.accept(body)

    api.answer = fails
    stage, sender = sender_of(api)
    sender.run()
    assert {verdict.code for verdict in stage.state.reached} == codes
    told = [event.what for event in history_of(stage) if isinstance(event, ev.Blind)]
    if hung_up:
        assert "the answer was a closed connection" in stage.state.reached[0].seen
        assert not told
    else:
        assert any("valid requests was none" in what for what in told)


def test_a_step_that_is_a_sender_s_own_action_is_told() -> None:
    """The history has it before the request that it prepares, with what it bound."""
    api = Api()
    (product,) = Sender().state.promises.products.values()
    create = msgspec.structs.replace(product.send, action=Action(at=AT, http="POST /people", body=schema(_BODY)))
    update = msgspec.structs.replace(
        create,
        name="update",
        given=(create.action,),
        action=Action(at=AT, http="PUT /people/{id}", body=schema(_BODY)),
    )
    run = msgspec.structs.replace(create.run, service="api")
    sends = tuple(msgspec.structs.replace(send, run=run) for send in (create, update))
    contract = msgspec.structs.replace(product.contract, send=sends)
    stage = stage_of(api, contract)
    stage.lifecycle.start()
    sender = SenderRun(stage, contract, sends[1])
    sender.ask(sender.prepare(), 1.0)
    step, request = [event for event in history_of(stage) if isinstance(event, ev.Requested)]
    assert (step.sender, step.is_step, request.sender, request.steps) == ("api", True, "update", (step.case,))
    assert dict(request.path)["id"]


@pytest.mark.parametrize(
    ("topic", "name", "asked"), [(TOPIC, "", True), (TOPIC, "api", True), (TOPIC, "update", False), ("x", "api", False)]
)
def test_a_stored_request_is_one_sender_s(topic: str, name: str, *, asked: bool) -> None:
    """By its topic and, where the topic has several, by its name."""
    request = ev.Requested(0.0, "c", "valid", "valid", topic, "POST", "http://x", b"", sender=name)
    stored = StoredCase(
        format=1, finding="f", unit="api", contract="c.yaml", topic=topic, kind="valid", verdict="NO_EVENT",
        expectation=Expectation.VALID, record=Record(None, None), created="", version="", request=request,
    )  # fmt: skip
    (product,) = Sender().state.promises.products.values()
    stage = stage_of(Api(), product.contract, replay=stored)
    assert is_asked(product.contract, product.send, stage) is asked


class Crowd(Api):
    """Takes requests that come together for those of the last of them, in its first so many volleys."""

    def __init__(self, mixes_up: int) -> None:
        super().__init__()
        self.volleys = 0
        self.mixes_up = mixes_up

    def at_once(self, requests: Sequence[HttpRequest], _timeout: float) -> Sequence[Answer]:
        self.volleys += 1
        bodies = [one.body or b"" for one in requests]
        if self.volleys > self.mixes_up:
            return [self.accept(body) for body in bodies]
        answers = [Answer(201, json.dumps({"id": str(uuid.uuid4())}).encode()) for _ in bodies]
        for answer in answers:
            told = json.loads(answer.body) | json.loads(bodies[-1])
            self.write(TOPIC, Record(told["id"].encode(), json.dumps(told).encode(), (("trace", b"t"),)))
        return answers


class Particular(Crowd):
    """Takes one name only."""

    name: bytes = b""

    def accept(self, body: bytes) -> Answer:
        self.name = self.name or (body if self.is_right(body) else b"")
        return super().accept(body if body == self.name else b"")


def test_one_request_is_not_begun_together() -> None:
    """There is nothing that it could be mixed up with."""
    world = Particular(0)
    _, sender = sender_of(world)
    sender.run()
    assert world.name
    assert world.volleys == 0


def test_requests_that_are_begun_together_differ() -> None:
    """And they are among those that were made."""
    stage, sender = sender_of(Crowd(0))
    sender.run()
    requested = [event for event in history_of(stage) if isinstance(event, ev.Requested)]
    assert {event.case for event in requested if "begun together" in event.note} <= {*sender._made}
    sender._made += sender._made
    bodies = [one.body for one in sender._sound_bodies()]
    assert len(bodies) == len(set(bodies)) > 1


@pytest.mark.parametrize(("mixes_up", "codes"), [(0, set()), (1, set()), (9, {"INVALID_EVENT"})], ids=str)
def test_requests_that_are_begun_together(mixes_up: int, codes: set[str]) -> None:
    """Good ones one by one, mixed up together: blamed if the next volley is so too."""
    world = Crowd(mixes_up)
    stage, sender = sender_of(world)
    sender.run()
    verdicts = stage.state.reached
    assert {verdict.code for verdict in verdicts} == codes
    assert all("begun together" in verdict.note and verdict.cause == "/name" for verdict in verdicts)
    assert world.volleys == min(mixes_up + 1, 2)


class Renaming(Api):
    """Says another id than it sends; `beside`: and sends something else all the time."""

    def __init__(self, *, sends: bool = True, beside: bool = False) -> None:
        super().__init__()
        self.sends, self.beside = sends, beside

    def accept(self, body: bytes) -> Answer:
        answer = super().accept(body) if self.sends or not self.is_right(body) else Answer(201, b'{"id": "x"}')
        return Answer(201, b'{"id": "x"}') if answer.status == 201 else answer

    def poll(self, timeout: float = 0.0) -> Sequence[LogRecord]:
        if self.beside and int(self.clock.t * 4) > len(self.out):
            self.write(TOPIC, Record(b"beat", b'{"id": "beat", "name": "x"}', (("trace", b"t"),)))
        return super().poll(timeout)


@pytest.mark.parametrize(
    ("world", "codes"),
    [
        (Renaming(), {"INVALID_EVENT"}),
        (Renaming(sends=False), {"NO_EVENT"}),
        (Renaming(sends=False, beside=True), {"NO_EVENT"}),
    ],
    ids=["another id", "none", "heartbeats"],
)
def test_events_that_tie_to_no_request(world: Renaming, codes: set[str]) -> None:
    """The requests are made alone: what comes then, and only then, is their own."""
    stage, sender = sender_of(world)
    sender.run()
    assert {verdict.code for verdict in stage.state.reached} == codes
