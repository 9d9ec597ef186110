"""Pointers looked up in schemas: there, undecided, open or missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.document.avro_fields import look_up_avro
from kcontract.document.json_fields import look_up_json
from kcontract.document.pointers import join_pointer, split_pointer
from kcontract.schema.avro.parse import parse
from tests.unit.document.trees import PROJECT

CLOSED: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("pointer", "kind"),
    [
        ("", "there"),
        ("/patient_id", "there"),
        ("/address/city", "there"),
        ("/previous/city", "there"),
        ("/tags/0", "there"),
        ("/labels/any thing", "there"),
        ("/patient", "missing"),
        ("/address/town", "missing"),
        ("/previous/town", "missing"),
        ("/patient_id/x", "missing"),
        ("/tags/first", "missing"),
        ("/labels/a/b", "missing"),
    ],
)
def test_avro_decides_every_pointer(pointer: str, kind: str) -> None:
    """Records know their fields, unions are unwrapped, maps take any key, named types are followed."""
    schema = parse(PROJECT["schemas/patient.avsc"].decode())
    assert look_up_avro(schema, split_pointer(pointer)).kind == kind


@pytest.mark.parametrize(
    ("schema", "pointer", "kind"),
    [
        ({}, "/a", "undecided"),
        (True, "/a", "undecided"),
        (CLOSED, "/a", "there"),
        (CLOSED, "/b", "missing"),
        (CLOSED, "/a/b", "missing"),
        ({"properties": {"a": {}}}, "/b", "open"),
        ({"properties": {"a": {}}}, "/a/b", "undecided"),
        ({"additionalProperties": {"type": "string"}}, "/b", "there"),
        ({"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}, "/x-a", "there"),
        ({"patternProperties": {"^x-": {}}, "additionalProperties": False}, "/y", "missing"),
        ({"patternProperties": {"\\p{Letter}": {}}, "additionalProperties": False}, "/y", "there"),
        ({"items": CLOSED}, "/0/a", "there"),
        ({"items": CLOSED}, "/0/b", "missing"),
        ({"type": "array", "items": {}}, "/first", "missing"),
        ({"prefixItems": [{}, CLOSED]}, "/1/b", "missing"),
        ({"items": [{}, CLOSED]}, "/1/a", "there"),
        ({"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}, "/b", "there"),
        ({"oneOf": [CLOSED, {"properties": {"b": {}}}]}, "/b", "there"),
        ({"if": {}, "then": {"properties": {"b": {}}}}, "/b", "there"),
        ({"dependentSchemas": {"a": {"properties": {"b": {}}}}}, "/b", "there"),
        ({"$ref": "#/$defs/x", "$defs": {"x": CLOSED}}, "/a", "there"),
        ({"$ref": "#/$defs/x", "$defs": {"x": CLOSED}}, "/b", "missing"),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"$ref": "#/$defs/x"}}}, "/b", "undecided"),
        ({"$ref": "other.json"}, "/b", "undecided"),
        ({"$ref": "#"}, "/b", "undecided"),
        ({"properties": {"a": {"$ref": "#"}}, "additionalProperties": False}, "/a/a/a/b", "missing"),
        ({"$dynamicRef": "#node"}, "/b", "undecided"),
        ({"type": ["object", "null"], "properties": {"a": {}}}, "/b", "open"),
        ({"type": "string"}, "/b", "missing"),
    ],
)
def test_json_schema_decides_what_it_can(schema: Any, pointer: str, kind: str) -> None:
    """Closed models decide, open ones with properties leave the field undeclared, others say nothing."""
    assert look_up_json(schema, split_pointer(pointer)).kind == kind


def test_a_missing_field_names_what_stands_there() -> None:
    """The names are what a near miss is looked for in."""
    answer = look_up_json(CLOSED, ("b",))
    assert (answer.token, answer.names) == ("b", ("a",))


def test_pointers_come_back_from_their_tokens() -> None:
    """Escaping is undone by splitting."""
    tokens = ("a/b", "m~n", "", "~1", "0")
    assert join_pointer(*tokens) == "/a~1b/m~0n//~01/0"
    assert split_pointer(join_pointer(*tokens)) == tokens


def test_schemas_that_multiply_are_looked_up_at_once() -> None:
    """Unions of records of unions, and references to references, take no more time than their text is long."""
    names = [f"M{i}" for i in range(30)]
    field = {"name": "a", "type": ["null", "N", *names]}
    records = [{"type": "record", "name": name, "fields": [{"name": "a", "type": "N"}]} for name in names]
    root = {"type": "record", "name": "N", "fields": [{"name": "a", "type": records}, {**field, "name": "b"}]}
    assert look_up_avro(parse(json.dumps(root)), ("b", "a") * 50 + ("x",)).kind == "missing"
    definitions = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(60)}
    assert look_up_json({"$ref": "#/$defs/d0", "$defs": definitions}, ("a",) * 50).kind == "undecided"
    wide = {"anyOf": [{"properties": {"a": {"$ref": "#"}}} for _ in range(20)]}
    assert look_up_json(wide, ("a",) * 50).kind == "there"
