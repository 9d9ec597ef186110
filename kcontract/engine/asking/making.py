"""Senders that are a function: `run: {make: module:name}`. What it returns is judged without a broker."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from itertools import islice
from typing import Any, Protocol

from kcontract.engine.plan import Unit
from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import ServiceGone, Settings
from kcontract.generate.generators import Resolver
from kcontract.generate.made import EventMaker
from kcontract.generate.source import CaseSource
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import VALID_KIND, Case
from kcontract.model.contract import Contract, OnInvalid, Receive, Send
from kcontract.model.record import LogRecord
from kcontract.model.registry import RegisteredSchema
from kcontract.model.service import Answer
from kcontract.ports import Maker

_CALLS = 50
_UNANSWERED = 3
"""So many calls without an answer are waited for; further ones are not made."""
_SHOWN = 120
"""Bytes of a payload."""


class _Tools(Protocol):
    @property
    def recorder(self) -> Recorder: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def maker(self) -> Maker | None: ...

    @property
    def resolve(self) -> Resolver | None: ...


class Desk(Protocol):
    """What calling a function takes of a unit that runs."""

    @property
    def tools(self) -> _Tools: ...

    @property
    def unit(self) -> Unit: ...

    @property
    def book(self) -> tuple[RegisteredSchema, ...]: ...

    @property
    def state(self) -> UnitState: ...

    @property
    def out_of_time(self) -> bool: ...


def run_maker(stage: Desk, contract: Contract, send: Send) -> int:
    """Call the function with valid payloads and judge what it returns; how many calls were judged. Those without an
    answer, which is neither an event nor a refusal, are told.

    ServiceGone if it fails every time: then nothing was verified.
    """
    maker = _Calls(stage, contract, send)
    source = _source(stage, contract, send)
    cases = islice(source.valid(), min(_CALLS, stage.tools.settings.max_examples))
    made = [maker.call(source, case) for case in cases if not stage.out_of_time and maker.unanswered < _UNANSWERED]
    if made and not maker.succeeded:
        raise ServiceGone(f"{send.run.make} failed each time: {maker.last}")
    refused = [
        case
        for case in made
        if (one := stage.state.requests.get(case)) is not None and (one.refused or one.died is not None)
    ]
    for case in refused[:3]:
        maker.repeat(case)
    stage.tools.recorder.record(ev.RequestsSettled(stage.tools.recorder.now(), tuple(made)))
    maker.tell_unanswered(len(made))
    return len(made) - maker.unanswered


class _Calls:
    def __init__(self, stage: Desk, contract: Contract, send: Send) -> None:
        self._stage = stage
        self._contract = contract
        self._send = send
        self._recorder = stage.tools.recorder
        self._events = EventMaker(contract, stage.book)
        self._payloads: dict[str, tuple[Any, Case]] = {}
        self._offset = 0
        self._told = False
        self.succeeded = self.unanswered = 0
        self.last = ""
        """What the last failure was."""
        self._silent_at = ""
        """With what it was called when it gave no answer for the first time."""

    def call(self, source: CaseSource, case: Case) -> str:
        """One call; its name as a request."""
        return self._call(source.oracle.read(case.record), case, "")

    def tell_unanswered(self, calls: int) -> None:
        """Of so many `calls`."""
        if self.unanswered:
            what = (
                f"{self._contract.topic}: {self._send.run.make} gave no answer in time to {self.unanswered} of {calls}"
                f" calls, first with {self._silent_at}"
            )
            if self.unanswered == _UNANSWERED:
                what += "; it was called no more"
            self._recorder.record(ev.Blind(self._recorder.now(), self._stage.unit.name, what, "an answer to each call"))

    def repeat(self, of: str) -> None:
        """The same call once more."""
        self._call(*self._payloads[of], of)

    def _call(self, payload: Any, like: Case, copy_of: str) -> str:
        name, topic = f"{self._contract.topic}#{self._stage.state.requests.next_number}", self._contract.topic
        function, maker = self._send.run.make or "", self._stage.tools.maker
        self._payloads[name] = payload, like
        body = json.dumps(payload).encode()
        self._recorder.record(
            ev.Requested(
                self._recorder.now(),
                name,
                VALID_KIND,
                "valid",
                topic,
                "CALL",
                function,
                body,
                note=like.note,
                copy_of=copy_of,
                sender=self._send.name,
            )
        )
        answer = maker.make(function, payload) if maker is not None else Answer(0)
        self.succeeded += answer.status == 200
        if not answer.status and answer.exit_code is None and not copy_of:
            self.unanswered += 1
            self._silent_at = self._silent_at or body[:_SHOWN].decode()
        self.last = answer.error or self.last
        self._recorder.record(
            ev.Responded(self._recorder.now(), name, answer.status, error=answer.error, exit_code=answer.exit_code)
        )
        for log in self._logs(answer, like):
            self._recorder.record(ev.Seen(self._recorder.now(), log))
        return name

    def _logs(self, answer: Answer, like: Case) -> Iterator[LogRecord]:
        for made in json.loads(answer.body) if answer.status == 200 else ():
            record, problem = self._events.record(_decoded(made), like.record)
            if problem and not self._told:
                self._told = True
                what = f"{self._contract.topic}: what {self._send.run.make} returns cannot be encoded: {problem}"
                self._recorder.record(ev.Blind(self._recorder.now(), self._stage.unit.name, what))
            yield LogRecord(self._contract.topic, 0, self._offset, record)
            self._offset += 1


def _decoded(made: dict[str, Any]) -> dict[str, Any]:
    """An event with bytes where the child has written base64."""
    found = dict(made)
    for part in ("bytes", "key"):
        if isinstance(found.get(part), str):
            found[part] = b64decode(found[part])
    if "headers" in found:
        found["headers"] = tuple((name, None if one is None else b64decode(one)) for name, one in found["headers"])
    return found


def _source(stage: Desk, contract: Contract, send: Send) -> CaseSource:
    """Valid payloads of the topic, as a receiver would get them."""
    receive = Receive(at=send.at, name=send.name, run=send.run, on_invalid=OnInvalid(at=send.at, policy="skip"))
    settings = stage.tools.settings
    return CaseSource(
        contract, receive, stage.book, seed=settings.seed, run=settings.run, max_examples=settings.max_examples,
        kinds=frozenset({VALID_KIND}), resolve=stage.tools.resolve,
    )  # fmt: skip
