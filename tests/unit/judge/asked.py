"""A story of a service that answers requests."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model.case import Expectation
from kcontract.model.contract import Contract, Expression, OnInvalid, Reply
from kcontract.model.record import LogRecord, Record
from tests.unit.judge.story import AT, Story, contract, schema

ANSWERS, OTHERS = "answers", "answers.2"
HEADER = Expression("message.header", "correlation_id")
RESULT = {"type": "object", "required": ["score"], "properties": {"score": {"type": "integer"}}}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
VALID, INVALID = Expectation.VALID, Expectation.INVALID


def asking(policy: str = "reply", **changes: Any) -> Contract:
    """Orders that are answered."""
    one = contract(policy if policy != "reply" else "skip", emits=False)
    parts = {"topic": ANSWERS, "payload": schema(RESULT), "error": schema(ERROR), "within": 2.0, **changes}
    rule = one.receive[0].on_invalid if policy != "reply" else OnInvalid(at=AT, policy="reply")
    receive = msgspec.structs.replace(one.receive[0], on_invalid=rule)
    reply = Reply(at=AT, correlation_id=HEADER, **parts)
    return msgspec.structs.replace(one, reply=reply, receive=(receive,))


class Asked(Story):
    """A story of a service that answers."""

    def __init__(self, policy: str = "reply", **changes: Any) -> None:
        super().__init__()
        self.state = UnitState("run", compile_promises("billing", [asking(policy, **changes)], ()))

    def answer(
        self, case: str, *, bad: bool = False, told: str | None = None, topic: str = ANSWERS, value: Any = None
    ) -> LogRecord:
        """An answer that carries nothing but a correlation id; `told` is whose, by default the case's own."""
        payload = value if value is not None else {"error": "no"} if bad else {"score": 1}
        headers = () if told == "" else (("correlation_id", f"corr-{told or case}".encode()),)
        return self.seen(topic, Record(None, json.dumps(payload).encode(), headers))

    def alone(self, root: str, expectation: Expectation, **answer: Any) -> None:
        """The case once more, alone; without `answer` it gets none."""
        self.window("alone", root)
        self.send(f"{root}.1", expectation, kind=self.cases[root].kind)
        if answer:
            self.answer(f"{root}.1", **answer)
        self.close()
