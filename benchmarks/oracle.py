"""How fast the oracle is: records a second for a 10-field Avro event and a JSON event, and fastavro beside it.

Run: python -m benchmarks.oracle. Medians of interleaved rounds, so that a noisy machine hits all alike.
"""

from __future__ import annotations

import io
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import fastavro

from kcontract.model.contract import Contract, Expression, Malformed, Message, RegistryRules, SchemaText
from kcontract.model.location import Location
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.topic import TopicOracle
from kcontract.schema.avro.decode import decode, scan
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import Branch
from kcontract.schema.avro.parse import parse
from kcontract.schema.wire import join

ANCHOR = "fastavro read"
AT = Location("benchmark")
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
INNER = {"type": "record", "name": "Inner", "fields": [{"name": "a", "type": "string"}]}
EVENT: dict[str, Any] = {
    "type": "record",
    "name": "Event",
    "fields": [
        {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "n", "type": "int"},
        {"name": "l", "type": "long"},
        {"name": "f", "type": "double"},
        {"name": "e", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
        {"name": "o", "type": ["null", "string"]},
        {"name": "t", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "d", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "inner", "type": INNER},
    ],
}
DATUM = {
    "id": UUID, "n": 5, "l": 1 << 40, "f": 1.5, "e": "B", "o": Branch(1, "hello"), "t": 1_700_000_000_000,
    "d": b"\x12\x34", "tags": ["a", "b"], "inner": {"a": "xyz"},
}  # fmt: skip
JSON_SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "n": {"type": "integer", "maximum": 9},
        "tags": {"items": {"type": "string"}},
    },
    "required": ["id"],
}


def _contract(kind: Any, raw: Any, **message: Any) -> Contract:
    schema = SchemaText(kind=kind, text=json.dumps(raw), at=AT)
    wire: Any = "confluent" if kind == "avro" else "plain"
    said = Message(at=AT, payload=schema, wire=wire, **message)
    return Contract(at=AT, topic="t", message=said, registry=RegistryRules(at=AT), malformed=Malformed())


def subjects() -> dict[str, Callable[[], object]]:
    """Name → what is done once for one record."""
    schema = parse(json.dumps(EVENT))
    body = encode(schema, DATUM)
    book = [RegisteredSchema(7, "t-value", 1, "avro", json.dumps(EVENT))]
    limits = SchemaText(kind="json", text=json.dumps({"properties": {"n": {"maximum": 9}}}), at=AT)
    plain = TopicOracle(_contract("avro", EVENT), None, book)
    keyed = TopicOracle(_contract("avro", EVENT, key_from=Expression("message.payload", "/id")), None, book)
    limited = TopicOracle(_contract("avro", EVENT, constraints=limits), None, book)
    documents = TopicOracle(_contract("json", JSON_SCHEMA), None, [])
    record, damaged = Record(UUID.encode(), join(7, body)), Record(UUID.encode(), join(7, body[:-2]))
    text = Record(None, json.dumps({"id": UUID, "n": 5, "tags": ["a", "b"]}).encode())
    theirs = fastavro.parse_schema(EVENT)
    return {
        ANCHOR: lambda: fastavro.schemaless_reader(io.BytesIO(body), theirs, None),
        "decode, strict": lambda: decode(schema, body, strict=True),
        "scan": lambda: scan(schema, body),
        "encode": lambda: encode(schema, DATUM),
        "expect, Avro": lambda: plain.expect(record),
        "expect, Avro, truncated": lambda: plain.expect(damaged),
        "expect, Avro with keyFrom": lambda: keyed.expect(record),
        "expect, Avro with constraints": lambda: limited.expect(record),
        "read, Avro": lambda: plain.read(record),
        "expect, JSON": lambda: documents.expect(text),
    }


def _seconds(work: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - started


def main(rounds: int = 7, times: int = 4_000) -> None:
    """Print one line a subject, with its rate beside that of fastavro, which reads the same event and checks less."""
    todo = subjects()
    taken: dict[str, list[float]] = {name: [] for name in todo}
    for _ in range(rounds):
        for name, work in todo.items():
            taken[name].append(_seconds(work, times))
    anchor = statistics.median(taken[ANCHOR])
    for name, seconds in taken.items():
        middle = statistics.median(seconds)
        print(f"{name:32} {times / middle:>10,.0f} /s {anchor / middle:>6.2f} x {ANCHOR}")


if __name__ == "__main__":
    main()
