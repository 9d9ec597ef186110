"""`strategies.json_schema`: never an invalid value, small counterexamples, clear words where nothing can be made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, find, given, seed, settings

from kcontract.errors import KcontractError, SchemaError, UsageError
from kcontract.strategies import json_schema
from tests.unit.generate.test_json_values import SCHEMAS
from tests.unit.strategies.drawing import QUICK, drawn

_FILTERED = HealthCheck.filter_too_much
HARD: dict[str, Any] = {
    "contains, counted": {
        "type": "array", "items": {"type": "integer"}, "contains": {"minimum": 5}, "minContains": 2, "maxContains": 3,
        "minItems": 4,
    },
    "contains, several times": {
        "type": "array", "items": {"type": "string"},
        "allOf": [
            {"contains": {"pattern": "^a"}}, {"contains": {"pattern": "z$"}},
            {"contains": {"maxLength": 1}, "maxContains": 1},
        ],
    },
    "all that there are": {
        "type": "array", "uniqueItems": True, "items": {"type": "integer", "minimum": 0, "maximum": 9}, "minItems": 10,
        "contains": {"multipleOf": 3}, "minContains": 3,
    },
    "all but one": {
        "type": "array", "uniqueItems": True, "items": {"enum": ["a", "b", "c", 1]}, "minItems": 3,
        "contains": {"enum": ["a", "b"]}, "maxContains": 1,
    },
    "a strict tree": {
        "$id": "https://example.org/strict", "$dynamicAnchor": "node", "$ref": "tree", "unevaluatedProperties": False,
        "properties": {"data": {"type": "integer"}},
        "$defs": {
            "tree": {
                "$id": "tree", "$dynamicAnchor": "node", "type": "object", "required": ["data"],
                "properties": {"data": True, "children": {"type": "array", "items": {"$dynamicRef": "#node"}}},
            },
        },
    },
    "distinct of few": {"type": "array", "items": {"enum": [1, True, "a", None]}, "uniqueItems": True, "minItems": 3},
    "names": {
        "type": "object", "propertyNames": {"pattern": "^[a-c]{2}$"}, "minProperties": 2,
        "patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": {"type": "boolean"},
    },
    "dependent": {
        "type": "object", "properties": {"card": {"type": "string"}, "address": {"type": "string"}},
        "dependentRequired": {"card": ["address"]}, "minProperties": 1,
    },
    "if": {
        "type": "object", "required": ["t"], "properties": {"t": {"enum": ["x", "y"]}},
        "if": {"properties": {"t": {"const": "x"}}}, "then": {"required": ["a"]}, "else": {"required": ["b"]},
    },
    "unevaluated": {
        "allOf": [{"properties": {"a": {"type": "string"}}}], "type": "object", "unevaluatedProperties": False,
    },
    "not an object of one form": {"not": {"const": {"a": 1}}},
    "mutual": {
        "$ref": "#/$defs/even",
        "$defs": {
            "even": {"type": "object", "required": ["odd"], "properties": {"odd": {"$ref": "#/$defs/odd"}}},
            "odd": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/even"}]},
        },
    },
    "two patterns": {"type": "string", "allOf": [{"pattern": "^[a-f]+$"}, {"pattern": "e"}], "maxLength": 8},
    "patterns anchored at both ends": {
        "type": "object", "required": ["code"], "propertyNames": {"pattern": "^[a-z]+(-[a-z]+)*$", "maxLength": 5},
        "properties": {
            "code": {"type": "string", "allOf": [{"pattern": "^[a-z]{3}-.*$"}, {"pattern": "^.*-[0-9]+$"}]},
            "password": {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d)(?=.*[^\\w\\s]).{8,64}$"},
            "never": {"type": "string", "allOf": [{"pattern": "^a+$"}, {"pattern": "^b+$"}]},
            "day": {"type": "string", "format": "date", "pattern": "^20[0-9]{2}-0"},
            "mail": {"type": "string", "format": "email", "pattern": "@example\\.com$", "not": {"pattern": "^a"}},
        },
    },
    "letters of any script": {"type": "string", "pattern": "^\\p{Lu}\\p{Ll}+$"},
    "look ahead": {"type": "string", "pattern": "^(?=a)[a-z]{2}$"},
    "escapes that Python lacks": {"type": "string", "pattern": "^\\cA?[\\u{1F600}-\\u{1F64F}]\\p{Script=Greek}$"},
    "three patterns": {
        "type": "string", "allOf": [{"pattern": "a"}, {"pattern": "b"}, {"pattern": "[0-9]{3}"}], "maxLength": 10,
    },
    "a script of which nothing is known": {"anyOf": [{"pattern": "^\\p{Script=Cherokee}$"}, {"type": "boolean"}]},
    "long": {"type": "string", "minLength": 5000},
    "many": {"type": "array", "items": {"type": "integer"}, "minItems": 500},
    "fractions": {"type": "number", "multipleOf": 0.01, "exclusiveMinimum": 0, "maximum": 1, "not": {"multipleOf": 1}},
    "draft 4": {"$schema": "http://json-schema.org/draft-04/schema#", "type": "number", "minimum": 0,
                "exclusiveMinimum": True},
    "content": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "string",
                "contentMediaType": "application/json", "contentEncoding": "base64"},
}  # fmt: skip


@pytest.mark.parametrize("name", [*SCHEMAS, *HARD])
def test_every_value_is_valid(name: str) -> None:
    """A validator that is set up here takes every value, and there are several where the schema has several."""
    schema = {**SCHEMAS, **HARD}[name]
    valid = jsonschema_rs.validator_for(schema, validate_formats=True).is_valid
    values = drawn(json_schema(schema))
    assert values
    assert all(map(valid, values))
    assert len({json.dumps(value) for value in values}) > 1 or name == "const"


@pytest.mark.parametrize(
    "name",
    [
        "patterns anchored at both ends",
        "contains, several times",
        "all that there are",
        "all but one",
        "a strict tree",
    ],
)
def test_little_is_tried_in_vain(name: str) -> None:
    """A user's test does not fail Hypothesis' health check for filtering out too much."""
    values: list[Any] = []

    @seed(2)
    @settings(QUICK, derandomize=False, max_examples=60, suppress_health_check=set(HealthCheck) - {_FILTERED})
    @given(json_schema(HARD[name]))
    def collect(value: Any) -> None:
        values.append(value)

    collect()
    assert len(values) >= 60 or name == "all but one"


def test_counterexamples_are_small() -> None:
    """What a failing test would show: nothing optional, nothing long, ordinary texts for formats."""
    schema = {
        "type": "object",
        "required": ["id", "amount"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "amount": {"type": "integer", "minimum": 0},
            "note": {"type": ["string", "null"]},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    }
    least = find(json_schema(schema), lambda value: value["amount"] > 100, settings=QUICK)
    assert least == {"id": "00000000-0000-4000-8000-000000000000", "amount": 101}


def test_the_longest_text_comes_and_short_ones_stay_short() -> None:
    """A column that is one too narrow is found; what has nothing to do with length shrinks as ever."""
    bounded = json_schema({"type": "string", "minLength": 1, "maxLength": 40})
    lengths = [len(text) for text in drawn(bounded, 300)]
    assert {1, 40} <= set(lengths)
    assert sum(length < 20 for length in lengths) > len(lengths) // 2
    assert find(bounded, lambda text: len(text) >= 3, settings=QUICK) == "000"


def test_recursion_ends() -> None:
    """A schema that names itself many times gives values of bounded depth, and deeper ones than the least."""
    tree = {"type": "object", "properties": {name: {"$ref": "#"} for name in "abcdefgh"}}

    def depth(value: dict[str, Any]) -> int:
        return 1 + max(map(depth, value.values()), default=0)

    depths = [depth(value) for value in drawn(json_schema(tree))]
    assert max(depths) in (3, 4)
    assert min(depths) == 1


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/a"}}}},
    ],
)
def test_what_nothing_satisfies_is_refused(schema: Any) -> None:
    """At once, with a code, and not when a test draws from it; endless recursion counts as well."""
    with pytest.raises(UsageError) as caught:
        json_schema(schema)
    assert caught.value.code == "GENERATE_UNSATISFIABLE"


def test_what_cannot_be_found_is_told() -> None:
    """A schema whose values cannot be aimed at says so, rather than that a test's assumptions are too strict."""
    with pytest.raises(UsageError) as caught:
        json_schema({"type": "string", "pattern": "^(?!a)a[a-z]{3}$"})
    assert caught.value.code == "GENERATE_NO_VALUE"


def test_large_values_are_made_whole() -> None:
    """Hundreds of properties are no hindrance; what is beyond every measure is told."""
    many = {"type": "object", "minProperties": 800, "additionalProperties": {"type": "integer"}}
    assert all(len(value) >= 800 for value in drawn(json_schema(many), 3))
    with pytest.raises(UsageError, match="minProperties 50,000") as caught:
        json_schema({"type": "object", "minProperties": 50_000})
    assert caught.value.code == "GENERATE_TOO_LARGE"


def test_texts_and_files_are_read(tmp_path: Path) -> None:
    """A schema may be given as its text or its path; what is no schema is refused."""
    text = '{"type": "boolean"}'
    (tmp_path / "flag.json").write_text(text)
    assert set(drawn(json_schema(text))) == set(drawn(json_schema(tmp_path / "flag.json"))) == {True, False}
    for wrong in ("{", '{"type": "integr"}', {"$ref": "https://example.org/nowhere"}):
        with pytest.raises(SchemaError):
            json_schema(wrong)


def test_references_are_given_not_fetched() -> None:
    """What `$ref` names besides comes from `references`, by URI or by name."""
    schema = {"type": "array", "items": {"$ref": "money.json"}, "minItems": 1}
    values = drawn(json_schema(schema, references={"money.json": {"type": "integer", "minimum": 7}}))
    assert min(item for value in values for item in value) == 7


NESTED: Any = {"type": "string"}
for _ in range(100):
    NESTED = {"type": "array", "minItems": 1, "items": NESTED}
TWICE = {
    "$ref": "#/$defs/d0",
    "$defs": {
        **{
            f"d{level}": {
                "type": "object",
                "required": ["a", "b"],
                "properties": {name: {"$ref": f"#/$defs/d{level + 1}"} for name in "ab"},
            }
            for level in range(25)
        },
        "d25": {"type": "integer"},
    },
}


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        (TWICE, "GENERATE_TOO_LARGE"),
        ({"type": "string", "minLength": 2**53}, "GENERATE_TOO_LARGE"),
        ({"type": "array", "minItems": 2**40}, "GENERATE_TOO_LARGE"),
        ('{"not":' * 100_000 + "{}" + "}" * 100_000, "JSON_SCHEMA_NOT_JSON"),
    ],
    ids=["2^25 leaves", "long", "many", "deep"],
)
def test_what_has_no_measure_is_told(schema: Any, code: str) -> None:
    """With a code and at once, rather than by running out of memory or time."""
    with pytest.raises(KcontractError) as caught:
        json_schema(schema)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "schema",
    [
        NESTED,
        {"type": "object", "allOf": [{"if": {"required": [f"p{n}"]}, "else": {"required": ["q"]}} for n in range(20)]},
        {"type": "number", "multipleOf": 1e-300},
        {"type": "array", "minContains": 9_000, "contains": {"type": "integer"}},
    ],
    ids=["100 levels", "2^20 ways", "fine steps", "9,000 demands"],
)
def test_hostile_schemas_have_values(schema: Any) -> None:
    """What Hypothesis cannot draw, and what has too many ways for a canonical form, is made whole."""
    assert drawn(json_schema(schema), 3)
