"""Bodies of requests to senders: valid ones and broken ones, from the action's JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from kcontract.generate.source import CaseSource
from kcontract.model.case import VALID_KIND, Case, Expectation, Role
from kcontract.model.contract import Contract, Malformed, Message, OnInvalid, Receive, RegistryRules, Run, SchemaText
from kcontract.model.value import Value

BODY_KINDS = frozenset(
    {
        VALID_KIND, "json_syntax", "wrong_root", "missing_required", "wrong_type", "out_of_bounds", "value_violation",
        "unexpected_property",
    }
)  # fmt: skip
"""Valid bodies, and kinds that an HTTP service must refuse; bombs and odd encodings belong to the topic."""
_WITHOUT_BODY = 20


class RequestBody(Value, frozen=True):
    """One request to make."""

    kind: str
    expectation: Literal["valid", "invalid"]
    body: bytes
    note: str = ""


class RequestSource:
    """Request bodies for one action. Without a schema there is one body, the empty one, and it is valid."""

    def __init__(self, schema: SchemaText | None, *, seed: int, run: str, unit: str, max_examples: int) -> None:
        """`run` and `unit`, which says what the requests are for, make their identities: no two sources share any."""
        self._max_examples = max_examples
        self._source: CaseSource | None = None
        if schema is not None:
            contract, receive = parts_for(schema)
            self._source = CaseSource(
                contract, receive, (), seed=seed, run=run, unit=unit, max_examples=max_examples, kinds=BODY_KINDS
            )

    def bodies(self) -> Iterator[RequestBody]:
        """Valid bodies first, then invalid ones; what a service may treat either way is left out."""
        if self._source is None:
            yield from [_EMPTY] * min(_WITHOUT_BODY, self._max_examples)
            return
        for case in (*self._source.valid(), *self._source.malformed()):
            if case.expectation is not Expectation.EITHER:
                yield _body(case)

    def sentinel(self) -> RequestBody:
        """An ordinary valid body."""
        return _EMPTY if self._source is None else _body(self._source.healthy(Role.SENTINEL, None))


_EMPTY = RequestBody(kind=VALID_KIND, expectation="valid", body=b"")


def _body(case: Case) -> RequestBody:
    valid = case.expectation is Expectation.VALID
    return RequestBody(
        kind=case.kind, expectation="valid" if valid else "invalid", body=case.record.value or b"", note=case.note
    )


def parts_for(schema: SchemaText) -> tuple[Contract, Receive]:
    """Bodies are generated as the payloads of a topic would be, without key and headers: its contract and receiver."""
    at = schema.at
    receive = Receive(at=at, name="request", run=Run(at=at), on_invalid=OnInvalid(at=at, policy="skip"))
    contract = Contract(
        at=at,
        topic="request",
        message=Message(at=at, payload=schema, wire="plain"),
        registry=RegistryRules(at=at),
        malformed=Malformed(),
    )
    return contract, receive
