"""Judging senders, on invented histories."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.contract import (
    Action,
    Contract,
    Expression,
    Malformed,
    Message,
    RegistryRules,
    Run,
    Send,
    Where,
)
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord, Record
from tests.unit.judge.story import AT, schema

TOPIC = "person.created"
EVENT = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string", "maxLength": 5}},
}
HEADERS = {"type": "object", "required": ["trace"], "properties": {"trace": {"type": "string"}}}


class Sender:
    """Requests and events of one sender."""

    def __init__(self, *, steps: int = 0) -> None:
        named = Expression("request.path", "id") if steps else Expression("response.body", "/id")
        pairs = (("/id", named), ("/name", Expression("request.body", "/name")))
        send = Send(
            at=AT,
            name="api",
            run=Run(at=AT),
            action=Action(at=AT, http="POST /people"),
            given=(Action(at=AT, http="POST /drafts"),) * steps,
            where=Where(at=AT, pairs=pairs),
        )
        message = Message(
            at=AT,
            key=schema({"type": "string"}),
            key_from=Expression("message.payload", "/id"),
            payload=schema(EVENT),
            headers=schema(HEADERS),
        )
        contract = Contract(
            at=AT, topic=TOPIC, message=message, registry=RegistryRules(at=AT), malformed=Malformed(), send=(send,)
        )
        self.state = UnitState("run", compile_promises("api", [contract], ()))
        self.offset = -1

    def request(
        self, case: str, name: str = "ada", *, valid: bool = True, status: int = 201, identity: str = ""
    ) -> str:
        """A request with its answer; the id that the answer gives."""
        identity = identity or str(uuid.uuid4())
        body = json.dumps({"name": name}).encode()
        expectation: Any = "valid" if valid else "invalid"
        path = (("id", identity),)
        self.state.feed(
            ev.Requested(0.0, case, "valid", expectation, TOPIC, "POST", "http://x/people", body, path=path)
        )
        answer = json.dumps({"id": identity} if status < 300 else {"error": "no"}).encode()
        self.state.feed(ev.Responded(0.1, case, status, answer))
        return identity

    def event(self, identity: str, name: str = "ada", *, key: str | None = None, **more: Any) -> None:
        self.offset += 1
        headers = () if more.pop("bare", False) else (("trace", b"t"),)
        record = Record(
            (key or identity).encode(), json.dumps({"id": identity, "name": name, **more}).encode(), headers
        )
        self.state.feed(ev.Seen(0.2, LogRecord(TOPIC, 0, self.offset, record)))

    def settle(self, *cases: str) -> list[CaseVerdict]:
        self.state.feed(ev.RequestsSettled(1.0, cases))
        return self.state.reached


def codes(verdicts: list[CaseVerdict]) -> list[str]:
    return [verdict.code for verdict in verdicts]


def test_an_event_for_each_accepted_request() -> None:
    """An event before or behind its answer is tied by what the answer says."""
    sender = Sender()
    sender.event(sender.request("1"))
    sender.event("early")
    sender.request("2", identity="early")
    assert sender.settle("1", "2") == []


def test_no_event() -> None:
    """2xx and no event."""
    sender = Sender()
    sender.request("1")
    assert codes(sender.settle("1")) == ["NO_EVENT"]


def test_a_refused_valid_request_owes_no_event() -> None:
    """It is told as a count, not as a finding of this kind."""
    sender = Sender()
    sender.request("1", status=409)
    assert sender.settle("1") == []
    assert sender.state.requests.refused() == {"409": 1}


def test_a_phantom_event() -> None:
    """4xx, and an event that says what was refused and that no accepted request explains."""
    sender = Sender()
    sender.request("1", "eve", valid=False, status=422)
    sender.event("ghost", "eve")
    assert codes(sender.settle("1")) == ["PHANTOM_EVENT"]


def test_an_event_of_an_accepted_request_is_no_phantom() -> None:
    """The same name in an accepted and in a refused request: the answer's id says whose the event is."""
    sender = Sender()
    sender.event(sender.request("1", "ada"))
    sender.request("2", "ada", valid=False, status=422)
    assert sender.settle("1", "2") == []


def test_an_event_of_a_preparing_step_is_no_phantom() -> None:
    """What was on the topic before its first request came of another sender's `given` steps."""
    sender = Sender()
    sender.event("prepared", "eve")
    sender.request("1", "eve", valid=False, status=422)
    assert sender.settle("1") == []


def prepared(*, refused_too: bool) -> list[str]:
    """The verdicts where a step makes what a request then changes. The step's event comes late; the refused request has
    one of its own as well, or not."""
    sender = Sender(steps=1)
    for name in ("ada", "bob"):
        identity = sender.request(name, name)
        sender.event(identity)
        sender.event(identity, name)
    ghost = sender.request("bad", "ada", valid=False, status=422)
    sender.event(ghost)
    if refused_too:
        sender.event(ghost)
    return codes(sender.settle("ada", "bob", "bad"))


def test_late_events_of_steps_are_no_phantoms_of_refused_requests() -> None:
    """A step that no sender declares sends to the same topic, through an outbox: behind the refused request."""
    assert prepared(refused_too=False) == []


def test_a_phantom_beside_the_event_of_a_step() -> None:
    """Each step excuses one event, and no more."""
    assert prepared(refused_too=True) == ["PHANTOM_EVENT"]


@pytest.mark.parametrize("said", ["ada", "draft"])
def test_what_tells_that_steps_have_events(said: str) -> None:
    """A second event of an accepted request, or one that holds its id and says something else."""
    sender = Sender(steps=1)
    identity = sender.request("1")
    sender.event(identity)
    sender.event(identity, said)
    sender.event(sender.request("bad", "eve", valid=False, status=422), "eve")
    assert sender.settle("1", "bad") == []


def test_who_lacks_an_event_tells_nothing_of_steps() -> None:
    """The event that holds its id may be its own, with other words: no step need have sent it."""
    sender = Sender(steps=1)
    sender.event(sender.request("1"), "draft")
    sender.event(sender.request("2", "eve", valid=False, status=422), "eve")
    assert sorted(codes(sender.settle("1", "2"))) == ["INVALID_EVENT", "PHANTOM_EVENT"]


def test_who_lacks_an_event_tells_nothing_of_steps_before_it_is_settled() -> None:
    """Only the refused request is: the other one's event may still come."""
    sender = Sender(steps=1)
    sender.event(sender.request("1"), "draft")
    sender.event(sender.request("2", "eve", valid=False, status=422), "eve")
    assert codes(sender.settle("2")) == ["PHANTOM_EVENT"]


def test_events_of_accepted_garbage_tell_nothing_of_steps() -> None:
    """Both are its own, and the refused one's is its own, too."""
    sender = Sender(steps=1)
    identity = sender.request("1", "ada", valid=False)
    sender.event(identity)
    sender.event(identity)
    sender.event(sender.request("2", "eve", valid=False, status=422), "eve")
    assert codes(sender.settle("1", "2")) == ["PHANTOM_EVENT", "PHANTOM_EVENT"]


def test_steps_without_events_excuse_no_phantom() -> None:
    """Accepted requests have just their own events, so the one of a refused request is its own."""
    sender = Sender(steps=1)
    sender.event(sender.request("1"))
    sender.event(sender.request("2", "eve", valid=False, status=422), "eve")
    assert codes(sender.settle("1", "2")) == ["PHANTOM_EVENT"]


@pytest.mark.parametrize(("status", "found"), [(202, ["NO_EVENT"]), (422, []), (0, [])], ids=str)
def test_an_invalid_request_without_an_event(status: int, found: list[str]) -> None:
    """It must be refused: success for what is dropped misleads its caller."""
    sender = Sender()
    sender.event(sender.request("1"))
    sender.request("2", "far too long", valid=False, status=status)
    verdicts = sender.settle("1", "2")
    assert codes(verdicts) == found
    assert {verdict.cause for verdict in verdicts} <= {"invalid"}


def test_an_accepted_invalid_request_with_an_event() -> None:
    """What must be refused must send nothing, whatever the answer is."""
    sender = Sender()
    sender.event(sender.request("1", "eve", valid=False), "eve")
    assert codes(sender.settle("1")) == ["PHANTOM_EVENT"]


def test_an_accepted_invalid_request_whose_event_says_something_else() -> None:
    """The id of the answer is in the event: a refused request that asked for the same has nothing to do with it."""
    sender = Sender()
    sender.request("1", "eve", valid=False, status=422)
    sender.event(sender.request("2", "EVE!", valid=False), "eve")
    (verdict,) = sender.settle("1", "2")
    assert (verdict.code, verdict.case) == ("PHANTOM_EVENT", "2")
    assert "refuses a request that its schema rules out" in verdict.promised


def test_an_event_with_an_accepted_id_and_other_words_is_no_phantom_of_another() -> None:
    """Its own request was valid and its event says something else: that is no event of the refused one."""
    sender = Sender()
    sender.request("1", "eve", valid=False, status=422)
    sender.event(sender.request("2", "ada"), "eve")
    (verdict,) = sender.settle("1", "2")
    assert (verdict.code, verdict.case, verdict.cause) == ("INVALID_EVENT", "2", "/name")
    assert verdict.promised == "in the event of each request that api accepts /name equals $request.body#/name"
    assert verdict.seen[0].endswith("is its event: it holds what only the answer, or the path, tells")
    assert verdict.seen[1] == '/name is "eve", not "ada"'


def test_an_event_with_an_accepted_id_is_no_phantom_while_its_request_waits() -> None:
    """The other request is settled first: whose the event is, its id says already."""
    sender = Sender()
    sender.request("1", "eve", valid=False, status=422)
    sender.event(sender.request("2", "ada"), "eve")
    assert sender.settle("1") == []


def test_an_event_against_its_schema_and_headers() -> None:
    """INVALID_EVENT names the code of the rejection."""
    sender = Sender()
    sender.event(sender.request("1", "too long"), "too long")
    sender.event(sender.request("2"), bare=True)
    assert codes(sender.settle("1", "2")) == ["INVALID_EVENT", "INVALID_EVENT"]


def test_an_event_against_its_schema_is_no_missing_event() -> None:
    """It is its request's by the id that only the answer told, and says the wrong thing because it is invalid."""
    sender = Sender()
    sender.event(sender.request("1"), "far too long")
    (verdict,) = sender.settle("1")
    assert (verdict.code, verdict.case) == ("INVALID_EVENT", "1")


def test_an_event_that_nobody_can_read_is_no_missing_event() -> None:
    """Its key tells whose it is; another's key does not."""
    sender = Sender()
    own = Record(sender.request("1").encode(), b'{"id": "\xff"}', (("trace", b"t"),))
    sender.state.feed(ev.Seen(0.2, LogRecord(TOPIC, 0, 0, own)))
    sender.request("2")
    verdicts = sender.settle("1", "2")
    assert {(verdict.code, verdict.case) for verdict in verdicts} == {("INVALID_EVENT", "1"), ("NO_EVENT", "2")}


def test_a_valid_event_that_says_something_else() -> None:
    """INVALID_EVENT with the event, and no word of one that is missing."""
    sender = Sender()
    sender.event(sender.request("1"), "eve")
    (verdict,) = sender.settle("1")
    assert (verdict.code, verdict.cause) == ("INVALID_EVENT", "/name")


class Alone(Sender):
    """Makes a request again, while nothing else is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 10.0

    def ask(self, of: str, *events: tuple[str, float], name: str = "ada", topic: str = TOPIC) -> None:
        """A copy of a request; events with these ids come so many seconds behind it."""
        case, since = f"{of}-{self.now}", self.now
        self.now += 2.0
        body, identity = b'{"name": "ada"}', str(uuid.uuid4())
        self.state.feed(
            ev.Requested(self.now, case, "valid", "valid", TOPIC, "POST", "http://x/people", body, copy_of=of)
        )
        self.state.feed(ev.Responded(self.now, case, 201, json.dumps({"id": identity}).encode()))
        for told, later in events:
            self.offset += 1
            own = identity if told == "own" else told
            record = Record(own.encode(), json.dumps({"id": own, "name": name}).encode(), (("trace", b"t"),))
            self.state.feed(ev.Seen(self.now + later, LogRecord(topic, 0, self.offset, record)))
        self.now += 2.0
        self.state.feed(ev.AskedAlone(self.now, case, since))


def test_an_event_with_another_id() -> None:
    """Made alone, twice, the request led to one event each: that is its own, and says something wrong."""
    sender = Alone()
    sender.request("1")
    sender.event("lost")
    sender.ask("1", ("x", 0.1))
    sender.ask("1", ("y", 0.1))
    (verdict,) = sender.settle("1")
    assert (verdict.code, verdict.case, verdict.cause) == ("INVALID_EVENT", "1", "/id")
    assert "made alone, twice, the request led to one event each time" in verdict.seen[0]
    assert not sender.state.requests.unexplained


def test_an_event_with_another_id_that_is_invalid_as_well() -> None:
    """One finding, with the request that led to it."""
    sender = Alone()
    sender.request("1")
    sender.ask("1", ("x", 0.1), name="far too long")
    sender.ask("1", ("y", 0.1), name="far too long")
    verdicts = sender.settle("1")
    assert set(codes(verdicts)) == {"INVALID_EVENT"}
    assert {verdict.cause for verdict in verdicts} == {"/name"}
    assert "1" in {verdict.case for verdict in verdicts}


def test_an_event_with_another_id_on_another_topic() -> None:
    """WRONG_TOPIC, whatever it says."""
    sender = Alone()
    sender.request("1")
    sender.ask("1", ("x", 0.1), topic="persons")
    sender.ask("1", ("y", 0.1), topic="persons")
    assert sorted(codes(sender.settle("1"))) == ["UNDECLARED_EVENT", "WRONG_TOPIC"]


@pytest.mark.parametrize(
    "second",
    [(), (("y", 0.1), ("z", 0.2)), (("y", -1.0),), (("own", 0.1), ("y", 0.2))],
    ids=["none", "two", "before it", "beside its own"],
)
def test_events_that_may_be_anybody_s(second: tuple[tuple[str, float], ...]) -> None:
    """One that came once, with others, before the request or beside the request's own proves nothing."""
    sender = Alone()
    sender.request("1")
    sender.ask("1", ("x", 0.1))
    sender.ask("1", *second)
    assert codes(sender.settle("1")) == ["NO_EVENT"]


def test_an_event_with_another_key() -> None:
    """WRONG_KEY: keyFrom says which."""
    sender = Sender()
    sender.event(sender.request("1"), key="other")
    assert codes(sender.settle("1")) == ["WRONG_KEY"]


@pytest.mark.parametrize(("name", "found"), [("ada", []), ("bob", ["PHANTOM_EVENT"])])
def test_an_event_with_another_id_is_no_phantom(name: str, found: list[str]) -> None:
    """An accepted request for the same lacks its own, so that it may be that one; one for something else tells
    nothing."""
    sender = Sender()
    sender.request("1", name)
    sender.request("2", "ada", valid=False, status=422)
    sender.event("other", "ada")
    assert codes(sender.settle("2")) == found


def test_a_phantom_beside_an_event_of_its_own() -> None:
    """Who asked for the same has its event: the other one is the refused request's."""
    sender = Sender()
    sender.event(sender.request("1"))
    sender.request("2", "ada", valid=False, status=422)
    sender.event("other", "ada")
    assert codes(sender.settle("1", "2")) == ["PHANTOM_EVENT"]
