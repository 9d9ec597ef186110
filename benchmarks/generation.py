"""How fast cases are generated: valid ones, malformed ones by kind (oracle included), stamped copies, byte flips.

Run with `python -m benchmarks.generation`. Each rate is the median of five runs of a twentieth of a second or more in
this process; other work on the machine shows in all of them alike.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from random import Random
from statistics import mean, median
from typing import Any

from kcontract.generate.catalogue import KINDS
from kcontract.generate.source import CaseSource
from kcontract.generate.tokens import Mint, restamp
from kcontract.model.case import Case, Role
from kcontract.model.contract import (
    Contract,
    Expression,
    Malformed,
    Message,
    OnInvalid,
    Receive,
    RegistryRules,
    Run,
    SchemaText,
)  # fmt: skip
from kcontract.model.location import Location
from kcontract.model.registry import RegisteredSchema

RUNS = 5
_LEAST_S = 0.05
"""Of one run: a kind has as few as one case, and what is to be measured is not how the code is met for the first time.
"""
AT = Location("benchmark.yaml")
EVENT: dict[str, Any] = {
    "type": "record",
    "name": "Event",
    "fields": [
        {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "customer", "type": "string"},
        {"name": "amount", "type": "long"},
        {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "PAID", "SENT"]}},
        {"name": "note", "type": ["null", "string"]},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "place", "type": {"type": "record", "name": "Place", "fields": [{"name": "zip", "type": "string"}]}},
    ],
}
DOCUMENT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "customer", "amount", "state"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "customer": {"type": "string", "minLength": 1, "maxLength": 80},
        "amount": {"type": "integer", "minimum": 0},
        "state": {"enum": ["NEW", "PAID", "SENT"]},
        "note": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "at": {"type": "string", "format": "date-time"},
        "place": {"type": "object", "properties": {"zip": {"type": "string"}}},
    },
}


def _source(kind: Any, document: Any, examples: int) -> CaseSource:
    text = SchemaText(kind, json.dumps(document), AT)
    identity = Expression("message.payload", "/id")
    wire: Any = "confluent" if kind == "avro" else "plain"
    message = Message(AT, payload=text, wire=wire, identity=identity, key_from=identity)
    contract = Contract(AT, "events", message, RegistryRules(AT), Malformed(), partitions=4)
    receive = Receive(AT, "service", Run(AT, command=("service",)), OnInvalid(AT, "skip"))
    book = (RegisteredSchema(1, "events-value", 1, kind, text.text),)
    return CaseSource(contract, receive, book, seed=1, run="benchmark", max_examples=examples, per_kind=40)


def _rate(work: Callable[[], int]) -> float:
    """Items per second, the median of RUNS."""
    return median(_one_rate(work) for _ in range(RUNS))


def _one_rate(work: Callable[[], int]) -> float:
    count, start = 0, time.perf_counter()
    while (took := time.perf_counter() - start) < _LEAST_S:
        count += work()
    return count / took


def _kind_rates(source: CaseSource) -> dict[str, float]:
    """Cases per second of each applicable kind, oracle included."""
    rates = {}
    for kind in KINDS:
        if list(source.of_kind(kind)):
            rates[kind.code] = _rate(lambda kind=kind: len(list(source.of_kind(kind))))  # type: ignore[misc]
    return rates


def _restamped(cases: list[Case]) -> int:
    mint = Mint(Random(1))  # noqa: S311 - test data
    for number, case in enumerate(cases):
        restamp(case, str(number), [mint.like(token) for token in case.tokens])
    return len(cases)


def _resent(source: CaseSource, cases: list[Case]) -> int:
    for case in cases:
        source.again(case)
    return len(cases)


def _line(words: str, rate: float, budget: int = 0) -> None:
    told = f"  {rate / budget:.2f} of the budget of {budget:,}/s" if budget else ""
    print(f"  {words:<46} {rate:>10,.0f}/s{told}")


def _measure(source: CaseSource) -> None:
    corpus = list(source.valid())
    _line("valid cases, new values", _rate(lambda: len(list(source.valid()))))
    _line("corpus cases, fresh identities", _rate(lambda: _restamped(corpus)))
    _line("corpus cases sent again, oracle included", _rate(lambda: _resent(source, corpus)))
    _line(
        "sentinels of a given partition", _rate(lambda: len([source.healthy(Role.SENTINEL, 1) for _ in range(1_000)]))
    )
    rates = _kind_rates(source)
    _line(f"malformed, mean over {len(rates)} kinds", mean(rates.values()), 50_000)
    _line("malformed, median kind", median(rates.values()))
    for code, rate in sorted(rates.items(), key=lambda item: item[1]):
        _line(f"  {code}", rate, 10_000 if code == "bit_flip" else 0)


def main() -> None:
    """Print all rates for an Avro and for a JSON topic."""
    for kind, document in (("avro", EVENT), ("json", DOCUMENT)):
        print(f"{kind}: an event of eight fields")
        _measure(_source(kind, document, 1_000))


if __name__ == "__main__":
    main()
