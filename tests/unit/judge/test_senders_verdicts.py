"""What senders are blamed for and what not, on invented histories: each verdict with a near miss."""

from __future__ import annotations

import json
from typing import Any

import msgspec
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
    SchemaText,
    Send,
    Variant,
    Where,
)  # fmt: skip
from kcontract.model.record import LogRecord, Record
from kcontract.model.registry import RegisteredSchema
from tests.unit.judge.story import AT, schema

TOPIC = "people"
EVENT = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
BY_ANSWER = (("/id", Expression("response.body", "/id")), ("/name", Expression("request.body", "/name")))
BY_PATH = (("/id", Expression("request.path", "id")), ("/name", Expression("request.body", "/name")))
BY_BODY = (("/name", Expression("request.body", "/name")),)
CREATE = Action(at=AT, http="POST /people", body=schema({"type": "object"}))
UPDATE = Action(at=AT, http="PUT /people/{id}", body=schema({"type": "object"}))


def sender(name: str, action: Action, pairs: tuple[tuple[str, Expression], ...], *given: Action) -> Send:
    return Send(at=AT, name=name, run=Run(at=AT, service="api"), action=action, given=given, where=Where(AT, pairs))


def people(*sends: Send, topic: str = TOPIC, **message: Any) -> Contract:
    rules = message.pop("registry", RegistryRules(at=AT))
    parts: dict[str, Any] = {"payload": schema(EVENT), **message}
    return Contract(
        at=AT, topic=topic, message=Message(at=AT, **parts), registry=rules, malformed=Malformed(), send=sends
    )


class Api:
    """A history of requests and events."""

    def __init__(self, *contracts: Contract, book: tuple[RegisteredSchema, ...] = ()) -> None:
        chosen = contracts or (people(sender("create", CREATE, BY_ANSWER)),)
        self.state = UnitState("run", compile_promises("api", chosen, book))
        self.made: list[str] = []
        self.offsets: dict[str, int] = {}

    def request(self, identity: str = "1", name: Any = "ada", status: int = 201, **more: Any) -> str:
        """A request with its answer; its case."""
        case = f"{TOPIC}#{len(self.made) + 1}"
        self.made.append(case)
        again = {"retry_after": more.pop("retry_after", False)}
        answer = json.dumps({"id": identity} if status < 300 else {"error": "no"}).encode()
        at = more.pop("at", 0.0)
        details: dict[str, Any] = {
            "topic": TOPIC,
            "expectation": "valid",
            "method": "POST",
            "url": "http://x/p",
            **more,
        }
        body = json.dumps({"name": name}).encode()
        self.state.feed(ev.Requested(at=at, case=case, kind="valid", body=body, **details))
        self.state.feed(ev.Responded(at + 0.1, case, status, answer if status else b"", **again))
        return case

    def event(self, identity: str = "1", name: Any = "ada", topic: str = TOPIC, **more: Any) -> None:
        offset = self.offsets[topic] = self.offsets.get(topic, -1) + 1
        partition, at = more.pop("partition", 0), more.pop("seen", 0.2)
        value = more.pop("frame", b"") + json.dumps({"id": identity, "name": name, **more}).encode()
        self.state.feed(ev.Seen(at, LogRecord(topic, partition, offset, Record(identity.encode(), value, ()))))

    def settle(self, *cases: str) -> list[str]:
        """The verdicts once these cases, or all, have settled."""
        self.state.feed(ev.RequestsSettled(1.0, cases or tuple(self.made)))
        return self.codes

    @property
    def codes(self) -> list[str]:
        return [verdict.code for verdict in self.state.reached]


def test_two_events_for_one_request() -> None:
    """DUPLICATE_EVENT names both places."""
    api = Api()
    api.request()
    api.event()
    api.event()
    assert api.settle() == ["DUPLICATE_EVENT"]
    assert "people/0@0, people/0@1" in api.state.reached[0].seen[0]


def test_places_inside_what_where_names_are_compared_by_their_own_schema() -> None:
    """A list of moments is the same list in another zone, and another one a second later."""
    moment = {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}
    event = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "array", "items": moment}}}
    for told, verdicts in (("2026-01-01T00:00:00Z", []), ("2026-01-01T00:00:01Z", ["INVALID_EVENT"])):
        api = Api(people(sender("create", CREATE, BY_ANSWER), payload=schema(event)))
        api.request(name=[{"at": "2026-01-01T01:00:00+01:00"}])
        api.event(name=[{"at": told}])
        assert api.settle() == verdicts


def test_a_second_event_that_comes_late() -> None:
    """It is told when the unit ends, and once."""
    api = Api()
    api.request()
    api.event()
    assert api.settle() == []
    api.event()
    api.state.close()
    assert api.codes == ["DUPLICATE_EVENT"]


def test_a_second_event_without_steps_tells_nothing_of_another_s_steps() -> None:
    """The sender that sends twice has none; the other one's step sends nothing, and excuses no phantom."""
    draft = Action(at=AT, http="POST /drafts")
    api = Api(people(sender("create", CREATE, BY_ANSWER), sender("update", UPDATE, BY_PATH, draft)))
    api.request(sender="create")
    api.event()
    api.event()
    api.request("2", "eve", 422, sender="update", expectation="invalid", path=(("id", "2"),))
    api.event("2", "eve")
    assert sorted(api.settle()) == ["DUPLICATE_EVENT", "PHANTOM_EVENT"]


def test_a_step_of_a_sender_s_own_excuses_no_second_event() -> None:
    """Its event is known for its own."""
    api = Api(people(sender("create", CREATE, BY_ANSWER), sender("update", UPDATE, BY_PATH, CREATE)))
    step = api.request(sender="create")
    api.event()
    api.request("1", "bob", sender="update", path=(("id", "1"),), steps=(step,))
    api.event("1", "bob")
    assert api.settle() == []
    api.event("1", "bob")
    api.state.close()
    assert api.codes == ["DUPLICATE_EVENT"]


def test_a_second_event_is_told_once() -> None:
    """The end of the unit looks for late ones, and finds those that were told."""
    api = Api()
    api.request()
    api.event()
    api.event()
    api.settle()
    api.state.close()
    assert api.codes == ["DUPLICATE_EVENT"]


def test_requests_alike_have_an_event_each() -> None:
    """Where nothing tells two requests apart, two events are not two of one; three are."""
    api = Api(people(sender("create", CREATE, BY_BODY)))
    api.request("1")
    api.request("2")
    api.event("1")
    api.event("2")
    assert api.settle() == []
    api.event("1")
    api.state.close()
    assert api.codes == ["DUPLICATE_EVENT"]


def test_a_request_without_an_answer_may_have_its_event() -> None:
    """The second event is its own, for all that is known."""
    api = Api(people(sender("create", CREATE, BY_BODY)))
    api.request("1")
    api.request("2", status=0)
    api.event("1")
    api.event("2")
    assert api.settle() == []


def test_a_second_event_that_a_refused_request_asked_for() -> None:
    """Where only bodies are compared it may be that one's phantom; where the answer is, it is not."""
    loose = Api(people(sender("create", CREATE, BY_BODY)))
    loose.request("1")
    loose.request(status=422, expectation="invalid")
    loose.event("1")
    loose.event("2")
    assert loose.settle() == []
    strict = Api()
    strict.request("1")
    strict.request(status=422, expectation="invalid")
    strict.event("1")
    strict.event("1")
    assert strict.settle() == ["DUPLICATE_EVENT"]


def test_a_step_that_no_sender_declares_may_have_an_event() -> None:
    """One event more than the request's own is what the step before it led to."""
    api = Api(people(sender("update", UPDATE, BY_PATH, CREATE)))
    api.request(path=(("id", "1"),), sender="update")
    api.event()
    api.event()
    assert api.settle() == []
    api.event()
    api.state.close()
    assert api.codes == ["DUPLICATE_EVENT"]


def both() -> Api:
    """One topic for what is created and what is updated; the update's step is the other's own action."""
    return Api(people(sender("create", CREATE, BY_ANSWER), sender("update", UPDATE, BY_PATH, CREATE)))


def test_the_event_of_a_step_is_its_own() -> None:
    """Neither a duplicate of the request's nor unexplained."""
    api = both()
    step = api.request("1", "ada", sender="create", is_step=True)
    update = api.request("1", "eve", path=(("id", "1"),), sender="update", steps=(step,), status=200)
    api.event("1", "ada")
    api.event("1", "eve")
    assert api.settle(update) == []
    assert not api.state.requests.unexplained
    assert api.state.requests.count == 1


def test_nobody_waits_for_the_event_of_a_step() -> None:
    """It is asked for only to prepare another request."""
    api = both()
    api.request("1", "ada", sender="create", is_step=True)
    update = api.request("1", "eve", path=(("id", "1"),), sender="update", status=200)
    assert [one.requested.case for one in api.state.requests.missing()] == [update]


@pytest.mark.parametrize("names", [("eve", "ada"), ("ada", "eve")])
def test_events_of_one_entity_in_another_order(names: tuple[str, str]) -> None:
    """WRONG_ORDER if the update stands before the creation."""
    api = both()
    step = api.request("1", "ada", sender="create", is_step=True)
    update = api.request("1", "eve", path=(("id", "1"),), sender="update", steps=(step,), status=200)
    for name in names:
        api.event("1", name)
    assert api.settle(update) == (["WRONG_ORDER"] if names == ("eve", "ada") else [])


def test_events_in_two_partitions_have_no_order() -> None:
    """Offsets tell nothing there."""
    api = both()
    step = api.request("1", "ada", sender="create", is_step=True)
    update = api.request("1", "eve", path=(("id", "1"),), sender="update", steps=(step,), status=200)
    api.event("1", "eve")
    api.event("1", "ada", partition=1)
    assert api.settle(update) == []


@pytest.mark.parametrize(("steps", "codes"), [((CREATE,), []), ((), ["PHANTOM_EVENT"])])
def test_an_event_that_a_step_may_have_led_to(steps: tuple[Action, ...], codes: list[str]) -> None:
    """Where only the path is compared, the entity's creation says the same as the update that was refused."""
    api = Api(people(sender("update", UPDATE, (("/id", Expression("request.path", "id")),), *steps)))
    api.request(path=(("id", "1"),), sender="update", status=422, expectation="invalid")
    api.event("1")
    assert api.settle() == codes


def test_events_that_say_the_same_have_no_order() -> None:
    """An update that changes nothing cannot be told from the creation."""
    api = both()
    step = api.request("1", "ada", sender="create", is_step=True)
    update = api.request("1", "ada", path=(("id", "1"),), sender="update", steps=(step,), status=200)
    api.event("1", "ada")
    api.event("1", "ada")
    assert api.settle(update) == []


def test_several_event_types_of_one_request() -> None:
    """A topic of several types may have one of each; the same identity twice is a duplicate."""
    variants = tuple(Variant(name=name, payload=schema(EVENT)) for name in ("made", "told"))
    identity = Expression("message.payload", "/event")
    contract = people(sender("create", CREATE, BY_ANSWER), payload=None, one_of=variants, identity=identity)
    api = Api(contract)
    api.request()
    api.event(event="a")
    api.event(event="b")
    assert api.settle() == []
    api.event(event="b")
    api.event(event="a")
    api.state.close()
    assert api.codes == ["DUPLICATE_EVENT"]


@pytest.mark.parametrize("status", [422, 500])
def test_a_valid_request_that_is_refused_twice(status: int) -> None:
    """REFUSED_VALID with the answer, and where to state the rule."""
    api = Api()
    first = api.request(status=status)
    api.request(status=status, copy_of=first)
    assert api.settle(first) == ["REFUSED_VALID"]
    assert f"the answer was {status}" in api.state.reached[0].seen[0]
    assert "state the rule in the body's schema" in api.state.reached[0].seen[-1]


@pytest.mark.parametrize(
    "more", [{"status": 409}, {"status": 429}, {"status": 401}, {"status": 413}, {"status": 503, "retry_after": True}]
)
def test_refusals_that_are_not_about_the_body(more: dict[str, Any]) -> None:
    """What is there already, how often, who asks, how long: told, but nobody is blamed."""
    api = Api()
    first = api.request(**more)
    api.request(copy_of=first, **more)
    assert api.settle(first) == []
    assert api.state.requests.untold(TOPIC, "create") == {str(more["status"]): 1}


@pytest.mark.parametrize(("first", "again"), [(429, 400), (400, 429)])
def test_a_refusal_that_is_about_the_body_once(first: int, again: int) -> None:
    """It takes two that are: which of them was the accident nobody knows."""
    api = Api()
    case = api.request(status=first)
    api.request(status=again, copy_of=case)
    assert api.settle(case) == []


def test_a_refusal_that_does_not_come_again() -> None:
    """An accident; nor is one blamed that was not tried again."""
    api = Api()
    first = api.request(status=500)
    api.request(copy_of=first)
    other = api.request(status=500)
    assert api.settle(first, other) == []


def test_a_refusal_after_a_step_that_gave_no_name() -> None:
    """There was nothing to update: the service had no choice."""
    api = Api(people(sender("update", UPDATE, BY_PATH, CREATE)))
    first = api.request(status=404, path=(("id", ""),), sender="update")
    api.request(status=404, path=(("id", ""),), sender="update", copy_of=first)
    assert api.settle(first) == []


def test_an_event_on_another_topic() -> None:
    """WRONG_TOPIC with its place, beside the topic that nobody declares."""
    api = Api()
    api.request()
    api.event(topic="persons")
    assert sorted(api.settle()) == ["UNDECLARED_EVENT", "WRONG_TOPIC"]
    assert "persons/0@0" in api.state.reached[-1].seen[0]


def test_an_event_on_another_sender_s_topic() -> None:
    """It is no event of that sender then, be it valid or not."""
    strict = schema({"type": "object", "required": ["reason"]})
    api = Api(
        people(sender("create", CREATE, BY_ANSWER)),
        people(sender("leave", CREATE, BY_ANSWER), topic="left", payload=strict),
    )
    api.request()
    api.event(topic="left")
    assert api.settle() == ["WRONG_TOPIC"]


def test_a_stranger_s_record_is_no_event_of_the_request() -> None:
    """Only what says all that the request asked for is its event."""
    api = Api()
    api.request()
    api.event("2", topic="persons")
    assert sorted(api.settle()) == ["NO_EVENT", "UNDECLARED_EVENT"]


def test_a_copy_on_a_second_topic() -> None:
    """The event came where it was promised."""
    api = Api()
    api.request()
    api.event()
    api.event(topic="persons")
    assert api.settle() == ["UNDECLARED_EVENT"]


def test_a_server_error_after_the_event() -> None:
    """PHANTOM_EVENT: 5xx says that nothing happened."""
    api = Api(people(sender("create", CREATE, BY_BODY)))
    api.request(status=500)
    api.event("9")
    assert api.settle() == ["PHANTOM_EVENT"]


def test_an_event_that_another_silent_request_explains() -> None:
    """It may be the event of the request that was never answered."""
    api = Api(people(sender("create", CREATE, BY_BODY)))
    api.request(status=0)
    api.request(status=500)
    api.event("9")
    assert api.settle() == []
    assert api.state.requests.unexplained == {TOPIC: 1}


def registered(subject: str, number: int = 7) -> RegisteredSchema:
    return RegisteredSchema(id=number, subject=subject, version=1, kind="json", text=json.dumps(EVENT))


def framed(number: int = 7) -> bytes:
    return b"\0" + number.to_bytes(4, "big")


def confluent(**rules: Any) -> Contract:
    text = SchemaText(kind="json", text=json.dumps({**EVENT, "title": "Person"}), at=AT)
    return people(
        sender("create", CREATE, BY_ANSWER), payload=text, wire="confluent", registry=RegistryRules(at=AT, **rules)
    )


def test_a_schema_that_nobody_knows() -> None:
    """UNREGISTERED_SCHEMA; one that the service registered itself meanwhile is known."""
    api = Api(confluent(auto_register=True))
    api.request()
    api.event(frame=framed(8))
    assert api.settle() == ["UNREGISTERED_SCHEMA"]
    other = Api(confluent(auto_register=True))
    other.request()
    other.state.feed(ev.SchemasSeen(0.1, (registered(f"{TOPIC}-value"),)))
    other.event(frame=framed())
    assert other.settle() == []


def test_a_schema_that_stands_nowhere_is_told_once() -> None:
    """No subject is wrong for it: UNREGISTERED_SCHEMA says it all."""
    api = Api(confluent(auto_register=True))
    api.request()
    api.event(frame=framed(8))
    api.settle()
    api.state.close()
    assert api.codes == ["UNREGISTERED_SCHEMA"]


@pytest.mark.parametrize(
    ("strategy", "subject", "right"),
    [
        ("TopicNameStrategy", f"{TOPIC}-value", True),
        ("TopicNameStrategy", "Person", False),
        ("RecordNameStrategy", "Person", True),
        ("RecordNameStrategy", f"{TOPIC}-value", False),
        ("TopicRecordNameStrategy", f"{TOPIC}-Person", True),
        ("TopicRecordNameStrategy", f"{TOPIC}-value", False),
    ],
)
def test_subjects_of_a_strategy(strategy: Any, subject: str, right: bool) -> None:
    """WRONG_SUBJECT if the schema stands under others only."""
    api = Api(confluent(strategy=strategy, auto_register=True))
    api.request()
    api.state.feed(ev.SchemasSeen(0.1, (registered(subject),)))
    api.event(frame=framed())
    assert api.settle() == []
    api.state.close()
    assert api.codes == ([] if right else ["WRONG_SUBJECT"])


def test_a_schema_under_several_subjects() -> None:
    """Right, as long as the contract's is among them, registered before or after."""
    api = Api(confluent(auto_register=True), book=(registered("other-value"),))
    api.request()
    api.event(frame=framed())
    api.settle()
    api.state.feed(ev.SchemasSeen(2.0, (registered(f"{TOPIC}-value"),)))
    api.state.close()
    assert api.codes == []


def test_a_sender_that_sends_when_it_starts() -> None:
    """Any event is its own; none is NO_EVENT; several are right."""
    start = msgspec.structs.replace(sender("create", Action(at=AT, start=True), ()), where=None)
    api = Api(people(start))
    api.request()
    assert api.settle() == ["NO_EVENT"]
    other = Api(people(start))
    other.request()
    other.event("1")
    other.event("2")
    assert other.settle() == []
    assert not other.state.requests.unexplained


def test_many_requests_are_tied_in_little_time() -> None:
    """An event is looked up, not compared with every request."""
    api = Api()
    count = 3_000
    for number in range(count):
        api.request(f"id-{number}", f"name-{number % 7}")
    for number in reversed(range(count)):
        api.event(f"ID-{number}".lower(), f"name-{number % 7}")
    assert not api.state.requests.missing()
    index = api.state.requests._index[TOPIC]
    assert max(len(some) for group in index._groups.values() for some in group.values()) == 1


class Loose(Api):
    """Its events are told apart by what was asked for alone."""

    def __init__(self) -> None:
        super().__init__(people(sender("create", CREATE, BY_BODY)))


def test_an_event_before_a_refused_request_is_made_again() -> None:
    """It is not that of the second try, which was not made yet, but that of the first one, which was refused."""
    api = Loose()
    first = api.request(status=503)
    api.event()
    api.request(at=0.5)
    api.event(seen=0.7)
    assert api.settle() == ["PHANTOM_EVENT"]
    assert api.state.reached[0].case == first


def test_an_event_before_a_request_that_is_refused() -> None:
    """Nothing that was not asked for yet can have led to it."""
    api = Loose()
    api.request(name="bob")
    api.event(name="bob")
    api.event(name="eve")
    api.request(name="eve", status=422, at=0.5)
    assert api.settle() == []
