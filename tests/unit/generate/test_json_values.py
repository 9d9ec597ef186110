"""JSON values: always valid, and at the edges."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import jsonschema_rs
import pytest

from kcontract.generate.budget import TooDeepError
from kcontract.generate.json_payload import JsonPayload
from kcontract.generate.json_schema import JsonSchemaView
from tests.unit.generate.contracts import DOCUMENT, seeded


def deep(levels: int) -> Any:
    """Objects inside each other, each of them required."""
    inner: Any = {"type": "string"}
    for _ in range(levels):
        inner = {"type": "object", "required": ["a"], "properties": {"a": inner}}
    return inner


SCHEMAS: dict[str, Any] = {
    "document": DOCUMENT,
    "bounds": {"type": "integer", "minimum": -3, "maximum": 5},
    "exclusive": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "draft4 exclusive": {
        "$schema": "http://json-schema.org/draft-04/schema#", "type": "integer", "minimum": 1, "exclusiveMinimum": True,
    },
    "cents": {"type": "number", "multipleOf": 0.01, "minimum": 0.01, "maximum": 99.99},
    "dozens": {"type": "integer", "multipleOf": 12, "minimum": 1},
    "lengths": {"type": "string", "minLength": 2, "maxLength": 4},
    "types": {"type": ["string", "null", "boolean"]},
    "const": {"const": {"a": [1]}},
    "tuple": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "items": False},
    "older tuple": {
        "$schema": "http://json-schema.org/draft-07/schema#", "type": "array", "items": [{"type": "boolean"}],
        "minItems": 1, "additionalItems": False,
    },
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"const": 42}},
    "contains twice": {
        "type": "array", "items": {"type": "integer"}, "contains": {"const": 7}, "minContains": 2, "maxContains": 3,
        "maxItems": 6,
    },
    "contains none": {"type": "array", "contains": {"const": 7}, "minContains": 0, "maxItems": 1},
    "names by pattern": {
        "type": "object", "patternProperties": {"^x-[a-z]+$": {"type": "integer"}, "^y": {"type": "string"}},
        "additionalProperties": False, "minProperties": 2, "propertyNames": {"maxLength": 8},
    },
    "required by pattern": {
        "type": "object", "required": ["x-a"], "patternProperties": {"^x-": {"type": "integer", "minimum": 5}},
        "additionalProperties": False,
    },
    "what comes with what": {
        "type": "object", "required": ["card"], "properties": {"card": {"type": "integer"}},
        "dependentSchemas": {"card": {"required": ["street"], "properties": {"street": {"minLength": 2}}}},
        "dependentRequired": {"street": ["town"], "town": ["zip"]},
    },
    "what comes with what, in draft 7": {
        "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "minProperties": 1,
        "dependencies": {"a": ["b"], "b": {"required": ["c"], "properties": {"c": {"const": False}}}},
        "propertyNames": {"enum": ["a", "b", "c"]},
    },
    "names described": {
        "type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "minProperties": 2,
        "$defs": {"name": {"pattern": "^[A-Z]{2}_\\d+$"}},
    },
    "names with letters of a script": {
        "type": "object", "patternProperties": {"^\\p{Script=Cyrillic}+$": {"type": "integer"}}, "minProperties": 2,
        "additionalProperties": False,
    },
    "beside a reference, in draft 7": {
        "$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a", "type": "integer",
        "definitions": {"a": {"type": "string"}},
    },
    "patterns at both ends": {
        "type": "string", "allOf": [{"pattern": "^[A-Z]{3}-[0-9A-Z]+$"}, {"pattern": "^.{10}$"}],
        "not": {"pattern": "Q"},
    },
    "a pattern and a length": {"type": "string", "pattern": "^[A-Z]+(-[A-Z]+)*$", "minLength": 30, "maxLength": 31},
    "a pattern and a format": {"type": "string", "pattern": "@example\\.com$", "format": "email"},
    "a password": {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*[a-z])(?=.*\\d)(?!.*\\s).{8,64}$"},
    "several patterns": {"type": "string", "allOf": [{"pattern": "a"}, {"pattern": "b"}, {"pattern": "[0-9]{3}"}]},
    "two tuples": {
        "$schema": "http://json-schema.org/draft-07/schema#", "type": "array", "minItems": 2, "items": [{"const": 1}],
        "allOf": [{"items": [True, {"type": "string"}]}],
    },
    "JSON in base64": {
        "$schema": "http://json-schema.org/draft-07/schema#", "type": "string", "contentEncoding": "base64",
        "contentMediaType": "application/json",
    },
    "look-ahead": {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d]{8,12}$"},
    "unique": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 3},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
    "all of": {"allOf": [{"type": "string", "minLength": 3}, {"maxLength": 3}]},
    "one of": {
        "oneOf": [
            {"type": "object", "required": ["t", "a"], "properties": {"t": {"const": "x"}, "a": {"type": "integer"}}},
            {"type": "object", "required": ["t", "b"], "properties": {"t": {"const": "y"}, "b": {"type": "string"}}},
        ]
    },
    "not": {"type": "integer", "minimum": 0, "maximum": 9, "not": {"enum": [0, 1, 9]}},
    "tree": {
        "$ref": "#/$defs/tree",
        "$defs": {
            "tree": {
                "type": "object",
                "required": ["kids"],
                "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
            }
        },
    },
    "many distinct numbers": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True, "minItems": 300},
    "many items": {"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 1_500},
    "many names": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 200},
    "long text": {"type": "string", "minLength": 20_000},
    "deep": deep(30),
    "counts with a fraction": {
        "type": "array", "minItems": 2.0, "maxItems": 3.0, "items": {"type": "string", "minLength": 1.0},
        "contains": {"const": "x"}, "minContains": 1.0,
    },
    "anything": True,
    **{
        f"format {name}": {"type": "string", "format": name}
        for name in ("uuid", "date-time", "date", "time", "email", "ipv4", "ipv6", "uri", "hostname", "duration")
    },
}  # fmt: skip


def _check(schema: Any) -> Any:
    return jsonschema_rs.validator_for(schema, validate_formats=True).is_valid


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_value_is_valid(name: str) -> None:
    """Ordinary, edge and random values all pass a validator that was set up here; none is missing."""
    valid, rng = _check(SCHEMAS[name]), seeded(1)
    payload = JsonPayload(SCHEMAS[name], {})
    values = [payload.ordinary(rng), payload.ordinary(rng, full=True)]
    most = 10 if name in ("many items", "many distinct numbers", "many names", "long text") else 200
    values += [*islice(payload.boundaries(rng), most), *islice(payload.random(rng), most // 2)]
    assert all(map(valid, values))
    assert len(values) > most // 2
    assert json.loads(payload.encode(values[0])) == values[0]


def test_bounds_and_their_neighbours_come_once() -> None:
    """Edges of an integer in bounds: each bound, its neighbour, zero."""
    found = list(JsonPayload(SCHEMAS["bounds"], {}).boundaries(seeded(1)))
    assert set(found) >= {-3, -2, 0, 1, 4, 5}
    assert len(found) == len(set(found))


def test_texts_cover_lengths_and_planes() -> None:
    """Edges of a string: shortest, longest, beyond the basic plane, combining, right to left."""
    found = set(JsonPayload({"type": "string", "maxLength": 40}, {}).boundaries(seeded(1)))
    assert {len(text) for text in found} >= {0, 1, 39, 40}
    assert {"😀", "e\u0301", "\u0645\u0631\u062d\u0628\u0627"} <= found


def test_each_optional_property_is_left_out_once() -> None:
    """One value for each optional property in which it alone is missing."""
    found = list(JsonPayload(DOCUMENT, {}).boundaries(seeded(1)))
    full = {"event_id", "patient_id", "kind", "amount", "n", "code", "name", "tags", "child", "at", "open"}
    for name in full - {"event_id", "patient_id", "kind", "amount"}:
        assert any(set(value) == full - {name} for value in found), name


def test_a_pattern_that_cannot_be_written_is_named() -> None:
    """What could not be generated is told, not passed over."""
    payload = JsonPayload({"type": "object", "properties": {"a": {"type": "string", "pattern": "(x)\\1"}}}, {})
    list(payload.boundaries(seeded(1)))
    assert payload.unsupported == ["pattern (x)\\1: \\1"]


TOO_LARGE: dict[str, tuple[Any, str]] = {
    "items": ({"type": "array", "minItems": 100_000}, "minItems 100,000 is more than the 20,000 values"),
    "properties": ({"type": "object", "minProperties": 50_000}, "minProperties 50,000 is more than"),
    "text": ({"type": "string", "minLength": 3_000_000}, "minLength 3,000,000 is more than the 1,000,000 characters"),
    "all together": (
        {"type": "array", "minItems": 300, "items": {"type": "array", "minItems": 300, "items": {"type": "null"}}},
        "more than the 20,000 parts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_told_and_not_tried(name: str) -> None:
    """No value, no edge, and the reason in words; what is optional is left out."""
    schema, told = TOO_LARGE[name]
    payload = JsonPayload(schema, {})
    with pytest.raises(TooDeepError):
        payload.ordinary(seeded(1))
    assert list(payload.boundaries(seeded(1))) == list(payload.random(seeded(1))) == []
    assert told in payload.too_large[0]
    around = JsonPayload({"type": "object", "properties": {"huge": schema, "n": {"const": 1}}}, {})
    assert around.ordinary(seeded(1), full=True) == {"n": 1}


@pytest.mark.parametrize(
    ("schema", "first"),
    [
        ({"type": "number", "multipleOf": 1e-300}, 1.5),
        ({"type": "number", "multipleOf": 1e300}, 0.0),
        ({"type": "integer", "multipleOf": 1e-300}, 1),
    ],
)
def test_steps_of_any_size(schema: Any, first: float) -> None:
    """Multiples of what is hundreds of digits larger or smaller than they are."""
    values = list(islice(JsonPayload(schema, {}).boundaries(seeded(0)), 5))
    assert first in values


def test_definitions_that_name_the_next_one_twice() -> None:
    """Forty of them are read once each, not 2^40 times."""
    twice = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    schema = {"$ref": "#/$defs/d0", "$defs": {**twice, "d40": {"type": "integer", "minimum": 7}}}
    assert JsonSchemaView(schema).choices(schema) == [{"type": "integer", "minimum": 7}]
