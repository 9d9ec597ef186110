"""Invented histories: what a judge would see, told in a few words and without a broker."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import CASE_HEADER, Case, Expectation, Role
from kcontract.model.contract import (
    Contract,
    DeadLetter,
    Emits,
    Expression,
    Malformed,
    Message,
    OnInvalid,
    Receive,
    RegistryRules,
    Run,
    SchemaText,
    Where,
)
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location
from kcontract.model.record import Headers, LogRecord, Record

AT = Location(file="contracts/orders.yaml", line=7, column=3)
TOPIC, OUT, DLQ = "orders", "bills", "orders.dlq"
SCHEMA = {
    "type": "object",
    "required": ["id", "amount"],
    "properties": {"id": {"type": "string"}, "amount": {"type": "integer"}},
}
BILL = {"type": "object", "required": ["order"], "properties": {"order": {"type": "string"}}}


def changed(receive: dict[str, Any] | None = None, **effect: Any) -> Contract:
    """The usual contract with other keys of its receiver, and of the receiver's only effect."""
    usual = contract()
    emits = msgspec.structs.replace(usual.receive[0].emits[0], **effect)
    own = msgspec.structs.replace(usual.receive[0], emits=(emits,), **(receive or {}))
    return msgspec.structs.replace(usual, receive=(own,))


def schema(document: Any) -> SchemaText:
    return SchemaText(kind="json", text=json.dumps(document), at=AT)


def contract(policy: str = "deadLetter", *, emits: bool = True) -> Contract:
    """Orders in, bills out, with the id and the amount copied."""
    letter = DeadLetter(at=AT, topic=DLQ) if policy == "deadLetter" else None
    pairs = (("/order", Expression("message.payload", "/id")), ("/amount", Expression("message.payload", "/amount")))
    effect = Emits(at=AT, topic=OUT, payload=schema(BILL), where=Where(at=AT, pairs=pairs))
    receive = Receive(
        at=AT,
        name="billing",
        run=Run(at=AT, command=("billing",)),
        on_invalid=OnInvalid(at=AT, policy=policy, dead_letter=letter),  # type: ignore[arg-type]
        emits=(effect,) if emits else (),
    )
    return Contract(
        at=AT,
        topic=TOPIC,
        message=Message(at=AT, payload=schema(SCHEMA), correlation_id=Expression("message.header", "correlation_id")),
        registry=RegistryRules(at=AT),
        malformed=Malformed(),
        receive=(receive,),
    )


class Story:
    """A history under construction. Time passes by `wait` and a millisecond with every event."""

    def __init__(self, policy: str = "deadLetter", *, emits: bool = True, promised: Contract | None = None) -> None:
        """`promised` instead of the usual contract."""
        one = promised or contract(policy, emits=emits)
        self.state = UnitState("run", compile_promises("billing", [one], ()))
        self.now = 0.0
        self.cases: dict[str, Case] = {}
        self._offsets = [0, 0]
        self._outputs: dict[str, int] = {}
        self._window = 0

    def tell(self, event: ev.Event) -> None:
        self.state.feed(event)

    def _tick(self) -> float:
        self.now += 0.001
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def window(self, purpose: ev.Purpose = "batch", of: str = "") -> None:
        self._window += 1
        self.tell(ev.WindowOpened(self._tick(), self._window, purpose, of))

    def close(self, outcome: str = "settled") -> None:
        self.tell(ev.WindowClosed(self._tick(), self._window, outcome))  # type: ignore[arg-type]

    def send(
        self,
        case: str,
        expectation: Expectation = Expectation.VALID,
        *,
        kind: str = "",
        role: Role = Role.CASE,
        partition: int = 0,
        value: bytes | None = None,
        key: bytes | None = None,
        headers: Headers | None = None,
        tokens: tuple[bytes, ...] = (),
    ) -> Case:
        """Send a case with fresh identity, in `headers` too unless others are given, and have it acknowledged."""
        valid = expectation is Expectation.VALID
        default = json.dumps({"id": f"id-{case}", "amount": 2}).encode() if valid else b"garbage-" + case.encode()
        if headers is None:
            headers = ((CASE_HEADER, f"run/{case}".encode()), ("correlation_id", f"corr-{case}".encode()))
        sent = Case(
            id=case,
            topic=TOPIC,
            record=Record(key or f"key-{case}".encode(), default if value is None else value, headers),
            kind=kind or ("valid" if valid else "json_syntax"),
            expectation=expectation,
            role=role,
            tokens=tokens or (f"corr-{case}".encode(), f"id-{case}".encode()),
        )
        self.cases[case] = sent
        self.tell(ev.Sent(self._tick(), self._window, sent))
        offset = self._offsets[partition]
        self._offsets[partition] += 1
        self.tell(ev.Acknowledged(self._tick(), case, TOPIC, partition, offset))
        return sent

    def invalid(self, case: str, **more: Any) -> Case:
        return self.send(case, Expectation.INVALID, **more)

    def seen(self, topic: str, record: Record) -> LogRecord:
        offset = self._outputs[topic] = self._outputs.get(topic, -1) + 1
        log = LogRecord(topic, 0, offset, record)
        self.tell(ev.Seen(self._tick(), log))
        return log

    def effect(self, case: str, *, headers: bool = True, **changes: Any) -> LogRecord:
        """The effect that the contract wants, with `changes` to its payload."""
        sent = self.cases[case].record
        payload = {"order": f"id-{case}", "amount": 2, **changes}
        return self.seen(OUT, Record(sent.key, json.dumps(payload).encode(), sent.headers if headers else ()))

    def dead_letter(self, case: str, **changes: Any) -> LogRecord:
        """The record as it was sent, with `changes` to value, key or headers."""
        sent = self.cases[case].record
        parts: dict[str, Any] = {"key": sent.key, "value": sent.value, "headers": sent.headers, **changes}
        return self.seen(DLQ, Record(parts["key"], parts["value"], parts["headers"]))

    def commit(self, offset: int, partition: int = 0) -> None:
        self.tell(ev.Committed(self._tick(), TOPIC, partition, offset))

    def exit(self, code: int = 1, stderr: str = "") -> None:
        self.tell(ev.ServiceExited(self._tick(), 1, code, stderr=stderr))

    def start(self) -> None:
        self.tell(ev.ServiceStarted(self._tick(), 1, self.state.starts + 1))

    def ready(self) -> None:
        self.tell(ev.ServiceReady(self._tick(), 1))

    def kill(self, reason: ev.KillReason = "stalled") -> None:
        self.tell(ev.ServiceKilled(self._tick(), 1, reason))

    @property
    def codes(self) -> list[str]:
        return [verdict.code for verdict in self.state.reached]

    @property
    def verdict(self) -> CaseVerdict:
        (only,) = self.state.reached
        return only


def alone(story: Story, root: str, expectation: Expectation = Expectation.VALID, *, right: bool) -> None:
    """The case once more, alone between healthy records; `right`: it is handled as promised this time."""
    story.window("alone", root)
    copy = f"{root}.1"
    story.send(copy, expectation, kind=story.cases[root].kind)
    if right and expectation is Expectation.VALID:
        story.effect(copy)
    if right and expectation is Expectation.INVALID:
        story.dead_letter(copy)
    story.close()
