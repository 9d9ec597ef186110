"""Senders whose process ends behind requests, in an invented world: who is blamed, and how it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from kcontract.engine.asking.ends import KNOWN
from kcontract.engine.settings import ServiceGone
from kcontract.model import events as ev
from kcontract.model.service import Answer, ExitInfo, HttpRequest
from tests.unit.engine.asking.test_senders import Api, Crowd, sender_of
from tests.unit.engine.world import Process, World, history_of

_GONE = Answer(0, error="Server disconnected", hung_up=True)


class Mortal(Api):
    """Ends with some bodies."""

    def __init__(self, dies_of: Callable[[bytes], bool]) -> None:
        super().__init__()
        self.dies_of = dies_of
        self.answer = self.dies
        self.deaths = 0

    def lives(self, process: Process) -> Process:
        """It has this process now."""
        self.process = process
        return process

    def dies(self, body: bytes) -> Answer:
        if self.process is None or self.process.poll() is not None:
            return Answer(0, error="ConnectError")
        if not body:
            return Answer(404)  # asked whether it is ready
        if self.dies_of(body):
            self.process.code = 1
            self.deaths += 1
            return _GONE
        return self.accept(body)


@pytest.mark.parametrize(("hangs_up", "asked"), [(True, "when it was asked GET http://127.0.0.1:1/"), (False, "")])
def test_a_service_that_ends_when_it_is_asked_whether_it_is_ready(hangs_up: bool, asked: str) -> None:
    """The page that was asked for is named where the service took the question and closed the connection."""
    api = Mortal(lambda _: False)

    def dies(_body: bytes) -> Answer:
        assert api.process is not None
        if api.process.code is not None:
            return Answer(0, error="ConnectError")
        api.process.code = 1
        return Answer(0, error="RemoteProtocolError", hung_up=hangs_up)

    api.answer = dies
    with pytest.raises(ServiceGone, match=r"^the service exited before it was ready") as gone:
        sender_of(api)
    assert gone.value.reason.endswith(f"{asked}: run.ready may name another page" if asked else "ready")


def name_of(body: bytes) -> str:
    """The name that a valid body holds."""
    return str(json.loads(body)["name"]) if Api.is_right(body) else ""


def test_it_goes_on_behind_requests_that_end_the_service() -> None:
    """Each is CRASHED, and all others are judged."""
    api = Mortal(lambda body: len(name_of(body)) == 5)
    stage, sender = sender_of(api)
    sender.run()
    blamed = [one for one in stage.state.reached if one.requested is not None]
    assert {one.code for one in stage.state.reached} == {"CRASHED"}
    assert {len(name_of(one.requested.body)) for one in blamed if one.requested is not None} == {5}
    assert len(blamed) == len({one.case for one in blamed}) > 1
    assert sender.judged > 20
    assert not sender.not_sent
    stage.state.close()
    assert not any("exited" in what for what, _ in stage.state.blind)


def test_an_invalid_request_that_ends_the_service() -> None:
    """The rest of its kind is left out; valid ones are judged."""
    stage, sender = sender_of(Mortal(lambda body: not Api.is_right(body)))
    sender.run()
    assert {one.code for one in stage.state.reached} == {"CRASHED"}
    kinds = [one.kind.partition(":")[0] for one in stage.state.reached]
    assert len(set(kinds)) > 2
    assert max(map(kinds.count, kinds)) == 3
    assert {why for _, why in sender.not_sent} == {KNOWN}
    assert sender.judged > 20


def test_one_end_that_does_not_come_again() -> None:
    """It is told, nobody is blamed, and what had no answer is made again."""
    api = Mortal(lambda _: api.calls == 5 and not api.deaths)
    stage, sender = sender_of(api)
    sender.run()
    assert stage.state.reached == []
    assert sender.judged > 20
    bodies = [event.body for event in history_of(stage) if isinstance(event, ev.Requested) and not event.copy_of]
    assert any(bodies.count(body) > 1 for body in bodies)
    stage.state.close()
    told = [what for what, _ in stage.state.blind if "exited" in what]
    assert told == ["the service exited with code 1 behind a request, once"]


def test_ends_that_never_come_again() -> None:
    """No request is the one, nor are they in a row, and without a cause nothing can be verified."""
    lives: set[int] = set()

    def once(_: bytes) -> bool:
        """In the middle of what is asked first, and of nothing that is made again."""
        first = sum(isinstance(one, ev.Requested) and not one.copy_of for one in history_of(stage))
        dies = first % 7 == 6 and first not in lives
        lives.add(first)
        return dies

    stage, sender = sender_of(Mortal(once))
    with pytest.raises(ServiceGone, match=r"exited 5 times, and never for the same request again"):
        sender.run()


def test_a_service_that_ends_with_so_many_requests() -> None:
    """Whatever they are: one CRASHED, of many; what comes behind each end is judged."""
    asked: dict[int, int] = {}

    def dies(_: bytes) -> bool:
        asked[id(api.process)] = asked.get(id(api.process), 0) + 1
        return asked[id(api.process)] == 12

    api = Mortal(dies)
    stage, sender = sender_of(api)
    sender.run()
    stage.state.close()
    assert [one.code for one in stage.state.reached] == ["CRASHED"]
    assert sender.judged > 20


def test_a_service_that_ends_with_every_request() -> None:
    """Three are enough, and what is left is not made."""
    stage, sender = sender_of(Mortal(lambda _: True))
    sender.run()
    assert [one.code for one in stage.state.reached] == ["CRASHED"] * 3
    assert "the service ends with each valid request" in {why for _, why in sender.not_sent}
    assert sender.judged == 3


def test_a_service_that_does_not_start_again() -> None:
    """The request after which its process was gone is named, with its last words."""
    api = Mortal(lambda body: len(name_of(body)) == 5)
    api.starts = lambda number: number == 1
    _, sender = sender_of(api)
    with pytest.raises(ServiceGone, match=r"exited after POST http://127\.0\.0\.1:1/people \(valid.* not start again"):
        sender.run()


def test_a_service_that_is_gone_before_it_is_asked() -> None:
    """No request can be blamed."""
    api = Api()
    _, sender = sender_of(api)
    assert api.process is not None
    api.process.code = 1
    with pytest.raises(ServiceGone, match="exited after its start"):
        sender.run()


class Fading(Process):
    """Ends by itself after a while."""

    def __init__(self, world: World, seconds: float) -> None:
        super().__init__(ready=True)
        self.world, self.end = world, world.clock.t + seconds

    def poll(self) -> ExitInfo | None:
        return ExitInfo(1) if self.world.clock.t > self.end else None


def test_a_service_that_ends_by_itself() -> None:
    """Whatever it is asked, it lives for a second."""
    api = Api()
    api.start = lambda *_: Fading(api, 1.0)  # type: ignore[method-assign]
    stage, sender = sender_of(api)
    with pytest.raises(ServiceGone, match="the service exited"):
        sender.run()
    assert stage.state.reached == []


@pytest.mark.parametrize("sends", [True, False])
def test_a_request_that_ends_the_service_a_little_later(*, sends: bool) -> None:
    """It has its answer, even its event, and the next ones meet the end."""
    api = Mortal(lambda _: False)

    def later(body: bytes) -> Answer:
        answer = api.dies(body)
        if len(name_of(body)) == 5 and isinstance(api.process, Fading):
            if not sends:
                api.out.pop()
            api.process.end = min(api.process.end, api.clock.t + 0.2)
        return answer

    api.answer = later
    api.start = lambda *_: api.lives(Fading(api, 9_999.0))  # type: ignore[method-assign]
    stage, sender = sender_of(api)
    sender.run()
    assert {one.code for one in stage.state.reached} == {"CRASHED"}
    assert {len(name_of(one.requested.body)) for one in stage.state.reached if one.requested is not None} == {5}


class Unguarded(Crowd):
    """Ends with requests that come together, in its first so many volleys."""

    def at_once(self, requests: Sequence[HttpRequest], timeout: float) -> Sequence[Answer]:
        if self.volleys < self.mixes_up and self.process is not None:
            self.volleys += 1
            self.process.code = 2
            return [_GONE for _ in requests]
        return super().at_once(requests, timeout)


@pytest.mark.parametrize(("volleys", "codes"), [(1, []), (2, ["CRASHED"])])
def test_requests_that_end_the_service_together(volleys: int, codes: list[str]) -> None:
    """As unguarded maps in Go do; what did not happen with the next ones is nobody's fault."""
    world = Unguarded(volleys)
    stage, sender = sender_of(world)
    sender.run()
    assert [one.code for one in stage.state.reached] == codes
    assert world.started == 1 + volleys  # none is tried alone: that went well before


def test_a_closed_connection_of_a_service_that_lives() -> None:
    """It is waited for its end ever more shortly."""
    api = Api()
    api.answer = lambda body: api.accept(body) if api.is_right(body) else _GONE if body else Answer(404)
    stage, sender = sender_of(api)
    begun = api.clock.t
    sender.run()
    assert stage.state.reached == []
    assert api.clock.t - begun < 30.0
