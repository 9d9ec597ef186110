"""Contracts that have a bit of everything, and the books that go with them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from kcontract.generate.next_versions import next_versions, own_entries
from kcontract.generate.source import CaseSource
from kcontract.model.contract import (
    Contract,
    DeadLetter,
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

AT = Location("contracts/t.yaml")
Book = tuple[RegisteredSchema, ...]

RICH: dict[str, Any] = {
    "type": "record",
    "name": "Rich",
    "namespace": "x",
    "fields": [
        {"name": "event_id", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "patient_id", "type": "string"},
        {"name": "seq", "type": "long"},
        {"name": "n", "type": "int"},
        {"name": "ok", "type": "boolean"},
        {"name": "f", "type": "float"},
        {"name": "d", "type": "double"},
        {"name": "raw", "type": "bytes"},
        {"name": "fx", "type": {"type": "fixed", "name": "Fx", "size": 4}},
        {"name": "u16", "type": {"type": "fixed", "name": "U16", "size": 16, "logicalType": "uuid"}},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B", "C"]}},
        {"name": "opt", "type": ["null", "string"], "default": None},
        {"name": "multi", "type": ["null", "long", "string"], "default": None},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "nulls", "type": {"type": "array", "items": "null"}},
        {"name": "props", "type": {"type": "map", "values": "long"}},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "time", "type": {"type": "int", "logicalType": "time-millis"}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "next", "type": ["null", "Rich"], "default": None},
    ],
}
OLDER = {**RICH, "fields": [f for f in RICH["fields"] if f["name"] not in ("opt", "multi", "next")]}
OTHER = {"type": "record", "name": "Other", "fields": [{"name": "z", "type": "string"}]}
LIMITS = {
    "type": "object",
    "properties": {
        "n": {"minimum": 1, "maximum": 90},
        "patient_id": {"minLength": 1, "maxLength": 36, "pattern": "^[0-9a-f-]+$"},
        "kind": {"enum": ["A", "B"]},
        "tags": {"maxItems": 3, "items": {"minLength": 1}},
    },
}
DOCUMENT: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["event_id", "kind", "amount", "patient_id"],
    "additionalProperties": False,
    "properties": {
        "event_id": {"type": "string", "format": "uuid"},
        "patient_id": {"type": "string", "pattern": "^P-[0-9]{8}$"},
        "kind": {"enum": ["a", "b"]},
        "amount": {"type": "number", "minimum": 0, "maximum": 1000, "multipleOf": 0.5},
        "n": {"type": ["integer", "null"], "exclusiveMinimum": 0, "exclusiveMaximum": 10},
        "code": {"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"},
        "name": {"type": "string", "minLength": 1, "maxLength": 20},
        "tags": {
            "type": "array",
            "items": {"type": "string", "maxLength": 5},
            "minItems": 1,
            "maxItems": 3,
            "uniqueItems": True,
        },
        "child": {"$ref": "#/definitions/node"},
        "at": {"type": "string", "format": "date-time"},
        "open": {"type": "object", "properties": {"x": {"type": "string"}}},
    },
    "definitions": {
        "node": {
            "type": "object",
            "required": ["v"],
            "properties": {
                "v": {"type": "integer"},
                "next": {"anyOf": [{"type": "null"}, {"$ref": "#/definitions/node"}]},
            },
        }
    },
    "allOf": [{"if": {"properties": {"kind": {"const": "b"}}}, "then": {"required": ["code"]}}],
}
HEADERS = {
    "required": ["correlation_id"],
    "properties": {"correlation_id": {"type": "string", "minLength": 1}, "attempt": {"type": "integer"}},
}


def seeded(seed: int) -> Random:
    """Randomness that repeats."""
    return Random(seed)  # noqa: S311 - test data


def text(document: Any, kind: Any = "json") -> SchemaText:
    """A schema as a contract holds it."""
    return SchemaText(kind, json.dumps(document), AT)


def entry(number: int, subject: str, version: int, document: Any, kind: Any = "avro") -> RegisteredSchema:
    """A schema as the registry holds it."""
    guid = f"00000000-0000-4000-8000-{number:012d}"
    return RegisteredSchema(number, subject, version, kind, json.dumps(document), guid=guid)


def receiver(**changes: Any) -> Receive:
    """A receiver that dead-letters."""
    dead_letter = OnInvalid(AT, "deadLetter", DeadLetter(AT, "t.dlq"))
    return Receive(AT, "billing", Run(AT, command=("billing",)), dead_letter, **changes)


def message(payload: SchemaText, **changes: Any) -> Message:
    """A message with key, identity and correlation id; keywords replace or add."""
    words: dict[str, Any] = {
        "key": text({"type": "string"}),
        "key_from": Expression("message.payload", "/patient_id"),
        "identity": Expression("message.payload", "/event_id"),
        "correlation_id": Expression("message.header", "correlation_id"),
        "headers": text(HEADERS),
        **changes,
    }
    return Message(AT, payload=payload, **words)


def avro_contract(malformed: Malformed | None = None, **changes: Any) -> tuple[Contract, Book]:
    """An Avro topic on the Confluent wire, with an older version, another subject and another format in the book."""
    payload = text(RICH, "avro")
    rules = RegistryRules(AT, compatibility="BACKWARD", versions=(text(OLDER, "avro"), payload))
    about = message(payload, **{"wire": "confluent", **changes})
    contract = Contract(AT, "t", about, rules, malformed or Malformed(), partitions=4)
    book = (
        entry(1, "t-value", 1, OLDER),
        entry(2, "t-value", 2, RICH),
        entry(3, "other-value", 1, OTHER),
        entry(4, "json-value", 1, {"type": "object"}, "json"),
    )
    return contract, book


def ahead(made: tuple[Contract, Book]) -> tuple[Contract, Book]:
    """The same with the next versions in the book that a run registers."""
    contract, book = made
    entries = [
        entry(100 + place, own.subject, own.version + place, json.loads(following.text), own.kind)
        for own in own_entries(contract, book)
        for place, following in enumerate(next_versions(contract, own), start=1)
    ]
    return contract, (*book, *entries)


def json_contract(malformed: Malformed | None = None, **changes: Any) -> tuple[Contract, Book]:
    """A JSON topic, on the plain wire unless told otherwise."""
    about = message(text(DOCUMENT), **changes)
    contract = Contract(AT, "t", about, RegistryRules(AT), malformed or Malformed(), partitions=3)
    return contract, (entry(7, "t-value", 1, DOCUMENT, "json"),)


def source(made: tuple[Contract, Book], receive: Receive | None = None, **options: Any) -> CaseSource:
    """A source of cases for one of the contracts above."""
    contract, book = made
    return CaseSource(contract, receive or receiver(), book, **{"seed": 1, "run": "r1", **options})
