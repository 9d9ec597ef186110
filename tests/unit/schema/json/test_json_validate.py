"""Validation: references, errors in the schema, and places that a schema speaks of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.errors import SchemaError
from kcontract.schema.json.parse import Parsed, scan_json
from kcontract.schema.json.shape import formats_at, subschemas, types_at
from kcontract.schema.json.validate import JsonSchema


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "JSON_SCHEMA_NOT_JSON"),
        ("[" * 100_000, "JSON_SCHEMA_NOT_JSON"),
        ("[]", "JSON_SCHEMA_TYPE"),
        ('{"type": "strnig"}', "JSON_SCHEMA_INVALID"),
        ('{"pattern": "("}', "JSON_SCHEMA_INVALID"),
        ('{"$ref": "other.json"}', "JSON_SCHEMA_INVALID"),
        ('{"$ref": "http://127.0.0.1:1/x.json"}', "JSON_SCHEMA_INVALID"),
    ],
)
def test_what_is_no_schema(text: str, code: str) -> None:
    """An error with a code; nothing is fetched."""
    with pytest.raises(SchemaError) as caught:
        JsonSchema(text)
    assert caught.value.code == code


def test_references_are_given_not_fetched() -> None:
    """By the name that `$ref` uses, or by an URI."""
    references = {"other.json": '{"type": "integer"}', "https://example.org/s.json": '{"type": "string"}'}
    schema = JsonSchema(
        '{"properties": {"a": {"$ref": "other.json"}, "b": {"$ref": "https://example.org/s.json"}}}', references
    )
    assert schema.accepts({"a": 1, "b": "x"})
    assert not schema.accepts({"a": "x"})
    assert not schema.accepts({"b": 1})


def _codes(schema: Any, text: str) -> list[tuple[str, str, bool]]:
    found = JsonSchema(json.dumps(schema)).problems(scan_json(text.encode()))
    return [(problem.code, problem.path, problem.soft) for problem in found]


def test_all_errors_are_told() -> None:
    """Each with its kind and place."""
    schema = {"properties": {"a": {"type": "integer"}, "b/c": {"maxLength": 1}}, "required": ["z"]}
    assert sorted(_codes(schema, '{"a": "x", "b/c": "long"}')) == [
        ("missing_required", "", False), ("out_of_bounds", "/b~1c", False), ("wrong_type", "/a", False),
    ]  # fmt: skip


def test_alternatives_are_told_by_the_branch_that_was_meant() -> None:
    """Of a nullable field the error is that of its real type."""
    nullable = {"oneOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]}
    assert _codes({"properties": {"x": nullable}}, '{"x": {}}') == [("missing_required", "/x", False)]
    assert _codes({"properties": {"x": nullable}}, '{"x": 5}') == [("wrong_type", "/x", False)]
    both = {"anyOf": [{"minimum": 5}, {"multipleOf": 7}]}
    assert _codes(both, "1") == [("value_violation", "", False)]


def test_a_given_up_pattern_is_soft() -> None:
    """A pattern that needs backtracking without end says nothing of the value."""
    found = JsonSchema(json.dumps({"pattern": "^(?:(?=a)a|a(?=a)|aa)*$(?<=b)"})).problems(Parsed("a" * 60 + "!"))
    assert all(problem.soft for problem in found if problem.code == "pathological_strings")
    assert found


_TREE = {
    "$defs": {"node": {"properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}}},
    "allOf": [{"$ref": "#/$defs/node"}],
    "properties": {
        "l": {"prefixItems": [{"type": "string"}], "items": {"type": "number"}},
        "d": {"if": {"properties": {"t": {"const": 1}}}, "then": {"properties": {"x": {"format": "uuid"}}}},
    },
    "patternProperties": {"^p_": {"type": "boolean"}},
    "additionalProperties": {"type": "null"},
}


@pytest.mark.parametrize(
    ("steps", "types"),
    [
        (("v",), {"integer", "null"}),
        (("next", "next", "v"), {"integer"}),
        (("l", "0"), {"string", "number"}),
        (("l", "5"), {"number"}),
        (("p_x",), {"boolean"}),
        (("other",), {"null"}),
        (("l", "x"), set()),
    ],
)
def test_types_of_places(steps: tuple[str, ...], types: set[str]) -> None:
    """Through references, combinations, items and patterns; an over-approximation where keywords stand side by side."""
    assert types_at(_TREE, steps) == types


def test_formats_of_places_and_endless_references() -> None:
    """Conditions are looked into, and a reference to itself ends."""
    assert formats_at(_TREE, ("d", "x")) == {"uuid"}
    assert len(subschemas({"$ref": "#"}, ())) == 1
    assert subschemas({"$ref": "#/no/where"}, ("a",)) == ()
