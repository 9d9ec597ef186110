"""The JSON Schemas on which documents are damaged."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.generation import DOCUMENT as EVENT
from tests.unit.generate.contracts import DOCUMENT as RICH

_TREE = {"$ref": "#/$defs/n", "$defs": {"n": {
    "type": "object", "required": ["v"], "properties": {
        "v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/n"}}}}}}  # fmt: skip
_CHOICE = {
    "oneOf": [
        {"type": "object", "required": ["kind", "a"], "properties": {
            "kind": {"const": "a"}, "a": {"type": "string", "maxLength": 20}}},
        {"type": "object", "required": ["kind", "b"], "properties": {
            "kind": {"const": "b"}, "b": {"type": "number", "exclusiveMinimum": 0}}},
    ]
}  # fmt: skip
_SCHEMAS: tuple[Any, ...] = (
    EVENT, RICH, _TREE, _CHOICE, True,
    {"type": "array", "items": {"type": "string", "format": "date-time"}, "maxItems": 5},
    {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}, "uniqueItems": True},
    {"type": "object", "additionalProperties": {"type": "number", "multipleOf": 0.25}},
    {"type": "object", "patternProperties": {"^x_": {"type": "boolean"}}, "additionalProperties": False},
    {"type": "object", "properties": {"s": {"type": "string", "pattern": "^(a+)+$"}}, "required": ["s"]},
)  # fmt: skip


def json_schemas() -> list[str]:
    """The schemas' texts."""
    return [json.dumps(raw) for raw in _SCHEMAS]
