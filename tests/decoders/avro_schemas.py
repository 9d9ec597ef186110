"""The Avro schemas on which payloads are damaged: every type and logical type, recursion, and random ones."""

from __future__ import annotations

import json
from itertools import count
from random import Random
from typing import Any

from benchmarks.oracle import EVENT
from tests.unit.generate.contracts import RICH

_LIST = {
    "type": "record",
    "name": "N",
    "fields": [{"name": "v", "type": "int"}, {"name": "next", "type": ["null", "N"]}],
}
_TREE = {"type": "record", "name": "N", "fields": [{"name": "k", "type": {"type": "array", "items": "N"}}]}
_EMPTY = {"type": "record", "name": "E", "fields": []}
_MUTUAL = {
    "type": "record", "name": "a.b.A", "fields": [
        {"name": "b", "type": ["null", {"type": "record", "name": "B", "fields": [{"name": "as", "type": {
            "type": "map", "values": "A"}}]}]},
        {"name": "s", "type": "string"}]}  # fmt: skip
_PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_LOGICAL = (
    {"type": "int", "logicalType": "date"},
    {"type": "int", "logicalType": "time-millis"},
    {"type": "long", "logicalType": "time-micros"},
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "long", "logicalType": "timestamp-micros"},
    {"type": "long", "logicalType": "timestamp-nanos"},
    {"type": "long", "logicalType": "local-timestamp-millis"},
    {"type": "string", "logicalType": "uuid"},
    {"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2},
    {"type": "bytes", "logicalType": "big-decimal"},
)
_FIXED = (
    {"type": "fixed", "name": "U", "size": 16, "logicalType": "uuid"},
    {"type": "fixed", "name": "D", "size": 12, "logicalType": "duration"},
    {"type": "fixed", "name": "M", "size": 5, "logicalType": "decimal", "precision": 10, "scale": 3},
)
_WRITTEN: tuple[Any, ...] = (
    EVENT, RICH, _LIST, _TREE, _MUTUAL, _EMPTY, *_PRIMITIVES[1:],
    {"type": "enum", "name": "K", "symbols": ["A", "B", "C"]},
    {"type": "array", "items": "null"},
    {"type": "array", "items": _EMPTY},
    {"type": "array", "items": {"type": "fixed", "name": "Z", "size": 0}},
    {"type": "array", "items": {"type": "array", "items": "int"}},
    {"type": "map", "values": ["null", "string", "long"]},
    {"type": "map", "values": {"type": "map", "values": "boolean"}},
    ["null", "boolean", "int", "float", "bytes", "string", {"type": "array", "items": "long"}],
    {"type": "record", "name": "L", "fields": [{"name": f"l{i}", "type": t} for i, t in enumerate(_LOGICAL)]},
    {"type": "record", "name": "F", "fields": [{"name": f"f{i}", "type": t} for i, t in enumerate(_FIXED)]},
)  # fmt: skip


def avro_schemas(total: int) -> list[str]:
    """`total` schema texts: those written here, then random ones, the same at every call."""
    rng = Random("schemas")  # noqa: S311 - test data
    made = [json.dumps(raw) for raw in _WRITTEN[:total]]
    while len(made) < total:
        text = json.dumps(_node(rng, count(), 4, top=True))
        if text not in made:
            made.append(text)
    return made


def _node(rng: Random, numbers: count[int], depth: int, *, top: bool = False) -> Any:
    kinds = ("record", "record", "array", "map", "union")
    kind = rng.choice(kinds if top else ("leaf", "leaf", "leaf", *(kinds if depth else ())))
    match kind:
        case "record":
            fields = [{"name": f"f{i}", "type": _node(rng, numbers, depth - 1)} for i in range(rng.randint(1, 5))]
            return {"type": "record", "name": f"R{next(numbers)}", "fields": fields}
        case "array":
            return {"type": "array", "items": _node(rng, numbers, depth - 1)}
        case "map":
            return {"type": "map", "values": _node(rng, numbers, depth - 1)}
        case "union":
            branches = (_node(rng, numbers, depth - 1) for _ in range(rng.randint(2, 5)))
            return list({_name(each): each for each in branches if not isinstance(each, list)}.values()) or ["null"]
    return _leaf(rng, numbers)


def _leaf(rng: Random, numbers: count[int]) -> Any:
    match rng.randrange(8):
        case 0:
            return {"type": "enum", "name": f"K{next(numbers)}", "symbols": ["A", "B", "C", "D"][: rng.randint(1, 4)]}
        case 1:
            return {"type": "fixed", "name": f"X{next(numbers)}", "size": rng.randrange(6)}
        case 2 | 3:
            return rng.choice(_LOGICAL)
    return rng.choice(_PRIMITIVES)


def _name(node: Any) -> str:
    """What makes two branches of a union the same."""
    if isinstance(node, str):
        return node
    kind: str = node["type"]
    return str(node["name"]) if "name" in node else kind
