"""Senders without HTTP in an invented world: commands, services that send by themselves, functions."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from kcontract.engine.asking.making import run_maker
from kcontract.engine.asking.senders import SenderRun
from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.engine.starting import run_starters
from kcontract.model import events as ev
from kcontract.model.contract import Action, Contract, Run
from kcontract.model.record import Record
from kcontract.model.service import Answer
from tests.unit.engine.asking.test_senders import Api
from tests.unit.engine.world import Process, World, good, history_of, stage_of
from tests.unit.judge.requests.test_book import TOPIC, Sender
from tests.unit.judge.story import AT, schema

_BODY = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 5}}}


def contract_of(**changes: Any) -> Contract:
    """The contract of `person.created`, its sender changed."""
    (product,) = Sender().state.promises.products.values()
    send = msgspec.structs.replace(product.send, **changes)
    return msgspec.structs.replace(product.contract, send=(send,))


def event(world: World, identity: str, name: str = "ada", key: str = "") -> None:
    told = json.dumps({"id": identity, "name": name}).encode()
    world.write(TOPIC, Record((key or identity).encode(), told, (("trace", b"t"),)))


def codes(stage: Stage) -> list[str]:
    stage.state.close()
    return [verdict.code for verdict in stage.state.reached]


class Commanded(World):
    """A command that sends an event for each valid body. Implements `ports.Actions`."""

    def __init__(self, *, silent: bool = False) -> None:
        super().__init__(good)
        self.silent = silent
        self.ran: list[tuple[str, ...]] = []

    def fill(self, text: str, _values: Mapping[str, str], _resolve: Callable[[str], str]) -> tuple[str, str]:
        return text, text

    def run(
        self, _run: Run, command: Sequence[str], _values: object, resolve: Any, body: bytes, _timeout: float
    ) -> Answer:
        self.ran.append((*command, resolve("$request.body#/name")))
        try:
            name = json.loads(body)["name"]
        except (ValueError, KeyError, TypeError):
            return Answer(400, exit_code=2)
        if not isinstance(name, str) or len(name) > 5:
            return Answer(400, exit_code=2)
        identity = f"id-{len(self.ran)}"
        if not self.silent:
            event(self, identity, name)
        return Answer(200, json.dumps({"id": identity}).encode(), exit_code=0)


def with_ports(stage: Stage, world: Any) -> Stage:
    """The stage with the world for its actions and its maker."""
    tools = dataclasses.replace(stage.tools, actions=world, maker=world)
    return dataclasses.replace(stage, tools=tools)


def test_a_command_that_sends() -> None:
    """Each body is run, valid or not, and each valid one has its event."""
    world = Commanded()
    contract = contract_of(action=Action(at=AT, command=("send",), body=schema(_BODY)))
    stage = with_ports(stage_of(world, contract), world)
    stage.lifecycle.start()
    sender = SenderRun(stage, contract, contract.send[0])
    sender.run()
    assert (codes(stage), sender.judged > 20) == ([], True)
    asked = [one for one in history_of(stage) if isinstance(one, ev.Requested)]
    assert {one.method for one in asked} == {"RUN"}


def test_a_command_that_says_it_has_sent() -> None:
    """NO_EVENT: it ends with 0, and nothing comes."""
    world = Commanded(silent=True)
    contract = contract_of(action=Action(at=AT, command=("send",), body=schema(_BODY)))
    stage = with_ports(stage_of(world, contract), world)
    stage.lifecycle.start()
    SenderRun(stage, contract, contract.send[0]).run()
    assert set(codes(stage)) == {"NO_EVENT"}
    assert stage.state.reached[0].seen[0].startswith("the answer was exit code 0")


@pytest.mark.parametrize(("times", "found"), [(1, set[str]()), (9_999, {"CRASHED"})])
@pytest.mark.parametrize("valid", [True, False])
def test_a_command_that_a_signal_ends(times: int, found: set[str], *, valid: bool) -> None:
    """It has decided nothing, be the body valid or not; once may be an accident."""
    world = Commanded()
    contract = contract_of(action=Action(at=AT, command=("send",), body=schema(_BODY)))
    stage = with_ports(stage_of(world, contract), world)
    run, deaths = world.run, list[bytes]()

    def dies(*asked: Any) -> Answer:
        right = Api.is_right(asked[4])
        if right is valid and not (right and asked[4].isascii()) and len(deaths) < times:
            deaths.append(asked[4])
            return Answer(500, error="Segmentation fault", exit_code=-11)
        return run(*asked)

    world.run = dies  # type: ignore[assignment,method-assign]
    stage.lifecycle.start()
    SenderRun(stage, contract, contract.send[0]).run()
    assert set(codes(stage)) == found
    assert {one.cause for one in stage.state.reached} == {"SIGSEGV" for _ in found}
    assert deaths


class Starter(World):
    """Sends what it has when it is started, and may end then."""

    def __init__(self, sends: Callable[[Starter], None], code: int | None = None) -> None:
        super().__init__(good)
        self.sends, self.code = sends, code

    def start(self, _name: str, _run: Run, _values: Mapping[str, str]) -> Process:
        self.started += 1
        self.process = Process(ready=True)
        self.sends(self)
        self.process.code = self.code
        return self.process


def started(world: Starter) -> Stage:
    contract = contract_of(action=Action(at=AT, start=True), where=None)
    stage = stage_of(world, contract)
    assert run_starters(stage, [(contract, contract.send[0])]) == 1
    return stage


@pytest.mark.parametrize("code", [None, 0])
def test_a_service_that_sends_when_it_starts(code: int | None) -> None:
    """Any number of events, each against its contract; whether it goes on or ends well."""

    def two(own: World) -> None:
        event(own, "1")
        event(own, "2")

    world = Starter(two, code)
    stage = started(world)
    assert (codes(stage), world.started) == ([], 1)


def test_a_service_that_sends_nothing_when_it_starts() -> None:
    """NO_EVENT, after a second start."""
    world = Starter(lambda _: None)
    assert (codes(started(world)), world.started) == (["NO_EVENT"], 2)


def test_a_service_that_sends_wrong_keys_when_it_starts() -> None:
    """WRONG_KEY, with the event alone."""
    assert codes(started(Starter(lambda own: event(own, "1", key="x")))) == ["WRONG_KEY"]


def test_a_service_that_fails_when_it_starts() -> None:
    """Nothing is said of its events."""
    with pytest.raises(ServiceGone, match="exited with code 1"):
        started(Starter(lambda _: None, code=1))


class Made(World):
    """A function, called with each payload. Implements `ports.Maker`."""

    def __init__(self, function: Callable[[Any], list[dict[str, Any]]]) -> None:
        super().__init__(good)
        self.function = function

    def make(self, _function: str, payload: Any) -> Answer:
        try:
            return Answer(200, json.dumps(self.function(payload)).encode())
        except ValueError as error:
            return Answer(500, error=str(error))


def made(function: Callable[[Any], list[dict[str, Any]]]) -> list[str]:
    contract = contract_of(action=None, where=None, run=Run(at=AT, make="shop:made"))
    world = Made(function)
    stage = with_ports(stage_of(world, contract), world)
    run_maker(stage, contract, contract.send[0])
    return sorted(set(codes(stage)))


def test_a_function_whose_events_conform() -> None:
    """Its payloads are encoded; the key is the one that keyFrom wants, the headers are given."""
    assert made(lambda payload: [{"value": payload}]) == []


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (lambda payload: [{"value": {**payload, "id": 7}}], "INVALID_EVENT"),
        (lambda payload: [{"value": payload, "headers": []}], "INVALID_EVENT"),
        (lambda payload: [{"value": payload, "key": "eA=="}], "WRONG_KEY"),
        (lambda _: [{"bytes": "eA=="}], "INVALID_EVENT"),
        (lambda _: [], "NO_EVENT"),
    ],
)
def test_functions_whose_events_do_not(function: Any, code: str) -> None:
    """Schema, headers, key and bytes are those of a record."""
    assert made(function) == [code]


@pytest.mark.parametrize("code", [0, 1, -11])
def test_a_function_that_ends_its_process(code: int) -> None:
    """CRASHED, however it ends: what it returns decides, and that never came."""

    def make(_function: str, payload: Any) -> Answer:
        long = len(payload["name"]) > 3
        return (
            Answer(0, error="no answer", exit_code=code)
            if long
            else Answer(200, json.dumps([{"value": payload}]).encode())
        )

    contract = contract_of(action=None, where=None, run=Run(at=AT, make="shop:made"))
    world = Made(lambda payload: [{"value": payload}])
    stage = with_ports(stage_of(world, contract), world)
    world.make = make  # type: ignore[method-assign]
    run_maker(stage, contract, contract.send[0])
    assert set(codes(stage)) == {"CRASHED"}


@pytest.mark.parametrize(("hangs_at", "calls"), [(0, 0), (9, 12)])
def test_a_function_that_hangs(hangs_at: int, calls: int) -> None:
    """Each call costs its time: it is called no more after three of them, which is told."""
    asked: list[Any] = []

    def make(_function: str, payload: Any) -> Answer:
        asked.append(payload)
        hangs = len(asked) > hangs_at
        return Answer(0, error="late") if hangs else Answer(200, json.dumps([{"value": payload}]).encode())

    contract = contract_of(action=None, where=None, run=Run(at=AT, make="shop:made"))
    world = Made(lambda payload: [{"value": payload}])
    stage = with_ports(stage_of(world, contract), world)
    world.make = make  # type: ignore[method-assign]
    if not calls:
        with pytest.raises(ServiceGone, match="failed each time: late"):
            run_maker(stage, contract, contract.send[0])
        assert len(asked) == 3
        return
    assert run_maker(stage, contract, contract.send[0]) == hangs_at
    assert codes(stage) == []
    ((told, _),) = stage.state.blind
    assert f"shop:made gave no answer in time to 3 of {calls} calls, first with {{" in told


def test_a_function_that_fails_for_some_payloads() -> None:
    """REFUSED_VALID; one that fails for all could not be verified."""

    def picky(payload: Any) -> list[dict[str, Any]]:
        if len(payload["name"]) == 1:
            raise ValueError("too short")
        return [{"value": payload}]

    assert made(picky) == ["REFUSED_VALID"]
    with pytest.raises(ServiceGone, match="failed each time: no"):
        made(_fail)


def _fail(_payload: Any) -> list[dict[str, Any]]:
    raise ValueError("no")
